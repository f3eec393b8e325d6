"""Protocol Buffers, read without a schema: a message is its fields by number, those in it read when asked for."""

from typing import Self

from screener.errors import Unreadable

MAX_FIELDS = 20_000
MAX_DEPTH = 50
MAX_NUMBER = 2**29 - 1
VARINT, FIXED64, BYTES, GROUP, GROUP_END, FIXED32 = range(6)
SIZES = {FIXED64: 8, FIXED32: 4}


class Message:
    """The fields of one message. What lies under a number is of a known kind or, for us, not there."""

    def __init__(self, fields: dict[int, list[int | bytes]], depth: int = 0) -> None:
        self.fields = fields
        self.depth = depth

    @classmethod
    def read(cls, body: bytes, *, whole: bool = True, depth: int = 0) -> Self:
        """The message in a body. Raises Unreadable; with `whole` off, what comes before the damage is the message."""
        if depth > MAX_DEPTH:
            raise Unreadable(f"a protobuf message is nested more than {MAX_DEPTH} deep")
        fields: dict[int, list[int | bytes]] = {}
        reader = _Reader(body)
        try:
            while reader.at < len(body):
                number, value = reader.field()
                if value is not None:
                    fields.setdefault(number, []).append(value)
        except Unreadable:
            if whole:
                raise
        return cls(fields, depth)

    def number(self, field: int) -> int | None:
        """The last number under a field, never negative: as the format has it, the last one counts."""
        return next((one for one in reversed(self.fields.get(field, ())) if isinstance(one, int)), None)

    def blob(self, field: int) -> bytes | None:
        """The last bytes under a field."""
        return next((one for one in reversed(self.fields.get(field, ())) if isinstance(one, bytes)), None)

    def text(self, field: int) -> str | None:
        """The last text under a field; bytes that are not UTF-8 become U+FFFD."""
        found = self.blob(field)
        return None if found is None else found.decode("utf-8", "replace")

    def message(self, field: int) -> Self | None:
        """The last message under a field. Raises Unreadable where what lies there is none."""
        found = self.blob(field)
        return None if found is None else self.read(found, depth=self.depth + 1)

    def blobs(self, field: int) -> list[bytes]:
        """Everything that is repeated under a field, to be read one by one with `below`."""
        return [one for one in self.fields.get(field, ()) if isinstance(one, bytes)]

    def below(self, body: bytes) -> Self:
        """One of the `blobs` as a message. Raises Unreadable."""
        return self.read(body, depth=self.depth + 1)


class _Reader:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0
        self.read = 0

    def field(self) -> tuple[int, int | bytes | None]:
        """A field's number and value; None for a group, which nobody writes any more."""
        number, kind = self.tag()
        if kind == GROUP:
            self.skip_group(number)
            return number, None
        return number, self.value(kind)

    def tag(self) -> tuple[int, int]:
        self.read += 1
        if self.read > MAX_FIELDS:
            raise Unreadable(f"a protobuf message has more than {MAX_FIELDS} fields")
        number, kind = divmod(self.varint(), 8)
        if not 0 < number <= MAX_NUMBER:
            raise Unreadable("a protobuf field has no number")
        return number, kind

    def value(self, kind: int) -> int | bytes:
        if kind == VARINT:
            return self.varint()
        if kind == BYTES:
            return self.take(self.varint())
        if kind in SIZES:
            return int.from_bytes(self.take(SIZES[kind]), "little")
        raise Unreadable("a protobuf field is of no known kind")

    def skip_group(self, number: int) -> None:
        open_groups = [number]
        while open_groups:
            number, kind = self.tag()
            if kind == GROUP:
                if len(open_groups) >= MAX_DEPTH:
                    raise Unreadable(f"a protobuf group is nested more than {MAX_DEPTH} deep")
                open_groups.append(number)
            elif kind != GROUP_END:
                self.value(kind)
            elif open_groups.pop() != number:
                raise Unreadable("a protobuf group is not closed")

    def varint(self) -> int:
        # Byte by byte is most of the work, and most numbers are one byte long.
        body, at, number = self.body, self.at, 0
        for shift in range(0, 70, 7):
            if at >= len(body):
                raise Unreadable("a protobuf message is cut short")
            byte = body[at]
            at += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                self.at = at
                return number & (2**64 - 1)
        raise Unreadable("a protobuf number is too long")

    def take(self, length: int) -> bytes:
        if length > len(self.body) - self.at:
            raise Unreadable("a protobuf message is cut short")
        piece = self.body[self.at : self.at + length]
        self.at += length
        return piece
