"""Whether a platform still speaks as it did: what came of its answers, counted by endpoint."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import log
from typing import Literal, Self

type Outcome = Literal["understood", "empty", "unreadable"]

WHOLE = ""
"""In place of an endpoint: everything of the platform together."""
UNREAD, MOST_UNREAD = 5, 12
"""More than half unread comes to the first soon; from the second it is soon forgotten once all is well again."""
UNREAD_FOR = timedelta(minutes=10)
"""One broken page is loaded again and again within a minute."""
ENOUGH_UNDERSTOOD = 30
SILENT_FOR = timedelta(hours=20)
CHANCE = 1e-6
"""Silence that would happen by chance as seldom as this is no chance."""


@dataclass(frozen=True, kw_only=True)
class Canary:
    """What came of the answers at one endpoint. `barren` counts since something was last understood.

    `unread` grows with each unreadable answer and shrinks with each that was understood, from `began` on.
    """

    platform: str
    endpoint: str
    understood: int = 0
    empty: int = 0
    unreadable: int = 0
    barren: int = 0
    unread: int = 0
    since: datetime | None = None
    """When something was last understood, or the first answer came."""
    last: datetime | None = None
    began: datetime | None = None
    """When answers began to be unreadable."""

    def after(self, outcome: Outcome, at: datetime) -> Self:
        """The same with one answer more."""
        counted = {outcome: getattr(self, outcome) + 1}
        step = {"understood": -1, "unreadable": 1, "empty": 0}[outcome]
        unread = min(max(self.unread + step, 0), MOST_UNREAD)
        then = replace(self, **counted, last=at, unread=unread, began=(self.began or at) if unread else None)
        if outcome == "understood":
            return replace(then, barren=0, since=at)
        return replace(then, barren=self.barren + 1, since=self.since or at)

    @property
    def is_unreadable(self) -> bool:
        """Whether it answers, more often than not, in a way that can't be read."""
        if self.unread < UNREAD or 2 * self.unread <= self.barren:
            return False
        return self.began is not None and self.last is not None and self.last - self.began >= UNREAD_FOR

    @property
    def fell_silent(self) -> bool:
        """Whether answers go on coming in which nothing is found, where there used to be.

        An inbox may be emptied, and a page left open for a night says nothing; so it takes most of a day, and more
        answers than would hold nothing by chance.
        """
        if self.since is None or self.last is None or self.last - self.since < SILENT_FOR:
            return False
        if self.understood < ENOUGH_UNDERSTOOD:
            return False
        before = self.understood + self.empty + self.unreadable - self.barren
        share = min(self.understood / max(before, 1), 0.99)
        return self.barren * log(1 - share) < log(CHANCE)


@dataclass(kw_only=True)
class Counting:
    """Counts not yet written: a page that is open says nothing every few seconds, which is worth no write each time."""

    every: timedelta = timedelta(seconds=30)
    waiting: list[tuple[str, str, Outcome, datetime]] = field(default_factory=list)

    def count(self, platform: str, endpoint: str, outcome: Outcome, at: datetime) -> None:
        self.waiting += [(platform, endpoint, outcome, at), (platform, WHOLE, outcome, at)]

    def due(self, at: datetime) -> bool:
        return bool(self.waiting) and (at - self.waiting[0][3] >= self.every or len(self.waiting) >= 200)

    def taken(self) -> list[tuple[str, str, Outcome, datetime]]:
        """What waits, which then waits no more."""
        taken, self.waiting = self.waiting, []
        return taken


def outcome(events: Iterable[object], unreadable: Iterable[object]) -> Outcome:
    """What came of one answer."""
    return "understood" if any(True for _ in events) else "unreadable" if any(True for _ in unreadable) else "empty"
