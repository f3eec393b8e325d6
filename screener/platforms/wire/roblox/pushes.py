"""Roblox's pushes: they say that something happened and between whom, and make the page fetch the rest."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from screener.capture import parsed
from screener.platforms.base import Found, Memory, Unreadable, dig, every
from screener.platforms.wire import signalr
from screener.platforms.wire.roblox import people
from screener.platforms.wire.roblox.objects import rows, words
from screener.platforms.wire.roblox.session import Session

# The only pushes that name two people. Those of chats name a conversation, whose messages are read when fetched.
FRIENDSHIP = "friendshipnotifications"


def pushed(session: Session) -> Iterator[Found]:
    """What one WebSocket message of either side tells; the same complaint once a connection."""
    yield from once(_pushed(session), session.memory)


def each(found: list[Any], read: Callable[[Any], Iterator[Found]]) -> Iterator[Found]:
    """What lies in the rows; a complaint that holds for all of them is said once."""
    yield from once(every(found, read), Memory())


def once(found: Iterator[Found], memory: Memory) -> Iterator[Found]:
    """Says the same complaint once a connection. Nothing else is remembered of one."""
    for one in found:
        told = memory.stream.get("told", ())
        if not isinstance(one, Unreadable):
            yield one
        elif str(one) not in told:
            memory.stream["told"] = (*told, str(one))
            yield one


def _pushed(session: Session) -> Iterator[Found]:
    capture = session.capture
    if capture.side == "client":
        if signalr.protocol(capture.body) not in (None, "json"):
            yield Unreadable("the pushes are not written as JSON")
        return
    for call in signalr.invocations(capture.body):
        if isinstance(call, Unreadable):
            yield call
        elif FRIENDSHIP in (call.target.lower(), (words(call.arguments, 0) or "").lower()):
            yield from every([dig(call.arguments, 1)], partial(_friendship, session))


def _friendship(session: Session, told: Any) -> Iterator[Found]:
    """What is told stands as JSON in a text; one push may tell of several."""
    told = parsed(told) if isinstance(told, str) else told
    yield from every(rows(told) if isinstance(told, list) else [told], partial(people.pushed, session))
