"""Skype's markup, identities and messages, shared by the readers of its web API."""
