"""Thrift's compact protocol, read without a schema: a struct becomes a dictionary from field number to value."""

import struct
from dataclasses import dataclass
from typing import Any

from screener.errors import Unreadable

MAX_DEPTH = 50
MAX_VALUES = 200_000

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT, FLOAT = range(1, 14)


def read_struct(body: bytes) -> dict[int, Any]:
    """The struct that a body begins with; binary values stay bytes. Raises Unreadable."""
    return _Reader(body).struct(0)


def read_structs(body: bytes, count: int) -> list[dict[int, Any]]:
    """So many structs, one right after the other. Raises Unreadable."""
    reader = _Reader(body)
    return [reader.struct(0) for _ in range(count)]


@dataclass
class _Reader:
    body: bytes
    at: int = 0
    values: int = 0

    def take(self, length: int) -> bytes:
        if length > len(self.body) - self.at:
            raise Unreadable("a Thrift value is cut short")
        piece = self.body[self.at : self.at + length]
        self.at += length
        return piece

    def byte(self) -> int:
        return self.take(1)[0]

    def varint(self) -> int:
        number = 0
        for shift in range(0, 70, 7):
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return number
        raise Unreadable("a Thrift number is too long")

    def zigzag(self) -> int:
        number = self.varint()
        return (number >> 1) ^ -(number & 1)

    def struct(self, depth: int) -> dict[int, Any]:
        if depth > MAX_DEPTH:
            raise Unreadable(f"a Thrift struct is nested more than {MAX_DEPTH} deep")
        fields: dict[int, Any] = {}
        number = 0
        while head := self.byte():
            step, kind = divmod(head, 16)
            number = number + step if step else self.zigzag()
            # A yes or no is told by the field's type alone.
            fields[number] = kind == TRUE if kind in (TRUE, FALSE) else self.value(kind, depth)
        return fields

    def value(self, kind: int, depth: int) -> Any:
        self.values += 1
        if self.values > MAX_VALUES:
            raise Unreadable(f"a Thrift body has more than {MAX_VALUES} values")
        match kind:
            case 1 | 2:
                return self.byte() == TRUE
            case 3:
                return int.from_bytes(self.take(1), "little", signed=True)
            case 4 | 5 | 6:
                return self.zigzag()
            case 7:
                return struct.unpack("<d", self.take(8))[0]
            case 8:
                return self.take(self.varint())
            case 9 | 10:
                return self.sequence(depth)
            case 11:
                return self.mapping(depth)
            case 12:
                return self.struct(depth + 1)
            case 13:
                return struct.unpack(">f", self.take(4))[0]
        raise Unreadable(f"Thrift type {kind} is not known")

    def sequence(self, depth: int) -> list[Any]:
        count, kind = divmod(self.byte(), 16)
        if count == 15:
            count = self.varint()
        self.bounded(count, depth)
        return [self.value(kind, depth + 1) for _ in range(count)]

    def mapping(self, depth: int) -> list[tuple[Any, Any]]:
        """Pairs, because a key may be a list."""
        count = self.varint()
        if not count:
            return []
        keys, values = divmod(self.byte(), 16)
        self.bounded(count, depth)
        return [(self.value(keys, depth + 1), self.value(values, depth + 1)) for _ in range(count)]

    def bounded(self, count: int, depth: int) -> None:
        # Every element has at least one byte, an empty struct its stop byte.
        if count > len(self.body) - self.at:
            raise Unreadable("a Thrift list is longer than its body")
        if depth > MAX_DEPTH:
            raise Unreadable(f"a Thrift struct is nested more than {MAX_DEPTH} deep")
