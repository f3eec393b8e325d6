"""Screener: tells parents early, calmly and with reasons when a new contact behaves like the strangers in police reports."""

__version__ = "0.1.0"
