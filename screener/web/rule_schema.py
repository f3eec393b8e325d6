"""What may stand where in a file of rules, as a JSON Schema that the editor completes from."""

from collections.abc import Sequence
from typing import Any, get_args

from screener import platforms
from screener.events import KINDS
from screener.heuristics import FACTS
from screener.rulebook import Rulebook
from screener.rules import Status
from screener.tuning.tuner import OVERRIDES

STATUSES = list(get_args(Status.__value__ if hasattr(Status, "__value__") else Status))


def schema(book: Rulebook, file: str, members: Sequence[str]) -> dict[str, Any]:
    """The schema for that file; a `$ref` names one of its `$defs`."""
    return _overrides(book, members) if file == OVERRIDES else _rule(book)


def _overrides(book: Rulebook, members: Sequence[str]) -> dict[str, Any]:
    names = {rule.id: {"$ref": "rule", "description": rule.title} for rule in book.rules}
    levels = dict.fromkeys(("look", "talk", "talk_in_fewer", "act"), {"$ref": "level"})
    part = {"rules": {"$ref": "rules"}, "levels": {"$ref": "levels"}}
    lists = {each.name: {"$ref": "list", "description": each.title} for each in book.lists}
    return {
        # What stands in many places stands here once.
        "$defs": {
            "rule": {"properties": {"points": {"type": "number"}, "status": {"enum": STATUSES}}},
            "rules": {"properties": names},
            "level": {"properties": {"points": {"type": "number"}, "stages": {"type": "number"}}},
            "levels": {"properties": levels},
            "list": {"properties": {"add": {"type": "array"}, "remove": {"type": "array"}}},
            "platforms": {"properties": {each.name: {"properties": part} for each in platforms.decoders()}},
            "member": {"properties": part | {"platforms": {"$ref": "platforms"}}},
        },
        "properties": part
        | {
            "lists": {"properties": lists},
            "platforms": {"$ref": "platforms"},
            "members": {"properties": dict.fromkeys(members, {"$ref": "member"})},
        },
    }


def _rule(book: Rulebook) -> dict[str, Any]:
    lists = [each.name for each in book.lists]
    facts = {name: {"description": fact.help} | _fact(fact.kind, fact.among, lists) for name, fact in FACTS.items()}
    text = {"type": "string"}
    return {
        "properties": {
            "title": text,
            "id": text,
            "status": {"enum": STATUSES},
            "when": {"enum": list(KINDS)},
            "if": {"properties": facts},
            "points": {"type": "number"},
            "alone": {"enum": ["true", "false"]},
            "because": text,
            "advice": text,
            "also_innocent": text,
            "examples": {"properties": {"alerts": {"type": "array"}, "stays_quiet": {"type": "array"}}},
        }
    }


def _fact(kind: str, among: Any, lists: list[str]) -> dict[str, Any]:
    names = lists if among == "lists" else sorted(among or ())
    if kind == "number":
        return {
            "properties": {each: {"type": "number"} for each in ("below", "above", "at_least", "at_most", "between")}
        }
    if kind == "yes or no":
        return {"enum": ["true", "false"]}
    if kind == "word" and names:
        return {"enum": names}
    return {"properties": {each: {"items": names} for each in ("any", "all", "none")}}
