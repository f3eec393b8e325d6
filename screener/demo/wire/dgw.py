"""Meta's gateway frames: several streams over one WebSocket, each frame with its type, its stream and its length."""

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

PING, PONG = b"\x09", b"\x0a"
ACK, DATA, END, ESTABLISH = 12, 13, 14, 15
ACK_WANTED = 0x8000

FrameKind = Literal["ping", "pong", "ack", "data", "end", "establish"]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One frame; `number` is the acknowledgement's, where the frame carries one."""

    kind: FrameKind
    stream: int = 0
    number: int = 0
    wants_ack: bool = False
    body: bytes = b""


def establish(stream: int, parameters: Mapping[str, Any]) -> bytes:
    """Opens a stream and says what is wanted on it."""
    return _sized(ESTABLISH, stream, json.dumps(parameters, separators=(",", ":")).encode())


def carry(stream: int, body: bytes, number: int, *, wants_ack: bool = True) -> bytes:
    """Something said on a stream."""
    return _sized(DATA, stream, struct.pack("<H", number & 0x7FFF | (ACK_WANTED if wants_ack else 0)) + body)


def ack(stream: int, number: int) -> bytes:
    """Says that a frame arrived."""
    return _sized(ACK, stream, struct.pack("<H", number))


def end(stream: int) -> bytes:
    """Says that nothing more comes on a stream."""
    return struct.pack("<BH", END, stream)


def frames(message: bytes) -> Iterator[Frame]:
    """The frames of one WebSocket message. Raises ValueError at one that is not known."""
    at = 0
    while at < len(message):
        kind = message[at]
        if kind in (PING[0], PONG[0]):
            yield Frame(kind="ping" if kind == PING[0] else "pong")
            at += 1
            continue
        stream = int.from_bytes(message[at + 1 : at + 3], "little")
        if kind == END:
            yield Frame(kind="end", stream=stream)
            at += 3
            continue
        length = int.from_bytes(message[at + 3 : at + 6], "little")
        body = message[at + 6 : at + 6 + length]
        if len(body) < length:
            raise ValueError("a frame is longer than its message")
        at += 6 + length
        number = int.from_bytes(body[:2], "little")
        if kind == ESTABLISH:
            yield Frame(kind="establish", stream=stream, body=body)
        elif kind == DATA:
            yield Frame(
                kind="data",
                stream=stream,
                number=number & 0x7FFF,
                wants_ack=bool(number & ACK_WANTED),
                body=body[2:],
            )
        elif kind == ACK:
            yield Frame(kind="ack", stream=stream, number=number)
        else:
            raise ValueError(f"frames of type {kind} are not known")


def _sized(kind: int, stream: int, body: bytes) -> bytes:
    return struct.pack("<BH", kind, stream) + len(body).to_bytes(3, "little") + body
