"""What a parent answered to an alert: this contact is fine, or this kind of signal is not wanted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Trust:
    """The contact of this relationship is one the family knows: judged from now on as a known contact is."""

    kind: Literal["trust"] = "trust"


@dataclass(frozen=True, kw_only=True)
class Mute:
    """This rule weighs nothing in this relationship, for ever or until then. A threat or a demand is never muted."""

    rule: str
    until: datetime | None = None
    kind: Literal["mute"] = "mute"

    def holds(self, at: datetime) -> bool:
        return self.until is None or at < self.until


Feedback = Trust | Mute


def is_trusted(feedback: tuple[Feedback, ...]) -> bool:
    return any(isinstance(each, Trust) for each in feedback)


def muted_rules(feedback: tuple[Feedback, ...], at: datetime) -> frozenset[str]:
    return frozenset(each.rule for each in feedback if isinstance(each, Mute) and each.holds(at))
