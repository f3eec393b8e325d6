"""When something may be said: quiet hours, a pause that ends by itself, and once a day for what was quiet."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a user wants; minutes count from midnight in the home's time. No `digest_at`: at the end of the quiet.

    `act` and a call for help ask none of this.
    """

    quiet_from: int | None = None
    quiet_to: int | None = None
    paused_until: datetime | None = None
    digest_at: int | None = None
    remind_minutes: int = 30
    escalate_minutes: int = 60


@dataclass(frozen=True, kw_only=True)
class Clockwork:
    """The home's time; `zone` is None for that of this machine, which stands at home."""

    zone: tzinfo | None = None

    def allowed(self, wishes: Wishes, at: datetime) -> datetime:
        """From when on, at or after that time, something that can wait is said."""
        free = self.free(wishes, at)
        if free <= at or wishes.digest_at is None:
            return free
        return self.free(wishes, self.next(wishes.digest_at, at))

    def free(self, wishes: Wishes, at: datetime) -> datetime:
        """The first time at or after that one that is neither quiet nor paused."""
        now = at
        # A pause may end in quiet hours, and these after it: two turns settle it.
        for _ in range(3):
            if wishes.paused_until is not None and wishes.paused_until > now:
                now = wishes.paused_until
            elif self.is_quiet(wishes, now):
                now = self.next(wishes.quiet_to or 0, now)
            else:
                break
        return now

    def is_quiet(self, wishes: Wishes, at: datetime) -> bool:
        begin, end = wishes.quiet_from, wishes.quiet_to
        if begin is None or end is None or begin == end:
            return False
        here = at.astimezone(self.zone)
        minute = here.hour * 60 + here.minute
        return begin <= minute < end if begin < end else minute >= begin or minute < end

    def words(self, at: datetime, now: datetime) -> str:
        """A time as people at home write it, with the day where it is another one."""
        here, today = at.astimezone(self.zone), now.astimezone(self.zone)
        return f"{here:%H:%M}" if here.date() == today.date() else f"{here:%Y-%m-%d %H:%M}"

    def next(self, minute: int, after: datetime) -> datetime:
        """The next time after that one at which it is so many minutes past midnight."""
        day = after.astimezone(self.zone).date()
        for days in range(3):
            # Without a zone this is a plain time, which Python takes as that of this machine.
            clock = time((minute // 60) % 24, minute % 60, tzinfo=self.zone)
            found = datetime.combine(day + timedelta(days=days), clock).astimezone(UTC)
            if found > after:
                return found
        return after + timedelta(days=1)
