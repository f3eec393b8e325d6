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

from screener.home.enrolment import holds, text

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
MOST = 1_000


class Enrolled:
    """The devices in a file that others may change too; it is looked at again when it changed.

    `always` are enrolled without proof, for tests and the demo. `made` is a file that says since when there is the
    authority of today: who was enrolled earlier trusts the one before, while `before` is there, and else none of ours.
    `revoked` is a file of the same kind, of devices that somebody took out, each with the time until which.
    """

    def __init__(
        self,
        path: Path,
        always: Iterable[str] = (),
        *,
        made: Path | None = None,
        before: Path | None = None,
        revoked: Path | None = None,
    ) -> None:
        self.path = path
        self._made, self._before, self._revoked = made, before, revoked
        self._out: dict[str, str] = {}
        self._out_stamp: tuple[int, int] | None = None
        self._authority_since = ""
        self._has_before = False
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
        since = self._since.get(device)
        made = "" if self._has_before else self._authority_since
        return since is not None and holds(since, out=self._out.get(device, ""), made=made)

    def is_stopped(self, device: str) -> bool:
        """Whether somebody took it out, until they let it in again."""
        self._look()
        return self._out.get(device, "") > _now()

    def is_behind(self, device: str) -> bool:
        """Whether it trusts the authority before, and was not seen to trust the new one."""
        return device in self and device not in self._always and self._since[device] < self._authority_since

    def add(self, device: str, *, anew: bool = False) -> None:
        """Enrols a device, at once in memory and soon in the file, which is written beside the loop.

        With `anew` it showed that it trusts the newest authority.
        """
        if self.is_stopped(device):
            return
        known = device in self and not (anew and self.is_behind(device))
        if known:
            return
        self._since = _newest(self._since | {device: _now()})
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
        self._has_before = self._before is not None and self._before.exists()
        self._authority_since = text(self._made) if self._made else ""
        if (stamp := _stamp(self.path)) != self._stamp:
            self._stamp, self._since = stamp, read(self.path)
        if self._revoked is not None and (stamp := _stamp(self._revoked)) != self._out_stamp:
            self._out_stamp, self._out = stamp, read(self._revoked)

    def _save(self, device: str, since: str) -> None:
        try:
            with self._saving:
                write(self.path, _newest(read(self.path) | {device: since}))
        except OSError as fault:
            log.warning("the list of enrolled devices can't be written: %s", fault.strerror)


def _newest(devices: dict[str, str]) -> dict[str, str]:
    """A device that goes by ever new addresses must not keep others from being looked after."""
    if len(devices) <= MOST:
        return devices
    return dict(sorted(devices.items(), key=lambda each: each[1])[-MOST:])


def _now() -> str:
    """As all times here are written, so that they compare as texts."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


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
