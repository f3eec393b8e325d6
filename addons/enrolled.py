"""Which devices are enrolled: they proved on the probe host that they trust our certificate."""

import asyncio
import json
import logging
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
MOST = 1_000


class Enrolled:
    """The devices in a file that others may change too; it is looked at again when it changed.

    `always` are enrolled without proof, for tests and the demo.
    """

    def __init__(self, path: Path, always: Iterable[str] = ()) -> None:
        self.path = path
        self._always = frozenset(always)
        self._since: dict[str, str] = {}
        self._stamp: tuple[int, int] | None = None
        self._looked_at = float("-inf")
        self._tasks: set[asyncio.Task[None]] = set()
        self._saving = Lock()

    def __contains__(self, device: str) -> bool:
        if device in self._always:
            return True
        self._look()
        return device in self._since

    def add(self, device: str) -> None:
        """Enrols a device, at once in memory and soon in the file, which is written beside the loop."""
        if device in self or len(self._since) >= MOST:
            return
        self._since[device] = datetime.now(UTC).isoformat(timespec="seconds")
        task = asyncio.get_running_loop().create_task(asyncio.to_thread(self._save, device, self._since[device]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def saved(self) -> None:
        """Waits until everything is in the file."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS or self._tasks:
            return
        self._looked_at = now
        try:
            found = self.path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
        except OSError:
            stamp = None
        if stamp != self._stamp:
            self._stamp = stamp
            self._since = read(self.path)

    def _save(self, device: str, since: str) -> None:
        try:
            with self._saving:
                write(self.path, read(self.path) | {device: since})
        except OSError as fault:
            log.warning("the list of enrolled devices can't be written: %s", fault.strerror)


def read(path: Path) -> dict[str, str]:
    """The enrolled devices and since when; none where the file can't be read."""
    try:
        found = json.loads(path.read_text("utf-8"))["devices"]
        return {str(device): str(since) for device, since in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        log.warning("the list of enrolled devices can't be read; every device has to open the probe page once more")
        return {}


def write(path: Path, devices: dict[str, str]) -> None:
    """Replaces the file in one step, readable by this user alone."""
    with NamedTemporaryFile("w", dir=path.parent, prefix=".enrolled-", delete=False, encoding="utf-8") as fresh:
        try:
            json.dump({"devices": devices}, fresh, indent=1, sort_keys=True)
            fresh.flush()
            os.fsync(fresh.fileno())
            Path(fresh.name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(fresh.name).unlink()
            raise
