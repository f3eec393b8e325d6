"""The entries of a case as lines, which is how a bag shows its chain; many of them are held in little memory."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from screener import chain
from screener.kept import Entry

PIECE = 64 * 1024
FASTEST = 1


def line(link: chain.Link) -> bytes:
    """An entry with its link, its salt and what it says: all that is needed to check it."""
    salt = link.salt.hex() if link.salt is not None else None
    return chain.canonical({**link.header, "link": link.link.hex(), "salt": salt, "body": link.body}) + b"\n"


def read(raw: str) -> Entry:
    """The entry that a line of ours holds."""
    it = json.loads(raw)
    return Entry(
        number=it["number"],
        kind=it["kind"],
        at=datetime.fromisoformat(it["at"]),
        captured=datetime.fromisoformat(it["captured"]),
        offset_ms=it["offset_ms"],
        by=it["by"],
        platform=it["platform"],
        account=it["account"],
        event=it["event"],
        body=it["body"],
        salt=bytes.fromhex(it["salt"]) if it["salt"] is not None else None,
        digest=bytes.fromhex(it["digest"]),
        link=bytes.fromhex(it["link"]),
    )


@dataclass(kw_only=True)
class Held:
    """Entries in order, packed: a tenth of what they take otherwise. `size` is what they take."""

    packed: list[bytes] = field(default_factory=list)
    waiting: bytearray = field(default_factory=bytearray)
    size: int = 0

    def add(self, link: chain.Link) -> None:
        self.waiting += line(link)
        if len(self.waiting) >= PIECE:
            self.packed.append(zlib.compress(self.waiting, FASTEST))
            self.size += len(self.packed[-1])
            self.waiting = bytearray()

    def pieces(self) -> Iterator[bytes]:
        """Their lines, many at once."""
        for each in self.packed:
            yield zlib.decompress(each)
        yield bytes(self.waiting)

    def entries(self) -> Iterator[Entry]:
        for piece in self.pieces():
            # Whole lines of ASCII; from bytes it would be guessed for each in which letters it is written.
            yield from map(read, piece.decode("ascii").split("\n")[:-1])
