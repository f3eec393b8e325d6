"""Thrift's binary protocol, read without a schema: a struct becomes a dictionary from field number to value."""

import struct
from dataclasses import dataclass
from typing import Any

from screener.errors import Unreadable

MAX_DEPTH = 50
MAX_VALUES = 200_000

STOP, BOOL, BYTE, DOUBLE, I16, I32, I64, STRING, STRUCT, MAP, SET, LIST = 0, 2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 15
_NUMBERS = {BYTE: 1, I16: 2, I32: 4, I64: 8}


def read_struct(body: bytes) -> dict[int, Any]:
    """The struct that a body begins with; texts stay bytes. Raises Unreadable."""
    return _Reader(body).struct(0)


@dataclass
class _Reader:
    body: bytes
    at: int = 0
    values: int = 0

    def take(self, length: int) -> bytes:
        if not 0 <= length <= len(self.body) - self.at:
            raise Unreadable("a Thrift value is cut short")
        piece = self.body[self.at : self.at + length]
        self.at += length
        return piece

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "big", signed=True)

    def struct(self, depth: int) -> dict[int, Any]:
        if depth > MAX_DEPTH:
            raise Unreadable(f"a Thrift struct is nested more than {MAX_DEPTH} deep")
        fields: dict[int, Any] = {}
        while kind := self.take(1)[0]:
            number = self.number(2)
            fields[number] = self.value(kind, depth)
        return fields

    def value(self, kind: int, depth: int) -> Any:
        self.values += 1
        if self.values > MAX_VALUES:
            raise Unreadable(f"a Thrift body has more than {MAX_VALUES} values")
        if kind in _NUMBERS:
            return self.number(_NUMBERS[kind])
        match kind:
            case 2:
                return self.take(1)[0] != 0
            case 4:
                return struct.unpack(">d", self.take(8))[0]
            case 11:
                return self.take(self.number(4))
            case 12:
                return self.struct(depth + 1)
            case 13:
                keys, values = self.take(2)
                # Pairs, because a key may be a list.
                return [
                    (self.value(keys, depth + 1), self.value(values, depth + 1)) for _ in range(self.count(2, depth))
                ]
            case 14 | 15:
                inner = self.take(1)[0]
                return [self.value(inner, depth + 1) for _ in range(self.count(1, depth))]
        raise Unreadable(f"Thrift type {kind} is not known")

    def count(self, each: int, depth: int) -> int:
        """How many values follow; each takes at least a byte, an empty struct its stop byte."""
        count = self.number(4)
        if not 0 <= count * each <= len(self.body) - self.at:
            raise Unreadable("a Thrift list is longer than its body")
        if depth > MAX_DEPTH:
            raise Unreadable(f"a Thrift struct is nested more than {MAX_DEPTH} deep")
        return count
