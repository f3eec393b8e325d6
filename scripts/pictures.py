"""Draws the manual's pictures and our icons (`make pictures`), of a home where the demonstration's stories happen."""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, ViewportSize, async_playwright
from sqlalchemy import insert

from screener import story
from screener.config import Config
from screener.demo.player import account_of, accounts_of, dated
from screener.demo.stage import STORIES
from screener.events import Event
from screener.family import Family, Member
from screener.home.folder import Home as Folder
from screener.notify.address import read
from screener.notify.people import People as Channels
from screener.notify.when import Wishes
from screener.spool import Writer
from screener.store.tables import issues, readings
from screener.store.times import micros
from screener.web.page import HERE
from screener.web.reach import Reach
from tests.browser import chromium_path
from tests.make import a_contact, a_message, a_request, an_account
from tests.web.conftest import FLAGS, PASSWORD, served
from tests.web.house import Clock, Home, a_home

ROOT = Path(__file__).parents[1]
PICTURES, ICONS = ROOT / "docs" / "pictures", HERE / "static" / "icons"
EVENING = datetime(2026, 10, 5, 17, 42, tzinfo=UTC)
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1180, height=760)
SCREENS = (
    ("phone", PHONE, 1.6, "Firefox/140 Android", "192.168.1.31"),
    ("desk", DESK, 1.0, "Firefox/140 Linux", "127.0.0.1"),
)
LARGEST = 150_000
ADDRESS = "192.168.1.10"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A page as its user sees it; `press` is a button pressed on it, `at` is what is scrolled to the top then."""

    name: str
    path: str
    by: str = "anna"
    press: str = ""
    at: str = ""


TAKEN = (
    Picture(name="overview", path="/"),
    Picture(name="alert", path="/alerts/{act}"),
    Picture(name="alert-next", path="/alerts/{act}", at="section.next"),
    Picture(name="alert-reasons", path="/alerts/{act}", at="#why"),
    Picture(name="alert-plot", path="/alerts/{act}", at="#went"),
    Picture(name="alert-known", path="/alerts/{act}", press="I know this person"),
    Picture(name="evidence", path="/alerts/{act}/evidence"),
    Picture(name="steps", path="/alerts/{act}/steps"),
    Picture(name="child", path="/me", by="kim"),
    Picture(name="child-noticed", path="/me", by="kim", at="#noticed"),
    Picture(name="people", path="/people"),
    Picture(name="devices", path="/devices"),
    Picture(name="devices-add", path="/devices", at="#add"),
    Picture(name="setup", path="/setup"),
    Picture(name="setup-others", path="/setup", at="#others"),
    Picture(name="rules", path="/rules"),
    Picture(name="rule-new", path="/rules/new"),
    Picture(name="word-list", path="/rules/lists/secrecy"),
    Picture(name="notices", path="/notices"),
    Picture(name="search", path="/search"),
    Picture(name="account", path="/account"),
)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--to", type=Path, default=PICTURES)
    asked.add_argument("--icons", action="store_true", help="draw the icons as well")
    wanted = asked.parse_args()
    for folder in (wanted.to, ICONS):
        folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(draw(wanted.to, icons=wanted.icons))
    for each in sorted(wanted.to.glob("*.jpg")):
        print(f"{each.name}: {each.stat().st_size // 1000} KB")
        if each.stat().st_size > LARGEST:
            raise SystemExit(f"{each.name}: too large for the manual. Show less in it.")


async def draw(to: Path, *, icons: bool) -> None:
    async with async_playwright() as playwright:
        path = await asyncio.to_thread(chromium_path)
        browser = await playwright.chromium.launch(executable_path=path, chromium_sandbox=False, args=FLAGS)
        if icons:
            await draw_icons(browser)
        with tempfile.TemporaryDirectory() as folder:
            await take_pictures(browser, Path(folder), to)
        await browser.close()


async def take_pictures(browser: Browser, folder: Path, to: Path) -> None:
    told = [await asyncio.to_thread(story.load, path) for path in STORIES]
    members = [_living_here(each) for each in told]
    # Beside it runs a proxy that has nothing to do.
    proxy = Writer(folder / "spool.db")
    lives = Folder(folder=folder)
    lives.made()
    # In a home network, wherever the pictures are taken.
    reach = Reach(home=lives, settings=Config(), restart=lambda: True, at_home=lambda: (ADDRESS,))
    home = await a_home(folder, family=Family(members=tuple(members)), clock=Clock(EVENING), reach=reach)
    act = await furnish(home, [dated(each, EVENING - timedelta(minutes=9 + 600 * n)) for n, each in enumerate(told)])
    async with served(home.app) as at:
        for kind, size, scale, agent, peer in SCREENS:
            context = await browser.new_context(
                viewport=size, device_scale_factor=scale, color_scheme="light", locale="en-GB"
            )
            cookies = {name: await log_in(home, name, agent, peer) for name in ("anna", "kim")}
            for picture in TAKEN:
                await context.clear_cookies()
                await context.add_cookies([{"name": k, "value": v, "url": at} for k, v in cookies[picture.by].items()])
                await take(context, at + picture.path.format(act=act), picture, to / f"{picture.name}-{kind}.jpg")
            await context.close()
    await home.close()
    await asyncio.to_thread(proxy.close)


async def take(context: BrowserContext, url: str, picture: Picture, to: Path) -> None:
    page = await context.new_page()
    await page.goto(url)
    await page.wait_for_selector('#live[data-state="on"]')
    if picture.press:
        await page.get_by_role("button", name=picture.press).first.click()
        await page.wait_for_url(lambda now: now != url)
        await page.wait_for_selector('#live[data-state="on"]')
    if picture.at:
        await page.locator(picture.at).first.evaluate("(there) => scrollTo(0, there.offsetTop - 16)")
    await page.screenshot(path=to, type="jpeg", quality=80)
    await page.close()


async def log_in(home: Home, name: str, agent: str, peer: str) -> dict[str, str]:
    """The cookies of somebody's browser that calls itself so and sits there."""
    browser = home.stranger(peer)
    browser.headers["User-Agent"] = agent
    answer = await browser.post("/login", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return dict(browser.cookies)


async def furnish(home: Home, played: Sequence[Sequence[Event]]) -> str:
    """Lets the stories and what is around them happen; gives the id of the alert that the manual speaks of."""
    kim, alex = home.desk._family.members
    await home.person("ben", role="parent")
    await home.person("kim", role="child", member=kim.id)
    await home.person("alex", role="adult", member=alex.id)
    for events in played:
        await home.happens(*events)
    act = next(alert.id for alert in await home.desk.alerts() if alert.member == kim.id)
    await home.happens(*_a_stranger_in_a_game(kim))
    owner = await home.desk.user("anna")
    assert owner
    channels = Channels(engine=home.store.engine, seal=home.seal)
    await channels.wish(owner.id, Wishes(quiet_from=21 * 60 + 30, quiet_to=6 * 60 + 30))
    for name, url in (("My phone", "ntfy://ntfy.example.com/our-home"), ("Mail", "mailtos://a:b@mail.example.com")):
        address = await asyncio.to_thread(read, url)
        await channels.add(owner.id, name=name, address=address, from_level="look", at=EVENING)
    async with home.store.engine.begin() as connection:
        for device, platform, member, ago in (
            ("192.168.1.23", "facebook", kim, timedelta(minutes=2)),
            ("192.168.1.23", "discord", kim, timedelta(hours=3)),
            ("192.168.1.40", "facebook", alex, timedelta(days=9)),
        ):
            row = {"device": device, "platform": platform, "member": member.id, "last": micros(EVENING - ago)}
            await connection.execute(insert(readings).values(row))
        await connection.execute(
            insert(issues).values(
                key="discord.layout", severity="warning", what="Discord sent something that could not be read.",
                mend="Update Screener. Until then, look at Discord together.",
                since=micros(EVENING - timedelta(hours=5)),
                last=micros(datetime.now(UTC)), count=3,
            )
        )  # fmt: skip
    return act


def _living_here(told: story.Story) -> Member:
    accounts = {platform: tuple(ids) for platform, ids in accounts_of(told).items()}
    return Member.named(
        told.member.name, age=told.member.age, role=told.member.role, timezone=told.member.timezone,
        country=told.member.country, accounts=accounts,
    )  # fmt: skip


def _a_stranger_in_a_game(kim: Member) -> Sequence[Event]:
    at = EVENING - timedelta(days=1, hours=2)
    account = an_account(id=account_of(kim.name, "facebook"))
    stranger = a_contact(id="100000000000777", name="Sky W.", joined=at - timedelta(days=4), mutual_friends=0)
    lines = ("hey, saw you on my feed, you look cool", "are your parents home?")
    return (
        a_request(id="request:777", at=at, account=account, contact=stranger),
        *(
            a_message(id=f"mid.$777.{n}", at=at + timedelta(minutes=n), account=account, contact=stranger, text=text)
            for n, text in enumerate(lines, 1)
        ),
    )


async def draw_icons(browser: Browser) -> None:
    """The mark in the sizes that phones ask for; those on paper have room around them, since phones cut corners off."""
    mark = (HERE / "static" / "mark.svg").read_text()
    for name, size, part, paper in (
        ("192", 192, 1.0, ""),
        ("512", 512, 1.0, ""),
        ("180", 180, 0.78, "#f7f4ee"),
        ("512-whole", 512, 0.62, "#f7f4ee"),
    ):
        page = await browser.new_page(viewport={"width": size, "height": size})
        side = round(size * part)
        style = f"margin:0;height:100vh;display:grid;place-items:center;background:{paper or 'transparent'}"
        drawn = mark.replace("<svg ", f'<svg width="{side}" height="{side}" ')
        await page.set_content(f'<body style="{style}">{drawn}</body>')
        await page.screenshot(path=ICONS / f"{name}.png", omit_background=not paper)
        await page.close()


if __name__ == "__main__":
    main()
