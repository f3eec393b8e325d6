"""Devices that somebody took out: the dashboard says until when, and the proxy keeps to it within a second."""

import json
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from screener.home.enrolment import times
from screener.home.folder import write_private

FOR_GOOD = "9999-12-31T00:00:00.000+00:00"
MOST = 1_000
_one_at_a_time = Lock()


def take_out(path: Path, device: str) -> None:
    """Nothing of it is read any more, until somebody lets it in again."""
    _set(path, device, FOR_GOOD)


def let_in(path: Path, device: str) -> None:
    """From now on it may enrol again, on the check page; what it showed before counts no more."""
    _set(path, device, datetime.now(UTC).isoformat(timespec="milliseconds"))


def begin_anew(path: Path, device: str) -> None:
    """What it showed before counts no more; who was taken out stays out until somebody says so."""
    if not is_out(path, device):
        let_in(path, device)


def is_out(path: Path, device: str) -> bool:
    return times(path).get(device) == FOR_GOOD


def _set(path: Path, device: str, until: str) -> None:
    with _one_at_a_time:
        kept = {**times(path), device: until}
        while len(kept) > MOST:
            kept.pop(min(kept, key=lambda each: kept[each]))
        write_private(path, json.dumps({"devices": kept}, indent=1, sort_keys=True).encode())
