"""What the signals of a relationship weigh together, and how high that reaches."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from screener.feedback import Feedback, is_trusted, muted_rules
from screener.levels import Level, LevelName, Levels
from screener.relationships import Relationship
from screener.rules import STAGES, Signal, Stage

MOST_SIGNALS = 40
DAY = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Score:
    """The weight of a relationship at one moment; the signals stand heaviest first."""

    points: int
    level: LevelName | None
    stages: tuple[Stage, ...]
    signals: tuple[Signal, ...]


def weigh(
    signals: tuple[Signal, ...],
    *,
    levels: Levels,
    relationship: Relationship,
    at: datetime,
    feedback: tuple[Feedback, ...] = (),
) -> Score:
    """The score of these signals as they have faded by then."""
    known = relationship.known or is_trusted(feedback, at)
    muted = muted_rules(feedback, at)
    times = strangeness(relationship, levels, known=known) * resemblance(relationship, levels)
    weights = {
        signal: faded(signal, levels, at) * (1.0 if signal.alone or signal.points < 0 else times)
        for signal in signals
        if signal.alone or signal.rule not in muted
    }
    # What speaks for innocence can be said without being meant: it lowers the sum a little, and hides no stage.
    most_calm = 0.0 if _sounds_dangerous(relationship, levels) else levels.most_calm
    calm = min(-sum(weight for weight in weights.values() if weight < 0), most_calm)
    # Friends, and those whom the family knows of, joke about threats: it takes a second message to mean one.
    jests = known or calm >= levels.calm_jokes or _sounds_harmless(relationship, levels)
    may_joke = jests and _signs(weights) < levels.signs_from_known
    by_stage: defaultdict[str, float] = defaultdict(float)
    for signal, weight in weights.items():
        if weight > 0:
            by_stage[signal.stage] = min(by_stage[signal.stage] + weight, levels.most_points[signal.stage])
    if may_joke:
        by_stage["pressure"] = min(by_stage["pressure"], levels.joke_points)
    points = max(sum(by_stage.values()) - calm, 0.0)
    stages = tuple(stage for stage in STAGES if by_stage[stage] >= levels.stage_from)
    heaviest = sorted(weights, key=lambda signal: (-signal.alone, -weights[signal], signal.rule))
    level = _level(tuple(weights), points, len(stages), levels=levels, may_joke=may_joke)
    # What a talk seems to mean is weak evidence: nobody is told of it alone, and it takes more beside it to act.
    seen = sum(weight for signal, weight in weights.items() if weight > 0 and not signal.guess)
    if level is not None and seen == 0:
        level = "look"
    elif level == "act" and seen < levels.seen_for_act:
        level = "talk"
    if (
        level in (None, "look")
        and not known
        and any(s.alone for s in weights)
        and _sounds_harmless(relationship, levels)
    ):
        level = "talk"  # what sounds like a joke to a machine is for a parent to tell
    return Score(
        points=round(points),
        level=level,
        stages=stages,
        signals=tuple(heaviest),
    )


def _signs(signals: Iterable[Signal]) -> int:
    """How many messages or calls gave a sign of pressure."""
    return len({signal.event for signal in signals if signal.stage == "pressure" and signal.points > 0})


def _level(
    signals: tuple[Signal, ...], points: float, breadth: int, *, levels: Levels, may_joke: bool
) -> LevelName | None:
    # How strange the contact is never decides whether a threat counts.
    if any(signal.alone for signal in signals) and not may_joke:
        return "act"
    if _reaches(levels.act, points, breadth):
        return "act"
    if any(_reaches(level, points, breadth) for level in (levels.talk, levels.talk_in_fewer)):
        return "talk"
    return "look" if _reaches(levels.look, points, breadth) else None


def _reaches(level: Level, points: float, breadth: int) -> bool:
    return points >= level.points and breadth >= level.stages


def strangeness(relationship: Relationship, levels: Levels, *, known: bool) -> float:
    """By how much the points of this contact are multiplied."""
    if known:
        return levels.strangeness.known
    times = 1.0
    mutual = relationship.contact.mutual_friends
    if mutual is not None and mutual >= levels.strangeness.many:
        times *= levels.strangeness.many_mutual_friends
    if relationship.requested_by == "member":
        times *= levels.strangeness.asked_by_member
    if mutual == 0 or relationship.contact.is_stranger:
        times *= levels.strangeness.stranger
    return times


def resemblance(relationship: Relationship, levels: Levels) -> float:
    """By how much the points are multiplied for what the conversation means as a whole, where that is known."""
    drift = relationship.meant.drift
    return levels.resemblance.low_times if drift is not None and drift < levels.resemblance.low else 1.0


def _sounds_harmless(relationship: Relationship, levels: Levels) -> bool:
    danger = relationship.meant.settled_danger
    return danger is not None and danger < levels.resemblance.no_danger


def _sounds_dangerous(relationship: Relationship, levels: Levels) -> bool:
    danger = relationship.meant.settled_danger
    return danger is not None and danger >= levels.resemblance.danger


def faded(signal: Signal, levels: Levels, at: datetime) -> float:
    """What a signal still weighs by then."""
    days = max((at - signal.at).total_seconds() / DAY, 0.0)
    return float(signal.points * 0.5 ** (days / levels.half_life_days[signal.stage]))


def kept(old: tuple[Signal, ...], new: tuple[Signal, ...]) -> tuple[Signal, ...]:
    """What is worth keeping of both: of each rule the latest signal, and not more than a page of them."""
    latest: dict[str, Signal] = {}
    for signal in (*old, *new):
        before = latest.get(signal.rule)
        if before is None or signal.at >= before.at:
            latest[signal.rule] = signal
    if len(latest) <= MOST_SIGNALS:
        return tuple(latest.values())
    heaviest = sorted(latest.values(), key=lambda signal: (-signal.alone, -signal.points, -signal.at.timestamp()))
    worth = {signal.rule for signal in heaviest[:MOST_SIGNALS]}
    return tuple(signal for signal in latest.values() if signal.rule in worth)
