"""The small things that a relationship remembers: names, what was heard and refused, other accounts of a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from screener.tally import day_of

MOST_NAMES = 20
MOST_LISTS = 48
MOST_POINTS = 4
LONGEST_WORD = 40
HOUR = 3600


class Heard(NamedTuple):
    """When a list was heard from one side: `first` and `last` count that side's messages, `day` is the last day."""

    first: int = 0
    last: int = 0
    day: int = 0


class Refused(NamedTuple):
    """A no to what a list asks for: how many messages of the contact lay between the two at least, and when it came."""

    after: int
    at: int


class Twin(NamedTuple):
    """Another account of the same person, and what says so."""

    platform: str
    id: str
    why: str


class Called(NamedTuple):
    """What the contact called itself, and from when to when it was seen so, in seconds."""

    kind: str
    text: str
    first: int
    last: int


def with_called(called: tuple[Called, ...], name: str | None, handle: str | None, at: datetime) -> tuple[Called, ...]:
    """Names and handles with one more sight of them; to the hour, as an inbox brings the same name all day long."""
    seconds = int(at.timestamp())
    for kind, text in (("name", name), ("handle", handle)):
        if not text:
            continue
        cut = text[:LONGEST_WORD]
        before = next((each for each in called if each.kind == kind and each.text == cut), None)
        if before is None:
            called = (*called, Called(kind, cut, seconds, seconds))[-MOST_NAMES:]
        elif seconds >= before.last + HOUR or seconds < before.first:
            now = before._replace(first=min(before.first, seconds), last=max(before.last, seconds))
            called = tuple(now if each is before else each for each in called)
    return called


def with_name(names: tuple[str, ...], name: str | None) -> tuple[str, ...]:
    if not name or name[:LONGEST_WORD] in names:
        return names
    return (*names, name[:LONGEST_WORD])[-MOST_NAMES:]


def with_point(points: tuple[tuple[int, int], ...], count: int | None, at: datetime) -> tuple[tuple[int, int], ...]:
    if count is None or (points and points[-1][1] == count):
        return points
    return (*points, (day_of(at), count))[-MOST_POINTS:]


def with_heard(said: Mapping[str, Heard], heard: frozenset[str], number: int, at: datetime) -> Mapping[str, Heard]:
    if not heard:
        return said
    now = dict(said)
    for name in sorted(heard):
        before = now.pop(name, Heard(first=number))
        now[name] = Heard(first=before.first, last=number, day=max(before.day, day_of(at)))
    # The lists heard last stand last, so that the ones dropped are the ones not heard for longest.
    return dict(list(now.items())[-MOST_LISTS:])
