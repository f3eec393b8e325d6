"""Carries a change from one text over to another, line by line, or says that the lines in question are others now."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher


def carried_over(before: str, after: str, onto: str) -> str | None:
    """What `onto` becomes when the lines that differ from `before` to `after` are changed in it alike; None where it
    has other lines there.
    """
    old, new, target = (text.splitlines(keepends=True) for text in (before, after, onto))
    places = _places(old, target)
    made = list(target)
    # From the end on, so that the places before stay right.
    for kind, first, last, start, end in reversed(_opcodes(old, new)):
        if kind == "equal":
            continue
        where = _where(places, first, last, len(old), len(target))
        if where is None:
            return None
        made[where[0] : where[1]] = new[start:end]
    return "".join(made)


def _opcodes(old: list[str], new: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _places(old: list[str], target: list[str]) -> Mapping[int, int]:
    """Where each line of the old text stands in the other, as far as it is still there."""
    found: dict[int, int] = {}
    for kind, first, last, start, end in _opcodes(old, target):
        if kind == "equal":
            found |= dict(zip(range(first, last), range(start, end), strict=True))
    return found


def _where(places: Mapping[int, int], first: int, last: int, length: int, of_target: int) -> tuple[int, int] | None:
    """From where to where the lines first..last of the old text stand in the other; where nothing stands between two
    lines, between the same two.
    """
    if first < last:
        if any(place not in places for place in range(first, last)):
            return None
        start, end = places[first], places[last - 1] + 1
        return (start, end) if end - start == last - first else None
    before = places.get(first - 1) if first > 0 else -1
    after = places.get(first) if first < length else of_target
    if before is not None and after is not None:
        return (before + 1, before + 1) if after == before + 1 else None
    if before is not None and first == length:
        return before + 1, before + 1
    return None
