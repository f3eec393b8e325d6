"""The JSON Schema of every kind of rule file, made of the tables that the files are read by: an editor completes it.

docs/schemas holds those that fit every home, written by `python -m screener.rulebook.schema`.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from screener.events import KINDS
from screener.heuristics import FACTS
from screener.levels import Level, Resemblance, Strangeness
from screener.rulebook.book import Rulebook
from screener.rulebook.examples import FROM, TEXT
from screener.rulebook.facts_page import KEYS as MEANINGS
from screener.rulebook.level_file import BY_STAGE, LEVELS, MOST, PLAIN
from screener.rulebook.list_files import FOLDERS, IDEA_KEYS
from screener.rulebook.overrides import CHANGES, LIST_CHANGES
from screener.rulebook.rule_files import (
    CALMS_AT_MOST,
    KEYS,
    LONGEST_SENTENCE,
    MAY_MISS,
    MOST_POINTS,
    NUMBERS,
    SETS,
    STATUSES,
)
from screener.rules import STAGES
from screener.windows import Windows

type Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NUMBER: Schema = {"type": "number"}
SENTENCE: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_SENTENCE}
POINTS: Schema = {"type": "number", "minimum": CALMS_AT_MOST, "maximum": MOST_POINTS}
PHRASES: Schema = {"type": "array", "items": {"type": "string", "minLength": 1}}


def rule_schema(lists: Collection[str] | None = None) -> Schema:
    """A rule; `lists` are the word lists that there are, where that is known."""
    parts: Schema = {
        "title": SENTENCE,
        "id": {"type": "string", "minLength": 1},
        "status": {"enum": list(STATUSES)},
        "when": {"anyOf": [{"enum": list(KINDS)}, {"type": "array", "items": {"enum": list(KINDS)}, "minItems": 1}]},
        "if": _map({name: _condition(name, lists) for name in sorted(FACTS)}, least=1),
        "points": POINTS,
        "alone": {"type": "boolean"},
        "because": SENTENCE,
        "advice": SENTENCE,
        "also_innocent": SENTENCE,
        "examples": _map(
            {"alerts": _examples(lists), "stays_quiet": _examples(lists)}, needed=("alerts", "stays_quiet")
        ),
    }
    described = {key: {**parts[key], "description": MEANINGS[key].replace("`", "")} for key in KEYS}
    return _whole("A rule", _map(described, needed=[key for key in KEYS if key not in MAY_MISS]))


def idea_schema() -> Schema:
    """A word list, without its phrases."""
    return _whole("A word list", _map({key: {"type": "string"} for key in IDEA_KEYS}, needed=IDEA_KEYS))


def phrases_schema() -> Schema:
    """The phrases of a list in one language."""
    return _whole("Phrases of a word list", _map({"phrases": PHRASES}, needed=("phrases",)))


def levels_schema() -> Schema:
    """levels.yaml: every number must be there."""
    return _whole("Levels", _levels(whole=True))


def overrides_schema(
    *,
    rules: Mapping[str, str] | None = None,
    lists: Mapping[str, str] | None = None,
    members: Collection[str] | None = None,
    platforms: Collection[str] | None = None,
) -> Schema:
    """overrides.yaml of a family; what there is to be named is named, where it is known: rules and lists with their
    titles. What stands in many places stands once, among its `$defs`.
    """
    change = _map({"points": POINTS, "status": {"enum": list(STATUSES)}}, least=1)
    assert set(CHANGES) == set(change["properties"])
    by_language = _map(dict.fromkeys(FOLDERS, PHRASES))
    listed = _map({"add": {"anyOf": [PHRASES, by_language]}, "remove": PHRASES})
    assert set(LIST_CHANGES) == set(listed["properties"])
    parts: Schema = {"rules": _ref("rules"), "levels": _ref("levels")}
    on = _ref("platforms")
    whole = {
        **parts,
        "lists": _named(lists, _ref("list")),
        "platforms": on,
        "members": _named(_bare(members), _map({**parts, "platforms": on})),
    }
    made = _whole("A family's overrides", {**_map(whole), "type": ["object", "null"]})
    made["$defs"] = {
        "change": change,
        "rules": _named(rules, _ref("change")),
        "levels": _levels(whole=False),
        "list": listed,
        "platforms": _named(_bare(platforms), _map(parts)),
    }
    return made


def of_book(
    book: Rulebook, *, own: bool, members: Collection[str] | None = None, platforms: Collection[str] | None = None
) -> Schema:
    """A rule's, or that of overrides, with the names that there are in one home."""
    lists = {each.name: each.title for each in book.lists}
    if not own:
        return rule_schema(lists)
    rules = {rule.id: rule.title for rule in book.rules}
    return overrides_schema(rules=rules, lists=lists, members=members, platforms=platforms)


def _condition(name: str, lists: Collection[str] | None) -> Schema:
    fact = FACTS[name]
    among = lists if fact.among == "lists" else fact.among if not isinstance(fact.among, str) else None
    word: Schema = {"type": "string"} if among is None else {"enum": sorted(among)}
    some = {each: {"type": "array", "items": word, "minItems": 1} for each in SETS}
    ends: Schema = {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}
    by_kind: Mapping[str, list[Schema]] = {
        "number": [NUMBER, _map({**dict.fromkeys(NUMBERS, NUMBER), "between": ends}, least=1)],
        "yes or no": [{"type": "boolean"}],
        "word": [word, _map(some, least=1)],
        "set": [_map(some, least=1)],
    }
    return {"description": fact.help, "anyOf": by_kind[fact.kind]}


def _examples(lists: Collection[str] | None) -> Schema:
    names: Schema = {"type": "string"} if lists is None else {"enum": sorted(lists)}
    facts: Schema = {}
    for fact in FACTS.values():
        listed: Schema = {"type": "array", "items": names if fact.among == "lists" else {"type": "string"}}
        facts[fact.name] = {
            "number": NUMBER,
            "yes or no": {"type": "boolean"},
            "word": {"type": "string"},
            "set": listed,
        }[fact.kind]
    return {
        "type": "array",
        "minItems": 1,
        "items": _map({**facts, TEXT: {"type": "string"}, FROM: {"enum": ["contact", "member"]}}),
    }


def _levels(*, whole: bool) -> Schema:
    positive: Schema = {"type": "number", "minimum": 0, "maximum": MOST}
    above: Schema = {"type": "number", "exclusiveMinimum": 0, "maximum": MOST}

    def part(names: Collection[str], each: Schema = positive) -> Schema:
        return _map(dict.fromkeys(names, each), needed=names if whole else ())

    parts: Schema = dict.fromkeys(sorted(PLAIN), positive)
    parts |= {level: part([each.name for each in fields(Level)]) for level in LEVELS}
    parts |= {name: part(STAGES, above) for name in BY_STAGE}
    kinds = {"strangeness": Strangeness, "resemblance": Resemblance, "windows": Windows}
    parts |= {name: part([each.name for each in fields(kind)]) for name, kind in kinds.items()}
    return _map(parts, needed=list(parts) if whole else ())


def _map(parts: Mapping[str, Schema], *, needed: Collection[str] = (), least: int = 0) -> Schema:
    made: Schema = {"type": "object", "properties": dict(parts), "additionalProperties": False}
    if needed:
        made["required"] = list(needed)
    if least:
        made["minProperties"] = least
    return made


def _named(names: Mapping[str, str] | None, each: Schema) -> Schema:
    """Something under each of these names, which come with what they mean."""
    if names is None:
        return {"type": "object", "additionalProperties": each}
    return _map({name: each | ({"description": names[name]} if names[name] else {}) for name in sorted(names)})


def _bare(names: Collection[str] | None) -> Mapping[str, str] | None:
    return dict.fromkeys(names, "") if names is not None else None


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _whole(title: str, schema: Schema) -> Schema:
    return {"$schema": DIALECT, "title": title, **schema}


def published() -> dict[str, str]:
    """Each schema that fits every home, by the name of its file."""
    made = {
        "rule": rule_schema(),
        "list": idea_schema(),
        "phrases": phrases_schema(),
        "levels": levels_schema(),
        "overrides": overrides_schema(),
    }
    return {f"{name}.json": json.dumps(each, ensure_ascii=False, indent=1) + "\n" for name, each in made.items()}


if __name__ == "__main__":
    for file, text in published().items():
        Path("docs/schemas", file).write_text(text, encoding="utf-8")
