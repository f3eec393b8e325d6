"""How often one user may ask for what costs much: as often as people do, and then with a wait."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException

MOST_USERS = 500


@dataclass(frozen=True, kw_only=True)
class Pace:
    """So many times within so long; counted in memory alone."""

    most: int
    within: timedelta = timedelta(minutes=1)
    times: dict[str, deque[datetime]] = field(default_factory=dict, repr=False)

    def take(self, user: str, now: datetime) -> None:
        """Counts it, or answers 429 where it was too often."""
        times = self.times.setdefault(user, deque())
        # A clock that was set back must lock nobody out.
        while times and not timedelta(0) <= now - times[0] < self.within:
            times.popleft()
        if len(times) >= self.most:
            wait = self.within - (now - times[0])
            raise HTTPException(429, headers={"Retry-After": str(max(1, round(wait.total_seconds())))})
        times.append(now)
        while len(self.times) > MOST_USERS:
            del self.times[next(iter(self.times))]
