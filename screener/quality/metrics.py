"""What is counted over replayed stories; each metric is one function of their outcomes."""

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Literal

from screener.levels import LevelName
from screener.quality import bootstrap
from screener.quality.bootstrap import Figure
from screener.quality.outcome import Outcome
from screener.rules import STAGES

CHILD_WEEK = 1_000
"""How many incoming messages are taken for a child's week."""

type Unit = Literal["share", "number", "minutes", "ratio"]
type Of = Callable[[Sequence[Outcome]], float | None]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A figure of many stories. `speaks_of` says whether a story has a part in it."""

    key: str
    title: str
    unit: Unit
    of: Of
    speaks_of: Callable[[Outcome], bool]
    sure: Callable[[float, Sequence[Outcome]], tuple[float, float]] | None = None
    """The interval where all draws agree, which would pretend to certainty."""
    headline: bool = False

    def figure(self, outcomes: Sequence[Outcome], *, resamples: int, seed: int) -> Figure:
        """The value with its interval; harmful and innocent stories are drawn apart."""
        part = [outcome for outcome in outcomes if self.speaks_of(outcome)]
        value = self.of(part)
        if value is None:
            return Figure(value=None, stories=len(part))
        strata = [[o for o in part if o.is_harmful], [o for o in part if not o.is_harmful]]
        low, high = bootstrap.interval(strata, self.of, resamples=resamples, seed=seed)
        if low == high and self.sure is not None:
            low, high = self.sure(value, part)
        return Figure(value=value, low=low, high=high, stories=len(part))


def share(
    key: str, title: str, hit: Callable[[Outcome], bool], among: Callable[[Outcome], bool], headline: bool = False
) -> Metric:
    """In which share of the stories something is so."""

    def of(outcomes: Sequence[Outcome]) -> float | None:
        return sum(map(hit, outcomes)) / len(outcomes) if outcomes else None

    def sure(value: float, outcomes: Sequence[Outcome]) -> tuple[float, float]:
        return bootstrap.wilson(value, len(outcomes))

    return Metric(key=key, title=title, unit="share", of=of, speaks_of=among, sure=sure, headline=headline)


def spread(key: str, title: str, unit: Unit, at: float, each: Callable[[Outcome], float | None]) -> Metric:
    """A quantile over the stories that were warned of."""

    def of(outcomes: Sequence[Outcome]) -> float | None:
        return quantile([value for outcome in outcomes if (value := each(outcome)) is not None], at)

    return Metric(key=key, title=title, unit=unit, of=of, speaks_of=lambda outcome: each(outcome) is not None)


def per_week(key: str, title: str, level: LevelName) -> Metric:
    """Alerts of a level on innocent stories, for so many incoming messages."""

    def weeks(outcomes: Sequence[Outcome]) -> float:
        return sum(outcome.incoming for outcome in outcomes) / CHILD_WEEK

    def of(outcomes: Sequence[Outcome]) -> float | None:
        return sum(outcome.alerts(level) for outcome in outcomes) / weeks(outcomes) if weeks(outcomes) else None

    def sure(value: float, outcomes: Sequence[Outcome]) -> tuple[float, float]:
        return value, (value * weeks(outcomes) + bootstrap.NONE_SEEN) / weeks(outcomes)

    return Metric(key=key, title=title, unit="number", of=of, speaks_of=is_innocent, sure=sure)


def quantile(values: Iterable[float], at: float) -> float | None:
    """The value below which that share of the values lies, between two of them in proportion."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = at * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def is_harmful(outcome: Outcome) -> bool:
    return outcome.is_harmful


def is_innocent(outcome: Outcome) -> bool:
    return not outcome.is_harmful


def has_warn_by(outcome: Outcome) -> bool:
    return outcome.is_harmful and outcome.expect.warn_by is not None


def has_threat(outcome: Outcome) -> bool:
    return outcome.is_harmful and outcome.expect.threat is not None


def early(outcome: Outcome) -> bool:
    warn_by = outcome.expect.warn_by
    return outcome.talk is not None and warn_by is not None and outcome.talk <= warn_by


def talked(outcome: Outcome) -> bool:
    return outcome.talk is not None


def acted(outcome: Outcome) -> bool:
    return outcome.act is not None


def acted_by_threat(outcome: Outcome) -> bool:
    threat = outcome.expect.threat
    return outcome.act is not None and threat is not None and outcome.act <= threat


def acted_on_threat(outcome: Outcome) -> bool:
    return outcome.act is not None and outcome.act == outcome.expect.threat


def lead_messages(outcome: Outcome) -> float | None:
    """How many messages lie between the warning and the danger; below zero where it came after it."""
    if not outcome.is_harmful or outcome.talk is None or outcome.danger is None:
        return None
    return outcome.messages_until(outcome.danger) - outcome.messages_until(outcome.talk)


def lead_minutes(outcome: Outcome) -> float | None:
    if not outcome.is_harmful or outcome.talk is None or outcome.danger is None:
        return None
    return (outcome.beats[outcome.danger].at - outcome.beats[outcome.talk].at).total_seconds() / 60


def wait_messages(outcome: Outcome) -> float | None:
    """How many messages it took until the warning."""
    return outcome.messages_until(outcome.talk) if outcome.is_harmful and outcome.talk is not None else None


def wait_minutes(outcome: Outcome) -> float | None:
    """How long after the contact's first event the warning came."""
    if not outcome.is_harmful or outcome.talk is None:
        return None
    began = next(beat.at for beat in outcome.beats if beat.person in outcome.people)
    return (outcome.beats[outcome.talk].at - began).total_seconds() / 60


def f_latency(outcomes: Sequence[Outcome]) -> float | None:
    """F1 of stories warned of, times how soon: a warning at the median length of a story counts half."""
    found = [outcome for outcome in outcomes if outcome.is_harmful and talked(outcome)]
    harmful = sum(map(is_harmful, outcomes))
    if not harmful:
        return None
    false = sum(1 for outcome in outcomes if is_innocent(outcome) and talked(outcome))
    if not found:
        return 0.0
    f1 = 2 * len(found) / (len(found) + false + harmful)
    middle = statistics.median(outcome.messages for outcome in outcomes)
    late = statistics.median(penalty(wait_messages(outcome) or 0.0, middle) for outcome in found)
    return f1 * (1 - late)


def penalty(messages: float, middle: float) -> float:
    """0 for a warning at the first message, one half at the `middle` one, nearly 1 very late."""
    if middle <= 1:
        return 0.0
    steepness = log(3) / (middle - 1)
    return -1 + 2 / (1 + exp(-steepness * (max(messages, 1.0) - 1)))


def is_labelled(outcome: Outcome) -> bool:
    return any(beat.labels for beat in outcome.beats)


def stage_f1(outcomes: Sequence[Outcome]) -> float | None:
    """F1 of each stage that is labelled anywhere, event by event, and the mean of those."""
    right, labelled, seen = Counter[str](), Counter[str](), Counter[str]()
    for outcome in outcomes:
        for total, count in zip((right, labelled, seen), outcome.stage_counts, strict=True):
            total.update(count)
    each = [2 * right[stage] / (labelled[stage] + seen[stage]) for stage in STAGES if labelled[stage]]
    return statistics.fmean(each) if each else None


METRICS: tuple[Metric, ...] = (
    share("early", "warned by warn_by", early, has_warn_by, headline=True),
    share("recall", "warned at all", talked, is_harmful, headline=True),
    share("act_by_threat", "act by the threat", acted_by_threat, has_threat, headline=True),
    share("act_on_threat", "  at the threat itself", acted_on_threat, has_threat),
    share("others_talked_of", "talk about somebody else", lambda o: o.others_talked_of, is_harmful),
    share("innocent_talk", "innocent with talk", talked, is_innocent, headline=True),
    share("innocent_act", "innocent with act", acted, is_innocent, headline=True),
    per_week("false_look", "false look a child-week", "look"),
    per_week("false_talk", "false talk a child-week", "talk"),
    per_week("false_act", "false act a child-week", "act"),
    spread("lead_messages", "lead, messages: median", "number", 0.5, lead_messages),
    spread("lead_messages_p10", "  nine in ten have more than", "number", 0.1, lead_messages),
    spread("lead_messages_p90", "  one in ten has more than", "number", 0.9, lead_messages),
    spread("lead_minutes", "lead, time: median", "minutes", 0.5, lead_minutes),
    spread("lead_minutes_p10", "  nine in ten have more than", "minutes", 0.1, lead_minutes),
    spread("lead_minutes_p90", "  one in ten has more than", "minutes", 0.9, lead_minutes),
    spread("wait_messages", "wait, messages: median", "number", 0.5, wait_messages),
    spread("wait_messages_p90", "  one in ten waits more than", "number", 0.9, wait_messages),
    spread("wait_minutes", "wait, time: median", "minutes", 0.5, wait_minutes),
    spread("wait_minutes_p90", "  one in ten waits more than", "minutes", 0.9, wait_minutes),
    Metric(
        key="f_latency", title="F-latency", unit="ratio", of=f_latency, speaks_of=lambda outcome: True, headline=True
    ),
    Metric(key="stage_f1", title="stage macro-F1", unit="ratio", of=stage_f1, speaks_of=is_labelled),
)
HEADLINES = tuple(metric for metric in METRICS if metric.headline)
