"""Reads the word lists: each idea once, its phrases language by language, and the groups of words they use."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from screener.remembered import LONGEST_WORD
from screener.rulebook.lists import Phrase, why_not
from screener.rulebook.mistakes import Notes
from screener.rulebook.phrases import BadPhrase, Words, is_raw, is_sign, pattern
from screener.rulebook.reading import Marked, shown

EVERY_LANGUAGE = "any"
LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "nl", "pl", "tl", "tr", "ro", "sv")
FOLDERS = (*LANGUAGES, EVERY_LANGUAGE)
"""Where phrases and words stand: one folder or file a language, and one for what is said alike in all of them."""
IDEA_KEYS = ("title", "says")


@dataclass(frozen=True, kw_only=True)
class Idea:
    """What a word list listens for, whatever the language."""

    name: str
    title: str
    says: str
    line: int


@dataclass(frozen=True, kw_only=True)
class WordList:
    """One idea in many languages."""

    name: str
    title: str
    says: str
    phrases: tuple[Phrase, ...]
    languages: tuple[str, ...]


def read_words(told: Marked, notes: Notes, taken: Collection[str] = ()) -> Words:
    """The groups of words of one language; `taken` are names that others have already."""
    found: dict[str, tuple[str, ...]] = {}
    if not told.is_map:
        notes.add(told, "word groups stand each under its name. Write you: [you, u]")
        return {}
    for name, group in told.items():
        if name in taken:
            notes.add(group, f'"{shown(name)}" is a shipped group of words. Give yours another name')
        elif group.is_list and group.value and all(isinstance(each.value, str) for each in group.value):
            found[name] = tuple(each.value for each in group.value)
        else:
            notes.add(group, f'"{shown(name)}" needs a list of words. Write {shown(name)}: [one, another]')
    return found


def read_idea(name: str, told: Marked, notes: Notes) -> Idea | None:
    """The idea of a file, without its phrases."""
    if not told.is_map:
        notes.add(told, "a word list needs the keys title and says. Add them")
        return None
    for key, value in told.items():
        if key == "phrases":
            notes.add(value, f"phrases stand by language. Move them to lists/LANGUAGE/{name}.yaml")
        elif key not in IDEA_KEYS:
            notes.unknown(value, key, "a key of a word list", IDEA_KEYS)
    for key in IDEA_KEYS:
        if not (isinstance(each := told.value.get(key), Marked) and isinstance(each.value, str)):
            notes.add(told, f'"{key}" is missing. Add one sentence')
    if len(name) > LONGEST_WORD:
        notes.add(told, f"the file's name is longer than {LONGEST_WORD} letters. Shorten it")
        return None
    plain = told.plain()
    return Idea(name=name, title=str(plain.get("title", name)), says=str(plain.get("says", "")), line=told.line)


def read_phrases(
    name: str, language: str, told: Marked, ideas: Collection[str], words: Words, notes: Notes
) -> tuple[Phrase, ...]:
    """The phrases of one idea in one language; those with mistakes are set aside."""
    if name not in ideas:
        notes.unknown(told, name, "an idea in lists/", ideas)
        return ()
    if not told.is_map:
        notes.add(told, 'phrases stand under "phrases". Write phrases: [one, another]')
        return ()
    for key, value in told.items():
        if key != "phrases":
            notes.unknown(value, key, "a key of a file of phrases", ("phrases",))
    written = told.get("phrases")
    if written is None or not written.is_list:
        notes.add(written or told, "phrases stand in a list. Write phrases: and put a dash before each")
        return ()
    return tuple(phrases_of(name, language, written, words, notes))


def word_list(idea: Idea, phrases: Mapping[str, Sequence[Phrase]], notes: Notes) -> WordList | None:
    """An idea with its phrases by language; one without any would never be heard."""
    if not any(phrases.values()):
        notes.add(idea.line, "the list has no phrase that can be used, so it would never be heard. "
                             f"Add one in lists/LANGUAGE/{idea.name}.yaml")  # fmt: skip
        return None
    return WordList(
        name=idea.name,
        title=idea.title,
        says=idea.says,
        phrases=tuple(phrase for each in phrases.values() for phrase in each),
        languages=tuple(language for language, each in phrases.items() if each),
    )


def phrases_of(name: str, language: str, written: Marked, words: Words, notes: Notes) -> list[Phrase]:
    found = []
    for each in written.value:
        if not isinstance(each.value, str):
            notes.add(each, f"{shown(repr(each.value))} is not a phrase. Put it in quotes")
            continue
        if is_sign(each.value):
            found.append(Phrase(list=name, pattern=each.value, language=language, is_sign=True, written=each.value))
            continue
        try:
            compiled = pattern(each.value, words)
        except BadPhrase as error:
            notes.add(each, str(error))
            continue
        if is_raw(each.value) and (refused := why_not(compiled)):
            notes.add(each, f'"{shown(each.value)}" can\'t be used: {refused}. Write it without that')
            continue
        found.append(Phrase(list=name, pattern=compiled, language=language, written=each.value))
    return found
