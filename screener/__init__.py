"""Screener: tells parents early, calmly, with reasons, when somebody behaves like the strangers in police reports."""

__version__ = "0.1.0"
