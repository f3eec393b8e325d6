"""The dashboard on the real store: a family, what happened to it as events, and browsers of its people."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import update

from screener.events import Event
from screener.family import Family, Member
from screener.home.folder import Home as Folder
from screener.pipeline import Followed, Pipeline
from screener.resources import shipped
from screener.rulebook import Library
from screener.rulebook.live import Live
from screener.seal import Seal
from screener.spool import Reader
from screener.store.household import Devices
from screener.store.people import users
from screener.store.sql import SqlStore
from screener.tuning.tuner import Tuner
from screener.web.app import create_app
from screener.web.auth import hashed
from screener.web.claim import Claim
from screener.web.desk import SqlDesk
from screener.web.logins import SqlLogins
from screener.web.rooms import House, rooms
from tests.make import NOON, RULES, a_contact, a_message, a_request, an_acceptance, an_account

SECRET = b"a key for tests that opens nothing at all"
PASSWORD = "four words in a row"
HASH = hashed(PASSWORD)
SHIPPED = Library(shipped("rules"))
SHIPPED.read()

KIM = Member.named("Kim", age=11, timezone="Europe/London", accounts={"facebook": ("100000000000001",)})
"""A child of an age at which parents see everything from `look` on."""
ROBIN = Member.named("Robin", age=14, timezone="Europe/London", accounts={"facebook": ("100000000000014",)})
SASHA = Member.named("Sasha", age=17, timezone="Europe/London", accounts={"facebook": ("100000000000017",)})
ALEX = Member.named("Alex", born=date(1985, 3, 1), age=41, accounts={"facebook": ("100000000000041",)})
EVERYBODY = Family(members=(KIM, ROBIN, SASHA, ALEX))


class Clock:
    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@dataclass(kw_only=True)
class Home:
    """Make one with `a_home`; `happens` follows events to their alerts, `browser` is somebody logged in."""

    store: SqlStore
    desk: SqlDesk
    app: FastAPI
    pipeline: Pipeline
    seal: Seal
    clock: Clock
    claim: Claim
    tuner: Tuner
    live: Live
    folder: Path
    made: list[httpx.AsyncClient] = field(default_factory=list)

    async def happens(self, *events: Event) -> list[Followed | None]:
        found = []
        for event in events:
            async with self.store.transaction() as tx:
                member = self.pipeline.family.owner(event.account).on(event.at)
                found.append(await self.pipeline.follow(event, member, tx))
        return found

    async def person(self, name: str, *, role: str = "parent", member: str | None = None) -> None:
        """Makes a log-in."""
        await self.desk.add_user(name, HASH)
        async with self.store.engine.begin() as connection:
            await connection.execute(update(users).where(users.c.name == name).values(role=role, member=member))

    async def browser(self, name: str) -> httpx.AsyncClient:
        """The browser of somebody who logs in now."""
        client = self.stranger()
        answer = await client.post("/login", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    def stranger(self, peer: str = "127.0.0.1") -> httpx.AsyncClient:
        """A browser in which nobody is logged in."""
        transport = httpx.ASGITransport(self.app, client=(peer, 50_000))
        headers = {"Origin": "http://localhost:8745"}
        self.made.append(httpx.AsyncClient(transport=transport, base_url="http://localhost:8745", headers=headers))
        return self.made[-1]

    async def close(self) -> None:
        for client in self.made:
            await client.aclose()
        await self.store.close()


def rules_of(folder: Path, family: Family, store: SqlStore) -> tuple[Tuner, Live]:
    """The family's own rules, over shipped ones that are read only once for all tests."""
    library = Library(shipped("rules"), folder / "rules", members=[member.name for member in family.members])
    library._shipped = SHIPPED._shipped
    live = Live(library=library, book=RULES, told=lambda book: None)
    return Tuner(library=library, engine=store.engine, apply=live.read), live


async def a_home(
    folder: Path, *, family: Family = EVERYBODY, clock: Clock | None = None, claimed: bool = True, **more: Any
) -> Home:
    """A home with the owner "anna", who is no member, unless nobody has claimed it yet; close it in the end."""
    clock = clock or Clock()
    seal = Seal(key=b"s" * 32)
    store = await SqlStore.opened(folder / "screener.db", seal)
    desk = SqlDesk(store, Reader(folder / "spool.db"), family=family)
    claim = Claim.new(clock())
    tuner, live = rules_of(folder, family, store)
    devices = Devices(engine=store.engine)

    async def changed() -> None:
        desk.lives(await devices.family(family))

    app = create_app(
        desk,
        claim=claim,
        secret=SECRET,
        logins=SqlLogins(engine=store.engine),
        clock=clock,
        rooms=rooms(
            House(
                **{
                    "store": store,
                    "desk": desk,
                    "seal": seal,
                    "rulebook": live,
                    "tuner": tuner,
                    "family": lambda: family,
                    "evidence_key": folder / "evidence.key",
                    "home": Folder(folder=folder),
                    "changed": changed,
                    **more,
                }
            )
        ),
    )
    pipeline = Pipeline(family=family, rulebook=RULES, store=store, since=NOON - timedelta(days=400))
    home = Home(
        store=store,
        desk=desk,
        app=app,
        pipeline=pipeline,
        seal=seal,
        clock=clock,
        claim=claim,
        tuner=tuner,
        live=live,
        folder=folder,
    )
    if claimed and not await desk.users():
        await home.person("anna", role="owner")
    return home


def a_bad_story(member: Member = KIM, *, at: datetime = NOON, contact: str = "100000000000666") -> Sequence[Event]:
    """What leads from a request over secrecy to a threat; the last event makes an `act`."""
    account = an_account(id=member.accounts["facebook"][0])
    stranger = a_contact(id=contact, name="Maya R.", joined=at - timedelta(days=4), mutual_friends=0)
    said = (
        "hey, saw you on my feed, you look cool",
        "are your parents home? who checks your phone?",
        "dont tell anyone about us, delete our messages",
        "lets go on snapchat, add me there",
        "send me a pic, just for me",
        "I recorded everything. pay 300 euros in gift cards or everyone sees it",
    )
    lines = [
        a_message(
            id=f"mid.${contact}.{n}", at=at + timedelta(minutes=3 + n), account=account, contact=stranger, text=text
        )
        for n, text in enumerate(said)
    ]
    return (
        a_request(id=f"request:{contact}", at=at, account=account, contact=stranger),
        an_acceptance(id=f"accepted:{contact}", at=at + timedelta(minutes=2), account=account, contact=stranger),
        *lines,
    )


def a_strange_start(member: Member = KIM, *, at: datetime = NOON, contact: str = "100000000000777") -> Sequence[Event]:
    """What makes a `look`, and no more."""
    account = an_account(id=member.accounts["facebook"][0])
    stranger = a_contact(id=contact, name="Sky W.", joined=at - timedelta(days=4), mutual_friends=0)
    lines = [
        a_message(
            id=f"mid.${contact}.{n}", at=at + timedelta(minutes=3 + n), account=account, contact=stranger, text=text
        )
        for n, text in enumerate(("hey, saw you on my feed, you look cool", "are your parents home?"))
    ]
    return (a_request(id=f"request:{contact}", at=at, account=account, contact=stranger), *lines)
