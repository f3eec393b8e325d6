"""From samples to weights: a linear head for each idea, then the two sums over a conversation."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from screener.meaning import heads as sums
from screener.meaning.base import IDEAS, Meant
from screener.meaning.heads import Heads, Numbers, sigmoid
from screener.paraphrases import without_facts
from training.samples import Sample

FLAT = 3e-4
FLAT_WHOLE = 1e-3
FLAT_CONVERSATION = 5e-4
"""How strongly weights are kept small."""
INNER = 3
"""The conversation's sums are learnt from heads that had not seen the conversation, in so many parts."""


def logistic(x: Numbers, y: Numbers, flat: float, *, weight: Numbers | None = None, steps: int = 200) -> Any:
    """Weights and offsets of one logistic regression a column of `y`, by accelerated descent."""
    count = len(x)
    each = np.ones((count, 1)) if weight is None else weight[:, None]
    weights, offsets = np.zeros((x.shape[1], y.shape[1])), np.log((y.mean(0) + 1e-3) / (1 - y.mean(0) + 1e-3))
    step = np.linalg.norm(x, 2) ** 2 / 4 / count * each.max() + flat
    pace = np.zeros_like(weights)
    for _ in range(steps):
        wrong = each * (sigmoid(x @ (weights + 0.9 * pace) + offsets) - y)
        pace = 0.9 * pace - (x.T @ wrong / count + flat * (weights + 0.9 * pace)) / step
        weights = weights + pace
        offsets = offsets - wrong.mean(axis=0) * 2
    return weights, offsets


def turn_heads(samples: Sequence[Sample]) -> tuple[Numbers, ...]:
    """Middle, spread, weights and offsets of the heads that look at one turn."""
    x = np.concatenate([sample.vectors for sample in samples])
    middle, spread = x.mean(0), x.std(0) * np.sqrt(x.shape[1]) + 1e-6
    labelled = [sample for sample in samples if sample.has_labels]
    ideas = np.concatenate([np.array(sample.ideas, dtype=float) for sample in labelled])
    weights, offsets = logistic((np.concatenate([s.vectors for s in labelled]) - middle) / spread, ideas, FLAT)
    bad = np.concatenate([np.full(len(sample.at), float(sample.is_harmful)) for sample in samples])
    menace = np.concatenate([_threatened(sample) for sample in samples])
    # Harmful stories begin harmlessly.
    grown = np.concatenate([np.clip((np.array(s.at) + 1) / (0.4 * s.events), 0.2, 1) for s in samples])
    more, more_offsets = logistic((x - middle) / spread, np.stack([bad, menace], 1), FLAT_WHOLE, weight=grown)
    return middle, spread, np.concatenate([weights, more], 1), np.concatenate([offsets, more_offsets])


def _threatened(sample: Sample) -> Numbers:
    return np.array(
        [sample.is_harmful and sample.threat is not None and at >= sample.threat for at in sample.at], float
    )


def blank(parts: tuple[Numbers, ...]) -> Heads:
    none = np.zeros(1)
    middle, spread, weights, offsets = parts
    return Heads(middle=middle, spread=spread, weights=weights, offsets=offsets, drift_weights=none, drift_offset=none,
                 danger_weights=none, danger_offset=none)  # fmt: skip


def unknown(sample: Sample) -> Sample:
    """The same conversation with a contact of whom the platform says nothing."""
    return replace(sample, turns=[replace(turn, around=without_facts(turn.around)) for turn in sample.turns])


def heard(sample: Sample, heads: Heads) -> tuple[Numbers, Numbers]:
    """By turn, what drift is judged by, and what danger is judged by."""
    meant, drift, danger = Meant(), [], []
    for turn, values in zip(sample.turns, heads.values(sample.vectors), strict=True):
        meant = sums.heard(meant, values, has_picture=turn.has_media and turn.by_contact)
        found = sums.features(meant, turn.around)
        drift.append(found)
        danger.append(sums.pressing(found, values, meant))
    return np.array(drift), np.array(danger)


def fit(samples: Sequence[Sample], told: Callable[[str], None] = lambda line: None) -> Heads:
    """The heads that these samples teach."""
    groups = sorted({sample.group for sample in samples})
    part = {group: place % INNER for place, group in enumerate(np.random.default_rng(7).permutation(groups))}
    drift, danger, kept = [], [], []
    for number in range(INNER):
        inner = blank(turn_heads([sample for sample in samples if part[sample.group] != number]))
        for sample in samples:
            if part[sample.group] == number:
                # Many platforms say little of who somebody is: it has to be learnt without that, too.
                for each in (sample, unknown(sample)):
                    one, other = heard(each, inner)
                    drift.append(one)
                    danger.append(other)
                    kept.append(each)
        told(f"part {number + 1} of {INNER} learnt")
    heads = blank(turn_heads(samples))
    bad = np.concatenate([np.full(len(s.at), float(s.is_harmful)) for s in kept])
    late = np.concatenate([np.where(np.array(s.at) >= 0.25 * s.events, 1.0, 0.2) / len(s.at) * 25 for s in kept])
    drift_weights, drift_offset = _sum(np.concatenate(drift), bad, late)
    menace = np.concatenate([_threatened(s) for s in kept])
    weight = np.concatenate([_danger_weight(s) for s in kept])
    danger_weights, danger_offset = _sum(np.concatenate(danger), menace, weight)
    return Heads(
        **{name: getattr(heads, name) for name in ("middle", "spread", "weights", "offsets")},
        drift_weights=drift_weights,
        drift_offset=drift_offset,
        danger_weights=danger_weights,
        danger_offset=danger_offset,
    )


def _danger_weight(sample: Sample) -> Numbers:
    if not sample.is_harmful:
        return np.ones(len(sample.at))
    if sample.threat is None:
        return np.full(len(sample.at), 0.4)
    at = np.array(sample.at)
    # The first two turns from the threat on are what it is about.
    return np.where(at < sample.threat, 0.4, np.where(at <= sample.threat + 1, 2.0, 0.6))


def _sum(x: Numbers, y: Numbers, weight: Numbers) -> tuple[Numbers, Numbers]:
    """A logistic regression on columns brought to one width, with that width taken back out of its weights."""
    middle, spread = x.mean(0), (x.std(0) + 1e-3) * np.sqrt(x.shape[1])
    weights, offsets = logistic((x - middle) / spread, y[:, None], FLAT_CONVERSATION, weight=weight, steps=400)
    plain = weights[:, 0] / spread
    return plain[:, None], offsets - middle @ plain


NAMES = (*IDEAS, "bad", "menace")
