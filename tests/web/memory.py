"""A desk in memory, and the alerts the tests put on it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from screener.alerts import State
from screener.family import Member
from screener.levels import LEVELS
from screener.rules import Stage
from screener.web.base import (
    AlertView,
    Change,
    ContactView,
    Coverage,
    IssueView,
    Known,
    SignalView,
    User,
)

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class MemoryDesk:
    def __init__(self) -> None:
        self.all: dict[str, AlertView] = {}
        self.people: dict[str, User] = {}
        self.troubles: list[IssueView] = []
        self.rows: list[Coverage] = []
        self.strikes: dict[str, list[datetime]] = {}
        self.did: list[tuple[str, str, str]] = []
        self.listening: list[asyncio.Queue[Change]] = []
        self.family: tuple[Member, ...] = ()

    def put(self, alert: AlertView) -> None:
        what: Literal["opened", "grew"] = "grew" if alert.id in self.all else "opened"
        self.all[alert.id] = alert
        for queue in self.listening:
            queue.put_nowait(Change(alert=alert.id, level=alert.level, what=what))

    async def alerts(self, *, state: Literal["open", "closed"] | None = None) -> list[AlertView]:
        wanted = {"open": ("new", "seen"), "closed": ("closed",), None: ("new", "seen", "closed")}[state]
        found = [alert for alert in self.all.values() if alert.state in wanted]
        return sorted(found, key=lambda alert: (LEVELS.index(alert.level), alert.updated), reverse=True)

    async def alert(self, id: str) -> AlertView | None:
        return self.all.get(id)

    async def mark_seen(self, id: str, by: str) -> None:
        if self.all[id].state == "new":
            await self.set_state(id, "seen", by)

    async def set_state(self, id: str, state: State, by: str) -> None:
        self.did.append((id, state, by))
        self.put(replace(self.all[id], state=state))

    async def have_pages(self) -> frozenset[str]:
        return frozenset(user.member for user in self.people.values() if user.member is not None)

    async def issues(self) -> list[IssueView]:
        return self.troubles

    async def coverage(self) -> list[Coverage]:
        return self.rows

    async def changes(self) -> AsyncIterator[Change]:
        queue: asyncio.Queue[Change] = asyncio.Queue()
        self.listening.append(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self.listening.remove(queue)

    async def users(self) -> int:
        return len(self.people)

    async def user(self, name: str) -> User | None:
        return self.people.get(name)

    async def add_user(self, name: str, password_hash: str) -> None:
        if name in self.people:
            raise ValueError("the name is taken")
        self.people[name] = User(id=str(len(self.people) + 1), name=name, password_hash=password_hash)

    async def members(self) -> tuple[Member, ...]:
        return self.family

    async def add_first_user(self, name: str, password_hash: str, member: str | None = None) -> bool:
        if self.people:
            return False
        await self.add_user(name, password_hash)
        self.people[name] = replace(self.people[name], member=member)
        return True

    async def end_sessions(self, name: str) -> None:
        self.people[name] = replace(self.people[name], epoch=self.people[name].epoch + 1)

    async def failures(self, key: str) -> tuple[datetime, ...]:
        return tuple(sorted(self.strikes.get(key, ()), reverse=True)[:50])

    async def record_failure(self, key: str, at: datetime) -> None:
        self.strikes.setdefault(key, []).append(at)

    async def clear_failures(self, key: str) -> None:
        self.strikes.pop(key, None)


def a_signal(stage: Stage, because: str, points: int = 20, minutes: int = 0, advice: str = "") -> SignalView:
    rule = f"{stage}-{points}"
    return SignalView(
        rule=rule,
        stage=stage,
        points=points,
        because=because,
        at=NOON - timedelta(days=2) + timedelta(minutes=minutes),
        rule_file=f"rules/{stage}/{rule}.yaml",
        advice=advice,
    )


def a_contact(**values: object) -> ContactView:
    usual = {
        "platform": "facebook",
        "id": "100000000000042",
        "names": ("Sky Walden",),
        "handle": "sky.walden.example",
        "url": "https://facebook.example/profile/100000000000042",
        "facts": (
            Known(label="Account opened", value="2026-04-20", basis="read from the id"),
            Known(label="Friends in common", value="0", basis="the platform says so"),
        ),
    }
    return ContactView(**(usual | values))  # type: ignore[arg-type]


def an_alert(id: str = "a1", **values: object) -> AlertView:
    usual = {
        "id": id,
        "level": "talk",
        "state": "new",
        "member_name": "Mia",
        "contact": a_contact(),
        "points": 75,
        "stages": ("approach", "befriend"),
        "opened": NOON - timedelta(days=2),
        "updated": NOON - timedelta(minutes=12),
        "signals": (
            a_signal("approach", "Sky Walden opened this account 12 days ago and shares no friends with Mia.", 35, 0),
            a_signal("befriend", "Sky Walden asked about Mia’s family and who is at home.", 40, 90),
        ),
        "unseen": "Calls are seen as calls: what is said or shown in them can’t be read.",
    }
    return AlertView(**(usual | values))  # type: ignore[arg-type]


def coverage_that_is_good() -> list[Coverage]:
    seen = NOON - timedelta(minutes=3)
    return [Coverage(device="Mia’s laptop", member="Mia", platform="facebook", state="reads", last_read=seen)]
