"""A scorer made of an encoder and the network; it passes turns over when there are more than it may spend time on."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from screener.meaning.base import ENOUGH, FADES, IDEAS, SURE, Meant, Turn
from screener.meaning.manner import manner
from screener.meaning.network import Judged, Network


class Encoder(Protocol):
    def vector(self, text: str) -> NDArray[np.float32]: ...


@dataclass(kw_only=True)
class Budget:
    """So many turns a second, with some saved up at most, for those who write fast."""

    a_second: float | None
    saved: float = 60
    clock: Callable[[], float] = time.monotonic
    _left: float = 0.0
    _at: float | None = None

    def spend(self) -> bool:
        """Whether one more turn may be looked at now."""
        if self.a_second is None:
            return True
        now = self.clock()
        gained = self.saved if self._at is None else (now - self._at) * self.a_second
        self._left, self._at = min(self._left + gained, self.saved), now
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass(frozen=True, kw_only=True)
class Listening:
    """Hears what a conversation means."""

    encoder: Encoder
    network: Network
    budget: Budget = field(default_factory=lambda: Budget(a_second=None))

    def heard(self, before: Meant, turn: Turn) -> Meant:
        """What is meant once `turn` was taken too; where it came too fast, what it all means is unknown for now."""
        if not self.budget.spend():
            # What was said of the turns before must not make a joke of a threat that nobody heard.
            return replace(before, leaning=None, drift=None, danger=None, now=frozenset())
        return after(
            before, self.network.heard(before.state, vectors(self.encoder, turn), told(turn, self.network.lists))
        )


def after(before: Meant, judged: Judged) -> Meant:
    """What is meant once the network has heard one turn more."""
    known = before.turns >= ENOUGH and before.leaning is not None
    return replace(
        before,
        state=judged.state,
        strongest=tuple(max(old * FADES, float(new)) for old, new in zip(before.strongest, judged.ideas, strict=True)),
        turns=before.turns + 1,
        leaning=judged.leaning,
        drift=min(judged.leaning, before.leaning or 0.0) if known else None,
        danger=judged.danger,
        now=frozenset(name for name, value in zip(IDEAS, judged.ideas, strict=True) if value >= SURE),
    )


def vectors(encoder: Encoder, turn: Turn) -> NDArray[np.float32]:
    """The numbers of a turn: its own text's (none without words), then its window's."""
    window = encoder.vector(turn.window)
    return np.concatenate([encoder.vector(turn.text) if turn.text else np.zeros_like(window), window])


def told(turn: Turn, lists: Sequence[str]) -> tuple[float, ...]:
    """What the network is told beside the words: who spoke, what is known, and how it was said and which of these word
    lists were heard in it, the contact's apart from the member's.
    """
    said = (*manner(turn), *(float(name in turn.lists) for name in lists))
    nothing = (0.0,) * len(said)
    sides = (*said, *nothing) if turn.by_contact else (*nothing, *said)
    return (float(turn.by_contact), *turn.around, *sides)
