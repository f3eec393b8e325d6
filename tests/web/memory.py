"""A desk in memory, and the alerts the tests put on it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from screener.alerts import Alert, State
from screener.events import Account, FriendRequest
from screener.family import Member
from screener.levels import LEVELS
from screener.relationships import Relationship
from screener.rules import Signal, Stage
from screener.web.base import (
    AlertView,
    Change,
    ContactView,
    Coverage,
    IssueView,
    Known,
    Listed,
    SignalView,
    User,
    Wanted,
)
from screener.web.casefile import CaseFile, Name
from screener.web.sessions import Session

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
        self.logins = MemoryLogins()

    def put(self, alert: AlertView) -> None:
        what: Literal["opened", "grew"] = "grew" if alert.id in self.all else "opened"
        self.all[alert.id] = alert
        for queue in self.listening:
            queue.put_nowait(Change(alert=alert.id, level=alert.level, what=what))

    async def alerts(self, *, state: Literal["open", "closed"] | None = None) -> list[AlertView]:
        wanted = {"open": ("new", "seen"), "closed": ("closed",), None: ("new", "seen", "closed")}[state]
        found = [alert for alert in self.all.values() if alert.state in wanted]
        return sorted(found, key=lambda alert: (LEVELS.index(alert.level), alert.updated), reverse=True)

    async def listed(
        self, wanted: Wanted, see: Callable[[AlertView], bool], now: datetime, *, most: int = 100, skip: int = 0
    ) -> Listed:
        found = [alert for alert in await self.alerts() if alert.state in wanted.states and not wanted.put_off]
        seen = [alert for alert in found if see(alert)]
        return Listed(count=len(seen), rows=tuple(seen[skip : skip + most]), kinds=tuple(found))

    async def alert(self, id: str) -> AlertView | None:
        return self.all.get(id)

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

    async def member(self, id: str | None) -> Member | None:
        return next((member for member in self.family if member.id == id), None)

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


class MemoryLogins:
    """The log-ins that hold, in memory; see `screener.web.logins.Logins`."""

    def __init__(self) -> None:
        self.all: dict[str, tuple[str, str, str]] = {}

    async def begin(self, session: Session, user: User, *, agent: str, peer: str, now: datetime) -> None:
        self.all[session.id] = (user.id, agent, peer)

    async def holds(self, session: Session, user: User, now: datetime) -> bool:
        return session.id in self.all and self.all[session.id][0] == user.id

    async def end(self, id: str, user: User) -> bool:
        return self.all.pop(id, None) is not None

    async def by_passkey(self) -> bool:
        return False


@dataclass(frozen=True)
class MemoryCases:
    """What the case page asks besides the alert: its signals as the pipeline keeps them, and what is done with it."""

    desk: MemoryDesk

    async def of(self, id: str, now: datetime | None = None) -> Any:
        """The file of an alert; and nothing, where the answers to it are asked for."""
        if now is None:
            return ()
        view = self.desk.all[id]
        signals = tuple(
            Signal(
                rule=signal.rule,
                stage=signal.stage,
                points=signal.points,
                because=signal.because,
                advice=signal.advice,
                event=f"event:{n}",
                at=signal.at,
                file=signal.rule_file,
            )
            for n, signal in enumerate(view.signals)
        )
        contact = view.contact
        account = Account(platform=contact.platform, id=contact.id, name="".join(contact.names[:1]))
        member = Member(id=view.member, name=view.member_name)
        request = FriendRequest(id="request", at=view.opened, account=account, contact=account)
        names = tuple(Name(kind="name", text=name) for name in contact.names)
        alert = Alert(
            id=id,
            level=view.level,
            points=view.points,
            stages=view.stages,
            signals=signals,
            opened=view.opened,
            updated=view.updated,
        )
        return CaseFile(alert=alert, relationship=Relationship.first(member=member, event=request), names=names)

    async def there(self, relationship: str, events: Iterable[str]) -> frozenset[str]:
        return frozenset()

    async def agreed(self, alert: str) -> bool:
        return False

    async def latest(self, by: str, since: datetime) -> None:
        return None

    async def do(self, did: str, named: Iterable[str], *, by: str, **more: Any) -> None:
        becomes: dict[str, State] = {"seen": "seen", "closed": "closed", "reopened": "seen"}
        for id in named:
            await self.desk.set_state(id, becomes[did], by)


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
