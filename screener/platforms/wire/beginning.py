"""Reads the beginning of a JSON object that is too large to be kept whole: its members, as far as they are there."""

import json
import re
from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def members(text: str, *, inside: int = 1) -> dict[str, Any]:
    """The whole members of the object that `text` begins with; of the broken one its own, so many levels deep."""
    found: dict[str, Any] = {}
    at = _skipped(text, 0, "{")
    while at:
        key, at = _value(text, at)
        at = _skipped(text, at, ":") if isinstance(key, str) else 0
        if not at:
            return found
        value, end = _value(text, at)
        if not end:
            if inside:
                found[str(key)] = members(text[at:], inside=inside - 1)
            return found
        found[str(key)] = value
        at = _skipped(text, end, ",")
    return found


def _skipped(text: str, at: int, sign: str) -> int:
    """The place after `sign` and the spaces around it; 0 where it isn't there."""
    place = _place(text, at)
    return _place(text, place + 1) if text[place : place + 1] == sign else 0


def _place(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int) -> tuple[Any, int]:
    """The value at a place and the place after it; 0 where it is broken off or no value."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None, 0
    # Of a number that stands at the very end nobody knows whether it is whole.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return (None, 0) if is_number and end == len(text) else (value, end)
