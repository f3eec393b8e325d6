"""As much of DER (X.690) as a time-stamp needs: values are written, and read back within bounds."""

from collections.abc import Iterator

BOOLEAN, INTEGER, OCTETS, OID, TIME, SEQUENCE, FIRST = 0x01, 0x02, 0x04, 0x06, 0x18, 0x30, 0xA0
"""The tags: `FIRST` is what stands as [0] around something else."""
MOST_BYTES_OF_LENGTH = 3


def written(tag: int, *content: bytes) -> bytes:
    """One value, made of its content."""
    whole = b"".join(content)
    if len(whole) < 0x80:
        return bytes((tag, len(whole))) + whole
    length = len(whole).to_bytes((len(whole).bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + whole


def number(value: int) -> bytes:
    """A number that is not below zero."""
    return written(INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def values(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """The values that stand there, each as tag and content. Raises ValueError where one is not whole."""
    at = 0
    while at < len(raw):
        if len(raw) < at + 2:
            raise ValueError("a value breaks off")
        tag, length, at = raw[at], raw[at + 1], at + 2
        if length >= 0x80:
            many = length & 0x7F
            if not 0 < many <= MOST_BYTES_OF_LENGTH:
                raise ValueError("a value has no length that can be read")
            length, at = int.from_bytes(raw[at : at + many]), at + many
        if len(raw) < at + length:
            raise ValueError("a value is longer than what holds it")
        yield tag, raw[at : at + length]
        at += length


def inside(raw: bytes, *tags: int) -> bytes:
    """The content of the first of these values, then of the first in that, and so on, by their tags."""
    for tag in tags:
        found = next(values(raw), None)
        if found is None or found[0] != tag:
            raise ValueError("something else stands there")
        raw = found[1]
    return raw
