"""Discord's objects and sessions, shared by the readers of its gateway and of its web API."""
