"""The map of what is read: by member, device and platform, each blind spot with its mend."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from screener import platforms
from screener.family import Member
from screener.web.base import Coverage
from screener.web.tongue import _
from screener.web.words import coverage_mend, stale

State = Literal["read", "partly", "encrypted", "away", "unchecked", "pinned", "unenrolled"]
"""Everything we look for is read; some of it; only that they talk, not what; nothing for a week; nothing yet; an app
keeps us out; the device never showed that it has our certificate."""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """One platform on one device. `mend` says what to do; `unseen` what stays invisible even when all is well."""

    device: str
    platform: str
    state: State
    last_read: datetime | None = None
    mend: str = ""
    unseen: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is read of one member; no spot at all means that nothing is. `member` is empty for devices of nobody."""

    member: str
    spots: tuple[Spot, ...]


def map_of(rows: Sequence[Coverage], members: Sequence[Member], now: datetime) -> tuple[Part, ...]:
    """Every member of the family, then whoever else uses a device, then devices of which nobody has said whose."""
    owners = {device: member.name for member in members for device in member.devices}
    by_member: dict[str, list[Spot]] = {member.name: [] for member in members}
    for row in rows:
        whose = row.member or owners.get(row.device, "")
        by_member.setdefault(whose, []).append(_spot(row, now))
    nobodys = by_member.pop("", None)
    named = [Part(member=name, spots=tuple(spots)) for name, spots in by_member.items()]
    return (*named, *([Part(member="", spots=tuple(nobodys))] if nobodys else []))


def state_words(state: State) -> str:
    """The state in a word or two."""
    return {
        "read": _("read"),
        "partly": _("partly read"),
        "encrypted": _("encrypted"),
        "away": _("not seen lately"),
        "unchecked": _("not checked yet"),
        "pinned": _("can’t be read"),
        "unenrolled": _("not looked after yet"),
    }[state]


def _spot(row: Coverage, now: datetime) -> Spot:
    return Spot(
        device=row.device,
        platform=row.platform,
        state=_state(row, now),
        last_read=row.last_read,
        mend=coverage_mend(row, now),
        unseen=platforms.unseen(row.platform) if row.state == "reads" else "",
    )


def _state(row: Coverage, now: datetime) -> State:
    if row.state != "reads":
        return {"waiting": "unchecked", "blind": "pinned", "unenrolled": "unenrolled"}[row.state]  # type: ignore[return-value]
    if stale(row, now):
        return "away"
    messages = platforms.sees(row.platform).get("messages", "no")
    if messages == "encrypted":
        return "encrypted"
    return "read" if messages == "yes" else "partly"
