"""The trained weights, and the sums made with them: of a turn, and of the conversation that it stands in."""

from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from screener.meaning.base import FADES, FADES_BAD, IDEAS, SURE, Meant

FILE = Path(__file__).with_name("heads.npz")
ENOUGH = 8
"""Turns it takes to say anything of a conversation."""
PRESSING = tuple(IDEAS.index(name) for name in ("threat", "evidence", "demand", "more"))
AFRAID = IDEAS.index("afraid")

type Numbers = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Heads:
    """Every number that training found.

    A turn is 2 x 384 numbers: its own text's and its window's. Of those a linear head for each idea, and two more: how
    bad it is, and how menacing. Two sums over what is remembered of a conversation: `drift` and `danger`.
    """

    middle: Numbers
    spread: Numbers
    """The average and width in each direction, so that all count alike."""
    weights: Numbers
    offsets: Numbers
    drift_weights: Numbers
    drift_offset: Numbers
    danger_weights: Numbers
    danger_offset: Numbers

    def values(self, vectors: NDArray[np.floating]) -> Numbers:
        """How much of each idea is in a turn, 0 to 1; then how bad and how menacing it is."""
        return sigmoid(((vectors - self.middle) / self.spread) @ self.weights + self.offsets)

    def drift(self, found: Numbers) -> float:
        return float(sigmoid(found @ self.drift_weights + self.drift_offset)[0])

    def danger(self, found: Numbers, values: Numbers, meant: Meant) -> float:
        return float(sigmoid(pressing(found, values, meant) @ self.danger_weights + self.danger_offset)[0])


def heard(before: Meant, values: Numbers, *, has_picture: bool) -> Meant:
    """What is remembered after a turn with these values; what it says of the conversation is still open."""
    ideas, bad, menace = values[:-2], float(values[-2]), float(values[-1])
    turns = before.turns + 1
    return replace(
        before,
        strongest=tuple(max(old * FADES, float(new)) for old, new in zip(before.strongest, ideas, strict=True)),
        mean=tuple(old + (float(new) - old) / turns for old, new in zip(before.mean, ideas, strict=True)),
        bad=max(before.bad * FADES_BAD, bad),
        bad_mean=before.bad_mean + (bad - before.bad_mean) / turns,
        menace=max(before.menace, menace),
        threat=max(before.threat, float(ideas[PRESSING[0]])),
        turns=turns,
        pictures=before.pictures + has_picture,
        now=frozenset(name for name, value in zip(IDEAS, ideas, strict=True) if value >= SURE),
    )


def features(meant: Meant, around: tuple[float, ...]) -> Numbers:
    """What a conversation is judged by. An average of few turns is drawn towards nothing."""
    n = meant.turns
    means = np.array(meant.mean) * (n / (n + 4))
    whole = [meant.bad, meant.bad_mean * (n / (n + 3)), np.log1p(n), min(meant.pictures, 3)]
    return np.concatenate([meant.strongest, means, whole, around])


def pressing(found: Numbers, values: Numbers, meant: Meant) -> Numbers:
    """What danger is judged by: the same, and what this very turn carries."""
    evidence = meant.strongest[PRESSING[1]]
    now = [values[n] for n in PRESSING]
    return np.concatenate([found, now, [values[-1], values[AFRAID], meant.menace, meant.threat * evidence]])


def sigmoid(value: Numbers) -> Numbers:
    found: Numbers = 1.0 / (1.0 + np.exp(-np.clip(value, -30.0, 30.0)))
    return found


def read(path: Path = FILE) -> Heads:
    """The weights shipped with the program. Raises OSError or RuntimeError where they don't fit it."""
    with np.load(path, allow_pickle=False) as kept:
        if tuple(kept["ideas"]) != IDEAS:
            raise RuntimeError("its weights are of another version")
        return Heads(**{each.name: kept[each.name].astype(np.float64) for each in fields(Heads)})


def write(heads: Heads, path: Path = FILE) -> None:
    """Keeps the weights; sixteen bits are enough for each of the many."""
    kept = {each.name: getattr(heads, each.name).astype(np.float32) for each in fields(Heads)}
    np.savez_compressed(path, ideas=np.array(IDEAS), **{**kept, "weights": heads.weights.astype(np.float16)})
