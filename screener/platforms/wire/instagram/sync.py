"""What Instagram's gateway pushes: JSON in a protobuf message in base64 in JSON, or plainly in some bytes."""

import base64
from collections.abc import Iterator
from typing import Any

from screener.capture import parsed
from screener.errors import Unreadable
from screener.platforms.base import dig
from screener.platforms.wire.documents import found
from screener.platforms.wire.instagram.slide import DELTAS
from screener.platforms.wire.protobuf import Message

MARK = DELTAS.encode()
ROOTS = frozenset({DELTAS})
# Field numbers: an answer's operations, an operation's change, the change's text.
OPERATIONS, CHANGE, TEXT = 2, 3, 2
MOST_DELTAS = 2_000


def deltas(body: bytes) -> Iterator[Any]:
    """Every change in a message of the gateway; a message of another kind has none. Raises Unreadable."""
    for text in _texts(body):
        if MARK in text:
            for _, rows in found(parsed(text), ROOTS):
                yield from rows[:MOST_DELTAS] if isinstance(rows, list) else ()


def plain(body: bytes) -> Iterator[Any]:
    """Every change in bytes that hold the JSON as it is, with something before or behind it. Raises Unreadable."""
    if MARK in body:
        start, end = body.find(b"["), body.rfind(b"]")
        for _, rows in found(parsed(body[start : end + 1] if start >= 0 else body), ROOTS):
            yield from rows[:MOST_DELTAS] if isinstance(rows, list) else ()


def _texts(body: bytes) -> Iterator[bytes]:
    if not body.lstrip().startswith(b"{"):
        # On threads.com some messages are protobuf without the wrapping.
        if MARK in body:
            yield from _changes(body)
        return
    payload = dig(parsed(body), "payload")
    if isinstance(payload, str) and payload:
        try:
            content = base64.b64decode(payload, validate=True)
        except ValueError:
            raise Unreadable("the payload is not base64") from None
        yield from _changes(content)


def _changes(content: bytes) -> Iterator[bytes]:
    answer = Message.read(content)
    for operation in answer.blobs(OPERATIONS):
        change = answer.below(operation).message(CHANGE)
        text = change.blob(TEXT) if change else None
        if text:
            yield text
