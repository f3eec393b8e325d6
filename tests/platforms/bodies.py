"""Writes the bodies that a case describes: from plain text to a platform's own framing.

A body in a case is a mapping with one key, the kind: `text`, `json`, `lines` (several JSON documents), `form`, `html`
(a page with JSON script blocks), `hex`, `base64`, `gzip`/`zlib`/`br`/`zstd` (around another body), `zlib_stream` and
`zstd_stream` (around another body, one compressor a connection), `etf`, `dgw`, `mqtt`, `lightspeed`, `instagram_slide`,
`instagram_bypass`, `signalr`, `signalr_older`, `tiktok_frame`, `tiktok_answer`, `tiktok_request`, `trouter`, `thrift`,
`thrift_json` (JSON with Thrift in it). Where JSON text stands inside JSON or a form, the case writes it as structure.
"""

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import brotli
import zstandard

from tests.platforms import instagram_writer, meta_writers, signalr_writer, thrift_writer, tiktok_writer, trouter_writer
from tests.platforms.wire import terms


class Writer:
    """Writes the bodies of one case; remembers the compressors of its connections."""

    def __init__(self) -> None:
        self.compressors: dict[str, Any] = {}

    def body(self, spec: Any, stream: str = "") -> bytes:
        if spec is None:
            return b""
        if not isinstance(spec, dict) or len(spec) != 1:
            raise ValueError("a body is a mapping with one key, the kind of body")
        ((kind, value),) = spec.items()
        if kind == "zlib_stream":
            compressor = self.compressors.setdefault(stream, zlib.compressobj())
            plain = self.body(value, stream)
            return bytes(compressor.compress(plain) + compressor.flush(zlib.Z_SYNC_FLUSH))
        if kind == "zstd_stream":
            compressor = self.compressors.setdefault(stream, zstandard.ZstdCompressor().compressobj())
            packed = compressor.compress(self.body(value, stream))
            return bytes(packed + compressor.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))
        if kind in PACKERS:
            return PACKERS[kind](self.body(value, stream))
        if kind in WRITERS:
            return WRITERS[kind](value)
        raise ValueError(
            f"{kind!r} is not a kind of body: use one of {sorted([*WRITERS, *PACKERS, 'zlib_stream', 'zstd_stream'])}"
        )


def form(fields: dict[str, Any]) -> bytes:
    return urlencode({k: v if isinstance(v, str) else compact(v) for k, v in fields.items()}, errors="replace").encode()


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def html(blocks: list[Any]) -> bytes:
    scripts = "".join(
        f'<script type="application/json" data-sjs>{compact(block).replace("</", "<\\/")}</script>' for block in blocks
    )
    return f"<!DOCTYPE html><html><head><script>var x = 1;</script></head><body>{scripts}</body></html>".encode()


def lines(documents: list[Any]) -> bytes:
    return "\r\n".join(compact(document) for document in documents).encode()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}
WRITERS: dict[str, Callable[[Any], bytes]] = {
    "text": lambda text: str(text).encode("utf-8", "replace"),
    "json": lambda document: compact(document).encode(),
    "lines": lines,
    "form": form,
    "html": html,
    "hex": lambda text: bytes.fromhex(str(text)),
    "base64": lambda text: base64.b64decode(str(text)),
    "etf": terms.written,
    "dgw": meta_writers.dgw,
    "mqtt": meta_writers.mqtt,
    "lightspeed": lambda value: meta_writers.outer(value).encode(),
    "instagram_slide": instagram_writer.slide,
    "instagram_bypass": instagram_writer.bypass,
    "signalr": signalr_writer.records,
    "signalr_older": signalr_writer.envelope,
    "tiktok_frame": tiktok_writer.frame,
    "tiktok_answer": tiktok_writer.answer,
    "tiktok_request": tiktok_writer.request,
    "trouter": trouter_writer.frame,
    "thrift": thrift_writer.binary,
    "thrift_json": lambda document: compact(thrift_writer.in_json(document)).encode(),
}
# Below these kinds everything is a platform's own structure: the shape tests twist each value of it.
STRUCTURED = frozenset(
    {
        "json",
        "etf",
        "lines",
        "form",
        "html",
        "lightspeed",
        "dgw",
        "mqtt",
        "instagram_slide",
        "instagram_bypass",
        "signalr",
        "signalr_older",
        "tiktok_frame",
        "tiktok_answer",
        "tiktok_request",
        "trouter",
        "thrift",
        "thrift_json",
    }
)
