"""What may stand where in a file of rules, as a JSON Schema that the editor completes from."""

from collections.abc import Sequence
from typing import Any

from screener import platforms
from screener.rulebook import Rulebook
from screener.rulebook.level_file import LEVELS
from screener.rulebook.rule_files import STATUSES
from screener.rulebook.schema import rule_schema
from screener.tuning.tuner import OVERRIDES


def schema(book: Rulebook, file: str, members: Sequence[str]) -> dict[str, Any]:
    """The schema for that file; a `$ref` names one of its `$defs`."""
    return _overrides(book, members) if file == OVERRIDES else rule_schema([each.name for each in book.lists])


def _overrides(book: Rulebook, members: Sequence[str]) -> dict[str, Any]:
    names = {rule.id: {"$ref": "rule", "description": rule.title} for rule in book.rules}
    levels = {each: {"$ref": "level"} for each in LEVELS}
    part = {"rules": {"$ref": "rules"}, "levels": {"$ref": "levels"}}
    lists = {each.name: {"$ref": "list", "description": each.title} for each in book.lists}
    return {
        # What stands in many places stands here once.
        "$defs": {
            "rule": {"properties": {"points": {"type": "number"}, "status": {"enum": list(STATUSES)}}},
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
            "members": {"properties": {each: {"$ref": "member"} for each in members}},
        },
    }
