"""What we can't see, and how to mend it: silence must never look like safety."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from screener.canaries import WHOLE, Canary
from screener.capture import Gap
from screener.home.authority import ENDS_SOON, State
from screener.platforms import title
from screener.store.base import Issue, Severity

# The router's heartbeat leaves word every second.
HEART_SILENT_SECONDS = 10
# The proxy writes its counters at least every two seconds; much longer than that and it is not there.
PROXY_SILENT_SECONDS = 15

LAST_GOOD = "A file of rules has a mistake. Its last good version stays in force."
LESS = "The family's own rules leave something unseen."

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
    "too many open exchanges": (
        "So many exchanges were open at once that the oldest was given up.",
        "If this goes on, look whether a program on that device opens connections without end.",
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


def of_gap(gap: Gap) -> Issue:
    """The issue that a hole in the copies makes."""
    what, mend = _GAPS.get(
        gap.why,
        (f"Something could not be copied ({gap.why}).", "If it goes on, update Screener."),
    )
    return Issue(key=f"gap:{gap.why}", severity="warning", what=what, mend=mend, at=gap.at, count=gap.count)


def of_unreadable(platform: str, why: str, at: datetime) -> Issue:
    """The issue that an answer we should have understood makes."""
    return Issue(
        key=f"unreadable:{platform}:{why}",
        severity="warning",
        what=f"Some of what {title(platform)} sent could not be read ({why}).",
        mend="The platform may have changed its layout. Update Screener; until then look at that platform together.",
        at=at,
    )


def of_canaries(canaries: Iterable[Canary]) -> list[Issue]:
    """The issues of platforms that speak otherwise than they did, which would look like quiet."""
    issues = []
    for canary in canaries:
        name, since = title(canary.platform), canary.since
        if since is None or canary.last is None or not (canary.is_unreadable or canary.fell_silent):
            continue
        if canary.is_unreadable and canary.endpoint == WHOLE:
            continue  # its endpoints say so
        day = _day(canary.began if canary.is_unreadable and canary.began else since)
        where = f"{name} ({canary.endpoint.replace('_', ' ')})" if canary.endpoint else name
        if canary.is_unreadable and not canary.understood:
            what = f"Nothing that {where} sends could be read so far ({canary.unreadable} answers)."
        elif canary.is_unreadable:
            what = f"Since {day}, most of what {where} sends can't be read any more."
        elif canary.endpoint == WHOLE:
            what = f"Since {day}, nothing was found in what {where} sends ({canary.barren} answers)."
        else:
            continue  # a single inbox may be emptied
        issues.append(
            Issue(
                key=f"canary:{canary.platform}:{canary.endpoint}",
                severity="error" if canary.is_unreadable else "warning",
                what=what,
                mend="The platform may have changed. Update Screener; until then look at that platform together.",
                at=(canary.began if canary.is_unreadable else since) or since,
            )
        )
    return issues


def _day(at: datetime) -> str:
    return f"{at:%A}, {at.day} {at:%B}"


def of_rules(
    mistakes: Iterable[str], at: datetime, *, kept: Collection[str] = (), warnings: Iterable[str] = ()
) -> list[Issue]:
    """The issues that broken rule files make, and what the family's own overrides keep from being seen.

    The other rules go on, and so do the last good versions of the files `kept`.
    """
    broken = [
        Issue(
            key=f"rule:{(file := mistake.split(':', 1)[0])}",
            severity="warning" if file in kept else "error",
            what=LAST_GOOD if file in kept else "A rule is set aside.",
            mend=mistake,
            at=at,
        )
        for mistake in mistakes
    ]
    return broken + [
        Issue(key=f"blind:{warning.split(': ', 1)[0]}", severity="warning", what=LESS, mend=warning, at=at)
        for warning in warnings
    ]


def of_meaning(mistake: str, at: datetime) -> Issue:
    """The issue of rules that ask what messages mean where nothing can tell; words are still heard."""
    what = "Paraphrases are not heard, only words: some rules ask for more."
    return Issue(key="meaning", severity="warning", what=what, mend=mistake, at=at)


def of_proxy(counters: Mapping[str, float], now: datetime) -> list[Issue]:
    """The issues that show in the proxy's own counters."""
    issues = []
    beat = counters.get("heartbeat")
    if beat is None or now.timestamp() - beat > PROXY_SILENT_SECONDS:
        issues.append(
            Issue(
                key="proxy:silent",
                severity="error",
                what="The proxy does not answer: nothing is being looked at. Browsing goes on without it.",
                mend="Start it again with: make up",
                at=now,
            )
        )
    if stumbled := sum(int(counters.get(name, 0)) for name in ("tap_errors", "tee_errors", "proxy_errors")):
        issues.append(
            Issue(
                key="proxy:errors",
                severity="warning",
                what=f"The proxy stumbled {stumbled} times while it copied. Browsing was not touched.",
                mend="If the number grows, update Screener, and report what screener up printed.",
                at=now,
            )
        )
    if turned := int(counters.get("turned_away", 0)):
        issues.append(
            Issue(
                key="proxy:turned-away",
                severity="note",
                what=f"A platform took the proxy for a machine and turned it away ({turned} times). It opens as usual"
                " again, because it is left alone for a while, and is not read meanwhile.",
                mend="It is tried again by itself. If this comes back, look at that platform together.",
                at=now,
            )
        )
    return issues


def severity_of(note: bool) -> Severity:
    """How much an issue matters: what may be so on purpose makes no page say that something is wrong."""
    return "note" if note else "warning"


def of_authority(authority: State, now: datetime) -> list[Issue]:
    """The issues of the family's certificate; the mend of each is a renewal."""
    if not authority.exists:
        return []
    issues = []

    def add(key: str, severity: Severity, what: str, mend: str) -> None:
        issues.append(Issue(key=f"authority:{key}", severity=severity, what=what, mend=mend, at=now))

    if not authority.constrained:
        add(
            "unconstrained",
            "note",
            "The family certificate was made by an older version, and is good for every site.",
            "Renew it under Devices: a new one is good for the watched platforms alone. Nothing stops until then.",
        )
    if count := len(authority.outside):
        add(
            "outside",
            "warning",
            f"{count} hosts of platforms that came later can't be read: the family certificate is not good for them.",
            "Renew it under Devices. Until then these pages open as usual, and nothing on them is looked at.",
        )
    if not authority.private:
        add(
            "open",
            "error",
            "Others on this computer can read the key of the family certificate.",
            "Start Screener again, which locks it; then renew the certificate under Devices.",
        )
    if authority.ends is not None and authority.ends - now < ENDS_SOON:
        add(
            "ends",
            "warning" if authority.ends > now else "error",
            f"The family certificate ends on {_day(authority.ends)}.",
            "Renew it under Devices.",
        )
    return issues


def of_router(heard: Mapping[str, object], now: datetime) -> list[Issue]:
    """The issues of a router whose connections go direct; `heard` is what the heartbeat left word of."""
    at, state, why = heard.get("at"), heard.get("state"), str(heard.get("why") or "")
    if not isinstance(at, int | float) or now.timestamp() - at > HEART_SILENT_SECONDS:
        what = "The router leads nothing to Screener: its heartbeat is not running. Browsing goes on without it."
        mend = "Start it again with: systemctl start screener-heartbeat; then look at: screener router status"
    elif state == "resting":
        what = f"Protection is paused: the proxy failed three times within ten minutes ({why}). Browsing goes on."
        mend = "It tries again by itself after ten minutes. If this happens again, use a faster machine, and report it."
    elif state != "alive":
        what = f"Nothing is led to the proxy at the moment: {why}. Browsing goes on without it."
        mend = "If this lasts longer than a minute, run: screener router status"
    else:
        return []
    return [Issue(key="router:away", severity="error", what=what, mend=mend, at=now)]
