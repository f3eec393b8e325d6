"""Who is enrolled, decided here alone for proxy, dashboard and heartbeat. Needs nothing but the standard library."""

import json
import os
from pathlib import Path

MOST_BYTES = 262_144


def holds(since: str, *, out: str, made: str) -> bool:
    """Whether a device that showed its trust then is enrolled: not taken out since, and of the authority of today.
    Times are written so that they compare as texts; `out` and `made` may be empty.
    """
    return since > out and since >= made


def enrolled(home: Path) -> frozenset[str]:
    """The devices of a home."""
    since, out = times(home / "enrolled.json"), times(home / "revoked.json")
    # While the authority before is there, who trusts that one is enrolled as well.
    made = "" if (home / "ca-before").exists() else text(home / "ca" / "made")
    return frozenset(device for device, at in since.items() if holds(at, out=out.get(device, ""), made=made))


def times(path: Path) -> dict[str, str]:
    """Times by device; none where there is no such file, or it can't be read. It is read as a stranger's: whoever may
    write in the home could lay a link there.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        with os.fdopen(os.open(path, flags), encoding="utf-8") as file:
            found = json.loads(file.read(MOST_BYTES))["devices"]
        return {str(device): str(at) for device, at in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def text(path: Path) -> str:
    """A time from a file of its own; empty where there is none."""
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
