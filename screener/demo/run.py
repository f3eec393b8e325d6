"""`screener demo`: tells the police stories on simulated platforms, through the real proxy, while one watches."""

import asyncio
import secrets
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from screener import story
from screener.demo.base import now
from screener.demo.client import Client
from screener.demo.player import Player, accounts_of, dated
from screener.demo.stage import STORIES, Stage, claimed, staged
from screener.demo.tabs import tab
from screener.events import Accepted, Call, Event, FriendRequest, Message
from screener.platforms import title
from screener.story import Story

# The two stories go one after the other, so that one can follow; the pause lets the last alert be seen.
BETWEEN_SECONDS = 3.0
# An alert is on the dashboard within this after its event; the console looks once more when a story has ended.
SETTLE_SECONDS = 1.5
LONGEST_SECONDS = 30
LEVELS = {"look": "have a look", "talk": "talk with them", "act": "act now"}


async def run(
    *,
    pace: float = 0.7,
    stories: Sequence[Path] = STORIES,
    once: bool = False,
    console: Console | None = None,
) -> None:
    """Plays, then keeps the dashboard up until Ctrl-C, or ends at once. Raises Mistake when something is in the way."""
    console = console or Console(highlight=False)
    told = [await asyncio.to_thread(story.load, path) for path in stories]
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    showing = asyncio.create_task(_show(told, pace=pace, once=once, console=console))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((showing, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not showing.done():
            console.print("\nStopping. Everything the demonstration made is deleted.")
            showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)
        if not showing.cancelled() and (why := showing.exception()) is not None:
            raise why
    finally:
        stopping.cancel()
        for number in signals:
            loop.remove_signal_handler(number)


async def _show(stories: Sequence[Story], *, pace: float, once: bool, console: Console) -> None:
    console.print("Starting the simulated platforms, the proxy and the dashboard ...")
    async with staged(stories, say=lambda text: console.print(escape(text))) as stage:
        url, code = stage.supervisor.dashboard_url, stage.supervisor.claim_code
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        grown = next((told.member.id for each in stories for told in each.events if told.member.role != "child"), "")
        await asyncio.to_thread(claimed, url, str(code), password, member=grown)
        console.print(f"\n  Dashboard  [bold]{url}[/bold]\n  Name       parent\n  Password   {password}\n")
        console.print(
            "Everything here is invented, stays on this machine and is deleted at the end. "
            "Log in, and watch the alerts appear."
        )
        for number, each in enumerate(stories):
            await asyncio.sleep(BETWEEN_SECONDS if number and pace else 0)
            await _tell(each, stage, pace, console)
        if once:
            return
        console.print(f"\nThat was all. The dashboard stays at [bold]{url}[/bold] until Ctrl-C.")
        await asyncio.Event().wait()


async def _tell(told: Story, stage: Stage, pace: float, console: Console) -> None:
    console.print(f"\n[bold]{escape(told.title)}[/bold]")
    levels = await asyncio.to_thread(stage.levels)

    async def heard(event: Event) -> None:
        console.print(f"  [dim]{event.at.astimezone():%a %d %b %H:%M}[/dim]  {escape(line(event))}")
        await look()

    async def look() -> None:
        for contact, level in (await asyncio.to_thread(stage.levels)).items():
            if levels.get(contact) != level:
                console.print(f"  [bold yellow]alert: {LEVELS.get(level, level)}[/bold yellow]")
            levels[contact] = level

    async with AsyncExitStack() as stack:
        pages = {
            account: await stack.enter_async_context(Client(tab(platform, account), stage.route))
            for platform, accounts in accounts_of(told).items()
            for account in accounts
        }
        # The last event is now when it is played, so the story is moved to the end of its own playing.
        events = dated(told, now())
        await Player(cast=stage.cast, pages=pages, pace=pace).play(events, heard)
        await _followed(stage)
        await look()


async def _followed(stage: Stage) -> None:
    """Waits until nothing more is followed: what a talk means takes a moment a turn."""
    seen: object = None
    end = now() + timedelta(seconds=LONGEST_SECONDS)
    while now() < end:
        ((count,),) = await asyncio.to_thread(stage.rows, "select count(*) from events")
        if count == seen:
            return
        seen = count
        await asyncio.sleep(SETTLE_SECONDS)


def line(event: Event) -> str:
    """One event as the console tells it."""
    theirs, ours = event.contact.name or event.contact.id, event.account.name or event.account.id
    who, whom = (theirs, ours) if event.by == "contact" else (ours, theirs)
    where = title(event.contact.platform)
    match event:
        case Message():
            return f"{who}: {event.text or '(something without words)'}"
        case FriendRequest():
            return f"{who} asks {whom} to be friends on {where}"
        case Accepted():
            return f"{who} accepts {whom} on {where}"
        case Call():
            return f"{who} calls {whom} on {where}" + (" with video" if event.call == "video" else "")
    return f"{event.kind.replace('_', ' ')}: {who}, {whom}"
