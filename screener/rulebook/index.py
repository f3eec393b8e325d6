"""Finds the rules that hold at an event without trying every rule on every message."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from screener.events import KINDS, Event, Side
from screener.heuristics import Facts, Value
from screener.rules import Condition, Rule

SIDES: tuple[Side, ...] = ("contact", "member")


class Test(NamedTuple):
    """A condition, and the rules that need it as bits of one number; it is tried once, however many they are."""

    holds_of: Callable[[Value], bool]
    needed_by: int


class Asked(NamedTuple):
    """A fact, with all that is asked of it, and the rules that ask anything of it."""

    fact: str
    needed_by: int
    tests: tuple[Test, ...]


class Shelf(NamedTuple):
    """The rules for one kind of event and one side, as bits: those needing no word list, and the others by it."""

    always: int
    by_list: Mapping[str, int]
    asked: tuple[Asked, ...]


class Index:
    """The running rules by kind of event, by who acted, and by the word lists without which they can't hold."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rule for rule in rules if rule.runs)
        self._shelves = {(kind, side): self._shelf(kind, side) for kind in KINDS for side in SIDES}

    def held(self, event: Event, heard: frozenset[str], facts: Facts) -> tuple[Rule, ...]:
        """The rules that hold of an event in whose text these lists were heard, in their order."""
        shelf = self._shelves[event.kind, event.by]
        left = shelf.always
        for name in heard:
            left |= shelf.by_list.get(name, 0)
        for fact, asked_by, tests in shelf.asked:
            if not left & asked_by:
                continue
            value = facts.get(fact)
            if value is None:
                left &= ~asked_by
                continue
            for holds_of, needed_by in tests:
                if left & needed_by and not holds_of(value):
                    left &= ~needed_by
        return tuple(self._rules[place] for place in _bits(left))

    def _shelf(self, kind: str, side: Side) -> Shelf:
        always = 0
        by_list: dict[str, int] = {}
        needed_by: dict[Condition, int] = {}
        for place, rule in enumerate(self._rules):
            if kind not in rule.when or not _may_be_by(rule, side):
                continue
            if not rule.listens:
                always |= 1 << place
            for name in rule.listens:
                by_list[name] = by_list.get(name, 0) | 1 << place
            for condition in rule.conditions:
                needed_by[condition] = needed_by.get(condition, 0) | 1 << place
        return Shelf(always, by_list, tuple(_by_fact(needed_by)))


def _by_fact(needed_by: Mapping[Condition, int]) -> list[Asked]:
    """What is asked, fact by fact, those that most rules share first: where they fail, most rules are done with."""
    facts: dict[str, list[Test]] = {}
    for condition, rules in needed_by.items():
        facts.setdefault(condition.fact, []).append(Test(condition.holds_of, rules))
    found = []
    for fact, tests in facts.items():
        asked_by = 0
        for test in tests:
            asked_by |= test.needed_by
        found.append(Asked(fact, asked_by, tuple(tests)))
    return sorted(found, key=lambda asked: -asked.needed_by.bit_count())


def _bits(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def _may_be_by(rule: Rule, side: Side) -> bool:
    return all(condition.holds_of(side) for condition in rule.conditions if condition.fact == "message.by")
