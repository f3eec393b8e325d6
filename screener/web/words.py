"""How the dashboard says things: levels, stages, times and what can be seen, in plain words."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from screener.rules import Stage, Status
from screener.web.base import Coverage, IssueView
from screener.web.tongue import _, later, plural

STAGES: dict[Stage, tuple[str, str]] = {
    "approach": (later("Getting in touch"), later("a stranger makes contact")),
    "befriend": (later("Winning trust"), later("asks about life, family and friends")),
    "isolate": (later("Drawing away"), later("secrecy, another app, the camera")),
    "pressure": (later("Pressure"), later("threats or demands")),
}

STATUSES: dict[Status, str] = {
    "stable": later("counts"),
    "trial": later("counts, on trial"),
    "sandbox": later("is only tried out, and does not count"),
    "retired": later("switched off"),
}

MONTHS = (
    later("January"),
    later("February"),
    later("March"),
    later("April"),
    later("May"),
    later("June"),
    later("July"),
    later("August"),
    later("September"),
    later("October"),
    later("November"),
    later("December"),
)

# Longer than a school week away from the device, and "it reads" is no longer news.
STALE = timedelta(days=7)


def ago(at: datetime | None, now: datetime) -> str:
    if at is None:
        return _("never")
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return plural("{count} minute ago", "{count} minutes ago", minutes)
    if minutes < 24 * 60:
        return plural("{count} hour ago", "{count} hours ago", minutes // 60)
    if minutes < 30 * 24 * 60:
        return plural("{count} day ago", "{count} days ago", minutes // (24 * 60))
    return _("on {moment}").format(moment=moment(at))


def moment(at: datetime) -> str:
    """In the home's own time: the dashboard runs where the family lives."""
    here = at.astimezone()
    month = _(MONTHS[here.month - 1])
    return _("{day} {month} {year}, {time}").format(day=here.day, month=month, year=here.year, time=f"{here:%H:%M}")


def day(at: datetime) -> str:
    """The day in the home's own time."""
    return day_of(at.astimezone().date())


def day_of(day: date) -> str:
    return _("{day} {month} {year}").format(day=day.day, month=_(MONTHS[day.month - 1]), year=day.year)


def blind_spots(coverage: Sequence[Coverage], issues: Sequence[IssueView], now: datetime) -> tuple[str, ...]:
    """Why silence would not mean safety; empty only when everything that should be read is."""
    if not coverage:
        return (_("No device is looked after yet."),)
    spots = []
    if any(row.state == "blind" for row in coverage):
        spots.append(_("Some apps can’t be read."))
    if any(row.state == "unenrolled" for row in coverage):
        spots.append(_("Some devices don’t have the certificate, so nothing on them is looked at."))
    if any(row.state == "waiting" for row in coverage):
        spots.append(_("From some devices nothing has been read yet."))
    if any(stale(row, now) for row in coverage):
        spots.append(_("From some devices nothing has been read for more than a week."))
    if any(issue.severity != "note" for issue in issues):
        spots.append(_("Something is not working as it should."))
    return tuple(spots)


def stale(row: Coverage, now: datetime) -> bool:
    return row.state == "reads" and (row.last_read is None or now - row.last_read > STALE)


def coverage_mend(row: Coverage, now: datetime) -> str:
    if row.state == "blind":
        return _("The app keeps us out. Use it in the browser on this device, or talk about what happens there.")
    if row.state == "unenrolled":
        return _(
            "Open http://screener.home.arpa/ in the browser on this device, and install the certificate from there."
        )
    if row.state == "waiting" and not row.platform:
        return _("Open a platform, such as Facebook or Discord, in the browser on this device.")
    if row.state == "waiting":
        return _("Open it once in the browser on this device. If this stays, see Help.")
    if stale(row, now):
        return _("Is the device in use, and at home? If so, see Help.")
    return ""


def device_words(device: str) -> str:
    """A device as one would call it: its address is all that we know, and our own says little to people."""
    return _("this computer") if device in ("127.0.0.1", "::1") else device


def in_words(wait: timedelta) -> str:
    seconds = max(1, round(wait.total_seconds()))
    if seconds < 90:
        return plural("{count} second", "{count} seconds", seconds)
    return plural("{count} minute", "{count} minutes", -(-seconds // 60))
