"""How the proxy does, in its own numbers; the heartbeat asks for them through the proxy itself."""

import asyncio
import json
import os
import time
from pathlib import Path

from screener.home.thrift import Thrift

ALIVE_PATH = "/alive"
"""Where they are asked for on the probe host. A device that opens only this is not enrolled by it."""

TICK_SECONDS = 0.25
WINDOW_TICKS = 12


class Vitals:
    """`started` begins to measure how late the loop is; `told` says everything at once."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._due = 0.0
        self._next: asyncio.TimerHandle | None = None
        self._thrift: Thrift | None = None

    def start(self) -> None:
        """Begins to measure, with as many descriptors as there may be."""
        raise_limit()
        self._thrift = Thrift(_memory_mb)
        self._wait()

    def _wait(self) -> None:
        self._due = time.monotonic() + TICK_SECONDS
        self._next = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def stop(self) -> None:
        """Ends it."""
        if self._next is not None:
            self._next.cancel()

    def _tick(self) -> None:
        self._late = [*self._late[1 - WINDOW_TICKS :], max(0.0, time.monotonic() - self._due)]
        if self._thrift is not None:
            self._thrift.look(time.monotonic())
        self._wait()

    def told(self) -> bytes:
        """Lateness of the loop over the last seconds, memory, and open descriptors, as JSON."""
        return json.dumps(
            {
                "late_ms": round(max(self._late, default=0.0) * 1000),
                "memory_mb": _memory_mb(),
                "descriptors": _descriptors(),
                "most_descriptors": raise_limit(),
            }
        ).encode()


def _memory_mb() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGESIZE") // (1024 * 1024)


def _descriptors() -> int:
    try:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names are counted, not looked at
    except OSError:
        return 0


def raise_limit(most: int = 65_536) -> int:
    """Takes as many descriptors as the system gives without asking anybody, and says how many that is; 0 is unknown."""
    try:
        import resource  # not on Windows
    except ImportError:
        return 0
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            return soft  # a sandbox may forbid it
        return wanted
    return soft
