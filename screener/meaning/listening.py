"""A scorer made of an encoder and the heads, which passes texts over when there are more than it may spend time on."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from screener.meaning.base import Meant
from screener.meaning.heads import Heads, with_values

SHORTEST = 8
"""Letters below which a text means too little by itself: ok, lol, an emoji."""


class Encoder(Protocol):
    def vector(self, text: str) -> NDArray[np.float32]: ...


@dataclass(kw_only=True)
class Budget:
    """So many texts a second, with as many saved up at most."""

    a_second: float | None
    clock: Callable[[], float] = time.monotonic
    _left: float = 0.0
    _at: float | None = None

    def spend(self) -> bool:
        """Whether one more text may be looked at now."""
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
    """Hears what a text means."""

    encoder: Encoder
    heads: Heads
    budget: Budget = field(default_factory=lambda: Budget(a_second=None))

    def heard(self, before: Meant, text: str) -> Meant:
        """What is meant once `text` was written too; unchanged where the text was too short or came too fast."""
        if len(text.strip()) < SHORTEST or not self.budget.spend():
            return replace(before, now=frozenset())
        after = with_values(before, self.heads.values(self.encoder.vector(text)))
        return replace(after, drift=self.heads.drift(after))
