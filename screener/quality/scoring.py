"""Replays every story in every way, and counts."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from screener import paraphrases
from screener.errors import Mistake
from screener.quality import robustness
from screener.quality.ablations import NO_FOLDING, ablations
from screener.quality.baselines import baselines
from screener.quality.bootstrap import RESAMPLES, SEED, Figure
from screener.quality.metrics import HEADLINES, METRICS
from screener.quality.outcome import Outcome, Tale, replayed
from screener.quality.robustness import Robustness
from screener.quality.systems import System, shipped, with_meaning
from screener.quality.variants import VARIANTS, disguised
from screener.rulebook import Rulebook

ALL = "all stories"

type Figures = Mapping[str, Figure]
type Told = Callable[[str, int, int], None]
"""Is told what is being done, how many steps are done, and how many there are."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """The figures of one folder's stories. `systems` are those to compare with, by name."""

    name: str
    outcomes: tuple[Outcome, ...]
    figures: Figures
    systems: Mapping[str, Figures] = field(default_factory=dict)
    robustness: Mapping[str, Robustness] = field(default_factory=dict)
    """By system: what disguises do to it."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Everything that was counted."""

    groups: tuple[Group, ...]
    systems: tuple[System, ...]
    events_per_second: float
    resamples: int
    seed: int


def score(
    tales: Sequence[Tale],
    rulebook: Rulebook,
    *,
    quick: bool = False,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    told: Told = lambda what, done, of: None,
) -> Scores:
    """The scores of these stories; `quick` leaves out everything but the shipped rules on the stories as written."""
    if not rulebook.rules:
        raise Mistake("rules: there is no rule in this folder. Name one that holds rules.")
    meaning = paraphrases.scorer(rulebook)
    ours = shipped(rulebook, meaning)
    others = () if quick else tuple(with_meaning((*baselines(rulebook), *ablations(rulebook)), meaning, rulebook))
    disguising = [each for each in (ours, *others) if not quick and each.name in (ours.name, NO_FOLDING)]
    steps = _Steps(told=told, of=1 + len(others) + len(disguising) * len(VARIANTS))

    began = time.process_time()
    plain = {ours.name: steps.run("the shipped rules", tales, ours)}
    events_per_second = sum(len(tale.story.events) for tale in tales) / max(time.process_time() - began, 1e-9)
    for system in others:
        plain[system.name] = steps.run(system.name, tales, system)
    harmful = [tale for tale in tales if tale.is_harmful]
    hidden = {
        system.name: {variant: steps.run(f"{system.name}, {variant}", harmful, system, variant) for variant in VARIANTS}
        for system in disguising
    }
    return Scores(
        groups=tuple(_group(name, plain, hidden, resamples, seed) for name in _names(tales)),
        systems=(ours, *others),
        events_per_second=events_per_second,
        resamples=resamples,
        seed=seed,
    )


@dataclass(kw_only=True)
class _Steps:
    """Replays, and tells how far it has come."""

    told: Told
    of: int
    done: int = 0

    def run(self, what: str, tales: Sequence[Tale], system: System, variant: str | None = None) -> tuple[Outcome, ...]:
        self.told(what, self.done, self.of)
        self.done += 1
        return asyncio.run(_run(tales, system, variant))


async def _run(tales: Sequence[Tale], system: System, variant: str | None) -> tuple[Outcome, ...]:
    return tuple(
        [await replayed(tale, system, disguised(tale.story, variant) if variant else tale.story) for tale in tales]
    )


def _names(tales: Sequence[Tale]) -> Iterator[str]:
    names = dict.fromkeys(tale.group for tale in tales)
    yield from names
    if len(names) > 1:
        yield ALL


def _group(
    name: str,
    plain: Mapping[str, Sequence[Outcome]],
    hidden: Mapping[str, Mapping[str, Sequence[Outcome]]],
    resamples: int,
    seed: int,
) -> Group:
    def ours(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in outcomes if name in (ALL, outcome.group))

    system, *others = plain
    outcomes = ours(plain[system])
    return Group(
        name=name,
        outcomes=outcomes,
        figures={m.key: m.figure(outcomes, resamples=resamples, seed=seed) for m in METRICS},
        systems={
            other: {m.key: m.figure(ours(plain[other]), resamples=resamples, seed=seed) for m in HEADLINES}
            for other in others
        },
        robustness={
            each: robustness.measured(
                ours(plain[each]), {v: ours(o) for v, o in variants.items()}, resamples=resamples, seed=seed
            )
            for each, variants in hidden.items()
        },
    )
