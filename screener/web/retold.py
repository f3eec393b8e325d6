"""Sentences that were kept in English, said again in the language of who reads.

A rule's reason and an issue are kept as they were said: English, with names and numbers filled in. Here they are known
again by the sentence they were made from, which the catalogues have. What no sentence of ours fits, such as that of a
family's own rule, stays as it was written.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, lru_cache

from screener import troubles
from screener.rulebook.sentences import sentences_of
from screener.rules import FIELD, NAMES, PLURAL
from screener.web import tongue, words
from screener.web.tongue import later

LONGEST = 2_000
NAMELESS = later("This contact")
"""What a rule calls a contact without a name."""


def of_rule(said: str, rule: str) -> str:
    """A reason or an advice that this rule gave."""
    known = sentences_of(rule)
    return said if known is None or tongue.language() == "en" else _again(said, (known.because, known.advice))


def of_issue(said: str) -> str:
    """What is wrong, or its mend. A day in it is written as people write it, in English too."""
    return _again(said, troubles.sentences())


def one_line(text: str) -> str:
    """What stands in a rule's file, on one line, in the language of who reads."""
    line = " ".join(text.split())
    return tongue._(line)


def _again(said: str, sentences: Iterable[str]) -> str:
    for sentence in sentences:
        values = taken_apart(said, sentence)
        if values is not None:
            again = FIELD.sub(lambda place: values.get(place[1], ""), tongue._(sentence))  # noqa: B023 - used at once
            # No second full stop after a name that ends with one.
            return again[:-1] if again.endswith("..") else again
    return said


def taken_apart(said: str, sentence: str) -> Mapping[str, str] | None:
    """What stands in the places of a sentence; None where it is another sentence."""
    found = None if len(said) > LONGEST else _shape(sentence).fullmatch(said)
    if found is None:
        return None
    names = dict.fromkeys(FIELD.findall(sentence))
    return {name: _value(name, text) for name, text in zip(names, found.groups(), strict=True)}


@cache
def _shape(sentence: str) -> re.Pattern[str]:
    """What a sentence looks like once it is filled in; a place that comes twice holds the same twice."""
    cut, names = FIELD.split(sentence), list[str]()
    shape = re.escape(cut[0])
    for name, rest in zip(cut[1::2], cut[2::2], strict=True):
        if name in names:
            shape += f"(?:\\{names.index(name) + 1})"
        else:
            names.append(name)
            shape += "(.+?)"
        # One day, and not one days; see `screener.rules.told`.
        counted = None if name in NAMES else PLURAL.match(rest)
        shape += f"{re.escape(counted[1])}s?{re.escape(rest[counted.end() :])}" if counted else re.escape(rest)
    # What was filled in may have ended with a full stop of its own.
    return re.compile(f"{shape}?" if sentence.endswith("}.") else shape, re.DOTALL)


@lru_cache(maxsize=1024)
def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _value(name: str, text: str) -> str:
    if name == "contact.name" and text == NAMELESS:
        return tongue._(NAMELESS)
    if name == "day" and (day := _day(text)):
        return words.day_of(day)
    return _again(text, troubles.parts()) if name in ("why", "what") else text
