"""A store that keeps nothing beyond the run: for replays."""

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from screener.alerts import height
from screener.canaries import Outcome
from screener.events import Event, Message
from screener.family import Member
from screener.feedback import Feedback
from screener.habits import Written
from screener.relationships import Relationship
from screener.store.base import Issue, Recalled, event_key, relationship_key
from screener.surroundings import (
    MOST_APPROACHES,
    MOST_NEAR,
    Approach,
    Question,
    Surroundings,
    answered,
    keys_of,
)
from screener.tally import day_of

type Key = tuple[str, str, str]


class MemoryStore:
    """Dictionaries with the store's face. There is one reader and writer, so a transaction needs no undoing."""

    def __init__(self) -> None:
        self._events: set[Key] = set()
        self._recalled: dict[Key, Recalled] = {}
        self._remembered: dict[tuple[str, str], dict[str, Any]] = {}
        # What relationships are found again by, each with those that have it; and what each of them has.
        self._found_by: defaultdict[tuple[str, str], dict[Key, None]] = defaultdict(dict)
        self._marks: dict[Key, frozenset[tuple[str, str]]] = {}
        self._approaches: list[tuple[datetime, Key]] = []
        self._approached: dict[Key, datetime] = {}
        # When each member's dealings with each contact last called for an alert that somebody is told of.
        self._alarmed: defaultdict[str, dict[Key, datetime]] = defaultdict(dict)
        # The members' own messages by member and day, so that habits cost the same however long the run.
        self._written: defaultdict[tuple[str, int], Counter[tuple[int, str, str]]] = defaultdict(Counter)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["MemoryStore"]:
        yield self

    async def passed(self, at: datetime, offset_ms: int | None) -> None:
        """A replay keeps no evidence."""

    async def knows(self, event: Event) -> bool:
        return event_key(event) in self._events

    async def recall(self, member: Member, event: Event) -> Recalled:
        return self._recalled.get(relationship_key(member, event), Recalled()).trusted(event.at)

    async def recall_account(self, member: Member, platform: str, contact: str, at: datetime) -> Recalled:
        return self._recalled.get((member.id, platform, contact), Recalled()).trusted(at)

    async def surroundings(self, question: Question) -> Surroundings:
        return answered(
            question,
            near=self._near(question),
            approaches=tuple(self._turned(question)),
            named=self._named(question),
            written=self._wrote(question),
            alarmed=self._alarm(question),
        )

    async def keep(self, member: Member, event: Event, recalled: Recalled) -> None:
        key = relationship_key(member, event)
        is_new = event_key(event) not in self._events
        self._events.add(event_key(event))
        self._recalled[key] = recalled
        if recalled.relationship is None:
            return
        self._mark(key, recalled.relationship)
        if recalled.alert is not None and height(recalled.alert.level) >= height("talk"):
            self._alarmed[member.id][key] = recalled.alert.updated
        at, before = recalled.relationship.approached_at(), self._approached.get(key)
        if at is not None and at != before:
            if before is not None:
                self._approaches.remove((before, key))
            self._approached[key] = at
            insort(self._approaches, (at, key))
        if isinstance(event, Message) and event.by == "member" and is_new:
            hour = int(event.at.timestamp()) // 3600
            self._written[member.id, hour // 24][hour, key[1], key[2]] += 1

    def answer(self, member: Member, platform: str, contact: str, *said: Feedback) -> None:
        """What a parent says of the relationship from now on, instead of what was said before."""
        key = (member.id, platform, contact)
        self._recalled[key] = replace(self._recalled.get(key, Recalled()), feedback=said)

    async def remember(self, platform: str, device: str, values: Iterable[tuple[str, Any]]) -> None:
        kept = self._remembered.setdefault((platform, device), {})
        for key, value in values:
            kept.pop(key, None)
            if value is not None:
                kept[key] = value

    async def read(self, device: str, platform: str, member: str, at: datetime) -> None:
        """A replay has no coverage to show."""

    async def note(self, issue: Issue) -> None:
        """A replay prints what it could not read as it goes."""

    async def count(self, came: Iterable[tuple[str, str, Outcome, datetime]]) -> None:
        """A replay looks at one recording, and compares it with nothing."""

    async def remembered(self, platform: str, device: str) -> dict[str, Any]:
        return dict(self._remembered.get((platform, device), {}))

    def _mark(self, key: Key, relationship: Relationship) -> None:
        keys = keys_of(relationship.contact)
        marks = {("name", keys.name), ("handle", keys.handle), ("avatar", keys.avatar), ("contact", key[2].lower())}
        marks |= {("gave", each) for each in relationship.gave}
        if relationship.known or relationship.contact.is_friend:
            marks.add((f"friend of {key[0]}", keys.given))
        new = frozenset((kind, mark) for kind, mark in marks if mark)
        old = self._marks.get(key, frozenset())
        if new == old:
            return
        self._marks[key] = new
        for each in new - old:
            self._found_by[each][key] = None
        for each in old - new:
            self._found_by[each].pop(key, None)

    def _near(self, question: Question) -> tuple[Relationship, ...]:
        own = (question.member.id, question.platform, question.contact)
        wanted = [("name", question.keys.name), ("avatar", question.keys.avatar)]
        wanted += [("handle", key) for key in question.handles]
        wanted += [("gave", each) for each in question.called] + [("contact", each) for each in question.gave]
        keys = {key for kind, mark in wanted if mark for key in self._found_by.get((kind, mark), ())}
        found = [self._recalled[key].relationship for key in keys if key != own]
        near = [each for each in found if each is not None]
        near.sort(key=lambda each: (each.known, each.last_at, each.contact.id), reverse=True)
        return tuple(near[:MOST_NEAR])

    def _turned(self, question: Question) -> Iterator[Approach]:
        since = question.approaches_since
        if since is None:
            return
        for at, key in self._approaches[-1 : -MOST_APPROACHES - 1 : -1]:
            if at < since:
                return
            relationship = self._recalled[key].relationship
            if at <= question.at and relationship is not None:
                contact = relationship.contact
                yield Approach(
                    member=key[0], platform=key[1], contact=key[2], at=at, keys=keys_of(contact), joined=contact.joined
                )

    def _named(self, question: Question) -> Iterator[str]:
        own = (question.member.id, question.platform, question.contact)
        for word in question.words:
            if self._found_by.get((f"friend of {question.member.id}", word), {}).keys() - {own}:
                yield word

    def _wrote(self, question: Question) -> Iterator[Written]:
        if question.habits_since is None:
            return
        since = int(question.habits_since.timestamp()) // 3600
        for day in range(since // 24, day_of(question.at) + 1):
            for (hour, platform, contact), messages in self._written.get((question.member.id, day), {}).items():
                if hour >= since:
                    yield Written(hour, platform, contact, messages)

    def _alarm(self, question: Question) -> datetime | None:
        since, own = question.alarmed_since, (question.member.id, question.platform, question.contact)
        if since is None:
            return None
        found = (
            at
            for key, at in self._alarmed.get(question.member.id, {}).items()
            if key != own and since <= at <= question.at and not self._is_known(key, question.at)
        )
        return max(found, default=None)

    def _is_known(self, key: Key, at: datetime) -> bool:
        relationship = self._recalled[key].trusted(at).relationship
        return relationship is not None and relationship.known
