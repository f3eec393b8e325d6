"""Undoes content encodings, with a limit on how much may come out."""

import zlib
from collections.abc import Callable

import brotli
import zstandard

from screener.errors import Unreadable

# A 165-byte brotli body can become 200 MB; nothing we read is near this size.
MAX_BYTES = 2 * 1024 * 1024
# Below this size a high ratio is ordinary: an empty inbox is mostly spaces.
RATIO_FREE_BYTES = 64 * 1024
MAX_RATIO = 100
PIECE = 16 * 1024


def plain(body: bytes, encoding: str, *, most: int = MAX_BYTES) -> bytes:
    """The body with every content encoding undone, as `encoding` names them in the order they were applied.

    Raises Unreadable when an encoding is unknown, the body is damaged, or more than `most` bytes would come out. A body
    that stops in the middle gives what came before the cut.
    """
    for name in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
        if name == "identity":
            continue
        undo = _UNDO.get(name)
        if undo is None:
            raise Unreadable(f"content encoding {name[:20]!r} is unknown")
        body = undo(body, most)
    if len(body) > most:
        raise Unreadable(f"the body is larger than {most} bytes")
    return body


def _checked(out: bytes | bytearray, packed: int, most: int) -> bytes:
    if len(out) > most:
        raise Unreadable(f"the body unpacks to more than {most} bytes")
    if len(out) > RATIO_FREE_BYTES and len(out) > MAX_RATIO * packed:
        raise Unreadable(f"the body unpacks to more than {MAX_RATIO} times its size")
    return bytes(out)


def _zlib(wbits: int) -> Callable[[bytes, int], bytes]:
    def undo(body: bytes, most: int) -> bytes:
        # "deflate" is sent both with and without the zlib header.
        raw = wbits == zlib.MAX_WBITS and not (
            len(body) > 1 and body[0] & 15 == 8 and (body[0] * 256 + body[1]) % 31 == 0
        )
        out, rest = bytearray(), body
        # A gzip body may be several, one after the other; anything else behind it is ignored, as browsers do.
        while rest and len(out) <= most and (not out or rest.startswith(b"\x1f\x8b")):
            inflater = zlib.decompressobj(-zlib.MAX_WBITS if raw else wbits)
            try:
                out += inflater.decompress(rest, most + 1 - len(out))
            except zlib.error:
                raise Unreadable("the compressed body is damaged") from None
            rest = inflater.unused_data
        return _checked(out, len(body), most)

    return undo


def _brotli(body: bytes, most: int) -> bytes:
    inflater = brotli.Decompressor()
    out = bytearray()
    waiting = body
    try:
        # One call is never allowed more than a piece: without the limit 64 bytes can give 80 MB. That it would accept
        # more does not mean that it has given all: only an empty answer does.
        while piece := inflater.process(waiting, output_buffer_limit=PIECE):
            waiting = b""
            out += piece
            if len(out) > most:
                break
    except brotli.error:
        raise Unreadable("the compressed body is damaged") from None
    return _checked(out, len(body), most)


def _zstd(body: bytes, most: int) -> bytes:
    out = bytearray()
    try:
        with zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024).stream_reader(
            body, read_across_frames=True
        ) as reader:
            while piece := reader.read(PIECE):
                out += piece
                if len(out) > most:
                    break
    except zstandard.ZstdError:
        raise Unreadable("the compressed body is damaged") from None
    return _checked(out, len(body), most)


_UNDO: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _zlib(16 + zlib.MAX_WBITS),
    "x-gzip": _zlib(16 + zlib.MAX_WBITS),
    "deflate": _zlib(zlib.MAX_WBITS),
    "br": _brotli,
    "zstd": _zstd,
}
