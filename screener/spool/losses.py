"""What was dropped, by stream, until the spool can be told."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from screener.spool.base import Frame

MOST_STREAMS = 4_096


@dataclass(frozen=True, kw_only=True)
class Loss:
    """The frames that one stream lost since the spool was last told."""

    stream: str
    why: str
    at: float
    device: str = ""
    host: str = ""
    count: int = 0
    closed: bool = False

    def frames(self) -> Iterator[Frame]:
        """A gap in the place of what was lost; and the stream's end, where that was lost as well."""
        meta = {"device": self.device, "host": self.host, "why": self.why, "count": self.count}
        yield Frame(stream=self.stream, kind="gap", at=self.at, meta=meta)
        if self.closed:
            yield Frame(stream=self.stream, kind="close", at=self.at, meta={"cut": True})


class Losses:
    """Bounded: streams beyond the bound share one gap without a name.

    Every step is one atomic operation on a dictionary, so one thread may note while the other takes.
    """

    def __init__(self, most: int = MOST_STREAMS) -> None:
        self._most = most
        self._by_stream: dict[str, Loss] = {}

    def __bool__(self) -> bool:
        return bool(self._by_stream)

    def __len__(self) -> int:
        return len(self._by_stream)

    def note(self, frame: Frame, why: str, device: str, host: str, count: int = 1) -> None:
        """This frame was dropped; `count` is what it stood for."""
        known = frame.stream in self._by_stream or len(self._by_stream) < self._most
        stream = frame.stream if known else ""
        before = self._by_stream.pop(stream, None) or Loss(stream=stream, why=why, at=frame.at)
        self._by_stream[stream] = replace(
            before,
            at=frame.at,
            device=device if known else "",
            host=host if known else "",
            count=before.count + count,
            closed=before.closed or (known and frame.kind == "close"),
        )

    def take(self, stream: str) -> Loss | None:
        """What this stream lost, once."""
        return self._by_stream.pop(stream, None) if self._by_stream else None

    def take_any(self) -> Loss | None:
        """What some stream lost, once."""
        try:
            return self._by_stream.popitem()[1]
        except KeyError:
            return None
