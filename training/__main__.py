"""Trains the heads and writes them; `--check` says instead what heads are worth on stories that they had not seen."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from screener.meaning.e5 import E5
from screener.meaning.heads import FILE, Numbers, write
from screener.meaning.listening import vectors
from training.fit import fit, heard
from training.samples import Sample, read

STORIES = Path(__file__).parents[1] / "tests" / "stories"
DEMO = Path(__file__).parents[1] / "screener" / "demo" / "stories"
PLAIN = (*sorted(STORIES.glob("*.story.yaml")), *sorted(DEMO.glob("*.story.yaml")))
ORDINARY = [path for path in PLAIN if "twin" in path.name or path.name.startswith(("football-coach", "second-hand"))]
# The twins are all hard: ordinary beginnings would be rare without a few plain ones, which therefore count four times.
FOLDERS = (STORIES / "trained", STORIES / "read", *PLAIN, *ORDINARY * 3)
FOLDS = 6


def encoded(samples: Sequence[Sample]) -> None:
    """Gives every sample its turns' vectors: minutes."""
    encoder = E5()
    for number, sample in enumerate(samples):
        sample.vectors = np.stack([vectors(encoder, turn) for turn in sample.turns]).astype(np.float64)
        _say(f"{number + 1} of {len(samples)} conversations encoded", end="\r")
    _say("")


def check(samples: Sequence[Sample]) -> None:
    """Cross-validation by twins: how often a harmful story stands out before its `warn_by`, and at its threat."""
    groups = sorted({sample.group for sample in samples})
    part = {group: place % FOLDS for place, group in enumerate(np.random.default_rng(1).permutation(groups))}
    drifts: dict[str, tuple[Sample, float, float]] = {}
    dangers: dict[str, tuple[Sample, float]] = {}
    for number in range(FOLDS):
        heads = fit([sample for sample in samples if part[sample.group] != number])
        for sample in samples:
            if part[sample.group] != number:
                continue
            found, pressing = heard(sample, heads)
            leaning = _sigmoid(found @ heads.drift_weights + heads.drift_offset)[:, 0]
            leaning[:2] = 0
            drift = np.minimum(leaning, np.concatenate([[0.0], leaning[:-1]]))
            danger = _sigmoid(pressing @ heads.danger_weights + heads.danger_offset)[:, 0]
            danger[:2] = 0
            at = np.array(sample.at)
            early = drift[at <= (sample.events if sample.warn_by is None else sample.warn_by)].max(initial=0)
            by = danger[at <= (sample.events if sample.threat is None else sample.threat)].max(initial=0)
            before = drifts.get(sample.name, (sample, 0.0, 0.0))
            drifts[sample.name] = (sample, max(before[1], early), max(before[2], drift.max(initial=0)))
            dangers[sample.name] = (sample, max(dangers.get(sample.name, (sample, 0.0))[1], by))
        _say(f"part {number + 1} of {FOLDS}")
    calm = np.array([ever for sample, _, ever in drifts.values() if not sample.is_harmful])
    early = np.array([early for sample, early, _ in drifts.values() if sample.is_harmful])
    ever = np.array([ever for sample, _, ever in drifts.values() if sample.is_harmful])
    for false in (0.3, 0.2, 0.1, 0.05, 0.02):
        limit = np.quantile(calm, 1 - false)
        found = f"warned in time {(early > limit).mean():.0%}, at all {(ever > limit).mean():.0%}"
        _say(f"drift {limit:.2f}: innocent {false:.0%}, {found}")
    calm = np.array([by for sample, by in dangers.values() if not sample.is_harmful])
    by = np.array([by for sample, by in dangers.values() if sample.is_harmful and sample.threat is not None])
    for false in (0.1, 0.05, 0.02, 0.0):
        limit = np.quantile(calm, 1 - false)
        _say(f"danger {limit:.2f}: innocent {false:.0%}, by the threat {(by > limit).mean():.0%}")


def _sigmoid(value: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-np.clip(value, -30, 30))))


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
    write(fit(samples, _say), given.out)


if __name__ == "__main__":
    main()
