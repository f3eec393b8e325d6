"""What is remembered of the meaning of a conversation, and what a scorer is."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

GROUPS: Mapping[str, tuple[str, ...]] = {
    "approach": ("found", "probe"),
    "befriend": ("flatter", "bond", "personal", "gift", "story"),
    "isolate": ("network", "alone", "secret", "isolate", "move", "pics", "push", "meet", "owed"),
    "pressure": ("evidence", "threat", "demand", "more"),
    "calm": ("open", "ease", "shared", "task", "gives"),
    "member": ("gives-away", "no", "afraid", "yields"),
}
"""The ideas by what they speak for: the four stages, innocence, and what the member does."""
IDEAS: tuple[str, ...] = tuple(name for names in GROUPS.values() for name in names)

ENOUGH = 5
"""Turns it takes to say anything of a conversation that stands by itself."""
SURE = 0.5
"""From so much on an idea counts as meant."""
FADES = 0.985
"""What is left of an idea's strength after each further turn: half after 46."""
COARSE = 255
PARTS = 6


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What a conversation has meant so far, in some 400 bytes; no words are in it."""

    state: bytes = b""
    """What the network remembers of it; nobody else can read it."""
    strongest: tuple[float, ...] = (0.0,) * len(IDEAS)
    """By idea the strongest that was heard, fading with every turn."""
    turns: int = 0
    leaning: float | None = None
    """How much the whole resembles conversations that went wrong, from 0 to 1, at the last turn alone."""
    drift: float | None = None
    """The lower of the last two leanings, so that no single message makes it."""
    danger: float | None = None
    """How much the whole resembles conversations in which a threat or demand has come, from 0 to 1."""
    now: frozenset[str] = frozenset()
    """The ideas of the last turn; not kept."""

    @property
    def settled_danger(self) -> float | None:
        """The danger, once enough was heard to say that there is none."""
        return self.danger if self.turns >= ENOUGH else None

    @property
    def ever(self) -> frozenset[str]:
        """The ideas that were meant and have not faded."""
        return frozenset(name for name, value in zip(IDEAS, self.strongest, strict=True) if value >= SURE)

    def to_json(self) -> list[Any] | None:
        """Nothing of nothing."""
        if not self.turns:
            return None
        strongest = bytes(round(value * COARSE) for value in self.strongest).hex()
        numbers = (self.leaning, self.drift, self.danger)
        state = b64encode(self.state).decode()
        return [state, strongest, self.turns, *(None if n is None else round(n, 3) for n in numbers)]

    @classmethod
    def from_json(cls, kept: list[Any] | None) -> Self:
        """What `to_json` described; nothing where the ideas have become others since."""
        if not kept or len(kept) != PARTS or len(strongest := bytes.fromhex(kept[1])) != len(IDEAS):
            return cls()
        leaning, drift, danger = kept[3:]
        return cls(
            state=b64decode(kept[0]),
            strongest=tuple(each / COARSE for each in strongest),
            turns=kept[2],
            leaning=leaning,
            drift=drift,
            danger=danger,
        )


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One turn of a conversation, as a scorer is told of it."""

    text: str
    """Its words; empty for a call or a picture."""
    window: str
    """The turn after the ones just before it, each on a line that begins with A (the contact) or B (the member)."""
    by_contact: bool
    has_media: bool
    around: tuple[float, ...]
    """What else is known at this moment, as `paraphrases.around` gives it."""
    lists: frozenset[str] = frozenset()
    """The word lists heard in its words."""


class Scorer(Protocol):
    """Hears what a conversation means. It may be slow (an encoder) and may pass a turn over when there are too many."""

    def heard(self, before: Meant, turn: Turn) -> Meant: ...
