"""What is kept of the past, what it is tried with, and what comes out of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from screener.events import Event
from screener.family import Member
from screener.feedback import Feedback
from screener.levels import LevelName
from screener.relationships import Relationship
from screener.rulebook import Rulebook
from screener.rules import Signal, Stage

type Books = Callable[[Member, str], Rulebook]
"""The rulebook by which a member's dealings on a platform are judged."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """What is kept of one relationship, and what judging it said at the time; its events are read only when needed.

    `relationship` is how it stands today. `counts` are its events by kind, `texts` what was written, by the event's
    account and id, where that is still kept. `signals` are those that were seen, `alert` is the id of its alert, where
    there is one, and `level` what that reached.
    """

    id: str
    member: Member
    relationship: Relationship
    counts: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    signals: tuple[Signal, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    alert: str | None = None
    level: LevelName | None = None
    opened: datetime | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.member.id, self.relationship.contact.platform, self.relationship.contact.id

    @property
    def size(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, kw_only=True)
class Lived:
    """A past with its events, in their order; an event has its words only where they are still kept."""

    past: Past
    events: tuple[Event, ...]


@dataclass(frozen=True, kw_only=True)
class Side:
    """One way to judge: by these rules, and with these answers of parents besides those given; by relationship."""

    books: Books
    answers: Mapping[str, tuple[Feedback, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one side would have told of a relationship within the days that are looked at: the highest level that was
    reached in them, when, and why, in the words of which rule. None where it never rose.
    """

    level: LevelName | None = None
    at: datetime | None = None
    stages: tuple[Stage, ...] = ()
    because: str = ""
    rule: str = ""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A relationship of which the two sides say different things. It can be asked who may see it, as an alert can."""

    relationship: str
    alert: str | None
    member: str
    member_name: str
    member_is_adult: bool
    member_age: int | None
    platform: str
    contact: str
    name: str
    before: Told
    after: Told
    opened: datetime

    @property
    def level(self) -> LevelName:
        """The lower of the two: who may not see that one may not see that it would be gone or new."""
        levels = [each for each in (self.before.level, self.after.level) if each is not None]
        return min(levels, key=("look", "talk", "act").index)

    @property
    def stages(self) -> tuple[Stage, ...]:
        return self.after.stages or self.before.stages

    def to_json(self) -> dict[str, Any]:
        told = self.after if self.after.level else self.before
        return {
            "member": self.member_name,
            "platform": self.platform,
            "contact": self.contact,
            "name": self.name,
            "alert": self.alert,
            "before": self.before.level,
            "after": self.after.level,
            "at": told.at.isoformat() if told.at else None,
            "because": told.because,
        }


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How much of the past could be played again, and what could not."""

    days: int = 0
    events: int = 0
    relationships: int = 0
    messages: int = 0
    with_words: int = 0
    """Messages whose words are still kept; of the others only that they came is known."""
    as_it_was: int = 0
    """Signs that can't be measured again and were taken as they were seen then."""
    in_doubt: int = 0
    """Of those, the ones whose rule or word list is changed: what the change does to them can't be told."""
    is_cut: bool = False
    """There was more than is looked at."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a change would have done."""

    seen: Seen
    differences: tuple[Difference, ...] = ()

    @property
    def added(self) -> tuple[Difference, ...]:
        return tuple(each for each in self.differences if each.before.level is None)

    @property
    def removed(self) -> tuple[Difference, ...]:
        return tuple(each for each in self.differences if each.after.level is None)

    @property
    def changed(self) -> tuple[Difference, ...]:
        """Still told, at another level."""
        return tuple(each for each in self.differences if each.before.level and each.after.level)

    def to_json(self) -> dict[str, Any]:
        return {
            "added": [each.to_json() for each in self.added],
            "removed": [each.to_json() for each in self.removed],
            "changed": [each.to_json() for each in self.changed],
            "looked_at": {
                name: getattr(self.seen, name)
                for name in ("days", "events", "relationships", "messages", "with_words", "as_it_was", "in_doubt")
            }
            | {"is_cut": self.seen.is_cut},
        }
