"""From samples to a network: what each turn should say, and the training that makes it say so."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from screener.meaning.base import IDEAS
from screener.meaning.listening import told
from screener.meaning.network import Network, Numbers
from screener.paraphrases import MEASURED, without_facts
from training.gru import Batch, Descent, Weights, begin, learn
from training.samples import Sample

NETWORKS = 5
"""Judged together they are wrong less often than one."""
WIDTH = 32
DIRECTIONS = 96
"""Of the directions in which turns differ most, so many are looked at: there are too few stories for all."""
DROP = 0.35
PASSES = 25
AT_ONCE = 32
LONGEST = 64
UNKNOWN = 0.4
"""In so many of the conversations the platform says nothing of the contact, as many platforms do."""

OFTEN = 5
"""A word list heard in fewer conversations teaches nothing."""

DANGER = 0.5
IDEA = 2.0
"""How much each goal weighs beside whether it goes wrong: whether a threat has come, and what each turn means."""


def fit(samples: Sequence[Sample], say: Callable[[str], None] = lambda line: None) -> Network:
    """The network that these samples teach."""
    every = np.concatenate([sample.vectors for sample in samples])
    middle = every.mean(0)
    lengths, ways = np.linalg.eigh(np.cov((every - middle).T))
    ways = ways[:, -DIRECTIONS:] / np.sqrt(lengths[-DIRECTIONS:])
    lists = heard_often(samples)
    found = []
    for number in range(NETWORKS):
        found.append(_trained(samples, middle, ways, lists, seed=number))
        say(f"network {number + 1} of {NETWORKS} trained")

    def all_of(part: Callable[[Weights], Numbers]) -> Numbers:
        return np.stack([part(each) for each in found])

    return Network(
        turn=all_of(lambda w: ways @ w["first"][:DIRECTIONS]),
        told=all_of(lambda w: w["first"][DIRECTIONS:]),
        offset=all_of(lambda w: w["offset"] - middle @ ways @ w["first"][:DIRECTIONS]),
        **{name: all_of(lambda w, name=name: w[name]) for name in SAME},  # type: ignore[misc]
        lists=lists,
    )


SAME = ("ideas", "ideas_offset", "onward", "again", "gates", "out", "out_offset")


def heard_often(samples: Sequence[Sample]) -> tuple[str, ...]:
    """The word lists from which something can be learnt."""
    heard = Counter(name for sample in samples for name in {name for turn in sample.turns for name in turn.lists})
    return tuple(sorted(name for name, often in heard.items() if often >= OFTEN))


def _trained(samples: Sequence[Sample], middle: Numbers, ways: Numbers, lists: Sequence[str], *, seed: int) -> Weights:
    dice = np.random.default_rng(seed)
    inputs = [np.concatenate([(s.vectors - middle) @ ways, beside(s, lists)], 1) for s in samples]
    w = begin(inputs[0].shape[1], WIDTH, len(IDEAS), dice)
    batches = len(samples) // AT_ONCE
    descent = Descent(steps=PASSES * batches)
    for _ in range(PASSES):
        order = dice.permutation(len(samples))
        for number in range(batches):
            chosen = order[number * AT_ONCE : (number + 1) * AT_ONCE]
            batch = batched([samples[n] for n in chosen], [inputs[n] for n in chosen], dice)
            descent.step(w, learn(w, batch, DROP, dice)[1])
    # What never came says nothing, also where it comes later.
    w["first"] = w["first"] * np.any([np.any(given != 0, 0) for given in inputs], 0)[:, None]
    return w


def beside(sample: Sample, lists: Sequence[str]) -> Numbers:
    """By turn, what the network is told beside the words."""
    return np.array([told(turn, lists) for turn in sample.turns])


FACTS_FROM = DIRECTIONS + 1 + MEASURED
"""From this number on an input is facts on the contact."""


def batched(samples: Sequence[Sample], inputs: Sequence[Numbers], dice: np.random.Generator) -> Batch:
    """The samples side by side; of some, nothing is known of the contact."""
    turns = min(max(map(len, inputs)), LONGEST)
    shape = (len(samples), turns)
    x, goals, goal_weights = np.zeros((*shape, inputs[0].shape[1])), np.zeros((*shape, 2)), np.zeros((*shape, 2))
    ideas, idea_weights = np.zeros((*shape, len(IDEAS))), np.zeros((*shape, 1))
    for row, (sample, given) in enumerate(zip(samples, inputs, strict=True)):
        some = slice(0, min(len(given), turns))
        x[row, some] = given[some]
        if dice.random() < UNKNOWN:
            x[row, :, FACTS_FROM : DIRECTIONS + 1 + len(sample.turns[0].around)] = 0
        goals[row, some, 0] = sample.is_harmful
        goals[row, some, 1] = threatened(sample)[some]
        goal_weights[row, some, 0] = late(sample)[some]
        goal_weights[row, some, 1] = sharp(sample)[some]
        ideas[row, some] = np.array(sample.ideas, dtype=float)[some]
        idea_weights[row, some, 0] = sample.has_labels
    whole = goal_weights.sum((0, 1))
    return Batch(
        x=x,
        goals=goals,
        goal_weights=goal_weights / whole * np.array([1.0, DANGER]),
        ideas=ideas,
        idea_weights=idea_weights * IDEA / (idea_weights.sum() * len(IDEAS) + 1),
    )


def late(sample: Sample) -> Numbers:
    """How much each turn should say whether it goes wrong: harm begins harmlessly, and a long story counts once."""
    return np.where(np.array(sample.at) >= 0.25 * sample.events, 1.0, 0.2) / len(sample.at)


def threatened(sample: Sample) -> Numbers:
    """By turn, whether a threat has come."""
    return np.array(
        [sample.is_harmful and sample.threat is not None and at >= sample.threat for at in sample.at], float
    )


def sharp(sample: Sample) -> Numbers:
    """How much each turn should say whether a threat has come: the first two from it on are what it is about."""
    if not sample.is_harmful or sample.threat is None:
        return np.ones(len(sample.at))
    at = np.array(sample.at)
    return np.where(at < sample.threat, 1.0, np.where(at <= sample.threat + 1, 3.0, 1.0))


def unknown(sample: Sample) -> Sample:
    """The same conversation with a contact of whom the platform says nothing."""
    return replace(sample, turns=[replace(turn, around=without_facts(turn.around)) for turn in sample.turns])
