"""What a member usually does, and how the last week differs from it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from screener.family import Member
from screener.windows import Windows

HOUR, DAY = 3600, 24


class Written(NamedTuple):
    """How many messages the member wrote to one contact within one hour, counted since 1970."""

    hour: int
    platform: str
    contact: str
    messages: int


@dataclass(frozen=True, kw_only=True)
class Habits:
    """The member's last days against their own days before, and this contact's part in them."""

    volume_times: float
    night_times: float
    people_times: float
    share: float


def habits_of(
    written: Iterable[Written], *, member: Member, contact: tuple[str, str], at: datetime, windows: Windows
) -> Habits | None:
    """The member's habits, where enough was seen to call it so."""
    turn = int(at.timestamp()) // HOUR - int(windows.habit_recent_days * DAY)
    is_night = _nights(member, windows)
    recent, usual = _Week(), _Week()
    people: set[tuple[int, str, str]] = set()
    here, first = 0, turn
    for hour, platform, who, messages in written:
        if hour > turn:
            recent.add(messages, is_night(hour))
            people.add((-1, platform, who))
            here += messages if (platform, who) == contact else 0
        else:
            usual.add(messages, is_night(hour))
            people.add((int((turn - hour) / DAY / windows.habit_recent_days), platform, who))
            first = min(first, hour)
    days = (turn - first) / DAY
    if usual.messages < windows.habit_messages or days < windows.habit_usual_days / 2:
        return None
    weeks = days / windows.habit_recent_days
    of_late = sum(1 for week, _, _ in people if week < 0)
    return Habits(
        volume_times=_times(recent.messages, usual.messages / weeks),
        night_times=_times(recent.at_night, usual.at_night / weeks),
        people_times=_times(of_late, (len(people) - of_late) / max(weeks, 1)),
        share=here / max(recent.messages, 1),
    )


class _Week:
    """Messages added up."""

    def __init__(self) -> None:
        self.messages = self.at_night = 0

    def add(self, messages: int, is_night: bool) -> None:
        self.messages += messages
        self.at_night += messages if is_night else 0


def _nights(member: Member, windows: Windows) -> Callable[[int], bool]:
    """Tells whether an hour since 1970 lies in the member's night; the clock is asked once a day of theirs."""
    zone = member.zone
    offsets: dict[int, int] = {}

    def is_night(hour: int) -> bool:
        day = hour // DAY
        if day not in offsets:
            offset = datetime.fromtimestamp(hour * HOUR, zone).utcoffset()
            offsets[day] = int(offset.total_seconds() // HOUR) if offset else 0
        return windows.is_night((hour + offsets[day]) % DAY)

    return is_night


def _times(now: float, usually: float) -> float:
    # One is added to both, so that the first message at night is not infinitely more than none.
    return (now + 1) / (usually + 1)
