"""What a rule is, and the signal that it gives when it holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Self

from screener.events import Event
from screener.heuristics.base import Facts, Value
from screener.relationships import Relationship

Status = Literal["sandbox", "trial", "stable", "retired"]
Stage = Literal["approach", "befriend", "isolate", "pressure"]

STAGES: tuple[Stage, ...] = ("approach", "befriend", "isolate", "pressure")
RUNNING: tuple[Status, ...] = ("trial", "stable")

FIELD = re.compile(r"\{([a-z_.]+)\}")
ONE_OF = re.compile(r"\{([a-z_.]+)\} [a-z]+s\b")
LONGEST_NAME = 60


@dataclass(frozen=True, kw_only=True)
class Signal:
    """A rule that held: what was seen, when, and what it weighs. `event` is the event's id."""

    rule: str
    stage: Stage
    points: float
    because: str
    advice: str
    event: str
    at: datetime
    alone: bool = False
    """Alerts by itself: a threat or a demand."""
    file: str = ""
    """Where the rule stands, with its line."""

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "stage": self.stage,
            "points": self.points,
            "because": self.because,
            "advice": self.advice,
            "event": self.event,
            "at": self.at.astimezone(UTC).isoformat(),
            "alone": self.alone,
            "file": self.file,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        return cls(**{**kept, "at": datetime.fromisoformat(kept["at"])})


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One line of a rule's `if`: what must hold of one fact. Parts that are None are not asked."""

    fact: str
    equals: Value | None = None
    below: float | None = None
    above: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    any: frozenset[str] | None = None
    all: frozenset[str] | None = None
    none: frozenset[str] | None = None

    def holds(self, facts: Mapping[str, Value]) -> bool:
        """Whether it holds; a fact that is not known never matches."""
        value = facts.get(self.fact)
        if value is None:
            return False
        if isinstance(value, frozenset):
            return self._holds_of_set(value)
        if self.equals is not None:
            return (type(value) is type(self.equals) and value == self.equals) or _same_number(value, self.equals)
        if self.any is not None:
            return str(value) in self.any
        if self.none is not None:
            return str(value) not in self.none
        return isinstance(value, int | float) and not isinstance(value, bool) and self._holds_of_number(value)

    def _holds_of_set(self, value: frozenset[str]) -> bool:
        return (
            (self.any is None or bool(self.any & value))
            and (self.all is None or self.all <= value)
            and (self.none is None or not self.none & value)
        )

    def _holds_of_number(self, value: float) -> bool:
        return (
            (self.below is None or value < self.below)
            and (self.above is None or value > self.above)
            and (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
        )


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a pattern of facts weighs, and the sentence that explains it to a parent."""

    id: str
    title: str
    stage: Stage
    status: Status
    when: frozenset[str]
    conditions: tuple[Condition, ...]
    points: float
    because: str
    advice: str
    also_innocent: str
    alone: bool = False
    file: str = ""

    @property
    def runs(self) -> bool:
        return self.status in RUNNING

    def holds(self, facts: Facts) -> bool:
        return all(condition.holds(facts) for condition in self.conditions)

    def signal(self, event: Event, relationship: Relationship, facts: Facts) -> Signal | None:
        """What this rule says of an event, if it holds."""
        if event.kind not in self.when or not self.holds(facts):
            return None
        return Signal(
            rule=self.id,
            stage=self.stage,
            points=self.points,
            because=told(self.because, relationship, facts),
            advice=told(self.advice, relationship, facts),
            event=event.id,
            at=event.at,
            alone=self.alone,
            file=self.file,
        )


def told(sentence: str, relationship: Relationship, facts: Facts) -> str:
    """The sentence with names and facts put in; put in once, so that a name with braces stays a name."""
    contact = relationship.contact
    words: dict[str, Value] = {
        **facts,
        "contact.name": shown_name(contact.name or contact.handle or "This contact"),
        "member.name": shown_name(relationship.member.name),
    }
    said = " ".join(sentence.split())
    # "one day", and no second full stop after a name that ends with one.
    said = ONE_OF.sub(lambda found: found[0][:-1] if words.get(found[1]) == 1 else found[0], said)
    said = FIELD.sub(lambda found: spoken(words.get(found[1], "?")), said)
    return said[:-1] if said.endswith("..") else said


def shown_name(name: str) -> str:
    """A name as it may stand in a sentence: one short line, with nothing in it that turns or hides text."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:LONGEST_NAME] or "?"


def spoken(value: Value) -> str:
    """A fact as it is said."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(value)


def _same_number(one: Value, other: Value) -> bool:
    plain = (int, float)
    return (
        isinstance(one, plain)
        and isinstance(other, plain)
        and not isinstance(one, bool)
        and not isinstance(other, bool)
        and one == other
    )
