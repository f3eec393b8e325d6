"""The worker: makes what is to be said, sends what is due, and goes on whatever happens."""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from screener.notify import cries, life, trouble
from screener.notify.base import UNREADABLE, Outcome
from screener.notify.bell import Bell
from screener.notify.dispatch import Dispatch
from screener.notify.outbox import Outbox
from screener.notify.people import Channel, People
from screener.notify.post import Post

log = logging.getLogger(__name__)

TICK_SECONDS = 5.0
SELDOM = timedelta(minutes=10)
REST_SECONDS = (5, 15, 60, 300, 900, 1800)
"""How long a channel is left alone after so many failures in a row."""
FAILS_BEFORE_ISSUE = 3


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Rest:
    until: datetime
    failures: int


@dataclass(kw_only=True)
class Worker:
    """`run` is the loop; `step` is one turn of it."""

    outbox: Outbox
    dispatch: Dispatch
    bell: Bell
    post: Post = field(default_factory=Post)
    clock: Callable[[], datetime] = utc_now
    tick: float = TICK_SECONDS
    resting: dict[str, Rest] = field(default_factory=dict)
    sending: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    stuck: dict[str, Channel] = field(default_factory=dict)
    watched: datetime | None = None
    looked: datetime | None = None

    async def run(self) -> None:
        """Until it is cancelled. A full disk or a bug of ours must cost neither reading nor the dashboard."""
        ready = False
        try:
            while True:
                try:
                    if not ready:
                        await self.begin()
                        ready = True
                    await self.step(await self.bell.wait(await self._pause()))
                except Exception as why:
                    log.error("notices are held up: %s", type(why).__name__)
                    await asyncio.sleep(self.tick)
        finally:
            for task in self.sending.values():
                task.cancel()
            await asyncio.gather(*self.sending.values(), return_exceptions=True)

    async def begin(self) -> None:
        """What the last run left: notes that were on their way, and alerts of which nothing was said."""
        for channel in await self.dispatch.begun():
            await self._recover(channel)
        await self.outbox.sweep(self.clock())
        self.post.warm()

    async def step(self, news: Collection[str] = ()) -> None:
        """Makes what these alerts, the calls for help and the time call for, and sends what is due."""
        now = self.clock()
        for id in set(self.stuck) - set(self.sending):
            await self._recover(self.stuck[id])
            del self.stuck[id]
        try:
            await self.outbox.make(news, now)
        except Exception:
            self.bell.alerts.update(news)
            raise
        await cries.make(self.engine, now)
        if self.looked is None or now - self.looked >= SELDOM:
            self.looked = now
            await self._seldom(now)
        await self._send_due(now)
        if self.watched is None or now - self.watched >= timedelta(seconds=self.tick):
            # Not each time that the bell rings: a flood of news must not have every alert looked at over and over.
            self.watched = now
            await self.outbox.make(await self.outbox.watched(now), now)
            await self._send_due(now)

    async def idle(self) -> None:
        """Until nothing is on its way."""
        while self.sending:
            await asyncio.gather(*self.sending.values(), return_exceptions=True)
            await asyncio.sleep(0)

    @property
    def engine(self) -> AsyncEngine:
        return self.outbox.home.engine

    async def _recover(self, channel: Channel) -> None:
        address = channel.address(self.dispatch.seal)
        await self.dispatch.recover(channel, knows_id=address is not None and address.knows_id)

    async def _seldom(self, now: datetime) -> None:
        await life.make(self.engine, self.dispatch.seal, self.outbox.home.clockwork, now)
        for issue in await life.silent(self.engine, self.dispatch.seal, now):
            await trouble.note(self.engine, issue)
        for name in await self.dispatch.give_up(now):
            await trouble.note(self.engine, trouble.missed(name, now))

    async def _send_due(self, now: datetime) -> None:
        for due in await self.dispatch.due(now):
            id = due.channel.id
            rest = self.resting.get(id)
            if id in self.sending or (rest is not None and rest.until > now and not due.fresh):
                continue
            task = asyncio.create_task(self._send(due.channel))
            self.sending[id] = task
            task.add_done_callback(partial(self._sent, due.channel))

    def _sent(self, channel: Channel, task: asyncio.Task[None]) -> None:
        self.sending.pop(channel.id, None)
        if not task.cancelled() and (why := task.exception()) is not None:
            # It may have left, but that could not be noted: as if the process had ended there.
            log.error("a notice could not be noted: %s", type(why).__name__)
            self.stuck[channel.id] = channel
            self.resting[channel.id] = Rest(until=self.clock() + timedelta(seconds=self.tick), failures=0)
        self.bell.ring()

    async def _send(self, channel: Channel) -> None:
        if channel.address(self.dispatch.seal) is None:
            people = People(engine=self.engine, seal=self.dispatch.seal)
            await people.came(channel.id, UNREADABLE, self.clock())
            await self._came(channel, UNREADABLE)
            return
        while (ready := await self.dispatch.begin(channel, self.clock())) is not None:
            outcome = await self.post.send(channel.id, ready.address, ready.note)
            await self.dispatch.finish(ready, outcome, self.clock())
            await self._came(channel, outcome)
            if not outcome.well:
                return

    async def _came(self, channel: Channel, outcome: Outcome) -> None:
        rest = self.resting.pop(channel.id, None)
        if outcome.well:
            if rest is not None or channel.failure:
                await trouble.works(self.engine, channel)
            return
        now, failures = self.clock(), (rest.failures if rest else 0) + 1
        seconds = REST_SECONDS[min(failures, len(REST_SECONDS)) - 1]
        self.resting[channel.id] = Rest(until=now + timedelta(seconds=seconds), failures=failures)
        if failures >= FAILS_BEFORE_ISSUE:
            await trouble.note(self.engine, trouble.failing(channel, now))

    async def _pause(self) -> float:
        """Until something is due next, and never longer than a tick: alerts are seen and calls heard meanwhile."""
        now = self.clock()
        due = await self.dispatch.next(now)
        times = [rest.until for rest in self.resting.values() if rest.until > now] + ([due] if due else [])
        soonest = min(((at - now).total_seconds() for at in times), default=self.tick)
        return max(0.05, min(self.tick, soonest))
