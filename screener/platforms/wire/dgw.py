"""DGW: the frames in the binary messages of Meta's gateway sockets, several streams on one connection."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from screener.errors import Unreadable

MAX_FRAMES = 1_000
STREAM = 3  # the type byte and a stream's number, two bytes, little end first
LENGTH = 3


@dataclass(frozen=True, kw_only=True)
class Establish:
    """A stream is opened; its parameters name what it carries."""

    stream: int
    parameters: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Content:
    """What travels on an open stream."""

    stream: int
    body: bytes


@dataclass(frozen=True, kw_only=True)
class End:
    """No more will come on this stream; its number may be used again."""

    stream: int


type Frame = Establish | Content | End


def frames(message: bytes) -> Iterator[Frame]:
    """The frames of one message that matter. Raises Unreadable at the first that can't be read."""
    at = 0
    for _ in range(MAX_FRAMES):
        if at >= len(message):
            return
        kind = message[at]
        match kind:
            case 4 | 9 | 10:  # deauth, ping, pong
                at += 1
            case 3:  # drain
                at += 1 + LENGTH + _length(message, at + 1)
            case 14:
                yield End(stream=_stream(message, at))
                at += STREAM
            case 12 | 13 | 15:
                stream = _stream(message, at)
                start = at + STREAM + LENGTH
                at = start + _length(message, at + STREAM)
                body = message[start:at]
                if kind == 13:
                    if len(body) < 2:
                        raise Unreadable("a gateway frame is too short")
                    # The two bytes number the frame, for its acknowledgement.
                    yield Content(stream=stream, body=body[2:])
                elif kind == 15:
                    yield Establish(stream=stream, parameters=_parameters(body))
            case _:
                raise Unreadable(f"gateway frame type {kind} is not known")
    raise Unreadable(f"there are more than {MAX_FRAMES} frames in one message")


def _stream(message: bytes, at: int) -> int:
    if at + STREAM > len(message):
        raise Unreadable("a gateway frame is cut short")
    return int.from_bytes(message[at + 1 : at + STREAM], "little")


def _length(message: bytes, at: int) -> int:
    length = int.from_bytes(message[at : at + LENGTH], "little")
    if at + LENGTH + length > len(message):
        raise Unreadable("a gateway frame is cut short")
    return length


def _parameters(body: bytes) -> dict[str, Any]:
    try:
        parameters = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        raise Unreadable("the parameters of a gateway stream are not JSON") from None
    return parameters if isinstance(parameters, dict) else {}
