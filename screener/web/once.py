"""What must be remembered between two requests and no longer: kept in memory for minutes, and given back once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

LIFE = timedelta(minutes=5)
MOST, MOST_OF_ONE = 500, 5


@dataclass(kw_only=True)
class Once[T]:
    """`owner` is whoever asked, a place or a session: nobody pushes out what is kept for others by asking often."""

    kept: dict[str, tuple[str, datetime, T]] = field(default_factory=dict)

    def put(self, key: str, what: T, *, owner: str, now: datetime) -> None:
        self.kept = {key: one for key, one in self.kept.items() if now - one[1] < LIFE}
        same = [key for key, one in self.kept.items() if one[0] == owner]
        for old in same[: max(len(same) - MOST_OF_ONE + 1, 0)]:
            del self.kept[old]
        for old in list(self.kept)[: max(len(self.kept) - MOST + 1, 0)]:
            del self.kept[old]
        self.kept[key] = (owner, now, what)

    def look(self, key: str, now: datetime) -> T | None:
        """It, still kept for another time."""
        _owner, since, what = self.kept.get(key, ("", None, None))
        return what if since is not None and now - since < LIFE else None

    def take(self, key: str, now: datetime) -> T | None:
        found = self.look(key, now)
        self.kept.pop(key, None)
        return found
