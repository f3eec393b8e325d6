"""Reads the word lists, and the groups of words that their phrases use."""

from collections.abc import Mapping
from dataclasses import dataclass

from screener.relationships import LONGEST_WORD
from screener.rulebook.lists import Phrase, why_not
from screener.rulebook.mistakes import Notes
from screener.rulebook.phrases import BadPhrase, Words, pattern
from screener.rulebook.reading import Marked

EVERY_LANGUAGE = "any"
KEYS = ("title", "says", "phrases")


@dataclass(frozen=True, kw_only=True)
class WordList:
    """One idea in many languages."""

    name: str
    title: str
    says: str
    phrases: tuple[Phrase, ...]
    languages: tuple[str, ...]


def read_words(words: Marked, notes: Notes) -> Mapping[str, Words]:
    """The groups of words by language; those of `any` belong to every language."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    if not words.is_map:
        notes.add(words, "word groups stand under a language. Write en: {you: [you, u]}")
        return {}
    for language, groups in words.items():
        found[language] = {}
        for name, phrases in groups.items() if groups.is_map else ():
            if phrases.is_list and phrases.value and all(isinstance(each.value, str) for each in phrases.value):
                found[language][name] = tuple(each.value for each in phrases.value)
            else:
                notes.add(phrases, f'"{name}" needs a list of words. Write {name}: [one, another]')
    return found


def read_list(name: str, told: Marked, words: Mapping[str, Words], notes: Notes) -> WordList | None:
    """The word list of a file; phrases with mistakes are set aside."""
    if not told.is_map:
        notes.add(told, "a word list needs the keys title, says and phrases. Add them")
        return None
    for key, value in told.items():
        if key not in KEYS:
            notes.unknown(value, key, "a key of a word list", KEYS)
    for key in ("title", "says"):
        if not (isinstance(each := told.value.get(key), Marked) and isinstance(each.value, str)):
            notes.add(told, f'"{key}" is missing. Add one sentence')
    if len(name) > LONGEST_WORD:
        notes.add(told, f"the file's name is longer than {LONGEST_WORD} letters. Shorten it")
        return None
    languages = told.get("phrases")
    if languages is None or not languages.is_map:
        notes.add(languages or told, '"phrases" is missing or has no languages. Write phrases: {en: [one, another]}')
        return None
    phrases = tuple(
        phrase
        for language, written in languages.items()
        for phrase in _phrases(name, written, {**words.get(EVERY_LANGUAGE, {}), **words.get(language, {})}, notes)
    )
    if not phrases:
        notes.add(languages, "the list has no phrase that can be used, so it would never be heard. Add one")
        return None
    plain = told.plain()
    return WordList(
        name=name,
        title=str(plain.get("title", name)),
        says=str(plain.get("says", "")),
        phrases=phrases,
        languages=tuple(languages.value),
    )


def _phrases(name: str, written: Marked, words: Words, notes: Notes) -> list[Phrase]:
    if not written.is_list:
        notes.add(written, "phrases stand in a list. Put a dash before each")
        return []
    found = []
    for each in written.value:
        if not isinstance(each.value, str):
            notes.add(each, f"{each.value!r} is not a phrase. Put it in quotes")
            continue
        try:
            compiled = pattern(each.value, words)
        except BadPhrase as error:
            notes.add(each, str(error))
            continue
        if refused := why_not(compiled):
            notes.add(each, f'"{each.value[:60]}" can\'t be used: {refused}. Write it without that')
            continue
        found.append(Phrase(list=name, pattern=compiled))
    return found
