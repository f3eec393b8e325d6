"""What a parent sees: one alert a relationship, growing as more is known."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, Self

from screener.levels import LEVELS, LevelName
from screener.rules import STAGES, Signal, Stage
from screener.score import Score

State = Literal["new", "seen", "closed"]


def height(level: str | None) -> int:
    """How high a level is; 0 for none."""
    return LEVELS.index(level) + 1 if level in LEVELS else 0


@dataclass(frozen=True, kw_only=True)
class Alert:
    """An alert about one relationship. Its level never falls: what was seen stays until a parent closes it."""

    id: str
    level: LevelName
    points: int
    stages: tuple[Stage, ...]
    signals: tuple[Signal, ...]
    opened: datetime
    updated: datetime
    state: State = "new"
    began: tuple[tuple[Stage, datetime], ...] = ()
    """When the first sign of each stage came; the signals themselves are the latest of their rule."""

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
            began=_began((), score.signals),
        )

    def grown(self, score: Score, *, at: datetime) -> Self:
        """This alert with a newer score in it. A rise of the level makes it new again, whatever was done with it, and
        so does another threat or demand: at the highest level nothing could rise any more.
        """
        rises = height(score.level) > height(self.level)
        news = {signal.rule for signal in score.signals} - {signal.rule for signal in self.signals}
        threatened = any(signal.alone and signal.at == at for signal in score.signals)
        if not rises and not news and not threatened:
            return self
        older = tuple(s for s in self.signals if s.rule not in {signal.rule for signal in score.signals})
        return replace(
            self,
            level=score.level if rises and score.level else self.level,
            points=max(self.points, score.points),
            stages=tuple(dict.fromkeys((*self.stages, *score.stages))),
            signals=(*older, *score.signals),
            updated=at,
            state="new" if rises or threatened else self.state,
            began=_began(self.began, score.signals),
        )

    def to_json(self) -> dict[str, Any]:
        """The part that is kept as JSON: the reasons. Level, points and times have columns of their own."""
        return {
            "stages": list(self.stages),
            "signals": [signal.to_json() for signal in self.signals],
            "began": {stage: at.astimezone(UTC).isoformat() for stage, at in self.began},
        }


def began_of(kept: Mapping[str, str]) -> tuple[tuple[Stage, datetime], ...]:
    """When each stage began, as `to_json` described it."""
    return tuple((stage, datetime.fromisoformat(kept[stage])) for stage in STAGES if stage in kept)


def _began(
    before: tuple[tuple[Stage, datetime], ...], signals: tuple[Signal, ...]
) -> tuple[tuple[Stage, datetime], ...]:
    first = dict(before)
    for signal in signals:
        if signal.points > 0:
            first[signal.stage] = min(first.get(signal.stage, signal.at), signal.at)
    return tuple((stage, first[stage]) for stage in STAGES if stage in first)
