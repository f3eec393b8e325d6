"""What travels from the proxy to the screener: frames, the pieces of copied exchanges in the order they passed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FrameKind = Literal["open", "request", "head", "response", "client", "server", "close", "gap"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One piece of a copied exchange; `stream` names the exchange, or the WebSocket.

    open     what was asked for; `meta` has device, via (http, websocket), method, host, path, query, headers, account
    request  bytes of the request's body, in order
    head     the answer's status and headers, in `meta`
    response bytes of the answer's body, in order
    client, server   one WebSocket message; `text` tells text from binary
    close    the exchange ended; `meta` may hold cut=True where it was broken off
    gap      copies were lost here; `meta` holds why and count, and device and host
    """

    stream: str
    kind: FrameKind
    at: float
    """Seconds since 1970, by this machine's clock, when the bytes passed."""
    body: bytes = b""
    text: bool = False
    meta: Mapping[str, Any] = field(default_factory=dict)
