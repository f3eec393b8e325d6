"""TikTok's frames, messages, users and follows, shared by the readers of its socket and of its web API."""
