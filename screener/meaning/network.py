"""The trained network: what it makes of a turn, and of the conversation that the turn continues."""

import functools
import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from screener.meaning.base import IDEAS
from screener.meaning.manner import MANNERS

FILE = Path(__file__).with_name("network.npz")
MARK = 4
"""Bytes that say which network left a state."""
FINE = 32_767
"""A state is kept in whole numbers of so many parts."""

type Numbers = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What the network says after a turn."""

    state: bytes
    """All that is remembered of the conversation."""
    ideas: Numbers
    """How much of each idea is in the turn itself, 0 to 1."""
    leaning: float
    danger: float


@dataclass(frozen=True, kw_only=True)
class Network:
    """Several small networks, judged together, each with gates (GRU) that say what is remembered and what forgotten.

    The first axis of every array is which of them. A turn is 2 x 384 numbers, its own text's and its window's, and what
    is known beside the words.
    """

    turn: Numbers
    """From a turn's vectors, (networks, 768, width); the first layer."""
    told: Numbers
    """From who spoke and what is known beside the words, as `listening.told` gives it."""
    offset: Numbers
    ideas: Numbers
    ideas_offset: Numbers
    onward: Numbers
    """From the first layer into the gates, (networks, width, 3 x width): reset, update, new."""
    again: Numbers
    """From what is remembered into the gates."""
    gates: Numbers
    out: Numbers
    """From what is remembered to drift and danger."""
    out_offset: Numbers
    lists: tuple[str, ...] = ()
    """The word lists that it learnt to look at; of others it is not told."""

    @functools.cached_property
    def mark(self) -> bytes:
        """By which it knows the states that it left: after an update they would mean something else."""
        every = b"".join(np.ascontiguousarray(getattr(self, name), dtype="<f4").tobytes() for name in NUMBERS)
        return hashlib.sha256(every).digest()[:MARK]

    def heard(self, before: bytes, vectors: NDArray[np.floating], told: tuple[float, ...]) -> Judged:
        """What is made of one turn more. A state that another network left is forgotten."""
        count, width = self.offset.shape
        state = np.zeros((count, width))
        left, numbers = before[:MARK], before[MARK:]
        if left == self.mark and len(numbers) == 2 * count * width:
            state = np.frombuffer(numbers, "<i2").reshape(count, width) / FINE
        first = np.tanh(vectors @ self.turn + np.array(told) @ self.told + self.offset)
        came, kept = _each(first, self.onward) + self.gates, _each(state, self.again)
        reset = sigmoid(came[:, :width] + kept[:, :width])
        update = sigmoid(came[:, width : 2 * width] + kept[:, width : 2 * width])
        new = np.tanh(came[:, 2 * width :] + reset * kept[:, 2 * width :])
        state = (1 - update) * new + update * state
        drift, danger = sigmoid(_each(state, self.out) + self.out_offset).mean(0)
        return Judged(
            state=self.mark + np.round(state * FINE).astype("<i2").tobytes(),
            ideas=sigmoid(_each(first, self.ideas) + self.ideas_offset).mean(0),
            leaning=float(drift),
            danger=float(danger),
        )


def _each(values: Numbers, weights: Numbers) -> Numbers:
    """Each network's values times its own weights."""
    found: Numbers = np.einsum("mh,mhk->mk", values, weights)
    return found


def sigmoid(value: Numbers) -> Numbers:
    found: Numbers = 1.0 / (1.0 + np.exp(-np.clip(value, -30.0, 30.0)))
    return found


def read(path: Path = FILE) -> Network:
    """The weights shipped with the program. Raises OSError or RuntimeError where they don't fit it."""
    with np.load(path, allow_pickle=False) as kept:
        if any(tuple(kept.get(name, ())) != names for name, names in MEANT_FOR.items()):
            raise RuntimeError("its weights are of another version")
        lists = tuple(map(str, kept["lists"]))
        return Network(**{name: kept[name].astype(np.float64) for name in NUMBERS}, lists=lists)


def write(network: Network, path: Path = FILE) -> None:
    """Keeps the weights; sixteen bits are enough for each of the many."""
    kept: dict[str, Any] = {name: getattr(network, name).astype(np.float32) for name in NUMBERS}
    kept["turn"] = network.turn.astype(np.float16)
    kept["lists"] = np.array(network.lists, dtype=str)
    kept |= {name: np.array(names) for name, names in MEANT_FOR.items()}
    np.savez_compressed(path, **kept)


MEANT_FOR = {"words": IDEAS, "manners": tuple(MANNERS)}
NUMBERS = tuple(each.name for each in fields(Network) if each.name != "lists")
