"""How the dashboard says things: levels, stages, times and what can be seen, in plain words."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from screener.rules import Stage
from screener.web.base import Coverage, IssueView

STAGES: dict[Stage, tuple[str, str]] = {
    "approach": ("Getting in touch", "a stranger makes contact"),
    "befriend": ("Winning trust", "asks about life, family and friends"),
    "isolate": ("Drawing away", "secrecy, another app, the camera"),
    "pressure": ("Pressure", "threats or demands"),
}

# Longer than a school week away from the device, and "it reads" is no longer news.
STALE = timedelta(days=7)


def ago(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "never"
    seconds = (now - at).total_seconds()
    if seconds < 60:
        return "just now"
    for name, size, up_to in (("minute", 60, 3600), ("hour", 3600, 86_400), ("day", 86_400, 30 * 86_400)):
        if seconds < up_to:
            count = int(seconds // size)
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return f"on {moment(at)}"


def moment(at: datetime) -> str:
    """In the home's own time: the dashboard runs where the family lives."""
    here = at.astimezone()
    return f"{here.day} {here:%B %Y, %H:%M}"


def blind_spots(coverage: Sequence[Coverage], issues: Sequence[IssueView], now: datetime) -> tuple[str, ...]:
    """Why silence would not mean safety; empty only when everything that should be read is."""
    if not coverage:
        return ("No device is looked after yet.",)
    spots = []
    if any(row.state == "blind" for row in coverage):
        spots.append("Some apps can’t be read.")
    if any(row.state == "unenrolled" for row in coverage):
        spots.append("Some devices don’t have the certificate, so nothing on them is looked at.")
    if any(row.state == "waiting" for row in coverage):
        spots.append("From some devices nothing has been read yet.")
    if any(stale(row, now) for row in coverage):
        spots.append("From some devices nothing has been read for more than a week.")
    if any(issue.severity != "note" for issue in issues):
        spots.append("Something is not working as it should.")
    return tuple(spots)


def stale(row: Coverage, now: datetime) -> bool:
    return row.state == "reads" and (row.last_read is None or now - row.last_read > STALE)


def coverage_mend(row: Coverage, now: datetime) -> str:
    if row.state == "blind":
        return "The app keeps us out. Use it in the browser on this device, or talk about what happens there."
    if row.state == "unenrolled":
        return "Open http://screener.home.arpa/ in the browser on this device, and install the certificate from there."
    if row.state == "waiting" and not row.platform:
        return "Open a platform, such as Facebook or Discord, in the browser on this device."
    if row.state == "waiting":
        return "Open it once in the browser on this device. If this stays, see Help."
    if stale(row, now):
        return "Is the device in use, and at home? If so, see Help."
    return ""


def device_words(device: str) -> str:
    """A device as one would call it: its address is all that we know, and our own says little to people."""
    return "this computer" if device in ("127.0.0.1", "::1") else device


def in_words(wait: timedelta) -> str:
    seconds = max(1, round(wait.total_seconds()))
    if seconds < 90:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{-(-seconds // 60)} minutes"
