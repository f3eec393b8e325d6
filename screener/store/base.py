"""What a store is: it recalls what is known of a relationship, and keeps what became of it, all or nothing."""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Protocol, Self

from screener.alerts import Alert
from screener.canaries import Outcome
from screener.events import Event
from screener.family import Member
from screener.feedback import Feedback, is_trusted
from screener.relationships import Relationship
from screener.rules import Signal
from screener.surroundings import Question, Surroundings

Severity = Literal["note", "warning", "error"]


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """What is known of one relationship: itself, the signals that hold, its alert, and what a parent answered to it."""

    relationship: Relationship | None = None
    signals: tuple[Signal, ...] = ()
    alert: Alert | None = None
    feedback: tuple[Feedback, ...] = ()

    def trusted(self, at: datetime) -> Self:
        """The same, with the contact known where a parent says so at that time, and no more where that has ended."""
        relationship = self.relationship
        if relationship is None:
            return self
        own = relationship.known and not relationship.trusted
        trusted = not own and is_trusted(self.feedback, at)
        if (own or trusted, trusted) == (relationship.known, relationship.trusted):
            return self
        return replace(self, relationship=replace(relationship, known=own or trusted, trusted=trusted))


@dataclass(frozen=True, kw_only=True)
class Issue:
    """Something that could not be seen, once: kept under `key` until it has stopped happening."""

    key: str
    severity: Severity
    what: str
    mend: str
    at: datetime
    count: int = 1


class Transaction(Protocol):
    """Everything done in it is kept together, or not at all."""

    async def passed(self, at: datetime, offset_ms: int | None) -> None:
        """Says when what follows passed this home, and how far the platform's clock was ahead of ours, if known."""

    async def knows(self, event: Event) -> bool:
        """Whether this event was kept before."""

    async def recall(self, member: Member, event: Event) -> Recalled: ...

    async def recall_account(self, member: Member, platform: str, contact: str, at: datetime) -> Recalled:
        """What is known at that time of the member's dealings with that account."""

    async def surroundings(self, question: Question) -> Surroundings:
        """What is known around an event, found with few and bounded look-ups."""

    async def keep(self, member: Member, event: Event, recalled: Recalled) -> None:
        """The event, the relationship after it, its signals and its alert."""

    async def remember(self, platform: str, device: str, values: Iterable[tuple[str, Any]]) -> None:
        """What a decoder remembers; a value of None forgets the key."""

    async def read(self, device: str, platform: str, member: str, at: datetime) -> None:
        """Notes that something of this platform was read on this device."""

    async def note(self, issue: Issue) -> None:
        """Counts something that could not be seen."""

    async def count(self, came: Iterable[tuple[str, str, Outcome, datetime]]) -> None:
        """Counts what came of answers: platform, endpoint, what it was, and when."""


class Store(Protocol):
    def transaction(self) -> AbstractAsyncContextManager[Transaction]: ...

    async def remembered(self, platform: str, device: str) -> dict[str, Any]:
        """What a decoder remembered, oldest first."""


def relationship_key(member: Member, event: Event) -> tuple[str, str, str]:
    """A relationship is one member's dealings with one contact, whichever of the member's accounts are used."""
    return member.id, event.contact.platform, event.contact.id


def event_key(event: Event) -> tuple[str, str, str]:
    """An event counts once for each account of ours that it came to."""
    return event.account.platform, event.account.id, event.id
