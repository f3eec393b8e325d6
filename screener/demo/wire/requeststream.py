"""What lies in the data frames of Meta's real-time sockets: a Thrift compact union around a piece of JSON."""

import json
from typing import Any

# The union's members, and the kinds of value, as the compact protocol numbers them.
REQUEST_BODY, RESPONSE = 2, 5
I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12

type Field = tuple[int, int, bytes]


def asked(parameters: Any) -> bytes:
    """What the browser wants of a stream."""
    return _struct((REQUEST_BODY, STRUCT, _struct((1, BINARY, _binary(_json(parameters))))))


def started(number: int) -> bytes:
    """The platform's word that a stream has begun."""
    return _response(number, _struct((1, STRUCT, _struct((1, I32, _zigzag(2))))))


def pushed(number: int, document: Any) -> bytes:
    """A piece of JSON that the platform sends without being asked."""
    return _response(number, _struct((4, STRUCT, _struct((1, BINARY, _binary(_json(document)))))))


def _response(number: int, *deltas: bytes) -> bytes:
    listed = bytes([len(deltas) << 4 | STRUCT]) + b"".join(deltas)
    return _struct((RESPONSE, STRUCT, _struct((1, I64, _zigzag(number)), (2, LIST, listed))))


def _struct(*fields: Field) -> bytes:
    """Fields in order, each named by how far its number is from the one before."""
    out = bytearray()
    before = 0
    for number, kind, value in fields:
        out += bytes([(number - before) << 4 | kind]) + value
        before = number
    return bytes(out) + b"\0"


def _binary(value: bytes) -> bytes:
    return varint(len(value)) + value


def _zigzag(value: int) -> bytes:
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)


def varint(value: int) -> bytes:
    """A number in as few bytes as it needs, seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _json(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
