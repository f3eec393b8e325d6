"""Trains what hears meaning, from stories written for it: `python -m training` (docs/meaning.md)."""
