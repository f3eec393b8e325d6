"""How Discord's gateway packs what it sends: as it is, or in one compressed stream over the whole connection."""

import json
import zlib
from typing import Any, Literal

import zstandard

Packing = Literal["", "zlib-stream", "zstd-stream"]

# Long messages arrive in two pieces, as they sometimes do in life; only the second ends as a message does.
SPLIT_BYTES = 100


class Packer:
    """One connection's way of packing; it remembers what went before, and so must whoever reads it."""

    def __init__(self, packing: Packing) -> None:
        self.packing = packing
        self._zlib = zlib.compressobj()
        self._zstd = zstandard.ZstdCompressor(write_content_size=False).compressobj()

    def packed(self, document: Any) -> tuple[str | bytes, ...]:
        """The WebSocket messages that carry a document."""
        text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
        if self.packing == "zlib-stream":
            out = self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
            return (out[:SPLIT_BYTES], out[SPLIT_BYTES:]) if len(out) > 2 * SPLIT_BYTES else (out,)
        if self.packing == "zstd-stream":
            return (self._zstd.compress(text.encode()) + self._zstd.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK),)
        return (text,)
