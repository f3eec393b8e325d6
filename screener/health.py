"""What we can't see, and how to mend it: silence must never look like safety."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from screener.capture import Gap
from screener.store.base import Trouble

# The proxy writes its counters at least every two seconds; much longer than that and it is not there.
PROXY_SILENT_SECONDS = 15

_GAPS: dict[str, tuple[str, str]] = {
    "full": (
        "Copies were dropped because they came faster than they could be read.",
        "If this goes on, raise proxy.spool_megabytes in config.yaml, or use a faster machine.",
    ),
    "disk": (
        "Copies could not be written, so they were dropped.",
        "Look whether the disk is full.",
    ),
    "broken": (
        "The file in which copies wait was damaged and was begun anew.",
        "If this happens again, check the disk.",
    ),
    "too large": (
        "A message was too large to be copied.",
        "Reload the page in the browser; from then on everything is read again.",
    ),
    "retention": (
        "A long connection was not followed from its beginning after a restart.",
        "Reload the page in the browser; from then on everything is read again.",
    ),
    "restart": (
        "The proxy was restarted while pages were open.",
        "Reload the pages in the browser.",
    ),
}


def of_gap(gap: Gap) -> Trouble:
    """The issue that a hole in the copies makes."""
    what, mend = _GAPS.get(
        gap.why, (f"Something could not be copied ({gap.why}).", "If this goes on, run: screener doctor")
    )
    return Trouble(key=f"gap:{gap.why}", severity="warning", what=what, mend=mend, at=gap.at, count=gap.count)


def of_unreadable(platform: str, why: str, at: datetime) -> Trouble:
    """The issue that an answer we should have understood makes."""
    return Trouble(
        key=f"unreadable:{platform}:{why}",
        severity="warning",
        what=f"Some of what {platform.capitalize()} sent could not be read ({why}).",
        mend="The platform may have changed its layout. Update Screener; until then look at that platform together.",
        at=at,
    )


def of_rules(mistakes: Iterable[str], at: datetime) -> list[Trouble]:
    """The issues that broken rule files make; the other rules go on."""
    return [
        Trouble(
            key=f"rule:{mistake.split(':', 1)[0]}", severity="error", what="A rule is set aside.", mend=mistake, at=at
        )
        for mistake in mistakes
    ]


def of_proxy(counters: Mapping[str, float], now: datetime) -> list[Trouble]:
    """The issues that show in the proxy's own counters."""
    troubles = []
    beat = counters.get("heartbeat")
    if beat is None or now.timestamp() - beat > PROXY_SILENT_SECONDS:
        troubles.append(
            Trouble(
                key="proxy:silent",
                severity="error",
                what="The proxy does not answer: nothing is being looked at. Browsing goes on without it.",
                mend="Start it again with: make up",
                at=now,
            )
        )
    if stumbled := sum(int(counters.get(name, 0)) for name in ("tap_errors", "tee_errors", "proxy_errors")):
        troubles.append(
            Trouble(
                key="proxy:errors",
                severity="warning",
                what=f"The proxy stumbled {stumbled} times while it copied. Browsing was not touched.",
                mend="If the number grows, update Screener, and report what screener up printed.",
                at=now,
            )
        )
    return troubles
