"""Undoes the compression of Discord's gateway, one WebSocket connection at a time."""

import zlib
from collections.abc import Callable, Mapping

import zstandard

from screener.errors import Unreadable
from screener.unpack import MAX_BYTES

LOST = "joined in the middle of a compressed connection"
DAMAGED = "the compressed connection is damaged"

FLUSHED = b"\x00\x00\xff\xff"
# A first message with all servers of a busy account can pass MAX_BYTES. It is given up, but what it unpacks to has to
# pass through, else everything after it on this connection would be lost as well.
MAX_PASSING = 16 * MAX_BYTES
MAX_WINDOW = 8 * 1024 * 1024
# zstd unpacks without a limit of its own: 4 bytes can give 128 KB. Fed in slices this small, 2 MB a time is the most.
SLICE = 64

type Inflate = Callable[[bytes], bytes]


class TooLarge(Unreadable):
    """A message that unpacks to more than is kept; `head` is its beginning."""

    def __init__(self, head: bytes) -> None:
        super().__init__(f"a message unpacks to more than {MAX_BYTES} bytes")
        self.head = head


class Unpacker:
    """What the server sends on one connection: WebSocket messages in, whole gateway messages out.

    The pieces depend on everything that came before on the connection, so nothing can be read after a hole.
    """

    def __init__(self, arguments: Mapping[str, str]) -> None:
        """Raises Unreadable when the address asks for an encoding or a compression that we don't know."""
        self.compress = _known(arguments, "compress", ("", "zlib-stream", "zstd-stream"))
        _known(arguments, "encoding", ("", "json", "etf"))
        self.pending = bytearray()
        self.inflate: Inflate | None = None
        self.lost = ""

    def lose(self, why: str) -> None:
        """Gives the rest of the connection up; from now on `message` only says why."""
        self.lost = self.lost or why
        self.pending.clear()
        self.inflate = None

    def message(self, piece: bytes, *, hole: bool = False) -> bytes | None:
        """The gateway message that `piece` completes, None while it is incomplete.

        Raises Unreadable; every time, once the connection is lost. `hole` says that something before it, or the end of
        the piece itself, was not copied.
        """
        if not self.compress and piece[:1] == b"\x78":
            return _alone(piece)
        if not self.compress or (_plain(piece) and not (self.inflate or self.pending or self.lost)):
            return piece
        if hole:
            self.lose(LOST)
        elif len(self.pending) + len(piece) > MAX_BYTES:
            self.lose(f"a message is larger than {MAX_BYTES} bytes")
        if self.lost:
            raise Unreadable(self.lost)
        if self.compress == "zlib-stream":
            self.pending += piece
            if not self.pending.endswith(FLUSHED):
                return None
            piece = bytes(self.pending)
            self.pending.clear()
        if self.inflate is None:
            self.inflate = _zlib() if self.compress == "zlib-stream" else _zstd()
        try:
            return self.inflate(piece)
        except _Damaged as why:
            self.lose(str(why))
            raise Unreadable(self.lost) from None


class _Damaged(Exception):
    """Nothing after this can be read."""


class _Bounded:
    """Collects what comes out of one message, and only its beginning when it gets too large."""

    def __init__(self) -> None:
        self.out = bytearray()
        self.size = 0

    def add(self, part: bytes) -> None:
        self.size += len(part)
        if self.size > MAX_PASSING:
            raise _Damaged(f"a message unpacks to more than {MAX_PASSING} bytes")
        self.out += part[: MAX_BYTES - len(self.out)]

    def whole(self) -> bytes:
        # No ratio is checked: where messages share a context, a large one sent twice is honestly a few bytes.
        if self.size > MAX_BYTES:
            raise TooLarge(bytes(self.out))
        return bytes(self.out)


def _zlib() -> Inflate:
    stream = zlib.decompressobj()

    def inflate(piece: bytes) -> bytes:
        kept = _Bounded()
        if stream.eof:
            raise _Damaged(DAMAGED)
        try:
            full = True
            while full or piece:
                part = stream.decompress(piece, MAX_BYTES)
                kept.add(part)
                piece, full = stream.unconsumed_tail, len(part) == MAX_BYTES
        except zlib.error:
            raise _Damaged(DAMAGED) from None
        return kept.whole()

    return inflate


def _zstd() -> Inflate:
    stream = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).decompressobj()

    def inflate(piece: bytes) -> bytes:
        kept = _Bounded()
        try:
            for start in range(0, len(piece), SLICE):
                kept.add(stream.decompress(piece[start : start + SLICE]))
        except zstandard.ZstdError:
            raise _Damaged(DAMAGED) from None
        return kept.whole()

    return inflate


def _alone(piece: bytes) -> bytes:
    """A message that was compressed by itself, as old clients ask for in their first message."""
    stream = zlib.decompressobj()
    try:
        out = stream.decompress(piece, MAX_BYTES + 1)
    except zlib.error:
        raise Unreadable("a compressed message is damaged") from None
    if len(out) > MAX_BYTES:
        raise Unreadable(f"a message unpacks to more than {MAX_BYTES} bytes")
    return out


def _plain(piece: bytes) -> bool:
    # No zlib or zstd stream begins like this; some servers send plain JSON to clients that asked for compression.
    return piece[:2] in (b'{"', b"{ ", b"{\n")


def _known(arguments: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    value = arguments.get(name, "")
    if value not in values:
        raise Unreadable(f"the gateway's parameter {name}={value[:20]!r} is unknown")
    return value
