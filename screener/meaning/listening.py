"""A scorer made of an encoder and the heads, which passes turns over when there are more than it may spend time on."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from screener.meaning import heads as sums
from screener.meaning.base import Meant, Turn
from screener.meaning.heads import ENOUGH, Heads


class Encoder(Protocol):
    def vector(self, text: str) -> NDArray[np.float32]: ...


@dataclass(kw_only=True)
class Budget:
    """So many turns a second, with as many saved up at most."""

    a_second: float | None
    clock: Callable[[], float] = time.monotonic
    _left: float = 0.0
    _at: float | None = None

    def spend(self) -> bool:
        """Whether one more turn may be looked at now."""
        if self.a_second is None:
            return True
        now = self.clock()
        gained = self.a_second if self._at is None else (now - self._at) * self.a_second
        self._left, self._at = min(self._left + gained, self.a_second), now
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass(frozen=True, kw_only=True)
class Listening:
    """Hears what a conversation means."""

    encoder: Encoder
    heads: Heads
    budget: Budget = field(default_factory=lambda: Budget(a_second=None))

    def heard(self, before: Meant, turn: Turn) -> Meant:
        """What is meant once `turn` was taken too; unchanged where it came too fast."""
        if not self.budget.spend():
            return replace(before, now=frozenset())
        values = self.heads.values(vectors(self.encoder, turn))
        after = sums.heard(before, values, has_picture=turn.has_media and turn.by_contact)
        if after.turns < ENOUGH:
            return after
        found = sums.features(after, turn.around)
        leaning = self.heads.drift(found)
        return replace(
            after,
            leaning=leaning,
            drift=min(leaning, before.leaning) if before.leaning is not None else None,
            danger=self.heads.danger(found, values, after),
        )


def vectors(encoder: Encoder, turn: Turn) -> NDArray[np.float32]:
    """The numbers of a turn: its own text's (none without words), then its window's."""
    window = encoder.vector(turn.window)
    return np.concatenate([encoder.vector(turn.text) if turn.text else np.zeros_like(window), window])
