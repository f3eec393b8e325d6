"""Reads the spool as it fills and follows every capture; forgets frames once what they gave is safe in the store."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, ProgrammingError

from screener import health, platforms
from screener.capture import Capture, Gap
from screener.events import Account
from screener.memories import Memories
from screener.pipeline import Followed, Pipeline
from screener.platforms import Decoded, Memory
from screener.spool import Frame, Reader
from screener.spool.assemble import Assembler
from screener.store.base import Issue

log = logging.getLogger(__name__)

# Whether the spool changed is seen from the outside, ten times a second, for next to nothing; now and then it is opened
# anyway, because two changes within one tick of the file system's clock look like one.
POLL_SECONDS = 0.1
LOOK_SECONDS = 1.0
RETRY_SECONDS = 2.0
# What was dropped lies on in the spool's log until that is emptied; not more often, as the proxy waits for it to write.
SCRUB_SECONDS = 5.0
# A connection whose decoder must be fed from the beginning after a restart may keep this much in the spool.
MAX_KEPT_BYTES = 8 * 1024 * 1024

# What the database says of what it was given; anything else it says of itself, and that may pass.
OURS = (DataError, IntegrityError, ProgrammingError)

type Tell = Callable[[Followed], Awaitable[None]]
type Met = Callable[[Account, str], None]


@dataclass(kw_only=True)
class Reading:
    """The loop between spool and store. `tell` is called for every event whose alert opened or rose, or that held
    another threat or demand; `met` of every account of ours, with its device.
    """

    reader: Reader
    pipeline: Pipeline
    tell: Tell
    met: Met = lambda account, device: None
    after: int = 0
    assembler: Assembler = field(default_factory=Assembler)
    memories: Memories = field(init=False)
    weights: dict[str, int] = field(default_factory=dict)
    dropped: bool = False
    scrubbed: float = 0.0

    def __post_init__(self) -> None:
        self.memories = Memories(store=self.pipeline.store)

    async def run(self) -> None:
        """Reads until it is cancelled."""
        stamp, looked = self.reader.stamp(), 0.0
        while True:
            now = time.monotonic()
            if self.reader.stamp() == stamp and now - looked < LOOK_SECONDS:
                await asyncio.sleep(POLL_SECONDS)
                continue
            stamp, looked = self.reader.stamp(), now
            while await self.step():
                pass

    async def step(self) -> bool:
        """Follows the next frames; says whether there were any."""
        batch = await asyncio.to_thread(self.reader.batch, self.after)
        if not batch:
            await self._begin_again_if_new()
            await self._scrub()
            return False
        done: dict[str, int] = {}
        for n, frame in batch:
            for found in self.assembler.feed(frame):
                if isinstance(found, Gap):
                    await self._note(health.of_gap(found))
                else:
                    await self._screen(found)
            self.after = n
            done[frame.stream] = n
            self._weigh(frame)
        await asyncio.to_thread(self._forget, done)
        self.dropped = True
        return True

    async def _screen(self, capture: Capture) -> None:
        late = capture.stream in self.assembler.late
        memory = await _as_soon_as_possible(lambda: self.memories.of(capture, late=late))
        decoded = platforms.decode(capture, memory)
        if decoded is None:
            return
        for event in decoded.events:
            self.met(event.account, capture.device)
        for step in await self._followed(capture, decoded, memory):
            if step.is_news or threatens(step):
                await self.tell(step)

    async def _followed(self, capture: Capture, decoded: Decoded, memory: Memory) -> list[Followed]:
        try:
            return await _as_soon_as_possible(lambda: self.pipeline.screen(capture, decoded, memory))
        except Exception as bug:
            if len(decoded.events) > 1:
                # A stranger may have written what breaks us: it must not take the others in his inbox page with it.
                alone = [replace(decoded, events=(event,), unreadable=()) for event in decoded.events]
                alone += [replace(decoded, events=())] if decoded.unreadable else []
                return [step for each in alone for step in await self._followed(capture, each, memory)]
            # The edge of the pipeline: an event that breaks it becomes an issue, and the next one goes on.
            log.error("following a capture from %s failed: %s", decoded.platform, type(bug).__name__)
            why = f"internal: {type(bug).__name__}"
            await self._note(health.of_unreadable(decoded.platform, why, capture.at))
            return []

    async def _note(self, issue: Issue) -> None:
        async def note() -> None:
            async with self.pipeline.store.transaction() as tx:
                await tx.note(issue)

        await _as_soon_as_possible(note)

    def _weigh(self, frame: Frame) -> None:
        if frame.kind in ("client", "server"):
            self.weights[frame.stream] = self.weights.get(frame.stream, 0) + len(frame.body)

    def _forget(self, done: dict[str, int]) -> None:
        """Everything in these streams up to these rows has been followed and is safe."""
        for stream, n in done.items():
            if stream not in self.assembler.open:
                self.reader.forget(stream)
                self.memories.streams.pop(stream, None)
                self.weights.pop(stream, None)
            elif stream in self.memories.streams:
                if not self.memories.streams[stream].stream and not self.assembler.waits(stream):
                    self.reader.forget_frames(stream, n)
                elif self.weights.get(stream, 0) > MAX_KEPT_BYTES:
                    self.reader.mark_lost(stream, n)
                    self.weights[stream] = 0

    async def _scrub(self) -> None:
        if self.dropped and time.monotonic() - self.scrubbed > SCRUB_SECONDS:
            self.dropped = not await asyncio.to_thread(self.reader.scrub)
            self.scrubbed = time.monotonic()

    async def _begin_again_if_new(self) -> None:
        """A spool that was set aside and begun anew counts its rows from one."""
        if self.after and await asyncio.to_thread(self.reader.last) < self.after:
            self.after = 0


def threatens(step: Followed) -> bool:
    """Whether this event held a threat or demand: at the highest level nothing rises any more."""
    if step.alert is None or step.again:
        return False
    return any(signal.alone and signal.at == step.event.at for signal in step.alert.signals)


async def _as_soon_as_possible[T](work: Callable[[], Awaitable[T]]) -> T:
    """A full disk or a locked file passes; until then the copies wait in the spool, and nothing is lost."""
    while True:
        try:
            return await work()
        except DatabaseError as why:
            if isinstance(why, OURS):
                raise
            log.error("the store can't be written (%s), trying again", type(why.orig).__name__)
            await asyncio.sleep(RETRY_SECONDS)
