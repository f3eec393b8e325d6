"""One exchange being copied: bytes pass through at once, and a reference to them goes to the spool."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Literal

from screener.spool.base import Frame, FrameKind

MOST_BYTES = 4 * 1024 * 1024
# What is held back of a request until it is whole, so that no secret in it lies across two pieces.
MOST_HELD = 256 * 1024

Offer = Callable[[Frame, str, str], bool]


class Copy:
    """What is known of an exchange that is being copied. Its opening is told when the first piece of it is."""

    __slots__ = (
        "_blank",
        "_held",
        "_left",
        "_meta",
        "client",
        "counts",
        "cut",
        "device",
        "host",
        "is_closed",
        "is_endless",
        "is_open",
        "offer",
        "stream",
    )

    def __init__(
        self,
        *,
        stream: str,
        client: str,
        meta: Mapping[str, Any],
        offer: Offer,
        counts: Counter[str],
        blank: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """`blank` makes unreadable what must not be copied of the browser's own words, where there is any."""
        self.stream = stream
        self.client = client
        self.device = str(meta["device"])
        self.host = str(meta["host"])
        self.offer = offer
        self.counts = counts
        self.cut = self.is_open = self.is_closed = self.is_endless = False
        self._blank = blank
        self._meta: Mapping[str, Any] | None = meta
        self._held = bytearray()
        self._left = {"request": MOST_BYTES if blank is None else MOST_HELD, "response": MOST_BYTES}

    @property
    def hides(self) -> bool:
        """Whether what the browser sends here can hold a secret."""
        return self._blank is not None

    def tell(
        self, kind: FrameKind, body: bytes = b"", *, text: bool = False, meta: Mapping[str, Any] | None = None
    ) -> None:
        """Hands one frame to the spool, the opening before it."""
        at = time.time()
        if self._meta is not None:
            opening, self._meta = self._meta, None
            self.is_open = True
            self.counts["copied"] += 1
            self.offer(Frame(stream=self.stream, kind="open", at=at, meta=opening), self.device, self.host)
        if self._held and kind != "request":
            held, self._held = bytes(self._held), bytearray()
            self.tell("request", held)
        if self._blank is not None and kind in ("client", "request"):
            body = self._blank(body)
        if kind != "open":
            self.offer(
                Frame(stream=self.stream, kind=kind, at=at, body=body, text=text, meta=meta or {}),
                self.device,
                self.host,
            )

    def add(self, side: Literal["request", "response"], chunk: bytes) -> None:
        """Copies a piece of a body; beyond the bound, only that it was cut."""
        if self.is_closed:
            return  # It was closed: an answer can be complete before the request is.
        if not self.is_endless:
            self._left[side] -= len(chunk)
            if self._left[side] < 0:
                if not self.cut:
                    self.cut = True
                    self.counts["truncated"] += 1
                return
        if side == "request" and self.hides:
            self._held += chunk
        else:
            self.tell(side, chunk)

    def close(self, *, cut: bool) -> None:
        """Tells that the exchange ended. Only an exchange whose opening was told needs an end."""
        self.is_closed = True
        if self.is_open or self._held:
            self.tell("close", meta={"cut": True} if cut or self.cut else {})


class Tee:
    """Given to mitmproxy as a body's stream: called with every piece, it returns it, whatever happens to the copy.

    An exception out of here, or anything returned but the bytes, would leave the browser waiting for ever.
    """

    __slots__ = ("_copy", "_side")

    def __init__(self, copy: Copy, side: Literal["request", "response"]) -> None:
        self._copy = copy
        self._side = side

    def __call__(self, chunk: bytes) -> bytes:
        try:
            if chunk:
                self._copy.add(self._side, chunk)
        except BaseException:
            self._copy.cut = True
            self._copy.counts["tee_errors"] += 1
        return chunk
