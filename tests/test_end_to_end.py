"""A stranger's request becomes an alert that a parent can read: real clients, real proxy, real pages."""

import asyncio
import io
import os
import signal
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from screener import story
from screener.demo.player import Player, account_of, dated
from screener.demo.run import run
from screener.demo.stage import STORIES, claimed, staged
from screener.events import Call, Event, FriendRequest, Message
from screener.home.pac import pac
from screener.home.probe import PROBE_HOST
from screener.platforms import endpoints
from tests.demo.chromium import WindowPage, browsing, pac_flag, trusting
from tests.demo.simulated import simulated, talking
from tests.demo.staging import (
    MAX_ON_DISCORD,
    counted,
    expected,
    ids,
    is_alive,
    issuer,
    logged_in,
    lone_proxy,
    nothing,
    on_discord,
    played,
    reached,
    settled,
    shots,
    until,
)

# A story on Discord, whose connection is one compressed stream that has to be read from its beginning.
COMPRESSED = Path(__file__).parent / "demo" / "request-on-discord.story.yaml"


async def test_discord_py_self_through_the_real_proxy_leads_to_an_alert(tmp_path: Path):
    told = on_discord(story.load(STORIES[0]))
    ours = account_of(told.member.name, "discord")
    given = {"TOKEN": f"token-{ours}", "DOES": "accept answer"}

    async with staged([told]) as stage:
        discord, port = stage.cast.discord, stage.supervisor.proxy_port
        async with talking("discord-self", proxy=port, trust=stage.trust, log=tmp_path / "log", given=given) as talk:
            await talk.until("ready")
            for event in dated(told, datetime.now(UTC)):
                if isinstance(event, FriendRequest | Message | Call):
                    discord.happens(event)
                if isinstance(event, FriendRequest):
                    await talk.until("friend")
            await talk.until("default")
            await reached(stage, MAX_ON_DISCORD.id, "act")
            kinds = stage.rows("select kind, by from events where platform = 'discord'")
        assert {("friend_request", "contact"), ("accepted", "member"), ("message", "member")} <= set(kinds)


async def test_a_real_browser_finds_the_proxy_and_the_alert_appears_by_itself(tmp_path: Path):
    told = story.load(STORIES[0])
    ours, theirs = account_of(told.member.name, "facebook"), told.events[0].event.contact

    async with staged([told], enrol=False) as stage:
        url = stage.supervisor.dashboard_url
        session = await asyncio.to_thread(claimed, url, str(stage.supervisor.claim_code), "a long enough password")
        home = await trusting(tmp_path / "member", [stage.trust])
        (tmp_path / "parent").mkdir()
        async with (
            browsing(home, f"--proxy-pac-url={url}/proxy.pac") as members,
            browsing(tmp_path / "parent") as parents,
        ):
            enrolling = await members.new_page()
            await enrolling.goto(f"https://{PROBE_HOST}/")
            await enrolling.get_by_text("This device is looked after").wait_for()
            window = WindowPage(await members.new_page(), ours)
            await window.opened()
            desk = await logged_in(parents, url, session)
            await desk.evaluate("window.loadedOnce = true")

            player = Player(cast=stage.cast, pages={ours: window}, pace=0.05)
            await player.play(dated(told, datetime.now(UTC)), nothing)
            card = desk.locator("li.card.act").get_by_role("link", name=str(theirs.name))
            await card.wait_for()

            assert await desk.evaluate("window.loadedOnce")
            assert not stage.rows("select key from issues where key like '%unreadable%'")
            await shots(desk, url, window)


async def test_both_stories_end_where_a_careful_parent_would_want_it():
    out = io.StringIO()

    await run(pace=0.02, once=True, console=Console(file=out, width=200))

    text = out.getvalue()
    first, second = (story.load(path).title for path in STORIES)
    _, told = text.split(first, 1)
    assert ["alert: act now" in part for part in told.split(second, 1)] == [True, True]
    assert "Dashboard  http://127.0.0.1:" in text


async def test_the_innocent_twins_stay_quiet():
    twins = [story.load(path.with_name(path.name.replace(".story", "-twin.story"))) for path in STORIES]

    async with staged(twins) as stage:
        for told in twins:
            await played(stage, told)
        await settled(stage, twins)

        assert set(stage.levels().values()) <= {"look"}


async def test_a_demonstration_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async with staged([story.load(STORIES[0])]) as stage:
        home = stage.home.folder
        pids = (stage.supervisor.proxy_pid, stage.supervisor.screener_pid)

    assert home.is_relative_to(tmp_path)
    assert await asyncio.to_thread(os.listdir, tmp_path) == []
    assert not any(is_alive(pid) for pid in pids)


async def test_when_the_screener_is_killed_traffic_goes_on_and_nothing_is_lost_or_counted_twice():
    stories = [story.load(path) for path in (*STORIES, COMPRESSED)]

    async with staged(stories) as stage:
        killed: list[int] = []

        def kill(number: int) -> None:
            if number == 4:
                killed.append(stage.supervisor.screener_pid)
                os.kill(killed[-1], signal.SIGKILL)

        events: list[Event] = []
        for told in stories:
            events += await played(stage, told, after_each=kill, pace=0.1)
            await until("a new screener process", lambda: stage.supervisor.screener_pid not in killed)
        await settled(stage, stories)
        wanted = expected(events)
        await until("a relationship with everybody", lambda: set(counted(stage)) >= set(wanted))

        assert len(set(killed)) == 3
        contacts = ids(events, by="contact")
        assert contacts == {
            str(id).rpartition("/")[2]
            for (id,) in stage.rows("select id from events where kind = 'message' and by = 'contact'")
        }
        assert {contact: counts for contact, counts in counted(stage).items() if contact in wanted} == wanted
        assert [stage.levels()[told.events[-1].event.contact.id] for told in stories[:2]] == ["act", "act"]


async def test_when_the_proxy_is_killed_the_browser_goes_direct(tmp_path: Path):
    async with (
        simulated(tmp_path / "platforms") as world,
        lone_proxy(tmp_path / "home", world.steer, world.certificates.authority) as proxy,
    ):
        ca = tmp_path / "home" / "ca" / "mitmproxy-ca-cert.pem"
        home = await trusting(tmp_path / "member", [ca, world.certificates.authority])
        table = pac(f"127.0.0.1:{proxy.words[0]}", exact=endpoints().exact, below=endpoints().below)
        mapped = ",".join(f"MAP {name}:443 127.0.0.1:{world.port}" for name in world.cast.names)
        async with browsing(home, pac_flag(table), f"--host-resolver-rules={mapped}") as members:
            page = await members.new_page()
            await page.goto(f"https://{PROBE_HOST}/")
            through = await issuer(page)

            os.kill(proxy.pid, signal.SIGKILL)
            await proxy.ended()
            direct = await issuer(page)
            await page.get_by_text("connected", exact=True).wait_for()

    assert (through, direct) == ("Screener family CA", "Simulated platforms")


async def test_when_the_proxy_is_killed_it_comes_back_and_goes_on_reading():
    told = story.load(STORIES[0])

    async with staged([told]) as stage:
        before = stage.supervisor.proxy_pid

        def kill(number: int) -> None:
            if number == 12:
                os.kill(before, signal.SIGKILL)

        await played(stage, told, after_each=kill, pace=0.15)
        await reached(stage, told.events[0].event.contact.id, "act")

        assert stage.supervisor.proxy_pid != before
