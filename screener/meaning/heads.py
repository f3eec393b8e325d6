"""The trained weights, and the sums made with them: a linear head for each indicator, and one for the conversation."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from screener.meaning.base import GROUPS, INDICATORS, Meant

FILE = Path(__file__).with_name("heads.npz")
FADES = 0.985
"""What is left of an indicator's strength after each further message: half after 46."""
LATELY = 0.9
ENOUGH = 3
"""Messages it takes to say anything of a conversation."""

type Numbers = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Heads:
    """Every number that training found."""

    middle: Numbers
    spread: Numbers
    """The encoder's own average and width in each direction, so that all count alike."""
    weights: Numbers
    offsets: Numbers
    """By indicator; an offset puts its threshold at one half."""
    slope: float
    drift_weights: Numbers
    drift_offset: float

    def values(self, vector: NDArray[np.floating]) -> Numbers:
        """How much of each indicator is in a message, 0 to 1; its threshold is at one half."""
        return sigmoid(self.slope * self.raw(vector))

    def raw(self, vectors: NDArray[np.floating]) -> Numbers:
        found: Numbers = ((vectors - self.middle) / self.spread) @ self.weights + self.offsets
        return found

    def drift(self, meant: Meant) -> float | None:
        if meant.messages < ENOUGH:
            return None
        return float(sigmoid(np.asarray(features(meant) @ self.drift_weights + self.drift_offset)))


def with_values(before: Meant, values: Numbers) -> Meant:
    """What is remembered after a message with these values; what it says of the conversation is still open."""
    strongest = tuple(max(old * FADES, float(new)) for old, new in zip(before.strongest, values, strict=True))
    # At first an average of few, so that the beginning doesn't weigh for ever.
    keeps = min(LATELY, before.messages / (before.messages + 1))
    return Meant(
        strongest=strongest,
        share=before.share * keeps + float(values.max()) * (1 - keeps),
        messages=before.messages + 1,
        now=frozenset(name for name, value in zip(INDICATORS, values, strict=True) if value >= 0.5),
    )


def features(meant: Meant) -> Numbers:
    """What a conversation is judged by: each group's strongest, how many are strong together, and the share."""
    value = dict(zip(INDICATORS, meant.strongest, strict=True))
    groups = [max(value[name] for name in names) for names in GROUPS.values()]
    broad = sorted(groups, reverse=True)
    return np.array([*groups, broad[1], broad[2], meant.share])


def sigmoid(value: Numbers) -> Numbers:
    found: Numbers = 1.0 / (1.0 + np.exp(-np.clip(value, -30.0, 30.0)))
    return found


def read(path: Path = FILE) -> Heads:
    """The weights shipped with the program. Raises OSError or RuntimeError where they don't fit it."""
    with np.load(path, allow_pickle=False) as kept:
        if tuple(kept["indicators"]) != INDICATORS:
            raise RuntimeError("its weights are of another version")
        return Heads(
            middle=kept["middle"].astype(np.float64),
            spread=kept["spread"].astype(np.float64),
            weights=kept["weights"].astype(np.float64),
            offsets=kept["offsets"].astype(np.float64),
            slope=float(kept["slope"]),
            drift_weights=kept["drift_weights"].astype(np.float64),
            drift_offset=float(kept["drift_offset"]),
        )


def write(heads: Heads, path: Path = FILE) -> None:
    """Keeps the weights; sixteen bits are enough for each."""
    np.savez_compressed(
        path,
        indicators=np.array(INDICATORS),
        middle=heads.middle.astype(np.float32),
        spread=heads.spread.astype(np.float32),
        weights=heads.weights.astype(np.float16),
        offsets=heads.offsets.astype(np.float32),
        slope=np.float32(heads.slope),
        drift_weights=heads.drift_weights.astype(np.float32),
        drift_offset=np.float32(heads.drift_offset),
    )
