"""Reads levels.yaml, which holds every number of scoring."""

from collections.abc import Collection
from dataclasses import fields
from itertools import pairwise
from typing import Any

from screener.levels import Level, Levels, Resemblance, Strangeness
from screener.rulebook.mistakes import Notes
from screener.rulebook.reading import Marked
from screener.rules import STAGES
from screener.windows import Windows

MOST = 1_000_000
PLAIN = frozenset({"most_calm", "seen_for_act", "calm_jokes", "joke_points", "stage_from", "signs_from_known"})
BY_STAGE = ("half_life_days", "most_points")
LEVELS = ("look", "talk", "talk_in_fewer", "act")


def read_levels(told: Marked, notes: Notes) -> Levels | None:
    """The numbers, or None where any is missing or wrong."""
    before = len(notes.mistakes)
    names = [each.name for each in fields(Levels)]
    _numbers(told, PLAIN, names, notes)
    for level in LEVELS:
        _part(told, level, [each.name for each in fields(Level)], notes)
    for by_stage in BY_STAGE:
        _part(told, by_stage, list(STAGES), notes)
    _part(told, "strangeness", [each.name for each in fields(Strangeness)], notes)
    _part(told, "resemblance", [each.name for each in fields(Resemblance)], notes)
    _part(told, "windows", [each.name for each in fields(Windows)], notes)
    if len(notes.mistakes) > before:
        return None
    plain: dict[str, Any] = told.plain()
    if not all(plain[one]["points"] <= plain[other]["points"] for one, other in pairwise(LEVELS)):
        notes.add(told, "the levels do not rise. Give look the fewest points and act the most")
        return None
    made: dict[str, Any] = {name: Level(**plain.pop(name)) for name in LEVELS}
    made["strangeness"] = Strangeness(**plain.pop("strangeness"))
    made["resemblance"] = Resemblance(**plain.pop("resemblance"))
    made["windows"] = Windows(**plain.pop("windows"))
    return Levels(**made, **plain)


def _part(told: Marked, name: str, keys: list[str], notes: Notes) -> None:
    part = told.get(name)
    if part is None:
        notes.add(told, f'"{name}" is missing. Add it with {", ".join(keys)}')
        return
    _numbers(part, set(keys), keys, notes)


def _numbers(part: Marked, needed: Collection[str], known: list[str], notes: Notes) -> None:
    if not part.is_map:
        notes.add(part, f"this needs the keys {', '.join(known)}. Add them")
        return
    for key, each in part.items():
        if key not in known:
            notes.unknown(each, key, "a key of levels.yaml", known)
    for key in sorted(needed):
        if (value := part.get(key)) is None:
            notes.add(part, f'"{key}" is missing. Add it')
        elif isinstance(value.value, bool) or not isinstance(value.value, int | float) or not 0 <= value.value <= MOST:
            notes.add(value, f'"{key}" is a number, and not below zero. Write one')
        elif key in STAGES and value.value == 0:
            notes.add(value, f'"{key}" must be above zero. Write a number')
