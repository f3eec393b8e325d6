"""A home that tells people: real store, real worker, a clock of its own."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from screener.alerts import Alert
from screener.events import Account, Message
from screener.family import Family, Member
from screener.levels import LevelName
from screener.notify.address import Address
from screener.notify.bell import Bell
from screener.notify.dispatch import Dispatch
from screener.notify.outbox import Outbox
from screener.notify.people import FromLevel, People
from screener.notify.post import Post
from screener.notify.standing import Household
from screener.notify.when import Clockwork, Wishes
from screener.notify.worker import Worker
from screener.relationships import Relationship
from screener.rules import Signal, Stage
from screener.score import Score
from screener.seal import Seal
from screener.store.base import Recalled
from screener.store.people import acts, cries, notices, users
from screener.store.sql import SqlStore
from screener.store.tables import alerts, issues
from screener.store.times import micros

# Not those of tests/make.py, which reads the rulebook: a process of this home must start quickly to be killed often.
NOON = datetime(2026, 10, 2, 12, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
LINK = "http://screener.home:8788/"
KIM = Member.named("Kim", age=11, accounts={"facebook": ("100000000000001",)})
ROBIN = Member.named("Robin", age=14, accounts={"facebook": ("100000000000014",)})
ALEX = Member.named("Alex", age=41, accounts={"facebook": ("100000000000041",)})
FAMILY = Family(members=(KIM, ROBIN, ALEX))
STAGES: dict[LevelName, tuple[Stage, ...]] = {
    "look": ("approach",),
    "talk": ("approach", "befriend"),
    "act": ("approach", "pressure"),
}


class Clock:
    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@dataclass(kw_only=True)
class Place:
    """Make one with `a_place`."""

    store: SqlStore
    clock: Clock
    seal: Seal
    worker: Worker
    people: People
    family: Family = FAMILY
    known: dict[str, Alert] = field(default_factory=dict)
    looks: bool = True
    events: int = 0

    async def user(self, name: str, *, role: str = "parent", member: str | None = None, **more: Any) -> str:
        row = {"id": f"u-{name}", "name": name, "password_hash": "-", "epoch": 0, "created": 0}
        async with self.store.engine.begin() as connection:
            await connection.execute(insert(users).values(**row, role=role, member=member, **more))
        return str(row["id"])

    async def channel(
        self,
        user: str,
        url: str,
        *,
        from_level: FromLevel = "look",
        named: bool = False,
        weekly: bool = False,
        knows_id: bool = True,
    ) -> str:
        address = Address(url=url, shown="a server", knows_id=knows_id, named=named, weekly=weekly)
        id = await self.people.add(user, name="phone", address=address, from_level=from_level, at=self.clock())
        assert id is not None
        return id

    async def wish(self, user: str, **wanted: Any) -> None:
        await self.people.wish(user, Wishes(**wanted))

    async def happens(
        self,
        level: LevelName,
        *,
        member: Member = KIM,
        contact: str = "100000000000666",
        name: str = "Maya R.",
        threat: bool = False,
        told: bool = True,
    ) -> str:
        """Something is seen after which the alert about this contact is at that level; gives the alert's id."""
        self.events += 1
        at, id = self.clock(), f"{member.name}{contact[-6:]}".lower()
        event = Message(
            id=f"mid.{contact}.{self.events}",
            at=at,
            account=Account(platform="facebook", id=member.accounts["facebook"][0]),
            contact=Account(platform="facebook", id=contact, name=name),
            text="hello",
        )
        signal = Signal(
            rule=f"r{self.events}",
            stage=STAGES[level][-1],
            points=50,
            because=f"{name} said something.",
            advice="",
            event=event.id,
            at=at,
            alone=threat,
        )
        score = Score(points=50, level=level, stages=STAGES[level], signals=(signal,))
        before = self.known.get(id)
        alert = before.grown(score, at=at) if before else Alert.opening(id=id, score=score, at=at)
        assert alert is not None
        self.known[id] = replace(alert, state="seen")
        relationship = Relationship.first(member=member, event=event).after(event)
        async with self.store.transaction() as tx:
            await tx.keep(member, event, Recalled(relationship=relationship, alert=alert))
        if told:
            self.worker.bell.ring(id)
        return id

    async def looked(self, alert: str, *, by: str = "anna", did: str = "seen") -> None:
        async with self.store.engine.begin() as connection:
            await connection.execute(update(alerts).where(alerts.c.id == alert).values(state=did))
            await connection.execute(insert(acts).values(alert=alert, by=by, did=did, at=micros(self.clock())))

    async def puts_off(self, alert: str, *, hours: float) -> None:
        await self.looked(alert)
        until = micros(self.clock() + timedelta(hours=hours))
        async with self.store.engine.begin() as connection:
            await connection.execute(update(alerts).where(alerts.c.id == alert).values(later=until))

    async def cries(self, to: str, member: str = KIM.id) -> int:
        async with self.store.engine.begin() as connection:
            made = await connection.execute(insert(cries).values(member=member, to=to, at=micros(self.clock())))
        return int(made.inserted_primary_key[0])

    async def turn(self, **later: float) -> None:
        """Some time passes, and the worker does what there is to do."""
        self.clock.later(**later)
        news, self.worker.bell.alerts = self.worker.bell.alerts, set()
        await self.worker.step(news)
        await self.worker.idle()

    async def passes(self, *, minutes: int, each: int = 5) -> None:
        """So many minutes go by, with a turn of the worker every few."""
        for _ in range(0, minutes, each):
            await self.turn(minutes=each)

    async def rows(self) -> list[Any]:
        async with self.store.engine.connect() as connection:
            return list(await connection.execute(select(notices).order_by(notices.c.id)))

    async def issues(self) -> list[str]:
        async with self.store.engine.connect() as connection:
            return list((await connection.scalars(select(issues.c.what))).all())

    async def restarted(self) -> None:
        """A new worker on the same database, as after a start."""
        self.worker = a_worker(self.store, self.seal, self.clock, self)
        await self.worker.begin()


def a_worker(store: SqlStore, seal: Seal, clock: Callable[[], datetime], place: "Place | None" = None) -> Worker:
    async def members() -> tuple[Member, ...]:
        return (place.family if place else FAMILY).on(clock()).members

    async def looks() -> bool:
        return place.looks if place else True

    home = Household(engine=store.engine, members=members, clockwork=Clockwork(zone=LONDON))
    return Worker(
        outbox=Outbox(home=home),
        dispatch=Dispatch(home=home, seal=seal, link=LINK, looks=looks),
        bell=Bell(),
        clock=clock,
        post=Post(seconds=5.0),
    )


@asynccontextmanager
async def a_place(folder: Path, *, now: datetime = NOON, seal: Seal | None = None) -> AsyncIterator[Place]:
    """With the owner "anna"."""
    store, clock = await SqlStore.opened(folder / "screener.db"), Clock(now)
    seal = seal or Seal(key=secrets.token_bytes(32))
    place = Place(
        store=store,
        clock=clock,
        seal=seal,
        worker=a_worker(store, seal, clock),
        people=People(engine=store.engine, seal=seal),
    )
    place.worker = a_worker(store, seal, clock, place)
    await place.user("anna", role="owner")
    try:
        yield place
    finally:
        await place.worker.idle()
        await store.close()
