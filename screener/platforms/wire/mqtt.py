"""MQTT over WebSocket: packets gathered from the messages of one direction, which may split or join them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from screener.errors import Unreadable

MAX_BUFFER = 2 * 1024 * 1024
MAX_PACKETS = 1_000
CONNECT, PUBLISH = 1, 3
# The lower four bits of the first byte that each kind of packet may have; PUBLISH keeps its quality there.
FLAGS = {6: 2, 8: 2, 10: 2}


@dataclass(frozen=True, kw_only=True)
class Connect:
    """The browser opens a session; the user's name says whose it is."""

    username: str


@dataclass(frozen=True, kw_only=True)
class Publish:
    """Content, sent on a topic."""

    topic: str
    body: bytes


type Packet = Connect | Publish


@dataclass
class Buffer:
    """The bytes of one direction that are not yet a whole packet."""

    waiting: bytearray = field(default_factory=bytearray)
    is_whole: bool = False
    """Whether a packet came out, so that we know where packets begin."""

    def packets(self, message: bytes) -> Iterator[Packet]:
        """The packets that a message completes. Raises Unreadable, and forgets what waits."""
        self.waiting += message
        try:
            if len(self.waiting) > MAX_BUFFER:
                raise Unreadable(f"an MQTT packet is larger than {MAX_BUFFER} bytes")
            yield from self._whole()
        except Unreadable:
            self.waiting.clear()
            self.is_whole = False
            raise

    def _whole(self) -> Iterator[Packet]:
        for _ in range(MAX_PACKETS):
            head = _head(self.waiting)
            if head is None:
                return
            start, end = head
            if end > MAX_BUFFER:
                raise Unreadable(f"an MQTT packet is larger than {MAX_BUFFER} bytes")
            if end > len(self.waiting):
                return
            first, body = self.waiting[0], bytes(self.waiting[start:end])
            del self.waiting[:end]
            self.is_whole = True
            if first >> 4 == PUBLISH:
                yield _publish(first, body)
            elif first >> 4 == CONNECT:
                yield _connect(body)
        if self.waiting:
            raise Unreadable(f"there are more than {MAX_PACKETS} MQTT packets in one message")


def _head(waiting: bytearray) -> tuple[int, int] | None:
    """Where the first packet's content starts and ends; None while its length is not whole."""
    if not waiting:
        return None
    kind, flags = waiting[0] >> 4, waiting[0] & 15
    if kind in (0, 15) or (kind != PUBLISH and flags != FLAGS.get(kind, 0)):
        raise Unreadable("the MQTT packets can't be told apart")
    length = 0
    for place, byte in enumerate(waiting[1:5]):
        length |= (byte & 127) << (7 * place)
        if byte < 128:
            start = place + 2
            return start, start + length
    if len(waiting) >= 5:
        raise Unreadable("the length of an MQTT packet is too long")
    return None


def _word(body: bytes, at: int) -> tuple[bytes, int]:
    end = at + 2 + int.from_bytes(body[at : at + 2], "big")
    if at + 2 > len(body) or end > len(body):
        raise Unreadable("an MQTT packet is cut short")
    return body[at + 2 : end], end


def _publish(first: int, body: bytes) -> Publish:
    topic, at = _word(body, 0)
    has_number = bool(first & 6)
    return Publish(topic=topic.decode("utf-8", "replace"), body=body[at + 2 * has_number :])


def _connect(body: bytes) -> Connect:
    _, at = _word(body, 0)
    if at + 4 > len(body):
        raise Unreadable("an MQTT packet is cut short")
    flags = body[at + 1]
    _, at = _word(body, at + 4)
    if flags & 4:
        _, at = _word(body, at)
        _, at = _word(body, at)
    username = _word(body, at)[0] if flags & 128 else b""
    return Connect(username=username.decode("utf-8", "replace"))
