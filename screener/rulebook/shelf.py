"""Reads the files of a rulebook, each by itself: a broken one is told of and its last good version stays in force."""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from screener.errors import Mistake
from screener.levels import Levels
from screener.rulebook.examples import prove
from screener.rulebook.folders import LEVELS, LISTS, OVERRIDES, PACK, WORDS, Files
from screener.rulebook.level_file import read_levels
from screener.rulebook.list_files import EVERY_LANGUAGE, FOLDERS, Idea, read_idea, read_phrases, read_words
from screener.rulebook.lists import Listener, Phrase, listen
from screener.rulebook.memo import Good, Memo, digest
from screener.rulebook.mistakes import Notes
from screener.rulebook.phrases import Words
from screener.rulebook.reading import BadFile, Marked, read
from screener.rulebook.rule_files import read_rule
from screener.rules import STAGES, Rule

type Phrases = Mapping[str, Mapping[str, tuple[Phrase, ...]]]
"""By list, then by language."""


@dataclass(kw_only=True)
class Shelf:
    """One folder while it is read. `mistakes`, `kept` and `good` are what was found on the way."""

    files: Files
    memo: Memo
    before: Good
    mistakes: list[str] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    good: dict[str, bytes] = field(default_factory=dict)

    def read[T](
        self, place: str, make: Callable[[Marked, Notes], T | None], *, key: Hashable = None, empty: bool = False
    ) -> T | None:
        """What `make` finds in a file; where that has a mistake, what it found in the last version without one.

        What is found depends on the text and on `key` alone. An `empty` file is one that says nothing.
        """
        text = self.files.at(place)
        if text is None:
            return None
        notes = self.note(place)
        if isinstance(text, str):
            notes.add(1, text)
            found = None
        else:
            found = self._made(place, text, make, notes, key, empty)
        if not notes.mistakes and isinstance(text, bytes):
            self.good[place] = text
            return found
        self.mistakes += notes.mistakes
        last = self.before.get(place)
        if last is not None and last != text:
            again = self.note(place)
            good = self._made(place, last, make, again, key, empty)
            if not again.mistakes:
                self.kept.add(f"{self.files.name}/{place}")
                return good
        return found

    def _made[T](
        self,
        place: str,
        text: bytes,
        make: Callable[[Marked, Notes], T | None],
        notes: Notes,
        key: Hashable,
        empty: bool,
    ) -> T | None:
        def made(notes: Notes) -> T | None:
            try:
                told = read(text)
            except BadFile as error:
                if empty and error.empty:
                    return make(Marked(value=None, line=1), notes)
                notes.add(error.line, error.why)
                return None
            return make(told, notes)

        return self.memo.of((self.files.folder, place, digest(text), key), notes, made)

    def note(self, place: str) -> Notes:
        return Notes(file=f"{self.files.name}/{place}".rstrip("/"))

    def tell(self, place: str, line: int, what: str) -> None:
        """A mistake that is in no single file, or in none that was read."""
        notes = self.note(place)
        notes.add(line, what)
        self.mistakes += notes.mistakes

    def levels(self) -> Levels:
        """Raises Mistake where they can't be used: without them nothing could be weighed."""
        if self.files.at(LEVELS) is None:
            self.tell(LEVELS, 1, "the file can't be read (No such file or directory). Check that it is there")
        levels = self.read(LEVELS, read_levels)
        if levels is None:
            raise Mistake(self.mistakes[-1] if self.mistakes else f"{LEVELS}:1: it says nothing. Restore it.")
        return levels

    def words(self, shared: Mapping[str, Words] | None = None) -> Mapping[str, Words]:
        """The groups of words by language; those of every language are among each, and so are those `shared`."""
        found: dict[str, Words] = {}
        for place in self.files.of(f"{WORDS}/*.yaml"):
            language = PurePosixPath(place).stem
            there = (shared or {}).get(language, {})

            def make(told: Marked, notes: Notes, language: str = language, there: Words = there) -> Words | None:
                return read_words(told, notes, there) if is_language(language, told, notes) else None

            if (groups := self.read(place, make, key=tuple(there))) is not None:
                found[language] = groups
        everywhere = found.get(EVERY_LANGUAGE, {})
        return {
            language: {**(shared or {}).get(language, {}), **everywhere, **found.get(language, {})}
            for language in FOLDERS
        }

    def ideas(self, taken: Collection[str] = ()) -> dict[str, Idea]:
        """The lists, each without its phrases; `taken` are names that others have already."""
        found: dict[str, Idea] = {}
        for place in self.files.of(f"{LISTS}/*.yaml"):
            name = PurePosixPath(place).stem

            def make(told: Marked, notes: Notes, name: str = name) -> Idea | None:
                if name in taken:
                    notes.add(told, f'"{name}" is a shipped list. To add to it, write {LISTS}/LANGUAGE/{name}.yaml')
                    return None
                return read_idea(name, told, notes)

            if (idea := self.read(place, make, key=name in taken)) is not None:
                found[name] = idea
        return found

    def phrases(self, ideas: Collection[str], words: Mapping[str, Words]) -> Phrases:
        """The phrases of these ideas, language by language."""
        found: dict[str, dict[str, tuple[Phrase, ...]]] = {}
        prints = {language: hash(tuple(groups.items())) for language, groups in words.items()}
        for place in self.files.of(f"{LISTS}/*/*.yaml"):
            name, language = PurePosixPath(place).stem, PurePosixPath(place).parent.name

            def make(
                told: Marked, notes: Notes, name: str = name, language: str = language
            ) -> tuple[Phrase, ...] | None:
                if not is_language(language, told, notes):
                    return None
                return read_phrases(name, language, told, ideas, words[language], notes)

            made = self.read(place, make, key=(prints.get(language), name in ideas))
            if made:
                found.setdefault(name, {})[language] = made
        return found

    def rule_names(self) -> frozenset[str]:
        """The ids of the rules that should be in the folder, whether or not they are sound."""
        return frozenset(PurePosixPath(place).stem for place in self._rule_places())

    def _rule_places(self) -> list[str]:
        places = (each for each in self.files.of("*/**/*.yaml") if PurePosixPath(each).parts[0] not in (LISTS, WORDS))
        return sorted(places, key=_in_order)

    def rules(
        self, lists: frozenset[str], listener: Listener, taken: Mapping[str, Rule] | None = None
    ) -> tuple[Rule, ...]:
        """The rules that are sound and do what their examples promise."""
        found: dict[str, Rule] = {}
        for place in self._rule_places():
            stage, name = PurePosixPath(place).parts[0], PurePosixPath(place).stem
            other = found.get(name) or (taken or {}).get(name)

            def make(
                told: Marked, notes: Notes, name: str = name, stage: str = stage, other: Rule | None = other
            ) -> Rule | None:
                rule = read_rule(name, stage, told, lists, notes)
                if rule is not None and other is not None:
                    notes.add(told.value["id"], f'"{rule.id}" is a rule already, in {other.file}. Rename one')
                elif rule is not None:
                    prove(rule, told, lambda text: listen(listener, text), lists, notes)
                return None if notes.mistakes else rule

            key = (lists, listener.number, other.file if other else None)
            if (rule := self.read(place, make, key=key)) is not None:
                found[rule.id] = rule
        return tuple(found.values())

    def strangers(self) -> None:
        """Tells what lies in the folder and is not read: whoever wrote it believes that it works."""
        for place, why in self.files.strange.items():
            self.tell(place, 1, why)
        for place in self.files.of("*.yaml"):
            if place == LEVELS:
                self.tell(place, 1, f'your own numbers stand under "levels" in {OVERRIDES}. Move them there')
            elif place not in (OVERRIDES, PACK):
                self.tell(place, 1, f"a rule stands in the folder of its stage ({', '.join(STAGES)}). Move it there")


def is_language(name: str, told: Marked, notes: Notes) -> bool:
    if name not in FOLDERS:
        notes.unknown(told, name, "a language that is listened for", FOLDERS)
    return name in FOLDERS


def _in_order(place: str) -> tuple[int, str]:
    stage = PurePosixPath(place).parts[0]
    return (STAGES.index(stage) if stage in STAGES else len(STAGES), place)
