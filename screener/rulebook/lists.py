"""Finds which word lists are heard in a text: all phrases of all languages in one RE2 set."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2

from screener.folding import Folded, fold, pieces
from screener.rulebook.phrases import WITNESS

SET_MEMORY = 192 * 1024 * 1024
PHRASE_MEMORY = 1024 * 1024


def options(memory: int) -> Any:
    """RE2 as rules need it: it must not write to our log, and must not grow without end."""
    made = re2.Options()
    made.log_errors = False
    made.max_mem = memory
    made.never_capture = True
    made.case_sensitive = True
    return made


def why_not(pattern: str) -> str | None:
    """Why RE2 refuses a pattern, if it does; a pattern that matches anything is refused too."""
    try:
        compiled = re2.compile(pattern, options(PHRASE_MEMORY))
    except re2.error as error:
        text = error.args[0] if error.args else "unknown"
        return text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    return "it matches every text" if compiled.search(" ") else None


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """One pattern of one list."""

    list: str
    pattern: str


class Listener:
    """All lists, ready to listen."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._names = tuple(phrase.list for phrase in phrases)
        self._patterns = tuple(phrase.pattern for phrase in phrases)
        self._set = re2.Set.SearchSet(options(SET_MEMORY))
        for pattern in self._patterns:
            self._set.Add(pattern)
        self._witness = self._set.Add(f" {WITNESS} ")
        self._is_compiled = _compiled(self._set)

    @property
    def phrases(self) -> int:
        return len(self._names)

    def works(self) -> bool:
        """Whether the set hears anything at all."""
        return self._is_compiled and self._witness in self._set.Match(f" {WITNESS} ")

    def heard(self, folded: Folded) -> frozenset[str]:
        """The lists heard in either form of a text."""
        names = self._heard(folded.light)
        return names if folded.full == folded.light else names | self._heard(folded.full)

    def _heard(self, spaced: str) -> frozenset[str]:
        found = self._set.Match(f"{spaced}{WITNESS} ") if self._is_compiled else ()
        if self._witness in found:
            return frozenset(self._names[each] for each in found if each != self._witness)
        return self._heard_slowly(spaced)

    def _heard_slowly(self, spaced: str) -> frozenset[str]:
        """One pattern after the other, for the day the set runs out of memory."""
        whole = f"{spaced}{WITNESS} "
        return frozenset(name for name, pattern in zip(self._names, self._each, strict=True) if pattern.search(whole))

    @cached_property
    def _each(self) -> tuple[Any, ...]:
        return tuple(re2.compile(pattern, options(PHRASE_MEMORY)) for pattern in self._patterns)


def _compiled(patterns: Any) -> bool:
    try:
        patterns.Compile()
    except re2.error:
        return False
    return True


def listen(listener: Listener, text: str) -> frozenset[str]:
    """The lists heard in a text as it was written."""
    return frozenset(name for piece in pieces(text) for name in listener.heard(fold(piece))) if text else frozenset()
