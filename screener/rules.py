"""What a rule is, and the signal that it gives when it holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any, Literal, Self

from screener.events import Event
from screener.heuristics.base import Facts, Value
from screener.heuristics.meaning import FACTS_OF_MEANING
from screener.relationships import Relationship

Status = Literal["sandbox", "trial", "stable", "retired"]
Stage = Literal["approach", "befriend", "isolate", "pressure"]

STAGES: tuple[Stage, ...] = ("approach", "befriend", "isolate", "pressure")
RUNNING: tuple[Status, ...] = ("trial", "stable")

FIELD = re.compile(r"\{([a-z_.]+)\}")
PLURAL = re.compile(r"^( [a-z]+)s\b")
"""What is counted, behind its number: one day, not one days."""
LONGEST_NAME = 60
NAMES = frozenset({"contact.name", "member.name"})
WORDS_OF_THE_MOMENT = frozenset({"message.says", "message.says_again", "request.note_says"})
"""The facts that name the lists heard in the event's own text."""


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
    guess: bool = False
    """Stands on what the talk seems to mean: weak evidence, which makes no alert without any other."""
    file: str = ""
    """Where the rule stands, with its line."""
    words: tuple[int, int] | None = None
    """From where to where the words stand in the event's text; the text itself is not kept here."""

    def __hash__(self) -> int:
        return hash((self.rule, self.event))

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
            "guess": self.guess,
            "file": self.file,
            "words": list(self.words) if self.words else None,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        words = kept.get("words")
        return cls(**{**kept, "at": datetime.fromisoformat(kept["at"]), "words": tuple(words) if words else None})


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
        return value is not None and self.holds_of(value)

    def holds_of(self, value: Value) -> bool:
        """Whether it holds of a value that is known."""
        if value is self.equals:
            return True
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

    @cached_property
    def guesses(self) -> bool:
        """Whether it stands on what the talk seems to mean."""
        return any(each.fact in FACTS_OF_MEANING for each in self.conditions)

    @cached_property
    def listens(self) -> frozenset[str]:
        """The word lists, one of which must be heard in the message for the rule to hold."""
        said = (each for each in self.conditions if each.fact in WORDS_OF_THE_MOMENT)
        return frozenset[str]().union(*(each.any or each.all or () for each in said))

    @cached_property
    def _because(self) -> tuple[str, ...]:
        return parts(self.because)

    @cached_property
    def _advice(self) -> tuple[str, ...]:
        return parts(self.advice)

    def holds(self, facts: Facts) -> bool:
        return all(condition.holds(facts) for condition in self.conditions)

    def signal(
        self, event: Event, relationship: Relationship, facts: Facts, words: tuple[int, int] | None = None
    ) -> Signal:
        """What this rule says of an event of which it holds; `words` is where the words it heard stand in the text."""
        return Signal(
            rule=self.id,
            stage=self.stage,
            points=self.points,
            because=told(self._because, relationship, facts),
            advice=told(self._advice, relationship, facts),
            event=event.id,
            at=event.at,
            alone=self.alone,
            guess=self.guesses,
            file=self.file,
            words=words,
        )


def parts(sentence: str) -> tuple[str, ...]:
    """A sentence on one line, cut at the names and facts that it speaks of: every second part is one of those."""
    return tuple(FIELD.split(" ".join(sentence.split())))


def told(cut: tuple[str, ...], relationship: Relationship, facts: Facts) -> str:
    """The sentence with names and facts put in; put in once, so that a name with braces stays a name."""
    contact = relationship.contact
    said = list(_with_names(cut, contact.name or contact.handle or "This contact", relationship.member.name))
    if len(said) > 1:
        for place in range(1, len(cut), 2):
            if cut[place] not in NAMES:
                value = facts.get(cut[place], "?")
                said[place] = spoken(value)
                if value == 1:
                    said[place + 1] = PLURAL.sub(r"\1", said[place + 1])
    whole = "".join(said)
    # No second full stop after a name that ends with one.
    return whole[:-1] if whole.endswith("..") else whole


@lru_cache(maxsize=4096)
def _with_names(cut: tuple[str, ...], contact: str, member: str) -> tuple[str, ...]:
    """The parts with both names put in; one part, where nothing else is missing."""
    names = {"contact.name": shown_name(contact), "member.name": shown_name(member)}
    said = tuple(names.get(part, part) if place % 2 else part for place, part in enumerate(cut))
    return said if any(part not in NAMES for part in cut[1::2]) else ("".join(said),)


@lru_cache(maxsize=2048)
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
