"""Puts frames together again into captures."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from screener.capture import Capture, Gap
from screener.spool.base import Frame

# An exchange's bytes beyond this are not kept: no friend list or inbox page is near it.
MAX_BODY_BYTES = 4 * 1024 * 1024
MAX_OPEN_STREAMS = 4_096
# What is further off is no clock.
MOST_AHEAD_MS = 24 * 3600 * 1000


@dataclass(kw_only=True)
class _Stream:
    meta: dict[str, Any]
    at: float
    request: bytearray = field(default_factory=bytearray)
    response: bytearray = field(default_factory=bytearray)
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    count: int = 0
    cut: bool = False
    offset_ms: int | None = None

    @property
    def is_events(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")


class Assembler:
    """Frames in, captures and gaps out; holds the bodies of exchanges that are not finished, bounded.

    `late` names the streams whose beginning, or something in their middle, was lost.
    """

    def __init__(self) -> None:
        self._streams: dict[str, _Stream] = {}
        self.late: set[str] = set()

    @property
    def open(self) -> frozenset[str]:
        """The streams that have not closed."""
        return frozenset(self._streams)

    def waits(self, name: str) -> bool:
        """Whether this stream holds the beginning of something that is not complete."""
        stream = self._streams.get(name)
        return stream is not None and bool(stream.request or stream.response)

    def feed(self, frame: Frame) -> Iterator[Capture | Gap]:
        """What this frame completes. An HTTP exchange is complete when it closes, a WebSocket message at once."""
        stream = self._streams.get(frame.stream)
        if frame.kind == "open":
            if len(self._streams) >= MAX_OPEN_STREAMS:
                oldest = next(iter(self._streams))
                self.late.discard(oldest)
                yield self._gap(self._streams.pop(oldest).meta, frame.at, "too many open exchanges")
            self._streams[frame.stream] = _Stream(meta=dict(frame.meta), at=frame.at)
        elif frame.kind == "gap":
            # A gap that too many streams share names none of them: any may have lost something.
            for name in self._streams if not frame.stream else {frame.stream} & self._streams.keys():
                self.late.add(name)
                self._streams[name].cut = True
            yield self._gap(frame.meta, frame.at, str(frame.meta.get("why", "full")), int(frame.meta.get("count", 1)))
        elif stream is None:
            return  # Its opening was lost, and with it the knowledge of what it is; the gap was counted then.
        elif frame.kind == "head":
            stream.status = frame.meta.get("status")
            stream.headers = dict(frame.meta.get("headers", {}))
            stream.offset_ms = _offset_ms(stream.headers.get("date", ""), frame.at)
        elif frame.kind in ("client", "server"):
            stream.count += 1
            yield self._message(frame, stream)
        elif frame.kind == "request":
            self._grow(stream, stream.request, frame.body)
        elif frame.kind == "response":
            stream.at = frame.at
            self._grow(stream, stream.response, frame.body)
            if stream.is_events:
                yield from self._server_sent(frame, stream)
        elif frame.kind == "close":
            del self._streams[frame.stream]
            self.late.discard(frame.stream)
            stream.cut = stream.cut or bool(frame.meta.get("cut"))
            if stream.meta.get("via") == "http" and not stream.is_events:
                yield self._exchange(frame.stream, stream)

    def _grow(self, stream: _Stream, body: bytearray, piece: bytes) -> None:
        if len(body) + len(piece) > MAX_BODY_BYTES:
            stream.cut = True
        else:
            body += piece

    def _gap(self, meta: Any, at: float, why: str, count: int = 1) -> Gap:
        return Gap(
            at=_moment(at), device=str(meta.get("device", "")), host=str(meta.get("host", "")), why=why, count=count
        )

    def _exchange(self, name: str, stream: _Stream) -> Capture:
        return Capture(
            id=name,
            at=_moment(stream.at),
            via="http",
            stream=name,
            status=stream.status,
            response_headers=stream.headers,
            request=bytes(stream.request),
            response=bytes(stream.response),
            cut=stream.cut,
            offset_ms=stream.offset_ms,
            **_address(stream.meta),
        )

    def _message(self, frame: Frame, stream: _Stream) -> Capture:
        return Capture(
            id=f"{frame.stream}/{stream.count}",
            at=_moment(frame.at),
            via="websocket",
            stream=frame.stream,
            side="client" if frame.kind == "client" else "server",
            status=101,
            request=frame.body if frame.kind == "client" else b"",
            response=frame.body if frame.kind == "server" else b"",
            **_address(stream.meta),
        )

    def _server_sent(self, frame: Frame, stream: _Stream) -> Iterator[Capture]:
        """Each event of a `text/event-stream`, its data lines joined; an unfinished one waits for its end."""
        body = bytes(stream.response).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *whole, rest = body.split(b"\n\n")
        stream.response = bytearray(rest)
        for event in whole:
            stream.count += 1
            lines = [line[5:].removeprefix(b" ") for line in event.split(b"\n") if line.startswith(b"data:")]
            if lines:
                yield Capture(
                    id=f"{frame.stream}/{stream.count}",
                    at=_moment(frame.at),
                    via="sse",
                    stream=frame.stream,
                    status=stream.status,
                    response_headers=stream.headers,
                    response=b"\n".join(lines),
                    **_address(stream.meta),
                )


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _offset_ms(date: str, at: float) -> int | None:
    """How far a clock that shows this is ahead of ours. It shows whole seconds: half of one is the best guess."""
    try:
        shown = parsedate_to_datetime(date)
        ahead = round((shown.timestamp() + 0.5 - at) * 1000) if shown.tzinfo else None
    except (ValueError, OverflowError, TypeError, IndexError):
        # A server may write anything there.
        return None
    return ahead if ahead is not None and abs(ahead) <= MOST_AHEAD_MS else None


def _address(meta: dict[str, Any]) -> dict[str, Any]:
    return {
        "device": str(meta.get("device", "")),
        "host": str(meta.get("host", "")),
        "method": str(meta.get("method", "GET")),
        "path": str(meta.get("path", "/")),
        "query": str(meta.get("query", "")),
        "request_headers": dict(meta.get("headers", {})),
        "account": meta.get("account"),
    }
