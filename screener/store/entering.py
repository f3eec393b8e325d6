"""What an event leaves behind in a chain: its body, names that are new, and what the platform says now. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from screener import chain
from screener.alerts import Alert
from screener.entities import found
from screener.events import Accepted, Account, Call, Deleted, Edited, Event, FriendRequest, Message
from screener.relationships import Relationship
from screener.rules import Signal

LONGEST = 4_000
"""So much of one message is kept; nothing of pictures, sounds and videos."""
MOST_NAMES = 200
NAMES = ("name", "handle", "url")
COUNTS = frozenset({"friends", "following", "posts", "mutual_friends", "joined_recently_at"})
"""What changes from day to day by itself, and is no news."""


def words_of(event: Event) -> str:
    """The words of a message, or those put into an old one."""
    return ((event.text or "") if isinstance(event, Message | Edited) else "")[:LONGEST]


def details_of(event: Event, *, known: bool = False) -> dict[str, Any]:
    """What came with an event besides its words: never a picture, only that there was one."""
    body: dict[str, Any] = {
        "conversation": event.conversation,
        "group": event.group,
        "pending": event.pending,
        "history": event.history or None,
    }
    match event:
        case Message():
            body |= {"media": list(event.media) or None, "encrypted": event.encrypted}
        case Call():
            body |= {"call": event.call, "seconds": event.seconds}
        case FriendRequest():
            note = (event.note or "")[:LONGEST] or None
            body |= {"mutual_friends": event.mutual_friends, "note": None if known else note}
        case Accepted():
            body |= {"asked": event.asked}
        case Edited() | Deleted():
            body |= {"message": event.message}
    if isinstance(event, Message | Edited) and len(event.text or "") > LONGEST:
        body["cut"] = True
    return {name: value for name, value in body.items() if value is not None}


def body_of(event: Event, *, known: bool) -> dict[str, Any]:
    """All that is kept of an event; of somebody whom the family knows, no words."""
    body = details_of(event, known=known)
    words = words_of(event)
    return body | ({"known": True} if known else {"text": words} if words else {})


def entities_of(words: str) -> dict[str, Any]:
    """What a text holds that can be followed up."""
    each = ({"kind": one.kind, "value": one.value, "start": one.start, "end": one.end} for one in found(words))
    every = list(each)
    return {"entities": every} if every else {}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a chain says of its contact so far: what the platform says, each name with first and last, each signal."""

    contact: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[tuple[str, str, int, int], ...] = ()
    signals: tuple[tuple[str, str], ...] = ()
    level: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "contact": dict(self.contact),
            "names": [list(each) for each in self.names],
            "signals": [list(each) for each in self.signals],
            "level": self.level,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Seen":
        return cls(
            contact=kept.get("contact", {}),
            names=tuple((kind, value, first, last) for kind, value, first, last in kept.get("names", ())),
            signals=tuple((rule, event) for rule, event in kept.get("signals", ())),
            level=kept.get("level", ""),
        )


type News = list[tuple[str, dict[str, Any]]]
"""Kinds of entry, each with its body."""


def named(seen: Seen, names: Iterable[tuple[str, str, int, int]]) -> tuple[Seen, News]:
    """The names seen now laid over those before; each that is new is an entry."""
    news: News = []
    every = {(kind, value): (first, last) for kind, value, first, last in seen.names}
    for kind, value, first, last in names:
        before = every.get((kind, value))
        if before is None:
            same = [(until, other) for (sort, other), (_, until) in every.items() if sort == kind]
            body = {"kind": kind, "value": value, "first": _stamp(first), "last": _stamp(last)}
            news.append(("name", body | ({"instead_of": max(same)[1]} if same else {})))
            every[kind, value] = (first, last)
        else:
            every[kind, value] = (min(first, before[0]), max(last, before[1]))
    kept = tuple((kind, value, first, last) for (kind, value), (first, last) in every.items())
    if len(kept) > MOST_NAMES:
        kept = tuple(sorted(kept, key=lambda each: each[3])[-MOST_NAMES:])
    return replace(seen, names=kept), news


def names_of(contact: Account, at: datetime) -> list[tuple[str, str, int, int]]:
    """What a contact calls itself in one event."""
    seconds, said = int(at.timestamp()), contact.to_json()
    return [(kind, said[kind], seconds, seconds) for kind in NAMES if said.get(kind)]


def names_before(relationship: Relationship) -> list[tuple[str, str, int, int]]:
    """What a contact called itself until now; an address stands there with the last time anything was heard."""
    called = sorted(relationship.called, key=lambda each: (each.first, each.last))
    at = relationship.last_at or datetime.fromtimestamp(0, UTC)
    url = [each for each in names_of(relationship.contact, at) if each[0] == "url"]
    return [*((each.kind, each.text, each.first, each.last) for each in called), *url]


def described(seen: Seen, contact: Account) -> tuple[Seen, News]:
    """What the platform says of the contact now; where something of it is new, that is an entry."""
    said = {name: value for name, value in contact.to_json().items() if name not in ("platform", "id", *NAMES)}
    now = {name: value for name, value in said.items() if seen.contact.get(name) != value}
    if not now:
        return seen, []
    was = {name: seen.contact[name] for name in now if name in seen.contact}
    after = replace(seen, contact={**seen.contact, **now})
    if not now.keys() - COUNTS and seen.contact:
        return after, []
    return after, [("profile", {"now": now} | ({"was": was} if was else {}))]


def alerted(seen: Seen, alert: Alert) -> tuple[Seen, News]:
    """What the alert says that it did not say before."""
    # What holds of every message, such as that nobody knows the contact, is said once; each threat is said.
    signals = tuple((each.rule, each.event if each.alone else "") for each in alert.signals)
    before = frozenset(seen.signals)
    news = [each for each, key in zip(alert.signals, signals, strict=True) if key not in before]
    after = replace(seen, signals=signals, level=alert.level)
    if not news and alert.level == seen.level:
        return after, []
    body = {
        "level": alert.level,
        "points": alert.points,
        "stages": list(alert.stages),
        "signals": [_signal(each) for each in news],
    }
    return after, [("alert", body)]


def _signal(signal: Signal) -> dict[str, Any]:
    return {
        "rule": signal.rule,
        "stage": signal.stage,
        "points": signal.points,
        "because": signal.because,
        "event": signal.event,
        "at": chain.stamp(signal.at),
    }


def _stamp(seconds: int) -> str:
    return chain.stamp(datetime.fromtimestamp(seconds, UTC))
