"""Reads overrides.yaml, in which a family says what it wants otherwise than shipped; each part by itself."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from screener.levels import Levels
from screener.rulebook.book import NO_VARIANTS, Change, Variant, Whose
from screener.rulebook.level_file import read_levels
from screener.rulebook.list_files import EVERY_LANGUAGE, FOLDERS, phrases_of
from screener.rulebook.lists import Phrase
from screener.rulebook.mistakes import Notes
from screener.rulebook.phrases import Words
from screener.rulebook.reading import Marked
from screener.rulebook.rule_files import POINTS, STATUSES, is_points

FILE = "overrides.yaml"
PARTS = ("rules", "levels")
ON_TOP = (*PARTS, "lists", "members", "platforms")
OF_MEMBER = (*PARTS, "platforms")
CHANGES = ("points", "status")
LIST_CHANGES = ("add", "remove")
MOST_NAMES = 100


@dataclass(frozen=True, kw_only=True)
class Known:
    """What overrides can speak of; `members` and `platforms` are None where nobody can say."""

    rules: Collection[str]
    lists: Mapping[str, Collection[str]]
    """Each list's phrases as they are written."""
    words: Mapping[str, Words]
    levels: Levels
    platforms: Collection[str] | None = None
    members: Collection[str] | None = None


@dataclass(frozen=True, kw_only=True)
class ListChange:
    """Phrases that the family adds to a list, and those of it that are not to be heard."""

    add: tuple[Phrase, ...] = ()
    remove: Mapping[str, int] = field(default_factory=dict)
    """Each with its line."""


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """What the family wants otherwise. `levels` are everybody's, with the family's numbers in them."""

    levels: Levels
    rules: Mapping[str, Change] = field(default_factory=dict)
    lists: Mapping[str, ListChange] = field(default_factory=dict)
    variants: Mapping[Whose, Variant] = NO_VARIANTS
    lines: Mapping[Whose, int] = field(default_factory=dict)
    """Where the numbers of levels stand, everybody's under ("", "")."""


def read_overrides(told: Marked, known: Known, notes: Notes) -> Overrides:
    """What of it can be used; what is wrong with the rest stands in the notes."""
    if told.value is None:
        return Overrides(levels=known.levels)
    if not _is_map(told, ON_TOP, notes):
        return Overrides(levels=known.levels)
    numbers: dict[Whose, Marked] = {}
    rules: dict[Whose, dict[str, Change]] = {}
    for whose, part in _parts(told, known, notes):
        for key in PARTS:
            if (value := part.get(key)) is None or not _is_map(value, None, notes):
                continue
            if key == "rules":
                rules[whose] = dict(_changes(value, known, notes))
            else:
                numbers[whose] = value
    everybody = _levels(known.levels, (numbers.pop(("", ""), None),), notes) or known.levels
    levels = {whose: made for whose, part in numbers.items() if (made := _levels(everybody, (part,), notes))}
    for member, platform in _both(numbers):
        layers = [numbers[each] for each in (("", platform), (member, ""), (member, platform)) if each in levels]
        if made := _levels(everybody, layers, notes):
            levels[member, platform] = made
    common = rules.pop(("", ""), {})
    return Overrides(
        levels=everybody,
        rules=common,
        lists=dict(_lists(told.get("lists"), known, notes)),
        variants={
            whose: Variant(rules=rules.get(whose, {}), levels=levels.get(whose)) for whose in {**rules, **levels}
        },
        lines={whose: part.line for whose, part in numbers.items()} | _line(told),
    )


def _line(told: Marked) -> dict[Whose, int]:
    levels = told.get("levels")
    return {("", ""): levels.line} if levels is not None else {}


def _both(numbers: Mapping[Whose, Marked]) -> list[Whose]:
    """The members and platforms of whom both have numbers of their own, so that one relationship has both."""
    members = {member for member, _ in numbers if member}
    platforms = {platform for _, platform in numbers if platform}
    return [(member, platform) for member in sorted(members) for platform in sorted(platforms)]


def _parts(told: Marked, known: Known, notes: Notes) -> Iterator[tuple[Whose, Marked]]:
    """Everything in the file that holds rules and levels, and for whom."""
    yield ("", ""), told
    for platform, part in _named(told.get("platforms"), "a platform that is read", known.platforms, notes):
        if _is_map(part, PARTS, notes):
            yield ("", platform), part
    for member, part in _named(told.get("members"), "a member of the family", known.members, notes):
        if not _is_map(part, OF_MEMBER, notes):
            continue
        yield (member, ""), part
        for platform, deeper in _named(part.get("platforms"), "a platform that is read", known.platforms, notes):
            if _is_map(deeper, PARTS, notes):
                yield (member, platform), deeper


def _named(part: Marked | None, what: str, known: Collection[str] | None, notes: Notes) -> Iterator[tuple[str, Marked]]:
    if part is None or not _is_map(part, None, notes):
        return
    for number, (name, value) in enumerate(part.items()):
        if number >= MOST_NAMES:
            notes.add(value, f"more than {MOST_NAMES} names stand here. Keep those that are needed")
            return
        if known is not None and name not in known:
            notes.unknown(value, name, what, known)
        else:
            yield name, value


def _changes(part: Marked, known: Known, notes: Notes) -> Iterator[tuple[str, Change]]:
    for id, value in part.items():
        if id not in known.rules:
            notes.unknown(value, id, "a rule", known.rules)
            continue
        if not _is_map(value, CHANGES, notes):
            continue
        points, status = value.get("points"), value.get("status")
        sound = True
        if points is not None and not is_points(points.value):
            notes.add(points, POINTS)
            sound = False
        if status is not None and status.value not in STATUSES:
            notes.unknown(status, str(status.value), "a status", STATUSES)
            sound = False
        if points is None and status is None:
            notes.add(value, "nothing is changed here. Write points: or status:, or remove the line")
            sound = False
        if sound:
            yield (
                id,
                Change(
                    points=float(points.value) if points is not None else None,
                    status=status.value if status is not None else None,
                    line=value.line,
                ),
            )


def _lists(part: Marked | None, known: Known, notes: Notes) -> Iterator[tuple[str, ListChange]]:
    if part is None or not _is_map(part, None, notes):
        return
    for name, value in part.items():
        if name not in known.lists:
            notes.unknown(value, name, "a word list", known.lists)
            continue
        if not _is_map(value, LIST_CHANGES, notes):
            continue
        removed = {}
        for each in _phrases(value.get("remove"), notes):
            if each.value in known.lists[name]:
                removed[each.value] = each.line
            else:
                notes.unknown(each, str(each.value), f"a phrase of {name}, letter by letter", known.lists[name])
        yield name, ListChange(add=tuple(_added(name, value.get("add"), known, notes)), remove=removed)


def _added(name: str, part: Marked | None, known: Known, notes: Notes) -> Iterator[Phrase]:
    """Phrases by language; those that stand in a mere list belong to all."""
    if part is not None and part.is_list:
        part = Marked(value={EVERY_LANGUAGE: part}, line=part.line)
    if part is None or not _is_map(part, FOLDERS, notes):
        return
    for language, each in part.items():
        if language in FOLDERS and _phrases(each, notes):
            yield from phrases_of(name, language, each, known.words[language], notes)


def _phrases(part: Marked | None, notes: Notes) -> list[Marked]:
    if part is None:
        return []
    if not part.is_list:
        notes.add(part, "phrases stand in a list. Write [one, another]")
        return []
    return list(part.value)


def _is_map(part: Marked, keys: Collection[str] | None, notes: Notes) -> bool:
    """Whether names stand here, each with something under it; unknown ones are told, where only some are known."""
    if not part.is_map:
        wanted = f"the keys {', '.join(keys)}" if keys else "names, each with what is changed"
        notes.add(part, f"here stand {wanted}. Write them one below the other, or remove the line")
        return False
    for key, value in part.items():
        if keys is not None and key not in keys:
            notes.unknown(value, key, "something that can be changed here", keys)
    return True


def _levels(base: Levels, layers: Collection[Marked | None], notes: Notes) -> Levels | None:
    """The numbers with those of the layers over them."""
    given = [each for each in layers if each is not None]
    if not given:
        return None
    told = _marked(asdict(base), given[-1].line)
    for layer in given:
        told = _over(told, layer)
    return read_levels(told, notes)


def _marked(value: Any, line: int) -> Marked:
    if isinstance(value, Mapping):
        return Marked(value={key: _marked(each, line) for key, each in value.items()}, line=line)
    return Marked(value=value, line=line)


def _over(base: Marked, above: Marked) -> Marked:
    """The numbers below with those above in their place; what is no number there stays, so that it is told."""
    if not (base.is_map and above.is_map):
        return above
    merged = {key: _over(each, above.value[key]) if key in above.value else each for key, each in base.items()}
    return Marked(value=merged | {key: each for key, each in above.items() if key not in merged}, line=above.line)
