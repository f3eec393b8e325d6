"""Finds which word lists are heard in a text: all phrases of a language in one RE2 set."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

import re2

from screener.folding import Folded, Span, View, fold_whole
from screener.rulebook.phrases import WITNESS

SET_MEMORY = 64 * 1024 * 1024
PHRASE_MEMORY = 1024 * 1024
_NUMBERS = count(1)


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
    written: str = ""
    """As it stands in its file."""


class Listener:
    """All lists, ready to listen: one RE2 set a language.

    A set's memory holds what each beginning of a text could still become; the languages together in one would multiply.
    Further phrases can be heard `beside` those of a listener that is there, and some of those left out (`without`):
    then nothing that is there is compiled again.
    """

    def __init__(
        self,
        phrases: Sequence[Phrase],
        *,
        beside: "Listener | None" = None,
        without: frozenset[Phrase] = frozenset(),
        ear: "Callable[[Sequence[Phrase]], Ear] | None" = None,
    ) -> None:
        there: tuple[Phrase, ...] = beside._signs if beside else ()
        self._signs: tuple[Phrase, ...] = tuple(
            phrase for phrase in (*there, *(each for each in phrases if each.is_sign)) if phrase not in without
        )
        by_language: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            if not phrase.is_sign:
                by_language.setdefault(phrase.language, []).append(phrase)
        ears = [one for one, _ in beside._ears] if beside else []
        ears += [(ear or Ear)(each) for each in by_language.values()]
        self._ears: tuple[tuple[Ear, frozenset[int]], ...] = tuple((one, one.places(without)) for one in ears)
        self.number = next(_NUMBERS)
        """No two are alike: what was proved with one need not be proved with it again."""

    @property
    def phrases(self) -> int:
        return sum(ear.phrases - len(deaf) for ear, deaf in self._ears) + len(self._signs)

    def works(self) -> bool:
        """Whether the sets hear anything at all."""
        return bool(self._ears) and all(ear.works() for ear, _ in self._ears)

    def heard(self, folded: Folded) -> frozenset[str]:
        """The lists heard in either form of a text."""
        views = {folded.light, folded.full}
        signs = (sign.list for sign in self._signs if sign.pattern in folded.text)
        return frozenset(signs).union(
            *(ear.heard(f"{view}{WITNESS} ", deaf) for view in views for ear, deaf in self._ears)
        )

    def where(self, folded: Folded, lists: frozenset[str]) -> Span | None:
        """Where in the text the first words of one of these lists stand."""
        views: tuple[View, ...] = ("light", "full")
        for view in views:
            text = f"{folded.light if view == 'light' else folded.full}{WITNESS} "
            hits = (hit for ear, deaf in self._ears for hit in ear.hits(text, lists, deaf))
            spans = [span for hit in hits if (span := folded.where(view, *hit))]
            if spans:
                return min(spans, key=lambda span: (span[0], -span[1]))
        return None


class Ear:
    """The phrases of one language."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._phrases = tuple(phrases)
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

    def places(self, phrases: frozenset[Phrase]) -> frozenset[int]:
        """Where these phrases stand among its own."""
        if not phrases:
            return frozenset()
        return frozenset(place for place, phrase in enumerate(self._phrases) if phrase in phrases)

    def heard(self, text: str, deaf: frozenset[int] = frozenset()) -> frozenset[str]:
        """The lists heard; `deaf` are the places of phrases that don't count."""
        found = self._found(text)
        if self._witness in found:
            return frozenset(self._names[each] for each in found if each != self._witness and each not in deaf)
        return self._heard_slowly(text, deaf)

    def hits(self, text: str, lists: frozenset[str], deaf: frozenset[int] = frozenset()) -> Iterator[Span]:
        """Where the phrases of these lists stand in a folded text."""
        found = self._found(text)
        for each in found if self._witness in found else range(len(self._names)):
            if each == self._witness or self._names[each] not in lists or each in deaf:
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

    def _heard_slowly(self, text: str, deaf: frozenset[int]) -> frozenset[str]:
        """One pattern after the other, for the day the set runs out of memory."""
        each = enumerate(zip(self._names, self._each, strict=True))
        return frozenset(name for place, (name, pattern) in each if place not in deaf and pattern.search(text))

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
