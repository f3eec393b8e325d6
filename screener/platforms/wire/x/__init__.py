"""X's objects and sessions, shared by the readers of its messages, followers and encrypted chats."""
