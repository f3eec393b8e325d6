"""Roblox's people, requests and conversations, shared by the readers of its pushes and of its web APIs."""
