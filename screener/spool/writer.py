"""The proxy's end of the spool: takes frames without ever waiting, and writes them from a thread of its own."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple, Self

from screener.spool.base import Frame
from screener.spool.file import SpoolFile
from screener.spool.losses import Loss, Losses

log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024 * 1024
MOST_QUEUED_BYTES = 16 * 1024 * 1024
BATCH_FRAMES = 256
GATHER_SECONDS = 0.05
HEARTBEAT_SECONDS = 2.0
# What a frame costs besides its body: an empty one must not be free.
FRAME_BYTES = 512
MOST_FRAMES = 32_768
MOST_SIGHTINGS = 1_024
LOSSES_A_BATCH = 64


class Queued(NamedTuple):
    """A frame on its way to the file, where its stream comes from, and how many offered frames it stands for."""

    frame: Frame
    device: str
    host: str
    offered: int = 1
    lost: int = 1

    @property
    def cost(self) -> int:
        return len(self.frame.body) + FRAME_BYTES if self.offered else 0


class Writer:
    """`offer` and `saw` belong to the proxy's loop: they never wait and never raise.

    Counters are each written by one side only, so that they need no lock and are exact: offered = written + dropped.
    """

    def __init__(
        self,
        path: Path,
        *,
        most_bytes: int = MOST_BYTES,
        queue_bytes: int = MOST_QUEUED_BYTES,
        extra: Callable[[], Mapping[str, int]] | None = None,
    ) -> None:
        self.path = path
        self._queue_bytes = queue_bytes
        self._extra = extra
        self._file = SpoolFile(path, most_bytes=most_bytes)
        self._queue: deque[Queued] = deque()
        self._bytes_in = self._bytes_out = 0
        self._offered = self._dropped_queue = 0
        self._written = self._dropped_disk = self._dropped_size = self._gaps = 0
        self._before: Losses = Losses()
        self._behind: Losses = Losses()
        self._sightings: dict[tuple[str, str, str], tuple[float, int]] = {}
        self._wake, self._many, self._stop = Event(), Event(), Event()
        self._thread = Thread(target=self._run, name="spool", daemon=True)
        self._thread.start()

    def offer(self, frame: Frame, device: str = "", host: str = "") -> bool:
        """Takes a copy, or counts it as dropped when there is no room. `device` and `host` name where it comes from."""
        try:
            self._offered += 1
            entry = Queued(frame, device, host)
            room = self._queue_bytes - (self._bytes_in - self._bytes_out)
            if self._stop.is_set() or entry.cost > room or len(self._queue) >= MOST_FRAMES:
                self._dropped_queue += 1
                self._before.note(frame, "full", device, host)
                return False
            if loss := self._before.take(frame.stream):
                for told in _told(loss):
                    self._put(told)
            self._put(entry)
            if not self._wake.is_set():
                self._wake.set()
            if len(self._queue) >= BATCH_FRAMES and not self._many.is_set():
                self._many.set()
            return True
        except Exception:
            log.exception("a copy could not be offered to the spool")
            return False

    def saw(self, device: str, host: str, state: str) -> None:
        """Notes how it stands with a watched host on a device; for the page that shows what can't be seen."""
        key = (device, host, state)
        if key in self._sightings or len(self._sightings) < MOST_SIGHTINGS:
            _, count = self._sightings.pop(key, (0.0, 0))
            self._sightings[key] = (time.time(), count + 1)
            self._wake.set()

    def counters(self) -> dict[str, int]:
        """Everything counted since the proxy started."""
        counted = {
            "offered": self._offered,
            "written": self._written,
            "dropped": self._dropped_queue + self._dropped_disk + self._dropped_size,
            "dropped_queue": self._dropped_queue,
            "dropped_disk": self._dropped_disk,
            "dropped_size": self._dropped_size,
            "gaps": self._gaps,
            "queue_bytes": self._bytes_in - self._bytes_out,
        }
        if self._extra is not None:
            counted |= self._extra()
        return counted

    def close(self, timeout: float = 5.0) -> None:
        """Writes what is queued, then stops; what can't be written in time is lost with the program."""
        self._stop.set()
        self._many.set()
        self._wake.set()
        self._thread.join(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _put(self, entry: Queued) -> None:
        self._queue.append(entry)
        self._bytes_in += entry.cost

    def _run(self) -> None:
        # The file is there from the beginning: whoever looks for it must find the same one.
        self._file.note(counters=self.counters(), sightings=())
        while not self._stop.is_set():
            try:
                self._turn()
            except Exception:
                # A bug here must cost copies, never the thread: without it the queue would stay full for ever.
                log.exception("the spool's thread stumbled")
                time.sleep(1)
        while self._queue or self._before:
            self._write_batch()
        self._file.note(counters=self.counters(), sightings=self._seen(), last=True)
        self._file.close()

    def _turn(self) -> None:
        self._wake.wait(HEARTBEAT_SECONDS)
        self._wake.clear()
        if self._queue or self._before or self._behind:
            if 0 < len(self._queue) < BATCH_FRAMES:
                self._many.wait(GATHER_SECONDS)
            self._many.clear()
            wrote = self._write_batch()
            if self._queue or self._before or (self._behind and wrote):
                self._wake.set()
        self._file.note(counters=self.counters(), sightings=self._seen())
        self._file.tidy()

    def _write_batch(self) -> bool:
        batch: list[Queued] = []
        while self._queue and len(batch) < BATCH_FRAMES:
            entry = self._queue.popleft()
            if loss := self._behind.take(entry.frame.stream):
                batch += _told(loss)
            batch.append(entry)
        taken = sum(entry.cost for entry in batch)
        if not self._queue:
            # Only behind an empty queue: before it, the gap would stand in front of frames that were not lost.
            batch += _some(self._before) + _some(self._behind)
        try:
            fault = self._file.write([entry.frame for entry in batch])
        except Exception:
            log.exception("a batch could not be written to the spool")
            fault = "disk"
        self._settle(batch, fault)
        self._bytes_out += taken
        return not fault

    def _settle(self, batch: list[Queued], fault: str) -> None:
        offered = sum(entry.offered for entry in batch)
        if not fault:
            self._written += offered
            self._gaps += len(batch) - offered
            return
        if fault == "size":
            self._dropped_size += offered
        else:
            self._dropped_disk += offered
        for frame, device, host, _, lost in batch:
            self._behind.note(frame, "full" if fault == "size" else fault, device, host, lost)

    def _seen(self) -> Iterator[tuple[str, str, str, float, int]]:
        while self._sightings:
            key, (at, count) = self._sightings.popitem()
            yield (*key, at, count)


def _told(loss: Loss) -> list[Queued]:
    return [
        Queued(frame, loss.device, loss.host, offered=0, lost=loss.count if frame.kind == "gap" else 0)
        for frame in loss.frames()
    ]


def _some(losses: Losses) -> list[Queued]:
    found: list[Queued] = []
    while len(found) < LOSSES_A_BATCH and (loss := losses.take_any()):
        found += _told(loss)
    return found
