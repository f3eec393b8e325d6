"""Slow work beside the loop, in threads that can neither pile up nor hold up the end of the process."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

AT_ONCE = 4


class StillRunning(Exception):
    """What was begun under this name before has not ended."""


@dataclass(kw_only=True)
class Aside:
    """A server that never ends its answer keeps one thread, and none but its own channel waits for it."""

    running: set[str] = field(default_factory=set)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def run[T](self, name: str, work: Callable[[], T], *, seconds: float) -> T:
        """What `work` gives. Raises StillRunning, and TimeoutError when it takes longer; the thread then goes on."""
        if name in self.running:
            raise StillRunning
        self.running.add(name)
        try:
            await self.turns.acquire()
        except BaseException:
            self.running.discard(name)
            raise
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[T] = loop.create_future()

        def done(found: T | None, why: BaseException | None) -> None:
            self.running.discard(name)
            if ended.done():
                return
            if why is not None:
                ended.set_exception(why)
            else:
                ended.set_result(found)  # type: ignore[arg-type]

        def thread() -> None:
            found, wrong = None, None
            try:
                found = work()
            except BaseException as why:
                wrong = why
            with suppress(RuntimeError):  # the loop may be closed by now
                loop.call_soon_threadsafe(done, found, wrong)

        try:
            # Not of a pool: Python waits for those at its end, and a slow server could hold that up for ever.
            try:
                threading.Thread(target=thread, name="notice", daemon=True).start()
            except RuntimeError:
                self.running.discard(name)
                raise
            return await asyncio.wait_for(ended, seconds)
        finally:
            self.turns.release()
