"""MQTT 3.1 inside a WebSocket, the older way in which Messenger's pages hear of things."""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from screener.demo.wire.requeststream import varint

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, PINGRESP = 1, 2, 3, 4, 8, 9, 12, 13


@dataclass(frozen=True, kw_only=True)
class Packet:
    """One packet, its body still packed."""

    kind: int
    flags: int
    body: bytes


def connect(username: str) -> bytes:
    """How a page says who it is; `username` is JSON."""
    flags = 0b1000_0010
    return _packet(
        CONNECT, 0, _text("MQIsdp") + struct.pack("!BBH", 3, flags, 10) + _text("mqttwsclient") + _text(username)
    )


def connected() -> bytes:
    """The platform's welcome."""
    return _packet(CONNACK, 0, b"\0\0")


def publish(topic: str, body: bytes, number: int = 0) -> bytes:
    """Something said under a topic; with a number it is to be acknowledged."""
    return _packet(PUBLISH, 0b10 if number else 0, _text(topic) + (struct.pack("!H", number) if number else b"") + body)


def acknowledged(number: int) -> bytes:
    """Says that a numbered packet arrived."""
    return _packet(PUBACK, 0, struct.pack("!H", number))


def subscribe(number: int, topic: str) -> bytes:
    """Asks for what is said under a topic."""
    return _packet(SUBSCRIBE, 0b10, struct.pack("!H", number) + _text(topic) + b"\0")


def subscribed(number: int) -> bytes:
    """The platform's answer to that."""
    return _packet(SUBACK, 0, struct.pack("!H", number) + b"\0")


def pong() -> bytes:
    """The answer to a ping."""
    return _packet(PINGRESP, 0, b"")


def packets(received: bytes) -> Iterator[Packet]:
    """The whole packets in what was received."""
    at = 0
    while at < len(received):
        kind, flags = received[at] >> 4, received[at] & 15
        length = shift = 0
        while True:
            at += 1
            length |= (received[at] & 0x7F) << shift
            shift += 7
            if not received[at] & 0x80:
                break
        at += 1
        yield Packet(kind=kind, flags=flags, body=received[at : at + length])
        at += length


def published(packet: Packet) -> tuple[str, int, bytes]:
    """The topic, the number (0 for none) and the body of a published packet."""
    length = int.from_bytes(packet.body[:2])
    topic, rest = packet.body[2 : 2 + length].decode(), packet.body[2 + length :]
    if packet.flags & 0b110:
        return topic, int.from_bytes(rest[:2]), rest[2:]
    return topic, 0, rest


def username(packet: Packet) -> dict[str, Any]:
    """Who a page says that it is, out of its first packet."""
    at = 2 + int.from_bytes(packet.body[:2]) + 4
    at += 2 + int.from_bytes(packet.body[at : at + 2])
    length = int.from_bytes(packet.body[at : at + 2])
    said: dict[str, Any] = json.loads(packet.body[at + 2 : at + 2 + length])
    return said


def _packet(kind: int, flags: int, body: bytes) -> bytes:
    return bytes([kind << 4 | flags]) + varint(len(body)) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("!H", len(raw)) + raw
