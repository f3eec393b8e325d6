"""SignalR over WebSocket: JSON records that each end with one byte, and the older layout of one envelope a message."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from screener.capture import parsed
from screener.platforms.base import Unreadable, dig

END_OF_RECORD = b"\x1e"
INVOCATION = 1
MOST_RECORDS = 500


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """The server calls a function of the page by its name."""

    target: str
    arguments: list[Any]


def invocations(body: bytes) -> Iterator[Invocation | Unreadable]:
    """The calls in one WebSocket message, of either layout; a record that can't be read spoils no other."""
    for document in _documents(body):
        if isinstance(document, Unreadable):
            yield document
        elif dig(document, "type") in (INVOCATION, str(INVOCATION)):
            yield from _invocation(dig(document, "target"), dig(document, "arguments"))
        else:
            # The older layout: {"C": …, "M": [{"H": hub, "M": function, "A": arguments}]}.
            calls = dig(document, "M")
            for call in calls[:MOST_RECORDS] if isinstance(calls, list) else ():
                yield from _invocation(dig(call, "M"), dig(call, "A"))


def protocol(body: bytes) -> str | None:
    """The protocol that the page asks for in its first message, None in any other message."""
    for document in _documents(body):
        found = dig(document, "protocol")
        if isinstance(found, str):
            return found
    return None


def _documents(body: bytes) -> Iterator[Any]:
    records = body.split(END_OF_RECORD, MOST_RECORDS)
    for record in records[:MOST_RECORDS]:
        if record.strip():
            try:
                yield parsed(record)
            except Unreadable as why:
                yield why
    if len(records) > MOST_RECORDS and records[MOST_RECORDS]:
        yield Unreadable("the message has too many records")


def _invocation(target: Any, arguments: Any) -> Iterator[Invocation]:
    if isinstance(target, str) and isinstance(arguments, list):
        yield Invocation(target=target, arguments=arguments)
