"""Trouter, the socket that pushes to Skype's and Teams' pages: HTTP requests inside the frames of an old socket.io.

A frame is text: a kind, a number and an endpoint that may be empty, and after the third colon what it carries. In
frames of kind 3 that is a request of the server to the page, whose body may be packed twice. The layout is known from
the descriptions of two independent clients; no library for it can be installed, so only invented frames prove it.
"""

import base64
import binascii
from typing import Any

from screener.capture import parsed
from screener.platforms.base import Unreadable, dig
from screener.platforms.wire.skype.objects import lowered, words
from screener.unpack import MAX_BYTES, plain

REQUEST = "3"
PACKED = "x-microsoft-skype-content-encoding"
# What stands at the beginning of gzip, and of gzip in base64.
GZIP, GZIP_TEXT = b"\x1f\x8b", "H4sI"
# The members under which a body hides another one: packed in one, plain in the other, both in base64.
INNER = ("cp", "gp")


def pushed(body: bytes) -> dict[str, Any] | None:
    """What the server tells the page in one frame, None where the frame tells nothing. Raises Unreadable."""
    kind, *rest = body.decode("utf-8", "replace").split(":", 3)
    if not (kind.isascii() and kind.isdigit() and len(kind) <= 2):
        raise Unreadable("the frame has no kind")
    if kind != REQUEST:
        return None
    if len(rest) < 3:
        raise Unreadable("the frame ends before what it carries")
    request = parsed(rest[2])
    told = dig(request, "body")
    # The page's answers and the server's look alike; only a request says how it is to be done.
    if not isinstance(request, dict) or "status" in request or told in (None, ""):
        return None
    encoding = words(lowered(dig(request, "headers")), PACKED) or ""
    if isinstance(told, str):
        is_packed = encoding.lower() == "gzip" or told.startswith(GZIP_TEXT)
        told = parsed(_unpacked(told) if is_packed else told)
    return _inside(told)


def _inside(told: Any) -> dict[str, Any]:
    """The body with what it hides laid over it."""
    if not isinstance(told, dict):
        raise Unreadable("the push is no object")
    for name in INNER:
        hidden = told.get(name)
        if isinstance(hidden, str) and hidden:
            hidden = parsed(hidden) if hidden.startswith("{") else parsed(_unpacked(hidden))
        if isinstance(hidden, dict):
            return {**told, **hidden}
    return told


def _unpacked(text: str) -> bytes:
    if len(text) > MAX_BYTES:
        raise Unreadable(f"the body is larger than {MAX_BYTES} bytes")
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise Unreadable("the push is not in base64") from None
    return plain(packed, "gzip" if packed.startswith(GZIP) else "")
