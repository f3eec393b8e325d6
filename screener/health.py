"""What we can't see, and how to mend it: silence must never look like safety."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from screener import troubles
from screener.canaries import WHOLE, Canary
from screener.capture import Gap
from screener.home.authority import ENDS_SOON, State
from screener.platforms import title
from screener.store.base import Issue, Severity

# The router's heartbeat leaves word every second.
HEART_SILENT_SECONDS = 10
# The proxy writes its counters at least every two seconds; much longer than that and it is not there.
PROXY_SILENT_SECONDS = 15


def of_gap(gap: Gap) -> Issue:
    """The issue that a hole in the copies makes."""
    known = f"gap:{gap.why}"
    values = {} if known in troubles.SAID else {"why": gap.why}
    said = "gap" if values else known
    return troubles.issue(said, key=known, severity="warning", at=gap.at, count=gap.count, values=values)


def of_unreadable(platform: str, why: str, at: datetime) -> Issue:
    """The issue that an answer we should have understood makes."""
    key, values = f"unreadable:{platform}:{why}", {"platform": title(platform), "why": why}
    return troubles.issue("unreadable", key=key, severity="warning", at=at, values=values)


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
        values: dict[str, object] = {"where": where}
        if canary.is_unreadable and not canary.understood:
            said, values["count"] = "canary:never", canary.unreadable
        elif canary.is_unreadable:
            said, values["day"] = "canary:broken", day
        elif canary.endpoint == WHOLE:
            said = "canary:silent"
            values |= {"day": day, "count": canary.barren}
        else:
            continue  # a single inbox may be emptied
        issues.append(
            troubles.issue(
                said,
                key=f"canary:{canary.platform}:{canary.endpoint}",
                severity="error" if canary.is_unreadable else "warning",
                at=(canary.began if canary.is_unreadable else since) or since,
                values=values,
            )
        )
    return issues


def _day(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d}"


def of_rules(
    mistakes: Iterable[str], at: datetime, *, kept: Collection[str] = (), warnings: Iterable[str] = ()
) -> list[Issue]:
    """The issues that broken rule files make, and what the family's own overrides keep from being seen.

    The other rules go on, and so do the last good versions of the files `kept`.
    """
    broken = [
        troubles.issue(
            "rule:kept" if file in kept else "rule:aside",
            key=f"rule:{file}",
            severity="warning" if file in kept else "error",
            at=at,
            values={"mistake": mistake},
        )
        for mistake in mistakes
        if (file := mistake.split(":", 1)[0])
    ]
    return broken + [
        troubles.issue(
            "rule:blind",
            key=f"blind:{warning.split(': ', 1)[0]}",
            severity="warning",
            at=at,
            values={"mistake": warning},
        )
        for warning in warnings
    ]


def of_meaning(mistake: str, at: datetime) -> Issue:
    """The issue of rules that ask what messages mean where nothing can tell; words are still heard."""
    return troubles.issue("meaning", severity="warning", at=at, values={"mistake": mistake})


def of_proxy(counters: Mapping[str, float], now: datetime) -> list[Issue]:
    """The issues that show in the proxy's own counters."""
    issues = []
    beat = counters.get("heartbeat")
    if beat is None or now.timestamp() - beat > PROXY_SILENT_SECONDS:
        issues.append(troubles.issue("proxy:silent", severity="error", at=now))
    if stumbled := sum(int(counters.get(name, 0)) for name in ("tap_errors", "tee_errors", "proxy_errors")):
        issues.append(troubles.issue("proxy:errors", severity="warning", at=now, values={"count": stumbled}))
    if turned := int(counters.get("turned_away", 0)):
        issues.append(troubles.issue("proxy:turned-away", severity="note", at=now, values={"count": turned}))
    return issues


def severity_of(note: bool) -> Severity:
    """How much an issue matters: what may be so on purpose makes no page say that something is wrong."""
    return "note" if note else "warning"


def of_authority(authority: State, now: datetime) -> list[Issue]:
    """The issues of the family's certificate; the mend of each is a renewal."""
    if not authority.exists:
        return []
    issues = []

    def add(said: str, severity: Severity, **values: object) -> None:
        issues.append(troubles.issue(f"authority:{said}", severity=severity, at=now, values=values))

    if not authority.constrained:
        add("unconstrained", "note")
    if count := len(authority.outside):
        add("outside", "warning", count=count)
    if not authority.private:
        add("open", "error")
    if authority.ends is not None and authority.ends - now < ENDS_SOON:
        add("ends", "warning" if authority.ends > now else "error", day=_day(authority.ends))
    return issues


def of_router(heard: Mapping[str, object], now: datetime) -> list[Issue]:
    """The issues of a router whose connections go direct; `heard` is what the heartbeat left word of."""
    at, state, why = heard.get("at"), heard.get("state"), str(heard.get("why") or "")
    if not isinstance(at, int | float) or now.timestamp() - at > HEART_SILENT_SECONDS:
        said = "router:silent"
    elif state == "resting":
        said = "router:resting"
    elif state != "alive":
        said = "router:direct"
    else:
        return []
    return [troubles.issue(said, key="router:away", severity="error", at=now, values={"why": why})]
