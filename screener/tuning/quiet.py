"""What would have kept an alert quiet: the smallest changes that do, and never one that hides a threat."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from screener.alerts import Alert
from screener.feedback import Feedback
from screener.levels import LevelName, Levels
from screener.relationships import Relationship
from screener.rulebook import Rulebook
from screener.rules import Signal
from screener.score import weigh
from screener.tuning.base import Effect

Kind = Literal["mute", "points", "look"]
MOST_PROPOSED = 4
A_RULES_MOST = 2
"""So many rules are offered to weigh less: those that need to lose least."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """One change: a reason that no longer counts between these two; a rule, or the lowest level, for this member."""

    kind: Kind
    rule: str = ""
    before: float = 0
    after: float = 0


class _Level(Protocol):
    def __call__(self, signals: Sequence[Signal], levels: Levels = ...) -> LevelName | None: ...


def may_be_quiet(alert: Alert) -> bool:
    """Whether anything may be proposed: what needs somebody now, and whatever holds a threat, is never made quiet."""
    pressed = "pressure" in alert.stages or any(s.alone or s.stage == "pressure" for s in alert.signals)
    return alert.level != "act" and not pressed


def proposals(
    alert: Alert, relationship: Relationship, book: Rulebook, feedback: tuple[Feedback, ...]
) -> tuple[Proposal, ...]:
    """The changes each of which by itself would have kept it quiet, the gentlest first."""
    if not may_be_quiet(alert):
        return ()
    signals = book.weighed(alert.signals)

    def level(signals: Sequence[Signal], levels: Levels = book.levels) -> LevelName | None:
        return weigh(
            tuple(signals), levels=levels, relationship=relationship, at=alert.updated, feedback=feedback
        ).level

    if level(signals) is None:
        return ()  # it is quiet by now: with its next event nothing would be told
    counts = [signal for signal in signals if signal.points > 0]
    found = [
        Proposal(kind="mute", rule=signal.rule, before=signal.points)
        for signal in sorted(counts, key=lambda signal: signal.points)
        if level([each for each in signals if each is not signal]) is None
    ][:A_RULES_MOST]
    lighter = sorted(_lighter(counts, signals, level), key=lambda each: each.before - each.after)
    found += lighter[:A_RULES_MOST]
    if alert.level == "look" and (raised := _raised(signals, book.levels, level)) is not None:
        found.append(Proposal(kind="look", before=book.levels.look.points, after=raised))
    return tuple(found[: MOST_PROPOSED + 1])


def _lighter(counts: Sequence[Signal], signals: Sequence[Signal], level: _Level) -> Iterator[Proposal]:
    for signal in counts:
        for points in range(int(signal.points) - (signal.points == int(signal.points)), -1, -1):
            weighed = [replace(each, points=float(points)) if each is signal else each for each in signals]
            if level(weighed) is None:
                yield Proposal(kind="points", rule=signal.rule, before=signal.points, after=points)
                break


def _raised(signals: Sequence[Signal], levels: Levels, level: _Level) -> float | None:
    """From how many points on this would not have been told; not so many that the next level would come first."""
    for points in range(int(levels.look.points) + 1, int(min(levels.talk.points, levels.talk_in_fewer.points)) + 1):
        if level(signals, replace(levels, look=replace(levels.look, points=points))) is None:
            return points
    return None


def hides_a_threat(effect: Effect) -> bool:
    """Whether a change would have taken away or lowered something that needed somebody, or that held a threat."""
    lost = (each for each in effect.differences if not _rises(each.before.level, each.after.level))
    return any(each.before.level == "act" or "pressure" in each.before.stages for each in lost)


def _rises(before: LevelName | None, after: LevelName | None) -> bool:
    order = (None, "look", "talk", "act")
    return order.index(after) > order.index(before)
