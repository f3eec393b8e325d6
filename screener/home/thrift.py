"""Gives memory back: connections that have ended lie in rings of references, and peaks leave a heap full of holes.

Left alone, Python looks for such rings so seldom that half an hour of a home's traffic takes 20 MB more.
"""

import ctypes
import gc
import logging
import time
from collections.abc import Callable
from threading import Thread

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
# Left alone, the C library soon keeps even megabytes in its heap, where whatever stays holds them fast; and it has a
# heap for each thread. See mallopt(3).
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
LARGE = 128 * 1024
# Less more is not worth the moment that it takes: some 0.1 s of a processor for 24,000 things of ended connections.
GROWN = 1 / 16


class Thrift:
    """`look` is called often; now and then it gives memory back, beside the loop. `memory_mb` is what is in use."""

    def __init__(self, memory_mb: Callable[[], int], give_back: Callable[[], None] | None = None) -> None:
        self._memory_mb, self._give_back = memory_mb, give_back or trim
        self._looked_at, self._lean = time.monotonic(), memory_mb()

    def look(self, now: float) -> None:
        """Gives back where much more is in use than after the last time."""
        if now - self._looked_at < EVERY_SECONDS:
            return
        self._looked_at, used = now, self._memory_mb()
        if used > self._lean * (1 + GROWN):
            # Here, and not beside: what ends with it may belong to the loop.
            gc.collect()
            Thread(target=self._work, name="thrift", daemon=True).start()
        else:
            self._lean = min(self._lean, used)

    def _work(self) -> None:
        self._give_back()
        self._lean = self._memory_mb()


def frugal() -> None:
    """At the start of a process: what is large goes back to the system as soon as it is free. Linux with glibc only."""
    try:
        library = ctypes.CDLL("libc.so.6")
        library.mallopt(M_MMAP_THRESHOLD, LARGE)
        library.mallopt(M_ARENA_MAX, 1)
    except (OSError, AttributeError):
        log.debug("how memory is taken can't be chosen here")


def settle() -> None:
    """Once a process is ready: what is there now stays, and is not looked through for rubbish again and again."""
    gc.collect()
    gc.freeze()


def trim() -> None:
    """Asks the C library to; elsewhere than on Linux with glibc nothing happens."""
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):
        log.debug("memory can't be given back here")
