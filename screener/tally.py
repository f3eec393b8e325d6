"""Small counts that never grow: messages by day over sixty days, and by hour of the day."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

DAYS = 60
MOST_A_DAY = 35
MOST_AN_HOUR = 250
HOURS = 24
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def day_of(at: datetime) -> int:
    """The number of the day, in UTC."""
    return int(at.timestamp() // 86_400)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many messages each side wrote on each of the last sixty days, 35 a day at most: enough to tell a trickle."""

    last: int = 0
    """The newest day."""
    counts: str = ""
    """Two digits a day, the contact's and the member's, newest day first."""

    def counted(self, at: datetime, *, by_contact: bool) -> Self:
        """This tally with one message more."""
        day = day_of(at)
        if not self.counts:
            return type(self)(last=day, counts="10" if by_contact else "01")
        counts, last = self.counts, self.last
        if day > last:
            counts, last = "00" * min(day - last, DAYS) + counts, day
        place = 2 * (last - day) + (not by_contact)
        if place >= 2 * DAYS:
            return self
        counts = counts.ljust(place + 2 - place % 2, "0")[: 2 * DAYS]
        more = min(DIGITS.index(counts[place]) + 1, MOST_A_DAY)
        return type(self)(last=last, counts=counts[:place] + DIGITS[more] + counts[place + 1 :])

    def within(self, days: float, at: datetime) -> tuple[int, int]:
        """How many came and how many went in the days up to `at`, that day included."""
        counts = self._within(days, at)
        return sum(map(DIGITS.index, counts[::2])), sum(map(DIGITS.index, counts[1::2]))

    def busy_days(self, days: float, at: datetime) -> int:
        """On how many of those days anybody wrote."""
        counts = self._within(days, at)
        return sum(counts[place : place + 2] != "00" for place in range(0, len(counts), 2))

    def _within(self, days: float, at: datetime) -> str:
        today = day_of(at)
        newest = max(self.last - today, 0)
        oldest = min(max(int(days) - (today - self.last), 0), DAYS)
        return self.counts[2 * newest : 2 * oldest]


@dataclass(frozen=True, kw_only=True)
class Hours:
    """At which hours of the day somebody writes; when a count grows too large all are halved, so old habits fade."""

    counts: bytes = bytes(HOURS)

    def counted(self, hour: int) -> Self:
        counts = bytearray(self.counts)
        if counts[hour] >= MOST_AN_HOUR:
            counts = bytearray(count // 2 for count in counts)
        counts[hour] += 1
        return type(self)(counts=bytes(counts))

    @property
    def total(self) -> int:
        return sum(self.counts)

    def quiet_from(self, hours: int) -> int:
        """The hour at which the quietest stretch of so many hours begins."""
        counts = self.counts
        so_many = fewest = sum(counts[:hours])
        best = 0
        for hour in range(1, HOURS):
            so_many += counts[(hour + hours - 1) % HOURS] - counts[hour - 1]
            if so_many < fewest:
                best, fewest = hour, so_many
        return best
