"""What a parent answered to an alert: this contact is fine, or this kind of signal is not wanted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Trust:
    """The contact of this relationship is one the family knows, for good or until then: judged as a known contact is.
    A threat or a demand counts all the same.
    """

    until: datetime | None = None
    kind: Literal["trust"] = "trust"

    def holds(self, at: datetime) -> bool:
        return self.until is None or at < self.until


@dataclass(frozen=True, kw_only=True)
class Mute:
    """This rule weighs nothing in this relationship, for ever or until then. A threat or a demand is never muted."""

    rule: str
    until: datetime | None = None
    kind: Literal["mute"] = "mute"

    def holds(self, at: datetime) -> bool:
        return self.until is None or at < self.until


Feedback = Trust | Mute


def is_trusted(feedback: tuple[Feedback, ...], at: datetime) -> bool:
    return any(isinstance(each, Trust) and each.holds(at) for each in feedback)


def muted_rules(feedback: tuple[Feedback, ...], at: datetime) -> frozenset[str]:
    return frozenset(each.rule for each in feedback if isinstance(each, Mute) and each.holds(at))
