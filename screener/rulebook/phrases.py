"""The way phrases are written in word lists, and the RE2 pattern that each becomes.

(mum|mom|dad)   one of these            [the]   may be missing         send*   any word that begins so
...             up to four words        <your>  a group of words/  don't   also without its sign
re: ...         an RE2 pattern as it is, on a text in which every word ends with one space
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from screener.folding import LATIN_MARKS, letters_apart

GAP = r"(?:[^ ]+ ){0,4}"
WITNESS = "screenerwitness"
"""A word put after every text. A set that ran out of memory hears nothing and says nothing; this tells it apart."""

BUILT_IN = {"begin": "^ ", "end": WITNESS + " ", "number": "(?:[0-9]+[km]? )+"}
"""Both ends of the text, and figures such as 50, 1 200 or 15k."""

LONGEST_PATTERN = 4_000
DEEPEST_WORD = 4

TOKEN = re.compile(r"\.\.\.|[()\[\]|]|<[a-z-]+>|[^\s()\[\]|<>]+|\S")

INNERMOST = re.compile(r"\(\?:([^()]*)\)(\?|\{0,4\})?")
"""A group that holds no other, and whether it may be missing."""

type Words = Mapping[str, tuple[str, ...]]
"""The groups that `<name>` stands for."""


class BadPhrase(ValueError):
    """A phrase that can't be understood; the text says what and how to mend it."""


def is_sign(phrase: str) -> bool:
    """Whether a phrase is one emoji rather than words."""
    return len(phrase) == 1 and unicodedata.category(phrase) == "So"


def pattern(phrase: str, words: Words) -> str:
    """The RE2 pattern of a phrase, for a folded text."""
    if is_raw(phrase):
        raw = phrase.removeprefix("re:").strip()
        # After every text comes the witness, so the end is where that begins.
        return f"{raw.removesuffix('$')}{WITNESS} " if raw.endswith(" $") else raw
    written = _sequence(phrase, words, depth=0)
    compiled = written if written.startswith(BUILT_IN["begin"]) else " " + written
    if len(compiled) > LONGEST_PATTERN:
        raise BadPhrase("the phrase is too long. Split it")
    if compiled.replace(GAP, "").strip() in ("", "(?:)"):
        raise BadPhrase("the phrase has no word in it. Write one")
    if _may_be_nothing(compiled):
        raise BadPhrase("it matches every text: each of its words may be missing. Write one that must be there")
    return compiled


def is_raw(phrase: str) -> bool:
    """Whether a phrase is an RE2 pattern as it is, which RE2 may refuse; what is made of words it always takes."""
    return phrase.startswith("re:")


def _may_be_nothing(compiled: str) -> bool:
    """Whether nothing but spaces matches a pattern made of words: told without compiling it, from the inside out."""

    def left(group: re.Match[str]) -> str:
        return "" if group[2] or any(not each.strip() for each in group[1].split("|")) else "x"

    if compiled.partition("(")[0].strip(" ^"):
        return False
    while "(" in compiled:
        compiled = INNERMOST.sub(left, compiled)
    return not compiled.strip(" ^")


def _sequence(phrase: str, words: Words, *, depth: int) -> str:
    made: list[str] = []
    opened: list[str] = []
    for part in TOKEN.findall(phrase):
        match part:
            case "...":
                made.append(GAP)
            case "(" | "[":
                opened.append(part)
                made.append("(?:")
            case ")" | "]":
                if not opened or opened.pop() != {")": "(", "]": "["}[part]:
                    raise BadPhrase(f'"{part}" closes nothing. Open it or remove it')
                made.append(")?" if part == "]" else ")")
            case "|":
                if not opened:
                    raise BadPhrase('"|" stands outside brackets. Put the choices in ( )')
                made.append("|")
            case _ if part.startswith("<") and part.endswith(">"):
                made.append(_group(part[1:-1], words, depth=depth))
            case "<" | ">":
                raise BadPhrase(f'"{part}" stands alone. Write <name>')
            case _:
                made.append(_word(part))
    if opened:
        raise BadPhrase(f'"{opened[-1]}" is not closed. Close it')
    return "".join(made)


def _group(name: str, words: Words, *, depth: int) -> str:
    if name in BUILT_IN:
        return BUILT_IN[name]
    if name not in words:
        raise BadPhrase(f'"<{name}>" is not in words/ for this language. Add it there or write the words out')
    if depth >= DEEPEST_WORD:
        raise BadPhrase(f'"<{name}>" goes round in a circle. Write the words out')
    made = []
    letters = 0
    for each in words[name]:
        made.append(_sequence(each, words, depth=depth + 1) if "<" in each else _plain(each))
        letters += len(made[-1])
        if letters > LONGEST_PATTERN:
            # Groups of groups grow by multiplication: ended here, before they fill the memory.
            raise BadPhrase(f'"<{name}>" holds too many words. Split it')
    return "(?:" + "|".join(made) + ")"


# The same words, and the same members of groups, stand in thousands of phrases.
@lru_cache(maxsize=20_000)
def _plain(phrase: str) -> str:
    """A phrase that speaks of no group."""
    return _sequence(phrase, {}, depth=0)


@lru_cache(maxsize=20_000)
def _word(token: str) -> str:
    begins = token.endswith("*")
    if (plain := token.removesuffix("*")).isascii() and plain.isalnum():
        return plain.lower() + ("[^ ]* " if begins else " ")
    folded = LATIN_MARKS.sub(r"\1", unicodedata.normalize("NFKD", token.rstrip("*")).casefold())
    folded = unicodedata.normalize("NFC", folded)
    parts: list[str] = []
    for c in letters_apart(folded):
        if unicodedata.category(c)[0] in "LMN":
            parts.append(c)
        elif c in "'’‘":
            parts.append(" ?")
        elif parts and parts[-1] != " ":
            parts.append(" ")
    made = "".join(parts).strip()
    if not made:
        raise BadPhrase(f'"{token}" has no letter or digit in it. Texts are compared without signs')
    return made + ("[^ ]* " if begins else " ")
