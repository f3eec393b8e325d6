"""What is remembered of the meaning of a contact's messages, and what a scorer is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

GROUPS: Mapping[str, tuple[str, ...]] = {
    "circle": ("probes-supervision", "harvests-circle"),
    "bond": ("closeness", "isolates", "jealous", "guilt"),
    "hide": ("secrecy", "moves-channel", "removes-traces", "evades-identity"),
    "lure": ("lure", "talent-lure", "need-story", "wants-money"),
    "ask": ("wants-image", "wants-camera", "small-steps", "meeting", "plays-down", "hurry"),
    "pressure": ("recorded", "veiled-threat", "demand", "deadline"),
}
INDICATORS: tuple[str, ...] = tuple(name for names in GROUPS.values() for name in names)

SURE = 0.5
"""From so much on an indicator counts as meant: every head is scaled to its own threshold."""
MOST = 255


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What a contact has meant so far: by indicator the strongest that was heard, fading with every message."""

    strongest: tuple[float, ...] = (0.0,) * len(INDICATORS)
    share: float = 0.0
    """How much of what was written lately carries any indicator."""
    messages: int = 0
    drift: float | None = None
    """How much the whole resembles conversations that went wrong, from 0 to 1; unknown after too few messages."""
    now: frozenset[str] = frozenset()
    """The indicators of the last message; not kept."""

    @property
    def ever(self) -> frozenset[str]:
        """The indicators that were meant and have not faded."""
        return frozenset(name for name, value in zip(INDICATORS, self.strongest, strict=True) if value >= SURE)

    def to_json(self) -> list[Any] | None:
        """A hundred bytes at most; nothing of nothing."""
        if not self.messages:
            return None
        levels = bytes(round(value * MOST) for value in self.strongest)
        return [levels.hex(), round(self.share, 3), self.messages, None if self.drift is None else round(self.drift, 3)]

    @classmethod
    def from_json(cls, kept: list[Any] | None) -> Self:
        """What `to_json` described; nothing where the indicators have become others since."""
        if not kept or len(levels := bytes.fromhex(kept[0])) != len(INDICATORS):
            return cls()
        return cls(strongest=tuple(each / MOST for each in levels), share=kept[1], messages=kept[2], drift=kept[3])


class Scorer(Protocol):
    """Hears what a text means. It may be slow (an encoder) and may pass a text over when there are too many."""

    def heard(self, before: Meant, text: str) -> Meant: ...
