"""Every page of the dashboard, in a home where each of them has something to show. A new page is one line in STOPS."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI
from playwright.async_api import BrowserContext, Page
from sqlalchemy import insert, update

from screener.events import Account, Event
from screener.family import Family, Member
from screener.home import authority
from screener.home.folder import Home as Folder
from screener.home.nearby import Neighbour
from screener.notify.address import read
from screener.notify.people import People as Channels
from screener.platforms import endpoints
from screener.store.household import Devices
from screener.store.people import users
from screener.store.tables import issues, readings
from screener.store.times import micros
from screener.web.app import create_app
from screener.web.claim import Claim
from screener.web.cries import Cries
from screener.web.deeds import Deeds
from screener.web.filters import Filter, Filters
from screener.web.people import People
from tests.web.conftest import SECRET, served, token_of
from tests.web.house import ALEX, EVERYBODY, KIM, ROBIN, SASHA, Clock, Home, a_bad_story, a_home, a_strange_start
from tests.web.memory import MemoryDesk


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A page, who opens it (nobody, where it is empty) and what its heading says; `{act}` stands for an alert's id.
    `press` names the button that leads on to what is meant.
    """

    path: str
    by: str = "anna"
    says: str
    status: int = 200
    press: str = ""


STOPS = (
    Stop(path="/", says="need you"),
    Stop(path="/alerts/{act}", says="Maya R.", press="Show what was written"),
    Stop(path="/alerts/{look}", says="Sky W."),
    Stop(path="/alerts/{act}/steps", says="Next steps"),
    Stop(path="/closed", says="Closed"),
    Stop(path="/search", says="Search"),
    Stop(path="/search?text=maya&level=act", says="Search"),
    Stop(path="/help", says="Help"),
    Stop(path="/account", says="You"),
    Stop(path="/account/password", says="password"),
    Stop(path="/account/codes", says="code"),
    Stop(path="/account/passkeys", says="Passkeys"),
    Stop(path="/people", says="People"),
    Stop(path="/rules", says="Rules"),
    Stop(path="/rules/of/secrecy", says="keep it secret"),
    Stop(path="/rules/changes", says="What was changed"),
    Stop(path="/rules/edit", says="Write rules yourself"),
    Stop(path="/rules/lists", says="Word lists"),
    Stop(path="/rules/lists/secrecy", says="Keep it secret"),
    Stop(path="/rules/new", says="A rule of your own"),
    Stop(path="/devices", says="Devices"),
    Stop(path="/setup", says="Set up"),
    Stop(path="/start", by="", says="Add a device"),
    Stop(path="/notices", says="Notices"),
    Stop(path="/me", says="About me"),
    Stop(path="/me", by="kim", says="About me"),
    Stop(path="/me", by="sasha", says="About me"),
    Stop(path="/me", by="lee", says="Hello"),
    Stop(path="/nowhere", says="no such page", status=404),
    Stop(path="/offline", says="reached"),
    Stop(path="/login", by="", says="Log in"),
    Stop(path="/login/code", by="half", says="code"),
    Stop(path="/join", by="", says="invited"),
    Stop(path="/claim", by="new", says="Welcome"),
    Stop(path="/claim", by="late", says="run out"),
)


@dataclass(frozen=True, kw_only=True)
class Tour:
    """The home, where it is served, and what stands for the ids in a path."""

    home: Home
    at: str
    ids: Mapping[str, str]
    empty: Mapping[str, str]

    def url(self, stop: Stop) -> str:
        return self.empty.get(stop.by, self.at) + stop.path.format(**self.ids)

    async def enter(self, context: BrowserContext, name: str) -> None:
        """Makes the context the browser of that person, without the way over the log-in page."""
        await context.clear_cookies()
        if name and name not in self.empty:
            browser = await self.home.browser(name)
            for cookie, value in browser.cookies.items():
                await context.add_cookies([{"name": cookie, "value": value, "url": self.at}])

    async def walk(self, page: Page, stops: Iterable[Stop] = ()) -> AsyncIterator[Stop]:
        """Opens one page after the other, each by whom it is for, and checks that it is the one that was meant."""
        by = ""
        for stop in stops or STOPS:
            if stop.by != by:
                await self.enter(page.context, stop.by)
                by = stop.by
            answer = await page.goto(self.url(stop))
            if stop.press:
                async with page.expect_navigation():
                    await page.locator(f"text={stop.press}").first.click()
            assert answer and answer.status == stop.status, (stop, answer and answer.status)
            assert stop.says in await page.locator("h1").inner_text(), stop
            yield stop


@asynccontextmanager
async def tour(folder: Path) -> AsyncIterator[Tour]:
    """A home in which much has happened, and its dashboard; beside it two homes that nobody has claimed yet."""
    home = await a_home(folder, family=Family(members=(*EVERYBODY.members, LEE)), clock=Clock(datetime.now(UTC)))
    try:
        await to_thread(authority.ensure, Folder(folder=folder), endpoints())
        ids = await furnish(home)
        unclaimed = [an_empty_home(claim) for claim in (Claim.new(datetime.now(UTC)), None)]
        async with served(home.app) as at, served(unclaimed[0]) as new, served(unclaimed[1]) as late:
            yield Tour(home=home, at=at, ids=ids, empty={"new": new, "late": late})
    finally:
        await home.close()


def an_empty_home(claim: Claim | None) -> FastAPI:
    desk = MemoryDesk()
    return create_app(desk, claim=claim, secret=SECRET, logins=desk.logins)


async def furnish(home: Home) -> Mapping[str, str]:
    """Puts something into every corner; gives the ids of the alerts."""
    engine, now = home.store.engine, home.clock()
    for name, role, member in PEOPLE:
        await home.person(name, role=role, member=member.id if member else None)
    ids = {}
    for key, story in stories(now).items():
        await home.happens(*story)
        ids[key] = next(alert.id for alert in await home.desk.alerts() if alert.id not in ids.values())
    await Deeds(engine=engine).do("closed", [ids["done"]], by="anna", at=now)
    anna, kim = await home.browser("anna"), await home.browser("kim")
    await sent(anna, f"/alerts/{ids['act']}/talked")
    await sent(anna, f"/alerts/{ids['act']}/words", rule="threatens-to-publish")
    await sent(kim, f"/me/alerts/{ids['act']}/answer", said="unsure", words="I only know them from the swimming group.")
    await sent(
        anna, "/notices/wishes", quiet_from="21:30", quiet_to="06:30", remind_minutes="30", escalate_minutes="60"
    )
    await Cries(engine=engine).add(KIM.id, ("anna",), now)
    owner = await home.desk.user("anna")
    assert owner
    await Filters(engine=engine).keep(owner.id, Filter(name="About Kim", query="text=kim"), now)
    await People(engine=engine, seal=home.seal).invite("grandma", "viewer", None, by=owner, now=now)
    channels = Channels(engine=engine, seal=home.seal)
    for name, url in (("My phone", "ntfy://ntfy.example.com/screener"), ("Mail", "mailtos://a:b@mail.example.com")):
        await channels.add(owner.id, name=name, address=await to_thread(read, url), from_level="look", at=now)
    devices = Devices(engine=engine)
    await devices.seen(FOUND, now)
    await devices.give(FOUND[0].address, name="Kim’s tablet", member=KIM.id, state="theirs", now=now)
    await devices.give(FOUND[1].address, name="Television", member=None, state="left", now=now)
    await devices.met(Account(platform="facebook", id="100000000000099", name="Sam T."), "127.0.0.1", now)
    home.desk.lives(await devices.family(Family(members=(*EVERYBODY.members, LEE))))
    async with engine.begin() as connection:
        await connection.execute(update(users).where(users.c.name == "half").values(codes=b"sealed"))
        for device, platform, member, ago in READ:
            row = {"device": device, "platform": platform, "member": member.name, "last": micros(now - ago)}
            await connection.execute(insert(readings).values(row))
        times = {"since": micros(now - timedelta(hours=5)), "last": micros(now), "count": 3}
        for key, severity, what, mend in WRONG:
            await connection.execute(insert(issues).values(key=key, severity=severity, what=what, mend=mend, **times))
    return ids


LEE = Member.named("Lee", age=8, country="GB", accounts={"facebook": ("100000000000008",)})
PEOPLE = (
    ("ben", "parent", None),
    ("vi", "viewer", None),
    ("half", "parent", None),
    ("kim", "child", KIM),
    ("sasha", "child", SASHA),
    ("lee", "child", LEE),
)
READ = (
    ("192.168.1.23", "facebook", KIM, timedelta(minutes=2)),
    ("192.168.1.23", "discord", KIM, timedelta(days=9)),
    ("192.168.1.40", "facebook", SASHA, timedelta(hours=3)),
)
FOUND = (
    Neighbour(address="192.168.1.23", mac="02:00:00:00:00:23", heard="tablet"),
    Neighbour(address="192.168.1.24", mac="02:00:00:00:00:24", heard="tv"),
    Neighbour(address="192.168.1.40", mac="02:00:00:00:00:40", heard="Sashas-Phone"),
)
WRONG = (
    ("issue:1", "error", "Facebook changed something, and its messages can’t be read.", "Update Screener."),
    ("issue:2", "note", "Discord was not opened for nine days.", "Open it once on the device, and look here again."),
)


def stories(now: datetime) -> Mapping[str, Sequence[Event]]:
    """The alerts by the name that a path calls them; one of an adult without a log-in and one of a lesser age as well,
    of which others are told only that they are there.
    """
    return {
        "act": a_bad_story(KIM, at=now - timedelta(hours=2)),
        "look": a_strange_start(KIM, at=now - timedelta(days=3), contact="100000000000701"),
        "more": a_strange_start(KIM, at=now - timedelta(days=1), contact="100000000000702"),
        "done": a_bad_story(KIM, at=now - timedelta(days=6), contact="100000000000703"),
        "hint": a_strange_start(ROBIN, at=now - timedelta(hours=5), contact="100000000000704"),
        "teen": a_bad_story(SASHA, at=now - timedelta(days=2), contact="100000000000705"),
        "adult": a_bad_story(ALEX, at=now - timedelta(days=2), contact="100000000000706"),
    }


async def sent(browser: httpx.AsyncClient, path: str, **fields: str) -> None:
    """Presses a button as a browser would."""
    token = token_of(await browser.get("/account"))
    answer = await browser.post(path, data={"token": token, **fields})
    assert answer.status_code < 400, (path, answer.text)
