"""The queue between the proxy and the screener: one SQLite file, on a memory disk where there is one, minutes long."""

from screener.spool.base import Frame
from screener.spool.place import discard, place
from screener.spool.reader import Reader
from screener.spool.writer import Writer

__all__ = ["Frame", "Reader", "Writer", "discard", "place"]
