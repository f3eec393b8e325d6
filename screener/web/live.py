"""What keeps an open page current: a stream that says "something changed", and leaves the page to ask what."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.types import Receive, Scope, Send

from screener.web.base import Change, Desk

# A browser opens at most six connections to one place; with more streams than this its next page would never load.
MOST_A_SESSION, MOST = 4, 64
BEAT_SECONDS = 10.0
# One event stands for all in this time: a flood of friend requests must not become a flood of page loads.
PAUSE_SECONDS = 0.4

CHANGED = format_sse_event(event="changed", data_str="")
BEAT = format_sse_event(event="beat", data_str="")
# The page stays as it is until somebody looks at it again.
HUSH = format_sse_event(event="hush", data_str="")
LOGGED_OUT = format_sse_event(event="gone", data_str="")


@dataclass(kw_only=True)
class Streams:
    """The open streams, oldest first: it makes room for a new one, and all end when the dashboard stops."""

    open: list[tuple[str, asyncio.Event]] = field(default_factory=list)
    stopping: bool = False

    @contextlib.contextmanager
    def joined(self, session: str) -> Iterator[asyncio.Event]:
        """An event that says when this stream must end."""
        same = [one for one in self.open if one[0] == session]
        too_many = same[: max(len(same) - MOST_A_SESSION + 1, 0)] + self.open[: max(len(self.open) - MOST + 1, 0)]
        for _, over in too_many:
            over.set()
        mine = (session, asyncio.Event())
        self.open.append(mine)
        try:
            yield mine[1]
        finally:
            self.open.remove(mine)

    def stop(self) -> None:
        self.stopping = True
        for _, over in self.open:
            over.set()


class Live(EventSourceResponse):
    """Closes its generator at once when the browser goes, so that nobody stays subscribed for nothing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            if isinstance(self.body_iterator, AsyncGenerator):
                await self.body_iterator.aclose()


async def events(
    desk: Desk, streams: Streams, session: str, still_good: Callable[[], Awaitable[bool]]
) -> AsyncIterator[bytes]:
    """`still_good` is asked before every event: who has logged out elsewhere hears nothing more."""
    news = asyncio.Event()
    with streams.joined(session) as over:
        watcher = asyncio.create_task(watch(desk.changes(), news))
        try:
            # Subscribed first and told second: what happened between loading and now is not missed.
            await asyncio.sleep(0)
            news.set()
            while not over.is_set() and not watcher.done():
                await first_of(news, over, watcher)
                if over.is_set():
                    break
                if not await still_good():
                    yield LOGGED_OUT
                    return
                if not news.is_set():
                    yield BEAT
                    continue
                news.clear()
                yield CHANGED
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(over.wait(), PAUSE_SECONDS)
            # After a restart the page should come back by itself; when too many are open it should not.
            if over.is_set() and not streams.stopping:
                yield HUSH
        finally:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)


async def watch(changes: AsyncIterator[Change], news: asyncio.Event) -> None:
    async for _ in changes:
        news.set()


async def first_of(news: asyncio.Event, over: asyncio.Event, watcher: asyncio.Task[None]) -> None:
    """Until one of them happens, or it is time for a sign of life."""
    waits = [asyncio.create_task(news.wait()), asyncio.create_task(over.wait())]
    try:
        await asyncio.wait([*waits, watcher], timeout=BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
