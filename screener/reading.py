"""Reads the spool as it fills and follows every capture; forgets frames once what they gave is safe in the store."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError

from screener import health, platforms
from screener.capture import Capture, Gap
from screener.pipeline import Followed, Pipeline
from screener.platforms import Kept, Memory
from screener.spool import Frame, Reader
from screener.spool.assemble import Assembler

log = logging.getLogger(__name__)

# Whether the spool changed is seen from the outside, ten times a second, for next to nothing; now and then it is opened
# anyway, because two changes within one tick of the file system's clock look like one.
POLL_SECONDS = 0.1
LOOK_SECONDS = 1.0
RETRY_SECONDS = 2.0
# A connection whose decoder must be fed from the beginning after a restart may keep this much in the spool.
MAX_KEPT_BYTES = 8 * 1024 * 1024

type Tell = Callable[[Followed], Awaitable[None]]


@dataclass(kw_only=True)
class Reading:
    """The loop between spool and store. `tell` is called for every event whose alert opened or rose."""

    reader: Reader
    pipeline: Pipeline
    tell: Tell
    after: int = 0
    assembler: Assembler = field(default_factory=Assembler)
    memories: dict[str, Memory] = field(default_factory=dict)
    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)
    weights: dict[str, int] = field(default_factory=dict)

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
            return False
        done: dict[str, int] = {}
        for n, frame in batch:
            for found in self.assembler.feed(frame):
                if isinstance(found, Gap):
                    await self._note(found)
                else:
                    await self._screen(found)
            self.after = n
            done[frame.stream] = n
            self._weigh(frame)
        await asyncio.to_thread(self._forget, done)
        return True

    async def _screen(self, capture: Capture) -> None:
        memory = await self._memory(capture)
        decoded = platforms.decode(capture, memory)
        if decoded is None:
            return
        while True:
            try:
                followed = await self.pipeline.screen(capture, decoded, memory)
                break
            except DBAPIError as why:
                # A full disk or a locked file passes; until then the copies wait in the spool, and nothing is lost.
                log.error("the store can't be written (%s), trying again", type(why.orig).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as bug:
                # The edge of the pipeline: a capture that breaks it becomes an issue, and the next one goes on.
                log.error("following a capture from %s failed: %s", decoded.platform, type(bug).__name__)
                async with self.pipeline.store.transaction() as tx:
                    await tx.note(health.of_unreadable(decoded.platform, f"internal: {type(bug).__name__}", capture.at))
                return
        for step in followed:
            if step.is_news:
                await self.tell(step)

    async def _memory(self, capture: Capture) -> Memory:
        platform = platforms.platform_of(capture) or ""
        key = (platform, capture.device)
        if key not in self.kept:
            self.kept[key] = Kept(await self.pipeline.store.remembered(*key))
        if capture.via == "http":
            return Memory(kept=self.kept[key])
        memory = self.memories.setdefault(capture.stream, Memory(kept=self.kept[key]))
        memory.late = capture.stream in self.assembler.late
        return memory

    async def _note(self, gap: Gap) -> None:
        async with self.pipeline.store.transaction() as tx:
            await tx.note(health.of_gap(gap))

    def _weigh(self, frame: Frame) -> None:
        if frame.kind in ("client", "server"):
            self.weights[frame.stream] = self.weights.get(frame.stream, 0) + len(frame.body)

    def _forget(self, done: dict[str, int]) -> None:
        """Everything in these streams up to these rows has been followed and is safe."""
        for stream, n in done.items():
            if stream not in self.assembler.open:
                self.reader.forget(stream)
                self.memories.pop(stream, None)
                self.weights.pop(stream, None)
            elif stream in self.memories:
                if not self.memories[stream].stream and not self.assembler.waits(stream):
                    self.reader.forget_frames(stream, n)
                elif self.weights.get(stream, 0) > MAX_KEPT_BYTES:
                    self.reader.mark_lost(stream, n)
                    self.weights[stream] = 0

    async def _begin_again_if_new(self) -> None:
        """A spool that was set aside and begun anew counts its rows from one."""
        if self.after and await asyncio.to_thread(self.reader.last) < self.after:
            self.after = 0
