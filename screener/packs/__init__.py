"""Rules that travel by themselves: signed, versioned, taken from a file, and given back when they disappoint."""

from screener.packs.installed import Installed

__all__ = ["Installed"]
