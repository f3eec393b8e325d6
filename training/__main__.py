"""Trains the network and writes it; `--check` says instead what it is worth on stories that it had not seen."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from screener.meaning.base import Meant
from screener.meaning.e5 import E5
from screener.meaning.listening import after, told, vectors
from screener.meaning.network import FILE, Network, write
from training.fit import fit, unknown
from training.samples import Sample, read

STORIES = Path(__file__).parents[1] / "tests" / "stories"
DEMO = Path(__file__).parents[1] / "screener" / "demo" / "stories"
PLAIN = (*sorted(STORIES.glob("*.story.yaml")), *sorted(DEMO.glob("*.story.yaml")))
FOLDERS = (STORIES / "trained", STORIES / "read", *PLAIN)
PLAINLY = 4
"""So many times over are the plain stories learnt: they are few, and what everybody sees first must be right."""
FOLDS = 6


def encoded(samples: Sequence[Sample]) -> None:
    """Gives every sample its turns' vectors: minutes."""
    encoder = E5()
    for number, sample in enumerate(samples):
        sample.vectors = np.stack([vectors(encoder, turn) for turn in sample.turns]).astype(np.float64)
        _say(f"{number + 1} of {len(samples)} conversations encoded", end="\r")
    _say("")


def check(samples: Sequence[Sample]) -> None:
    """Cross-validation by twins: how often a harmful story stands out before its `warn_by`, and at its threat.

    Once with the facts on the contact that the story gives, and once with none, as many platforms give none.
    """
    groups = sorted({sample.group for sample in samples})
    part = {group: place % FOLDS for place, group in enumerate(np.random.default_rng(1).permutation(groups))}
    as_told: dict[str, Outcome] = {}
    bare: dict[str, Outcome] = {}
    for number in range(FOLDS):
        network = fit([sample for sample in samples if part[sample.group] != number])
        for sample in samples:
            if part[sample.group] == number:
                for outcomes, each in ((as_told, sample), (bare, unknown(sample))):
                    outcomes[sample.name] = tried(each, network).worse(outcomes.get(sample.name))
        _say(f"part {number + 1} of {FOLDS}")
    for title, outcomes in (("as told", as_told), ("nothing known of the contact", bare)):
        _say(title)
        calm = [each for each in outcomes.values() if not each.sample.is_harmful]
        harmful = [each for each in outcomes.values() if each.sample.is_harmful]
        threats = [each for each in harmful if each.sample.threat is not None]
        for false in (0.2, 0.1, 0.05, 0.02, 0.01):
            drift = np.quantile([each.drift for each in calm], 1 - false)
            early = np.mean([each.early > drift for each in harmful])
            ever = np.mean([each.drift > drift for each in harmful])
            danger = np.quantile([each.danger for each in calm], 1 - false)
            by = np.mean([each.by_threat > danger for each in threats])
            _say(f"innocent {false:.0%}: drift {drift:.2f}: in time {early:.0%}, at all {ever:.0%}; "
                 f"danger {danger:.2f}: by the threat {by:.0%}")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The highest drift and danger of a story: at all, by `warn_by`, and by the threat."""

    sample: Sample
    early: float
    drift: float
    by_threat: float
    danger: float

    def worse(self, other: "Outcome | None") -> "Outcome":
        names = ("early", "drift", "by_threat", "danger")
        return self if other is None else replace(self, **{n: max(getattr(self, n), getattr(other, n)) for n in names})


def tried(sample: Sample, network: Network) -> Outcome:
    """What a network that had not seen the sample says of it."""
    meant, drift, danger = Meant(), [], []
    for turn, numbers in zip(sample.turns, sample.vectors, strict=True):
        meant = after(meant, network.heard(meant.state, numbers, told(turn, network.lists)))
        drift.append(meant.drift or 0.0)
        danger.append(meant.settled_danger or 0.0)
    at, ends = np.array(sample.at), sample.events
    warn_by, threat = (ends if n is None else n for n in (sample.warn_by, sample.threat))
    return Outcome(
        sample=sample,
        early=max([d for d, place in zip(drift, at, strict=True) if place <= warn_by], default=0.0),
        drift=max(drift, default=0.0),
        by_threat=max([d for d, place in zip(danger, at, strict=True) if place <= threat], default=0.0),
        danger=max(danger, default=0.0),
    )


def _say(line: str, end: str = "\n") -> None:
    sys.stdout.write(line + end)
    sys.stdout.flush()


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    words.add_argument("folders", nargs="*", type=Path, default=FOLDERS)
    words.add_argument("--check", action="store_true", help="cross-validate, and write nothing")
    words.add_argument("--half", type=int, choices=(0, 1), help="learn only from every second group of twins")
    words.add_argument("--out", type=Path, default=FILE)
    given = words.parse_args()
    samples = read(given.folders)
    encoded(samples)
    if given.check:
        check(samples)
        return
    if given.half is not None:
        groups = sorted({sample.group for sample in samples})
        samples = [sample for sample in samples if groups.index(sample.group) % 2 == given.half]
    plain = {path.name.removesuffix(".story.yaml") for path in PLAIN}
    again = [sample for sample in samples if sample.name in plain] * (PLAINLY - 1)
    write(fit([*samples, *again], _say), given.out)


if __name__ == "__main__":
    main()
