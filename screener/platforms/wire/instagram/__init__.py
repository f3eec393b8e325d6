"""Instagram's and Threads' objects and conversations, shared by the readers of their pages, sockets and web API."""
