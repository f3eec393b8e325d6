"""A store that keeps nothing beyond the run: for replays."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from screener.events import Event
from screener.family import Member
from screener.store.base import Issue, Recalled, event_key, relationship_key


class MemoryStore:
    """Dictionaries with the store's face. There is one reader and writer, so a transaction needs no undoing."""

    def __init__(self) -> None:
        self._events: set[tuple[str, str, str]] = set()
        self._recalled: dict[tuple[str, str, str], Recalled] = {}
        self._remembered: dict[tuple[str, str], dict[str, Any]] = {}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["MemoryStore"]:
        yield self

    async def knows(self, event: Event) -> bool:
        return event_key(event) in self._events

    async def recall(self, member: Member, event: Event) -> Recalled:
        return self._recalled.get(relationship_key(member, event), Recalled())

    async def keep(self, member: Member, event: Event, recalled: Recalled) -> None:
        self._events.add(event_key(event))
        self._recalled[relationship_key(member, event)] = recalled

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

    async def remembered(self, platform: str, device: str) -> dict[str, Any]:
        return dict(self._remembered.get((platform, device), {}))
