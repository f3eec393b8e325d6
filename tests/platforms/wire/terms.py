"""Writes Erlang's external term format, for tests, as Discord's servers do: map keys and texts are binaries."""

import struct
from typing import Any


def written(value: Any) -> bytes:
    """The value with the version in front."""
    return b"\x83" + _term(value)


def _term(value: Any) -> bytes:
    match value:
        case None | True | False:
            name = {None: b"nil", True: b"true", False: b"false"}[value]
            return b"s" + bytes([len(name)]) + name
        case int() if 0 <= value < 256:
            return b"a" + bytes([value])
        case int() if -(2**31) <= value < 2**31:
            return b"b" + struct.pack(">i", value)
        case int():
            size = (abs(value).bit_length() + 7) // 8
            return b"n" + bytes([size, value < 0]) + abs(value).to_bytes(size, "little")
        case float():
            return b"F" + struct.pack(">d", value)
        case str():
            text = value.encode()
            return b"m" + struct.pack(">I", len(text)) + text
        case []:
            return b"j"
        case list():
            return b"l" + struct.pack(">I", len(value)) + b"".join(map(_term, value)) + b"j"
        case dict():
            pairs = b"".join(_term(key) + _term(inner) for key, inner in value.items())
            return b"t" + struct.pack(">I", len(value)) + pairs
    raise ValueError(f"{type(value)} has no term")
