"""Calls for help from the sign: the proxy leaves each in a folder, and the screener process takes it up from there.

A folder, because a call must outlive whichever of the two is being started again.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from screener.home.folder import write_private

MOST = 200
MOST_BYTES = 4_096
PAUSE_SECONDS = 20.0
"""One device's calls to the same people within this time are one."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A device on which somebody pressed, and whom they chose."""

    device: str
    to: tuple[str, ...]
    at: float


def leave(folder: Path, device: str, to: Sequence[str]) -> bool:
    """Leaves a call; says whether it lies there."""
    now = time.time()
    mark = hashlib.sha256(json.dumps([device, sorted(to)]).encode()).hexdigest()[:32]
    path = folder / f"{mark}-{int(now // PAUSE_SECONDS)}.json"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            return True
        if sum(1 for _ in folder.iterdir()) >= MOST:
            return False
        write_private(path, json.dumps({"device": device, "to": list(to), "at": now}).encode())
    except OSError:
        return False
    return True


def waiting(folder: Path) -> tuple[tuple[Path, Call], ...]:
    """What lies there, the oldest first, each with its file; what can't be read is thrown away."""
    found = []
    try:
        paths = sorted(folder.glob("*.json"))[:MOST]
    except OSError:
        return ()
    for path in paths:
        try:
            if path.stat().st_size > MOST_BYTES:
                raise ValueError("too large")
            said = json.loads(path.read_bytes())
            call = Call(device=str(said["device"]), to=tuple(map(str, said["to"])), at=float(said["at"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            with suppress(OSError):
                path.unlink()
            continue
        found.append((path, call))
    return tuple(sorted(found, key=lambda each: each[1].at))
