"""A chain of everything that was kept: no link can be changed, moved or taken out without it being seen.

Each link holds the digest of what was kept, salted, and not the words themselves: so they can be deleted later, and the
chain is still whole. All of it can be followed with nothing but SHA-256 and JSON.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

SALT_BYTES = 16
BEGINNING = b"screener evidence 1\0"
ERASED = "erased"
"""The kind of the link that says of which others the words were deleted: `entries` in its body, from and to."""

_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def canonical(value: Any) -> bytes:
    """The one way to write a value as JSON: keys in order, no spaces, ASCII alone. Raises ValueError for NaN."""
    return _WRITER.encode(value).encode()


def stamp(at: datetime) -> str:
    """A time as it stands in a chain: UTC, to the microsecond."""
    # Three times as fast as with its zone, and there are many of them.
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "+00:00"


def digest(salt: bytes, body: Mapping[str, Any]) -> bytes:
    """What a body is known again by. Without the salt nobody can try whether some words are the ones."""
    return hashlib.sha256(salt + canonical(body)).digest()


def beginning(case: str) -> bytes:
    """What the first link hangs on: it ties a chain to its case."""
    return hashlib.sha256(BEGINNING + case.encode("utf-8", "backslashreplace")).digest()


def link(before: bytes, header: Mapping[str, Any]) -> bytes:
    """The next link: the one before and what is written on this one, the digest among it."""
    return hashlib.sha256(before + canonical(header)).digest()


@dataclass(frozen=True, kw_only=True)
class Link:
    """One link as it was found. `salt` and `body` are None where they were deleted since."""

    header: Mapping[str, Any]
    digest: bytes
    link: bytes
    salt: bytes | None = None
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong, and at which link; 0 is the chain as a whole."""

    number: int
    why: str


@dataclass(kw_only=True)
class Check:
    """Follows a chain, however long: `follow` each link in order, then ask for the `end`."""

    case: str
    head: bytes = b""
    count: int = 0
    bare: list[list[int]] = field(default_factory=list)
    """The links whose words are gone, from and to."""
    erased: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.head = self.head or beginning(self.case)

    def follow(self, one: Link) -> list[Fault]:
        """What is wrong with the next link."""
        self.count += 1
        found, number = [], self.count
        if one.header.get("number") != number:
            found.append(f"it is numbered {one.header.get('number')!r}: something was taken out, put in or moved")
        if one.header.get("digest") != one.digest.hex():
            found.append("its digest is not the one that is written on it")
        if link(self.head, one.header) != one.link:
            found.append("it does not hang on the one before: one of the two was changed or moved")
        if one.body is None or one.salt is None:
            _add(self.bare, number)
        elif digest(one.salt, one.body) != one.digest:
            found.append("its words were changed")
        elif one.header.get("kind") == ERASED:
            self.erased += [[first, last] for first, last in one.body.get("entries", ())]
        self.head = one.link
        return [Fault(number=number, why=why) for why in found]

    def end(self, *, head: bytes | None = None, count: int | None = None) -> list[Fault]:
        """What is wrong with the whole: its end, where that is known from elsewhere, and words that nobody deleted."""
        found = []
        if count is not None and count != self.count:
            found.append(Fault(number=0, why=f"there are {self.count} links, and there were {count}"))
        if head is not None and head != self.head:
            found.append(Fault(number=0, why="it does not end where it ended"))
        for number in _outside(self.bare, self.erased):
            found.append(Fault(number=number, why="its words are gone, and nothing says that they were deleted"))
        return found


def faults(case: str, links: Iterable[Link], *, head: bytes | None = None, count: int | None = None) -> list[Fault]:
    """Everything that is wrong with a chain; nothing where it is whole."""
    check = Check(case=case)
    found = [fault for one in links for fault in check.follow(one)]
    return found + check.end(head=head, count=count)


def ranges(numbers: Iterable[int]) -> list[list[int]]:
    """Numbers in order as from and to, which is how a tombstone names what was deleted."""
    found: list[list[int]] = []
    for number in numbers:
        _add(found, number)
    return found


def _add(found: list[list[int]], number: int) -> None:
    if found and found[-1][1] == number - 1:
        found[-1][1] = number
    else:
        found.append([number, number])


def _outside(bare: list[list[int]], erased: list[list[int]]) -> Iterable[int]:
    """The numbers that no tombstone names."""
    named, whole = iter(sorted(erased)), [0, 0]
    for first, last in bare:
        number = first
        while number <= last:
            while whole[1] < number and (following := next(named, None)) is not None:
                whole = following
            if whole[0] <= number <= whole[1]:
                number = whole[1] + 1
            else:
                yield number
                number += 1
