"""The stream that keeps a page current, over a real socket."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from screener.errors import Mistake
from screener.web import live
from screener.web.serve import listen, serve_on
from tests.web.conftest import PASSWORD, served
from tests.web.memory import MemoryDesk, an_alert

SOON = 5.0


@asynccontextmanager
async def logged_in(at: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=at, headers={"Origin": at}, timeout=SOON) as client:
        answer = await client.post("/login", data={"name": "anna", "password": PASSWORD})
        assert answer.status_code == 303
        yield client


async def next_event(lines: AsyncIterator[str]) -> str | None:
    """The name of the next event; nothing when the stream has ended."""
    async with asyncio.timeout(SOON):
        async for line in lines:
            if line.startswith("event: "):
                return line.removeprefix("event: ")
    return None


@pytest.fixture
async def family(desk: MemoryDesk, password_hash: str) -> MemoryDesk:
    await desk.add_user("anna", password_hash)
    return desk


async def test_a_page_is_told_at_once_when_it_joins_and_whenever_an_alert_opens(app: FastAPI, family: MemoryDesk):
    async with served(app) as at, logged_in(at) as client, client.stream("GET", "/live") as stream:
        lines = stream.aiter_lines()
        first = await next_event(lines)
        family.put(an_alert("a1"))
        second = await next_event(lines)

        assert stream.headers["content-type"].startswith("text/event-stream")
        assert "content-security-policy" in stream.headers
        assert (first, second) == ("changed", "changed")


async def test_a_thousand_changes_are_told_as_a_few(app: FastAPI, family: MemoryDesk):
    async with served(app) as at, logged_in(at) as client, client.stream("GET", "/live") as stream:
        lines = stream.aiter_lines()
        await next_event(lines)
        for n in range(1000):
            family.put(an_alert(f"a{n}"))
        await next_event(lines)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(live.PAUSE_SECONDS * 3):
                for _ in range(3):
                    await next_event(lines)


async def test_a_stream_says_nothing_of_what_happened(app: FastAPI, family: MemoryDesk):
    async with served(app) as at, logged_in(at) as client, client.stream("GET", "/live") as stream:
        text = stream.aiter_text()
        family.put(an_alert("a1", member_name="Mia"))
        said = await anext(text)

        assert "Mia" not in said and "a1" not in said


async def test_after_log_out_an_open_stream_hears_nothing_more(app: FastAPI, family: MemoryDesk):
    async with served(app) as at, logged_in(at) as client, client.stream("GET", "/live") as stream:
        lines = stream.aiter_lines()
        await next_event(lines)
        await family.end_sessions("anna")
        family.put(an_alert("a1"))

        assert await next_event(lines) == "gone"
        assert await next_event(lines) is None


async def test_who_is_not_logged_in_gets_no_stream(app: FastAPI, family: MemoryDesk):
    async with served(app) as at, httpx.AsyncClient(base_url=at) as client:
        answer = await client.get("/live")

        assert answer.status_code == 303


async def test_a_stream_stays_while_there_is_room():
    streams = live.Streams()
    with ExitStack() as stack:
        same = [stack.enter_context(streams.joined("a")) for _ in range(live.MOST_A_SESSION)]
        others = [stack.enter_context(streams.joined(f"s{n}")) for n in range(live.MOST - live.MOST_A_SESSION)]
        there = [over.is_set() for over in (*same, *others)]

        stack.enter_context(streams.joined("one more"))

        assert there == [False] * live.MOST
        assert [over.is_set() for over in (*same, *others)] == [True] + [False] * (live.MOST - 1)


async def test_the_oldest_stream_of_a_session_makes_room(app: FastAPI, family: MemoryDesk):
    async with served(app) as at, logged_in(at) as client:
        async with asyncio.TaskGroup() as group, client.stream("GET", "/live") as oldest:
            lines = oldest.aiter_lines()
            await next_event(lines)
            leave = asyncio.Event()
            others = [group.create_task(stays(client, leave)) for _ in range(live.MOST_A_SESSION)]

            last = await next_event(lines)
            leave.set()

        assert last == "hush"
        assert [other.result() for other in others] == ["changed"] * live.MOST_A_SESSION


async def stays(client: httpx.AsyncClient, leave: asyncio.Event) -> str | None:
    async with client.stream("GET", "/live") as stream:
        first = await next_event(stream.aiter_lines())
        await leave.wait()
    return first


async def test_who_leaves_is_no_longer_subscribed(app: FastAPI, family: MemoryDesk):
    async with served(app) as at, logged_in(at) as client:
        async with client.stream("GET", "/live") as stream:
            await next_event(stream.aiter_lines())
            listening = len(family.listening)
        async with asyncio.timeout(SOON):
            while family.listening or app.state.streams.open:
                await client.get("/healthz")

        assert listening == 1


async def test_the_dashboard_stops_although_pages_are_listening(app: FastAPI, family: MemoryDesk):
    listener, stop = listen("127.0.0.1", 0), asyncio.Event()
    at = f"http://127.0.0.1:{listener.getsockname()[1]}"
    running = asyncio.create_task(serve_on(app, [listener], stop=stop))
    async with logged_in(at) as client, client.stream("GET", "/live") as stream:
        lines = stream.aiter_lines()
        await next_event(lines)
        stop.set()

        last = await next_event(lines)

    await asyncio.wait_for(running, SOON)
    assert last is None
    assert not family.listening


async def test_a_cancelled_dashboard_ends_cleanly(app: FastAPI, family: MemoryDesk):
    listener = listen("127.0.0.1", 0)
    running = asyncio.create_task(serve_on(app, [listener], stop=asyncio.Event()))
    at = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with logged_in(at):
        running.cancel()

        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(running, SOON)

    assert listener.fileno() == -1


async def test_answers_do_not_say_what_serves_them(app: FastAPI, family: MemoryDesk):
    async with served(app) as at, httpx.AsyncClient(base_url=at) as client:
        answer = await client.get("/healthz")

        assert "server" not in answer.headers


def test_a_busy_port_is_named_with_its_mend():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(Mistake, match=rf"port {port} on 127\.0\.0\.1 is in use\. Stop what uses it"):
            listen("127.0.0.1", port)


def test_an_address_that_is_not_ours_is_named_with_its_mend():
    with pytest.raises(Mistake, match=r"can't listen on 192\.0\.2\.1") as raised:
        listen("192.0.2.1", 8745)

    assert isinstance(raised.value.__cause__, OSError) and raised.value.__cause__.errno == errno.EADDRNOTAVAIL
