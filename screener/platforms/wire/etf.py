"""Reads Erlang's external term format, which Discord's desktop app asks for instead of JSON."""

import struct
import zlib
from typing import Any

from screener.errors import Unreadable
from screener.unpack import MAX_BYTES

VERSION = 0x83
MAX_DEPTH = 200
# A term can be one byte on the wire and sixty in memory.
MAX_TERMS = 500_000
# No id or time of any platform is longer; without a limit one number of megabytes would take seconds to turn.
MAX_NUMBER_BYTES = 64

_ATOMS: dict[str, bool | None] = {"nil": None, "null": None, "undefined": None, "true": True, "false": False}


def terms(body: bytes) -> Any:
    """The term in `body` as JSON would have it: maps with text keys, lists, text, numbers. Raises Unreadable."""
    reader = _Reader(body)
    if reader.number(1) != VERSION:
        raise Unreadable("the term does not start with its version")
    term = reader.term(0)
    if reader.at != len(reader.body):
        raise Unreadable("something follows the term")
    return term


def beginning(body: bytes, *, inside: int = 1) -> Any:
    """The map that `body` begins with, as far as it is there: whole members, and those of the broken one as deep."""
    reader = _Reader(body, broken=inside)
    if reader.number(1) != VERSION:
        raise Unreadable("the term does not start with its version")
    return reader.term(0)


class _Reader:
    def __init__(self, body: bytes, *, broken: int = -1) -> None:
        self.body = body
        self.at = 0
        self.left = MAX_TERMS
        self.broken = broken
        """Down to this depth a map may be broken off."""

    def take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self.body):
            raise Unreadable("the term is cut off")
        piece = self.body[self.at : end]
        self.at = end
        return piece

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def term(self, depth: int) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Unreadable(f"more than {MAX_TERMS} terms")
        if depth > MAX_DEPTH:
            raise Unreadable(f"the term is nested more than {MAX_DEPTH} deep")
        match self.number(1):
            case 97:
                return self.number(1)
            case 98:
                return int.from_bytes(self.take(4), "big", signed=True)
            case 70:
                return struct.unpack(">d", self.take(8))[0]
            case 99:
                return self.old_float()
            case 100 | 118:
                return self.atom(self.number(2))
            case 115 | 119:
                return self.atom(self.number(1))
            case 104:
                return self.row(self.number(1), depth)
            case 105:
                return self.row(self.number(4), depth)
            case 106:
                return []
            case 107:
                return list(self.take(self.number(2)))
            case 108:
                row = self.row(self.number(4), depth)
                # A proper list ends with an empty one; what else might stand there belongs to nothing we read.
                self.term(depth + 1)
                return row
            case 109:
                return self.take(self.number(4)).decode("utf-8", "replace")
            case 110:
                return self.big(self.number(1))
            case 111:
                return self.big(self.number(4))
            case 116:
                return self.map(self.number(4), depth)
            case 80 if depth == 0:
                return self.packed()
            case tag:
                raise Unreadable(f"the term's tag {tag} is unknown")

    def atom(self, size: int) -> bool | str | None:
        name = self.take(size).decode("utf-8", "replace")
        return _ATOMS.get(name, name)

    def old_float(self) -> float:
        try:
            return float(self.take(31).rstrip(b"\0"))
        except ValueError:
            raise Unreadable("a number can't be read") from None

    def big(self, size: int) -> int:
        sign = self.number(1)
        if size > MAX_NUMBER_BYTES:
            raise Unreadable("a number is too long")
        value = int.from_bytes(self.take(size), "little")
        return -value if sign else value

    def row(self, count: int, depth: int) -> list[Any]:
        return [self.term(depth + 1) for _ in range(count)]

    def map(self, count: int, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(count):
            try:
                key = self.term(depth + 1)
                if isinstance(key, dict | list):
                    raise Unreadable("a map's key is not a word")
                # `nil` and `true` are words where they stand as a key.
                found[str(key)] = self.term(depth + 1)
            except Unreadable:
                if depth > self.broken:
                    raise
                # Nothing after it can be told apart.
                self.at = len(self.body)
                break
        return found

    def packed(self) -> Any:
        size = self.number(4)
        if size > MAX_BYTES:
            raise Unreadable(f"the term unpacks to more than {MAX_BYTES} bytes")
        inflater = zlib.decompressobj()
        try:
            body = inflater.decompress(self.take(len(self.body) - self.at), MAX_BYTES)
        except zlib.error:
            raise Unreadable("the compressed term is damaged") from None
        # Read on as if it had never been compressed; it can't hold another compressed term.
        self.body, self.at = body, 0
        return self.term(1)
