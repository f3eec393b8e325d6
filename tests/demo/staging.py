"""What the end-to-end tests are made of: playing on a stage, waiting for what comes of it, counting what is kept."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page

from screener.demo.client import Client
from screener.demo.player import Player, dated, watched
from screener.demo.stage import Stage, cleared
from screener.demo.tabs import tab
from screener.events import Account, Call, Event, Message
from screener.home.folder import Home
from screener.story import Story
from screener.supervise import Child
from screener.web.sessions import COOKIE
from tests.demo.chromium import WindowPage

MOST_SECONDS = 120
MAX_ON_DISCORD = Account(platform="discord", id="1301234567890123456", name="Max Q.", handle="max.example")


async def played(
    stage: Stage, told: Story, *, after_each: Callable[[int], None] = lambda number: None, pace: float = 0.02
) -> tuple[Event, ...]:
    """Plays a story with the demonstration's own client; `after_each` is told the number of each event."""
    events = dated(told, datetime.now(UTC))
    accounts = {(event.account.platform, event.account.id) for event in events}
    numbers = iter(range(len(events)))

    async def heard(event: Event) -> None:
        after_each(next(numbers))

    async with contextlib.AsyncExitStack() as stack:
        pages = {
            id: await stack.enter_async_context(Client(tab(platform, id), stage.route)) for platform, id in accounts
        }
        for platform, id in accounts:
            await watched(stage.cast.site(platform), id)
        await Player(cast=stage.cast, pages=pages, pace=pace).play(events, heard)
        await asyncio.sleep(0.5)
    return events


async def nothing(event: Event) -> None:
    """Nobody needs to be told."""


async def until(what: str, holds: Callable[[], bool]) -> None:
    try:
        async with asyncio.timeout(MOST_SECONDS):
            # Another process makes it true, and has no way of telling us.
            while not await asyncio.to_thread(holds):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"within {MOST_SECONDS} seconds {what} never came about") from None


async def reached(stage: Stage, contact: str, level: str) -> None:
    await until(f"an alert at {level!r}", lambda: stage.levels().get(contact) == level)


async def settled(stage: Stage, stories: Sequence[Story]) -> None:
    """Everything that was played lies in the store."""
    wanted = sum(isinstance(each.event, Message) for told in stories for each in told.events)
    query = "select count(*) from events where kind = 'message'"
    await until(f"{wanted} messages in the store", lambda: int(str(stage.rows(query)[0][0])) >= wanted)


def ids(events: Sequence[Event], *, by: str) -> set[str]:
    return {event.id for event in events if isinstance(event, Message) and event.by == by}


def expected(events: Sequence[Event]) -> dict[str, tuple[int, int, int]]:
    """Messages received and sent, and calls, for each contact."""
    found: dict[str, tuple[int, int, int]] = {}
    for event in events:
        received, sent, calls = found.get(event.contact.id, (0, 0, 0))
        received += isinstance(event, Message) and event.by == "contact"
        sent += isinstance(event, Message) and event.by == "member"
        calls += isinstance(event, Call) and event.by == "contact"
        found[event.contact.id] = (received, sent, calls)
    return found


def counted(stage: Stage) -> dict[str, tuple[int, int, int]]:
    """The same, as the relationships in the store have counted."""
    found: dict[str, tuple[int, int, int]] = {}
    for contact, kept in stage.rows("select contact, state from relationships"):
        state: dict[str, Any] = json.loads(str(kept))
        state = state.get("state", state)
        found[str(contact)] = (state.get("received", 0), state.get("sent", 0), state.get("calls", 0))
    return found


def on_discord(told: Story) -> Story:
    """The same story between Discord accounts."""
    return replace(
        told,
        events=tuple(replace(each, event=replace(each.event, contact=MAX_ON_DISCORD)) for each in told.events),
    )


async def logged_in(parents: BrowserContext, url: str, session: str) -> Page:
    await parents.add_cookies([{"name": COOKIE, "value": session, "url": url}])
    page = await parents.new_page()
    await page.goto(url)
    await page.get_by_text("What is watched").first.wait_for()
    return page


async def shots(page: Page, url: str, window: WindowPage) -> None:
    """Pictures of the desk and of the alert, where SCREENER_SHOTS names a folder for them."""
    folder = os.environ.get("SCREENER_SHOTS")
    if not folder:
        return
    to = Path(folder)
    await asyncio.to_thread(to.mkdir, parents=True, exist_ok=True)
    await window.picture(to / "member.png")
    for name, width, height in (("desktop", 1280, 900), ("phone", 390, 844)):
        await page.set_viewport_size({"width": width, "height": height})
        await page.goto(url)
        await page.screenshot(path=to / f"desk-{name}.png", full_page=True)
        await page.locator("li.card a").first.click()
        await page.wait_for_load_state()
        await page.screenshot(path=to / f"alert-{name}.png", full_page=True)


async def issuer(page: Page) -> str | None:
    """Who signed the certificate under which the simulated Facebook was loaded just now."""
    answer = await page.goto("https://www.facebook.com/login?as=100000000000013")
    assert answer is not None and answer.ok
    details = await answer.security_details()
    return details.get("issuer") if details else None


@contextlib.asynccontextmanager
async def lone_proxy(folder: Path, steer: Mapping[str, tuple[str, int]], authority: Path) -> AsyncIterator[Child]:
    """The proxy process alone, which nobody starts again."""
    home = Home(folder=folder)
    await asyncio.to_thread(only_settings, home)
    command = (sys.executable, "-m", "screener.proxy", "--home", str(folder), "--steer", json.dumps(steer))
    proxy = Child(name="proxy", command=(*command, "--upstream-ca", str(authority)))
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
        await asyncio.to_thread(cleared, home)


def only_settings(home: Home) -> None:
    home.folder.mkdir(mode=0o700)
    home.settings.write_text("proxy: {port: 0}\n", encoding="utf-8")


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
