"""Finds which word lists are heard in a text: all phrases of a language in one RE2 set."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2

from screener.folding import Folded, Span, View, fold_whole
from screener.rulebook.phrases import WITNESS

SET_MEMORY = 64 * 1024 * 1024
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
    language: str = ""
    is_sign: bool = False
    """The pattern is an emoji, looked for in the text as it came: folded texts have none."""


class Listener:
    """All lists, ready to listen: one RE2 set a language.

    A set's memory holds what each beginning of a text could still become; the languages together in one would multiply.
    """

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._signs = tuple(phrase for phrase in phrases if phrase.is_sign)
        by_language: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            if not phrase.is_sign:
                by_language.setdefault(phrase.language, []).append(phrase)
        self._ears = tuple(_Ear(each) for each in by_language.values())

    @property
    def phrases(self) -> int:
        return sum(ear.phrases for ear in self._ears) + len(self._signs)

    def works(self) -> bool:
        """Whether the sets hear anything at all."""
        return bool(self._ears) and all(ear.works() for ear in self._ears)

    def heard(self, folded: Folded) -> frozenset[str]:
        """The lists heard in either form of a text."""
        views = {folded.light, folded.full}
        signs = (sign.list for sign in self._signs if sign.pattern in folded.text)
        return frozenset(signs).union(*(ear.heard(f"{view}{WITNESS} ") for view in views for ear in self._ears))

    def where(self, folded: Folded, lists: frozenset[str]) -> Span | None:
        """Where in the text the first words of one of these lists stand."""
        views: tuple[View, ...] = ("light", "full")
        for view in views:
            text = f"{folded.light if view == 'light' else folded.full}{WITNESS} "
            hits = (hit for ear in self._ears for hit in ear.hits(text, lists))
            spans = [span for hit in hits if (span := folded.where(view, *hit))]
            if spans:
                return min(spans, key=lambda span: (span[0], -span[1]))
        return None


class _Ear:
    """The phrases of one language."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._names = tuple(phrase.list for phrase in phrases)
        self._patterns = tuple(phrase.pattern for phrase in phrases)
        self._asked: dict[int, Any] = {}
        self._set = re2.Set.SearchSet(options(SET_MEMORY))
        for pattern in self._patterns:
            self._set.Add(pattern)
        self._witness = self._set.Add(f" {WITNESS} ")
        self._is_compiled = _compiled(self._set)

    @property
    def phrases(self) -> int:
        return len(self._names)

    def works(self) -> bool:
        return self._witness in self._found(f" {WITNESS} ")

    def heard(self, text: str) -> frozenset[str]:
        found = self._found(text)
        if self._witness in found:
            return frozenset(self._names[each] for each in found if each != self._witness)
        return self._heard_slowly(text)

    def hits(self, text: str, lists: frozenset[str]) -> Iterator[Span]:
        """Where the phrases of these lists stand in a folded text."""
        found = self._found(text)
        for each in found if self._witness in found else range(len(self._names)):
            if each == self._witness or self._names[each] not in lists:
                continue
            if hit := self._compiled_one(each).search(text):
                yield hit.span()

    def _found(self, text: str) -> Sequence[int]:
        return (self._set.Match(text) or ()) if self._is_compiled else ()

    def _compiled_one(self, number: int) -> Any:
        # Thousands of patterns compiled one by one take much memory; only those that were heard are needed.
        if number not in self._asked:
            self._asked[number] = re2.compile(self._patterns[number], options(PHRASE_MEMORY))
        return self._asked[number]

    def _heard_slowly(self, text: str) -> frozenset[str]:
        """One pattern after the other, for the day the set runs out of memory."""
        return frozenset(name for name, pattern in zip(self._names, self._each, strict=True) if pattern.search(text))

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
    return listener.heard(fold_whole(text)) if text else frozenset()
