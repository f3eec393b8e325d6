"""What a parent sees: one alert a relationship, growing as more is known."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Self

from screener.rules import Signal
from screener.score import Score

Level = Literal["look", "talk", "act"]
LEVELS: tuple[Level, ...] = ("look", "talk", "act")


def height(level: str | None) -> int:
    """How high a level is; 0 for none."""
    return LEVELS.index(level) + 1 if level in LEVELS else 0


@dataclass(frozen=True, kw_only=True)
class Alert:
    """An alert about one relationship. Its level never falls by itself: what was seen stays until a parent closes i."""

    id: str
    level: Level
    points: int
    stages: tuple[str, ...]
    signals: tuple[Signal, ...]
    opened: datetime
    updated: datetime
    state: Literal["new", "seen", "closed"] = "new"

    @classmethod
    def opening(cls, *, id: str, score: Score, at: datetime) -> Self | None:
        """The alert that a score calls for, if it calls for one."""
        if score.level is None:
            return None
        return cls(
            id=id,
            level=score.level,
            points=score.points,
            stages=score.stages,
            signals=score.signals,
            opened=at,
            updated=at,
        )

    def grown(self, score: Score, *, at: datetime) -> Self:
        """This alert with a newer score in it. A rise of the level makes it new again, whatever was done with it."""
        rises = height(score.level) > height(self.level)
        news = {signal.rule for signal in score.signals} - {signal.rule for signal in self.signals}
        if not rises and not news:
            return self
        older = tuple(s for s in self.signals if s.rule not in {signal.rule for signal in score.signals})
        return replace(
            self,
            level=score.level if rises and score.level else self.level,
            points=max(self.points, score.points),
            stages=tuple(dict.fromkeys((*self.stages, *score.stages))),
            signals=(*older, *score.signals),
            updated=at,
            state="new" if rises else self.state,
        )

    def to_json(self) -> dict[str, Any]:
        """The part that is kept as JSON: the reasons. Level, points and times have columns of their own."""
        return {"stages": list(self.stages), "signals": [signal.to_json() for signal in self.signals]}
