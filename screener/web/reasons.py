"""The why-card: what each signal weighs now, and what would have kept it quiet, found by weighing again without it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from screener.alerts import Alert, height
from screener.feedback import Feedback, Mute, Trust
from screener.levels import LevelName, Levels
from screener.relationships import Relationship
from screener.rules import Rule, Signal, Stage
from screener.score import faded, weigh


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One signal as the page tells it. `now` is what it weighs today, `points` what it weighed when it was seen.

    `changes` says whether the level would be another one without it, `without` which one; None for no alert at all.
    A threat or a demand can't be muted. `muted` is the mute in force, `event` the message it was seen in.
    """

    rule: str
    stage: Stage
    because: str
    advice: str
    at: datetime
    rule_file: str
    points: int
    now: int
    also_innocent: str
    changes: bool
    without: LevelName | None
    may_mute: bool
    muted: Mute | None
    event: str


@dataclass(frozen=True, kw_only=True)
class Why:
    """All reasons of an alert, oldest first. `if_known` is the level there would be at most, had a parent known the
    contact, and `known_changes` whether that is another one; `now` is what all weigh today.
    """

    reasons: tuple[Reason, ...]
    now: int
    if_known: LevelName | None
    known_changes: bool


def why(
    alert: Alert,
    relationship: Relationship,
    *,
    levels: Levels,
    rules: Mapping[str, Rule],
    feedback: tuple[Feedback, ...],
    now: datetime,
) -> Why:
    """Why there is this alert. Compared is the day on which it last grew: since then signals have only faded."""

    def level_of(signals: tuple[Signal, ...], *said: Feedback) -> LevelName | None:
        return weigh(signals, levels=levels, relationship=relationship, at=alert.updated, feedback=said).level

    base = level_of(alert.signals)
    known = level_of(alert.signals, Trust())
    today = weigh(alert.signals, levels=levels, relationship=relationship, at=now, feedback=feedback)
    return Why(
        reasons=tuple(
            _reason(signal, alert, base=base, level_of=level_of, levels=levels, rules=rules, feedback=feedback, now=now)
            for signal in sorted(alert.signals, key=lambda signal: signal.at)
        ),
        now=today.points,
        if_known=known,
        known_changes=height(known) < height(base),
    )


def _reason(
    signal: Signal,
    alert: Alert,
    *,
    base: LevelName | None,
    level_of: Callable[[tuple[Signal, ...]], LevelName | None],
    levels: Levels,
    rules: Mapping[str, Rule],
    feedback: tuple[Feedback, ...],
    now: datetime,
) -> Reason:
    rule = rules.get(signal.rule)
    without = level_of(tuple(other for other in alert.signals if other is not signal))
    mutes = (said for said in feedback if isinstance(said, Mute) and said.rule == signal.rule and said.holds(now))
    return Reason(
        rule=signal.rule,
        stage=signal.stage,
        because=signal.because,
        advice=signal.advice,
        at=signal.at,
        rule_file=signal.file,
        points=round(signal.points),
        now=round(faded(signal, levels, now)),
        also_innocent=rule.also_innocent if rule else "",
        changes=height(without) < height(base),
        without=without,
        may_mute=not signal.alone,
        muted=next(mutes, None),
        event=signal.event,
    )
