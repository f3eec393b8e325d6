"""Trains the heads from the lines and dialogues of this folder: `python -m screener.meaning.train` (minutes)."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from screener.meaning.base import INDICATORS, Meant
from screener.meaning.corpus import Dialogue, Line, dialogues, lines
from screener.meaning.e5 import E5, Vector
from screener.meaning.heads import Heads, Numbers, features, sigmoid, with_values, write

SEED = 20261122
FOLDS = 5
FLAT = 1e-3
"""How strongly weights are kept small; more lines would allow less."""
FLAT_DRIFT = 1e-2
SLOPE = 3.0
"""How steeply a value rises around its threshold."""
FALSE = 0.007
"""The share of ordinary messages that one indicator may be heard in."""
LONGER = 300
"""Long conversations made by joining dialogues, so that a long innocent one doesn't look bad for its length."""

type Known = Mapping[str, Vector]


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A dialogue with the raw sums that heads gave which had not seen it."""

    dialogue: Dialogue
    fold: int
    raw: Numbers


def fit(x: Numbers, y: Numbers, flat: float, steps: int = 400) -> tuple[Numbers, Numbers]:
    """Weights and offsets of one logistic head a column of `y`, by accelerated descent."""
    count = len(x)
    weights, offsets = np.zeros((x.shape[1], y.shape[1])), np.full(y.shape[1], -3.0)
    # The few that carry an indicator count more than one each, though less than half of everything.
    counts = np.where(y > 0, np.sqrt(count / (4 * np.maximum(y.sum(axis=0), 1))), 1.0)
    step = np.linalg.norm(x, 2) ** 2 / 4 * counts.max() / count + flat
    pace = np.zeros_like(weights)
    for _ in range(steps):
        wrong = counts * (sigmoid(x @ (weights + 0.9 * pace) + offsets) - y)
        pace = 0.9 * pace - (x.T @ wrong / count + flat * (weights + 0.9 * pace)) / step
        weights = weights + pace
        offsets = offsets - wrong.mean(axis=0) * 2
    return weights, offsets


def auc(scores: Numbers, wanted: Numbers) -> float:
    """How often one that carries it scores above one that doesn't."""
    yes, no = scores[wanted > 0], scores[wanted <= 0]
    if not len(yes) or not len(no):
        return float("nan")
    return float((yes[:, None] > no).mean() + (yes[:, None] == no).mean() / 2)


def message_heads(known: Known, said: Sequence[tuple[str, str | None]], blank: Heads) -> Heads:
    x = (np.stack([known[text] for text, _ in said]) - blank.middle) / blank.spread
    y = np.array([[name == each for each in INDICATORS] for _, name in said], dtype=np.float64)
    weights, offsets = fit(x, y, FLAT)
    return replace(blank, weights=weights, offsets=offsets)


def drift_heads(found: Sequence[tuple[Numbers, bool]]) -> tuple[Numbers, float]:
    weights, offsets = fit(np.stack([x for x, _ in found]), np.array([[float(bad)] for _, bad in found]), FLAT_DRIFT)
    return weights[:, 0], float(offsets[0])


def remembered(values: Numbers) -> Meant:
    meant = Meant()
    for each in values:
        meant = with_values(meant, each)
    return meant


def joined(scored: Sequence[Scored], heads: Heads, rng: np.random.Generator) -> list[tuple[Numbers, bool]]:
    """Features of dialogues as they are, and of longer ones: ordinary ones in a row, at times with a harmful end."""
    values = [(sigmoid(heads.slope * (each.raw + heads.offsets)), each.dialogue.is_harmful) for each in scored]
    calm, harm = [v for v, bad in values if not bad], [v for v, bad in values if bad]
    found = [(features(remembered(v)), bad) for v, bad in values]
    for number in range(LONGER):
        bad = number % 2 == 1
        before = [calm[n] for n in rng.integers(0, len(calm), rng.integers(1, 6))]
        parts = [*before, harm[rng.integers(0, len(harm))]] if bad else before
        found.append((features(remembered(np.concatenate(parts))), bad))
    return found


def train(all_lines: Sequence[Line], all_dialogues: Sequence[Dialogue], encoder: E5) -> tuple[Heads, list[str]]:
    """The heads, and what they are worth on dialogues that they had not seen."""
    rng = np.random.default_rng(SEED)
    texts = sorted({line.text for line in all_lines} | {text for each in all_dialogues for text, _ in each.said})
    known = {text: encoder.vector(text) for text in texts}
    every = np.stack(list(known.values())).astype(np.float64)
    blank = Heads(
        middle=every.mean(axis=0),
        spread=every.std(axis=0) * np.sqrt(every.shape[1]),
        weights=np.zeros((every.shape[1], len(INDICATORS))),
        offsets=np.zeros(len(INDICATORS)),
        slope=SLOPE,
        drift_weights=np.zeros(9),
        drift_offset=0.0,
    )
    base = [(line.text, line.indicator) for line in all_lines]
    folds = rng.permutation(len(all_dialogues)) % FOLDS
    scored = []
    for fold in range(FOLDS):
        seen = [turn for each, f in zip(all_dialogues, folds, strict=True) if f != fold for turn in each.said]
        heads = message_heads(known, [*base, *seen], blank)
        for each, f in zip(all_dialogues, folds, strict=True):
            if f == fold:
                raw = heads.raw(np.stack([known[text] for text, _ in each.said]))
                scored.append(Scored(dialogue=each, fold=fold, raw=raw))
    raw = np.concatenate([each.raw for each in scored])
    names = [name for each in scored for _, name in each.dialogue.said]
    wanted = np.array([[name == each for each in INDICATORS] for name in names], dtype=np.float64)
    ordinary = np.concatenate([each.raw for each in scored if not each.dialogue.is_harmful])
    thresholds = np.quantile(ordinary, 1 - FALSE, axis=0)
    final = message_heads(known, [*base, *(turn for each in all_dialogues for turn in each.said)], blank)
    shift = replace(blank, offsets=-thresholds)
    told = _told(raw, wanted, raw - thresholds >= 0)

    held: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        rest = [each for each in scored if each.fold != fold]
        weights, offset = drift_heads(joined(rest, shift, rng))
        test = joined([each for each in scored if each.fold == fold], shift, rng)
        held += [(float(x @ weights + offset), bad) for x, bad in test]
    told.append(
        f"conversation: auc {auc(np.array([s for s, _ in held]), np.array([float(b) for _, b in held])):.3f}, "
        + "of dialogues and joined ones, by heads that had not seen their parts"
    )
    weights, offset = drift_heads(joined(scored, shift, rng))
    return replace(final, offsets=final.offsets - thresholds, drift_weights=weights, drift_offset=offset), told


def _told(raw: Numbers, wanted: Numbers, heard: Numbers) -> list[str]:
    each = {
        name: (auc(raw[:, n], wanted[:, n]), float(heard[wanted[:, n] > 0, n].mean()))
        for n, name in enumerate(INDICATORS)
    }
    told = [f"{name:20} auc {area:.2f}  heard {share:.0%}" for name, (area, share) in each.items()]
    told.append(f"mean of indicators: auc {np.mean([area for area, _ in each.values()]):.3f}")
    carries = wanted.max(axis=1)
    told.append(f"any indicator, by message: auc {auc(raw.max(axis=1), carries):.3f}")
    told.append(
        f"something heard in {heard.any(axis=1)[carries > 0].mean():.0%} of lines that carry an indicator, "
        f"in {heard.any(axis=1)[carries <= 0].mean():.1%} of others"
    )
    return told


def main() -> None:
    heads, told = train(tuple(lines()), tuple(dialogues()), E5())
    write(heads)
    for line in told:
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
