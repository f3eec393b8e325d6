"""The frames of TikTok's messaging socket (pbbp2): what they carry, unpacked."""

from screener.errors import Unreadable
from screener.platforms.wire.protobuf import Message
from screener.unpack import MAX_BYTES, plain

ENCODING, PAYLOAD = 6, 8
# A heartbeat is the word "hi"; no frame with a message in it is as short as this.
HEARTBEAT = 8
LEAST_MATCH = 4


def payload(frame: bytes, *, whole: bool = True) -> Message | None:
    """The message that a frame carries, None where it carries nothing. Raises Unreadable.

    With `whole` off, what comes before the first damage counts.
    """
    if len(frame) <= HEARTBEAT:
        return None
    found = Message.read(frame, whole=whole)
    packed = found.blob(PAYLOAD)
    if not packed:
        return None
    match found.text(ENCODING) or "":
        case "":
            body = packed
        case "gzip":
            body = plain(packed, "gzip")
        case "__lz4":
            body = lz4_block(packed)
        case other:
            raise Unreadable(f"the frame's encoding {other[:20]!r} is unknown")
    return Message.read(body, whole=whole)


def lz4_block(packed: bytes, *, most: int = MAX_BYTES) -> bytes:
    """A raw LZ4 block, unpacked. Raises Unreadable when it is damaged or gives more than `most` bytes."""
    out = bytearray()
    at = 0
    while at < len(packed):
        token = packed[at]
        length, at = _length(packed, at + 1, token >> 4)
        if at + length > len(packed):
            raise Unreadable("an LZ4 block is cut short")
        out += packed[at : at + length]
        at += length
        if at == len(packed):
            # The last sequence has no match.
            break
        if at + 2 > len(packed):
            raise Unreadable("an LZ4 block is cut short")
        distance = int.from_bytes(packed[at : at + 2], "little")
        length, at = _length(packed, at + 2, token & 15)
        length += LEAST_MATCH
        if not 0 < distance <= len(out):
            raise Unreadable("an LZ4 block points before its beginning")
        if len(out) + length > most:
            raise Unreadable(f"the LZ4 block unpacks to more than {most} bytes")
        begin = len(out) - distance
        piece = bytes(out[begin : begin + length])
        # A match may reach into what it is itself writing: then it repeats.
        out += (piece * (length // len(piece) + 1))[:length]
    return bytes(out)


def _length(packed: bytes, at: int, nibble: int) -> tuple[int, int]:
    """A length whose first part is in the token: 15 means that bytes follow, as long as they are 255."""
    if nibble < 15:
        return nibble, at
    while True:
        if at >= len(packed):
            raise Unreadable("an LZ4 block is cut short")
        byte, at = packed[at], at + 1
        nibble += byte
        if byte < 255:
            return nibble, at
