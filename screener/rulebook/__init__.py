"""All rules, word lists and levels of one folder; reads them, explains every mistake, and runs what is sound."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from screener.errors import Mistake
from screener.folding import Folded
from screener.heuristics import Measured, Moment
from screener.levels import Levels
from screener.rulebook.examples import prove
from screener.rulebook.index import Index
from screener.rulebook.level_file import read_levels
from screener.rulebook.list_files import (
    EVERY_LANGUAGE,
    FOLDERS,
    Idea,
    WordList,
    read_idea,
    read_phrases,
    read_words,
    word_list,
)
from screener.rulebook.lists import Listener, Phrase, listen
from screener.rulebook.mistakes import Notes
from screener.rulebook.phrases import Words
from screener.rulebook.reading import BadFile, Marked, read
from screener.rulebook.rule_files import read_rule
from screener.rules import STAGES, Rule, Signal

__all__ = ["Rulebook", "load"]

LEVELS, WORDS, LISTS = "levels.yaml", "words", "lists"


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """What judges. A file with a mistake is set aside and told of in `mistakes`; the others run."""

    rules: tuple[Rule, ...]
    lists: tuple[WordList, ...]
    levels: Levels
    mistakes: list[str]
    listener: Listener

    def listen(self, text: str) -> frozenset[str]:
        """The names of the lists heard in a text."""
        return listen(self.listener, text)

    def hear(self, folded: Folded) -> frozenset[str]:
        """The names of the lists heard in a text that was folded."""
        return self.listener.heard(folded)

    def signals(self, moment: Moment) -> tuple[Signal, ...]:
        """What the running rules say of this moment."""
        return self.signals_of(moment, Measured(moment))

    def signals_of(self, moment: Moment, facts: Measured) -> tuple[Signal, ...]:
        """The same, where the facts of the moment are measured for several rulebooks at once."""
        event = moment.event
        return tuple(
            rule.signal(event, moment.relationship, facts, self._words(rule, moment))
            for rule in self._index.held(event, moment.heard, facts)
        )

    def _words(self, rule: Rule, moment: Moment) -> tuple[int, int] | None:
        heard = rule.listens & moment.heard
        return self.listener.where(moment.folded, heard) if heard and moment.folded else None

    @cached_property
    def _index(self) -> Index:
        return Index(self.rules)


def load(folder: Path) -> Rulebook:
    """Reads a folder of rules. Without sound levels nothing could be weighed, so only those stop it."""
    shelf = _Shelf(folder=folder, mistakes=[])
    levels = shelf.levels()
    words = shelf.words()
    lists = shelf.lists(words)
    listener = Listener([phrase for each in lists for phrase in each.phrases])
    if not lists:
        shelf.note(LISTS).add(1, "no word list could be read, so nothing that is said is heard. Mend the lists")
    elif not listener.works():
        shelf.note(LISTS).add(1, "the word lists are too large together, so hearing is slow. Use fewer gaps and groups")
    rules = shelf.rules(lists, listener)
    if not rules:
        shelf.note("").add(1, "no rule could be read, so nothing would ever be noticed. Mend the rules")
    return Rulebook(rules=rules, lists=lists, levels=levels, mistakes=shelf.mistakes, listener=listener)


@dataclass(frozen=True, kw_only=True)
class _Shelf:
    """The folder while it is read."""

    folder: Path
    mistakes: list[str]

    def note(self, place: str) -> Notes:
        return Notes(file=f"{self.folder.name}/{place}".rstrip("/"), mistakes=self.mistakes)

    def read(self, path: Path) -> tuple[Marked | None, Notes]:
        notes = self.note(path.relative_to(self.folder).as_posix())
        try:
            return read(path.read_bytes()), notes
        except BadFile as error:
            notes.add(error.line, error.why)
        except OSError as error:
            notes.add(1, f"the file can't be read ({error.strerror}). Check that it is there and may be read")
        return None, notes

    def levels(self) -> Levels:
        told, notes = self.read(self.folder / LEVELS)
        levels = read_levels(told, notes) if told is not None else None
        if levels is None:
            raise Mistake(self.mistakes[-1] if self.mistakes else f"{LEVELS}:1: it says nothing. Restore it.")
        return levels

    def words(self) -> Mapping[str, Words]:
        """The groups of words by language; those of every language are among each."""
        found: dict[str, Words] = {}
        for path in sorted((self.folder / WORDS).glob("*.yaml")):
            told, notes = self.read(path)
            if told is not None and self.is_language(path.stem, notes):
                found[path.stem] = read_words(told, notes)
        shared = found.get(EVERY_LANGUAGE, {})
        return {language: {**shared, **found.get(language, {})} for language in FOLDERS}

    def lists(self, words: Mapping[str, Words]) -> tuple[WordList, ...]:
        ideas: dict[str, tuple[Idea, Notes]] = {}
        for path in sorted((self.folder / LISTS).glob("*.yaml")):
            told, notes = self.read(path)
            if told is not None and (idea := read_idea(path.stem, told, notes)) is not None:
                ideas[idea.name] = (idea, notes)
        phrases: dict[str, dict[str, tuple[Phrase, ...]]] = {name: {} for name in ideas}
        for path in sorted((self.folder / LISTS).glob("*/*.yaml")):
            told, notes = self.read(path)
            language = path.parent.name
            if told is not None and self.is_language(language, notes):
                found = read_phrases(path.stem, language, told, ideas, words[language], notes)
                phrases.get(path.stem, {})[language] = found
        made = (word_list(idea, phrases[name], notes) for name, (idea, notes) in ideas.items())
        return tuple(each for each in made if each is not None)

    def is_language(self, name: str, notes: Notes) -> bool:
        if name not in FOLDERS:
            notes.unknown(1, name, "a language that is listened for", FOLDERS)
        return name in FOLDERS

    def rules(self, lists: tuple[WordList, ...], listener: Listener) -> tuple[Rule, ...]:
        names = frozenset(each.name for each in lists)
        found: dict[str, Rule] = {}
        for path in sorted(self.folder.glob("*/*.yaml"), key=_in_order):
            if path.parent.name in (LISTS, WORDS):
                continue
            told, notes = self.read(path)
            if told is None or (rule := read_rule(path.stem, path.parent.name, told, names, notes)) is None:
                continue
            if rule.id in found:
                notes.add(told.value["id"], f'"{rule.id}" is a rule already, in {found[rule.id].file}. Rename one')
                continue
            before = len(notes.mistakes)
            prove(rule, told, lambda text: listen(listener, text), names, notes)
            if len(notes.mistakes) == before:
                found[rule.id] = rule
        return tuple(found.values())


def _in_order(path: Path) -> tuple[int, str]:
    stage = path.parent.name
    return (STAGES.index(stage) if stage in STAGES else len(STAGES), path.as_posix())
