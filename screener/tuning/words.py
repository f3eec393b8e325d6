"""The words that a family adds to a list or does not want heard in it: what its overrides say, and changes of that."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from screener.rulebook.list_files import EVERY_LANGUAGE
from screener.rulebook.phrases import is_sign
from screener.rulebook.reading import BadFile, Marked, read
from screener.tuning.yamllists import Added, Taken, Under

MOST_AT_ONCE = 20
MOST_OWN = 500
"""Phrases that a family may have in one list by form; in the file itself there is room for more."""
LONGEST = 120

type Changes = Mapping[tuple[str, ...], Any]

Kind = Literal["words", "begins", "written"]
"""Just these words; words of which the last may go on; or as phrases are written in the files, with ( | ), [ ] and the
rest."""
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, kw_only=True)
class Own:
    """What the overrides say of one list: phrases with their language, and those that are not to be heard."""

    added: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()
    is_plain: bool = False
    """What is added stands in a mere list, so it is heard in every language."""


def own(text: str, name: str) -> Own:
    """What the overrides with this text say of a list; nothing where they can't be read."""
    try:
        lists = read(text.encode("utf-8", "replace")).get("lists")
    except BadFile:
        return Own()
    said = _map(lists).get(name)
    add, remove = _map(said).get("add"), _map(said).get("remove")
    if add is not None and add.is_list:
        return Own(added=tuple((EVERY_LANGUAGE, each) for each in _texts(add)), removed=_texts(remove), is_plain=True)
    by_language = tuple((language, each) for language, part in _map(add).items() for each in _texts(part))
    return Own(added=by_language, removed=_texts(remove))


def adding(now: Own, name: str, language: str, phrases: Sequence[str]) -> Changes:
    """The change of the overrides that has these heard too."""
    way = ("lists", name, "add")
    if not now.is_plain:
        return {(*way, language): Added(phrases)}
    if language == EVERY_LANGUAGE:
        return {way: Added(phrases)}
    return {way: Under(EVERY_LANGUAGE), (*way, language): Added(phrases)}


def dropping(now: Own, name: str, language: str, phrase: str) -> Changes:
    """The change that takes a phrase of the family's own away again."""
    return {("lists", name, "add", *(() if now.is_plain else (language,))): Taken(phrase)}


def hushing(name: str, phrase: str) -> Changes:
    """The change by which a shipped phrase is no longer heard."""
    return {("lists", name, "remove"): Added([phrase])}


def hearing(name: str, phrase: str) -> Changes:
    """The change by which it is heard again."""
    return {("lists", name, "remove"): Taken(phrase)}


def typed(text: str, kind: Kind) -> list[str]:
    """The phrases that somebody typed, one a line, each once, as they are written in a file."""
    lines = (" ".join("".join(c if c.isprintable() else " " for c in line).split()) for line in text.splitlines())
    found = (line if kind == "written" else _words(line, begins=kind == "begins") for line in lines)
    return list(dict.fromkeys(each for each in found if each))


def _words(line: str, *, begins: bool) -> str:
    """The words alone: what else phrases may be made of is not meant by whoever types a sentence."""
    if is_sign(line):
        return line
    plain = "".join(" " if c in "()[]|<>" else c for c in line.replace("...", " ").replace("re:", "re "))
    words = [each.strip("*") for each in plain.split() if any(unicodedata.category(c)[0] in "LN" for c in each)]
    return " ".join(words) + ("*" if begins and words else "")


def _map(part: Marked | None) -> Mapping[str, Marked]:
    return dict(part.items()) if part is not None and part.is_map else {}


def _texts(part: Marked | None) -> tuple[str, ...]:
    if part is None or not part.is_list:
        return ()
    return tuple(each.value for each in part.value if isinstance(each.value, str))
