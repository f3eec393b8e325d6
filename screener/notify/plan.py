"""What is to be said of an alert, to whom and when. Pure: no clock, no network, no disk.

Where an alert stands is its *mark*: its level, and when it last held a threat or demand. Each mark is said once to each
channel, so that asking twice, or again after a crash, changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from screener.alerts import State, height
from screener.levels import LevelName
from screener.notify.people import Channel
from screener.notify.when import Clockwork
from screener.rules import Stage
from screener.sight import Eyes
from screener.store.times import micros

COOLDOWN = timedelta(minutes=30)
"""So long another threat waits after a notice of the same alert that nobody has looked at. A rise never waits."""
MOST_REMINDERS = 6

type What = Literal["rise", "threat", "back", "remind", "escalate", "known", "cry", "alive"]
type NoticeState = Literal["waits", "sending", "sent", "merged", "dropped", "failed", "unsure", "known"]
"""To be sent; perhaps sent; sent; said with another; no longer worth saying; given up; not tried again, since it may
have arrived; there before the channel was."""

PENDING = ("waits", "sending")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An alert as notices see it. `member_name` is empty unless the family wrote it down itself."""

    id: str
    level: LevelName
    state: State
    stages: tuple[Stage, ...]
    opened: datetime
    threat: datetime | None
    looked: datetime | None
    later: datetime | None
    member: str
    member_name: str
    member_is_adult: bool
    member_age: int | None

    @property
    def mark(self) -> str:
        return f"{self.level}:{micros(self.threat) if self.threat else 0}"

    def is_back(self, now: datetime) -> bool:
        """Whether it was put off until a time that has come, and nobody has looked since."""
        if self.state != "seen" or self.later is None or self.later > now:
            return False
        return self.looked is None or self.looked < self.later


@dataclass(frozen=True, kw_only=True)
class Said:
    """A notice that was made before."""

    key: str
    channel: str
    user: str
    what: What
    state: NoticeState
    made: datetime
    done: datetime | None

    @property
    def level(self) -> str:
        return self.key.split(":")[1]

    @property
    def threat(self) -> int:
        return int(self.key.split(":")[2])


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One to be made. `overtakes` what still waits to be said of the same alert."""

    key: str
    channel: str
    alert: str
    level: LevelName
    what: What
    due: datetime
    state: NoticeState = "waits"
    overtakes: bool = False


@dataclass(frozen=True, kw_only=True)
class Planning:
    """Everything but the alert: who there is, what time it is at home, and who has a page of their own."""

    channels: Sequence[Channel]
    now: datetime
    clockwork: Clockwork
    has_page: Callable[[str], bool] = lambda member: False

    def notices(self, alert: Standing, said: Iterable[Said]) -> Iterator[Notice]:
        """What is to be made now; nothing of an alert that somebody has looked at, but that it is back."""
        able = {channel.id: at for channel in self.channels if (at := self.whole_from(alert, channel)) is not None}
        if alert.is_back(self.now):
            for channel in self.channels:
                if channel.id in able and _hears(channel, alert.level):
                    yield self._back(alert, channel, able[channel.id])
        if alert.state != "new":
            return
        said = list(said)
        first = [channel for channel in self.channels if channel.id in able and _hears(channel, alert.level)]
        if not first and alert.level == "act":
            # Nobody comes before the backup.
            first = [channel for channel in self.channels if channel.id in able]
        for channel in self.channels:
            mine = [each for each in said if each.channel == channel.id]
            if channel in first:
                yield from self._news(alert, channel, mine, able[channel.id])
                yield from self._reminder(alert, channel, mine)
            elif channel.id in able:
                yield from self._escalation(alert, channel, said, able[channel.id])

    def whole_from(self, alert: Standing, channel: Channel) -> datetime | None:
        """When the user of a channel sees all of the alert; see `Eyes.whole_from`."""
        return Eyes(user=channel, now=self.now, has_page=self.has_page).whole_from(alert)

    def _back(self, alert: Standing, channel: Channel, whole: datetime) -> Notice:
        assert alert.later is not None, "what is back was put off"
        due = whole if alert.level == "act" else self.clockwork.allowed(channel.wishes, whole)
        return self._notice(alert, channel, f"back{micros(alert.later)}", "back", due)

    def _news(self, alert: Standing, channel: Channel, mine: list[Said], whole: datetime) -> Iterator[Notice]:
        rises = height(alert.level) > max((height(each.level) for each in mine), default=0)
        last = max((each.threat for each in mine), default=0)
        threatens = alert.threat is not None and micros(alert.threat) > last
        if not rises and not threatens:
            return
        due = whole if alert.level == "act" else self.clockwork.allowed(channel.wishes, whole)
        state: NoticeState = "waits"
        if not rises:
            told = max((each.done for each in mine if each.state == "sent" and each.done), default=None)
            unseen = told is not None and (alert.looked is None or alert.looked < told)
            if any(each.state in PENDING for each in mine):
                state = "merged"
            elif told is not None and unseen:
                due = max(due, told + COOLDOWN)
        yield self._notice(alert, channel, "news", "rise" if rises else "threat", due, state=state, overtakes=rises)

    def _reminder(self, alert: Standing, channel: Channel, mine: list[Said]) -> Iterator[Notice]:
        minutes = channel.wishes.remind_minutes
        if alert.level != "act" or not minutes or any(each.state in PENDING for each in mine):
            return
        told = [each.done or each.made for each in mine if each.level == "act" and each.state in ("sent", "merged")]
        here = [each for each in mine if each.what == "remind" and each.key.startswith(f"{alert.id}:{alert.mark}:")]
        if told and len(here) < MOST_REMINDERS and self.now >= max(told) + timedelta(minutes=minutes):
            yield self._notice(alert, channel, f"remind{len(here) + 1}", "remind", self.now)

    def _escalation(self, alert: Standing, channel: Channel, said: list[Said], whole: datetime) -> Iterator[Notice]:
        """Whoever asked for less is told once, when those who were told first have not looked."""
        minutes = channel.wishes.escalate_minutes
        told = [
            each.made
            for each in said
            if each.user != channel.user
            and each.what in ("rise", "threat")
            and each.level == alert.level
            and each.state not in ("known", "dropped")
        ]
        done = any(each.channel == channel.id and each.level == alert.level for each in said)
        if alert.level == "look" or not minutes or not told or done:
            return
        if self.now >= min(told) + timedelta(minutes=minutes):
            due = whole if alert.level == "act" else self.clockwork.allowed(channel.wishes, whole)
            yield self._notice(alert, channel, "escalate", "escalate", due)

    def _notice(
        self,
        alert: Standing,
        channel: Channel,
        part: str,
        what: What,
        due: datetime,
        *,
        state: NoticeState = "waits",
        overtakes: bool = False,
    ) -> Notice:
        return Notice(
            key=f"{alert.id}:{alert.mark}:{part}:{channel.id}",
            channel=channel.id,
            alert=alert.id,
            level=alert.level,
            what=what,
            due=due,
            state=state,
            overtakes=overtakes,
        )


def _hears(channel: Channel, level: LevelName) -> bool:
    return channel.from_level != "backup" and height(level) >= height(channel.from_level)
