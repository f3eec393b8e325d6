"""The shipped rules with the family's own over them, read quickly again whenever a file of either changed."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from screener.levels import Levels
from screener.rulebook.blindness import blind
from screener.rulebook.book import Rulebook
from screener.rulebook.folders import LISTS, OVERRIDES, Files, Stamp, files, stamp
from screener.rulebook.list_files import FOLDERS, Idea, WordList, word_list
from screener.rulebook.lists import Ear, Listener, Phrase
from screener.rulebook.memo import Aside, Good, Memo
from screener.rulebook.mistakes import Notes
from screener.rulebook.overrides import Known, Overrides, read_overrides
from screener.rulebook.phrases import Words
from screener.rulebook.shelf import Phrases, Shelf
from screener.rules import Rule


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """What was read of the folder below the family's own."""

    levels: Levels
    words: Mapping[str, Words]
    ideas: Mapping[str, Idea]
    lists: tuple[WordList, ...]
    listener: Listener
    rules: tuple[Rule, ...]
    mistakes: tuple[str, ...]
    kept: frozenset[str]


_READ: dict[tuple[Path, Stamp], Shipped] = {}
MOST_READ = 2


def _read_once(now: tuple[Path, Stamp], read: Callable[[Path], Shipped]) -> Shipped:
    """What nobody edits is read once a process, however many libraries stand on it."""
    found = _READ.get(now)
    if found is None:
        if len(_READ) >= MOST_READ:
            _READ.clear()
        found = _READ[now] = read(now[0])
    return found


class Library:
    """Reads `base`, and `own` over it. Files that did not change are not read twice.

    `edited` says that somebody may write in `base`, which else is what was shipped. `good` is a folder for the last
    good version of each file. `members` are the names in the family, and `platforms` those that are read; None where
    nobody can say. `seen` is the stamp of what was read last. It may be asked from several threads.
    """

    def __init__(
        self,
        base: Path | Callable[[], Path],
        own: Path | None = None,
        *,
        edited: bool = False,
        good: Path | None = None,
        members: Collection[str] | None = None,
        platforms: Collection[str] | None = None,
    ) -> None:
        self._find = base if callable(base) else lambda: base
        self.own = own if own != self.base else None
        self._edited = edited
        self.members, self.platforms = members, platforms
        self._memo, self._memo_base, self._lock = Memo(), Memo(), threading.Lock()
        self._good_base = Good(good / "base" if good and edited else None)
        self._good_own = Good(good / "own" if good else None)
        self.seen: tuple[Path, Stamp, Stamp] | None = None
        self._shipped: tuple[tuple[Path, Stamp], Shipped] | None = None

    @property
    def base(self) -> Path:
        """The folder below the family's own: shipped, or of a pack, or the one that the settings name."""
        return self._find()

    def stamp(self) -> tuple[Path, Stamp, Stamp]:
        """Changes when something is to be read again. Cheap enough to be asked several times a second."""
        base = self.base
        return base, stamp(base) if self._edited else (), stamp(self.own) if self.own is not None else ()

    def own_files(self) -> Files:
        """The family's files as they are now, named with the home folder: the shipped ones lie in "rules" too."""
        own = self.own or Path()
        name = f"{own.parent.name}/{own.name}"
        if self.own is None or not own.is_dir():
            return Files(folder=own, texts={}, strange={}, name=name)
        return files(own, name=name)

    def read(self) -> Rulebook:
        """The rulebook as its files are now. Raises Mistake only where there are no levels at all to weigh with."""
        with self._lock:
            self.seen = self.stamp()
            self._memo.begin()
            base = self._base()
            shelf = Shelf(files=self.own_files(), memo=self._memo, before=self._good_own)
            book = self._over(base, shelf)
            self._good_own.keep(shelf.good, there=frozenset(shelf.files.texts))
        return book

    def tried(self, instead: Mapping[str, bytes | None]) -> Rulebook:
        """The rulebook as it would be if these of the family's files held something else; nothing is kept.

        A broken one of them is set aside: its last good version does not stand in for what is being tried.
        """
        with self._lock:
            base = self._base()
            shelf = Shelf(files=self.own_files().with_texts(instead), memo=Aside(self._memo), before=Good())
            return self._over(base, shelf)

    def shipped(self) -> Rulebook:
        """The rules without anything of the family's."""
        with self._lock:
            base = self._base()
            empty = Files(folder=self.base, texts={}, strange={}, name=self.base.name)
            return self._over(base, Shelf(files=empty, memo=self._memo, before=Good()))

    def _base(self) -> Shipped:
        base = self.base
        now = (base, stamp(base))
        if self._shipped is None or self._shipped[0] != now:
            self._shipped = (now, self._read_base(base) if self._edited else _read_once(now, self._read_base))
        return self._shipped[1]

    def _read_base(self, base: Path) -> Shipped:
        self._memo_base.begin()
        shelf = Shelf(files=files(base), memo=self._memo_base, before=self._good_base)
        read = _shipped(shelf)
        if self._edited:
            self._good_base.keep(shelf.good, there=frozenset(shelf.files.texts))
        return read

    def _over(self, base: Shipped, shelf: Shelf) -> Rulebook:
        """The family's files over the shipped ones."""
        shelf.strangers()
        words = shelf.words(base.words)
        ideas = shelf.ideas(base.ideas)
        found = shelf.phrases({**base.ideas, **ideas}, words)
        new = _lists(ideas, found, shelf)
        known = Known(
            rules={rule.id for rule in base.rules} | shelf.rule_names(),
            lists={each.name: frozenset(phrase.written for phrase in each.phrases) for each in (*base.lists, *new)},
            words=words,
            levels=base.levels,
            platforms=self.platforms,
            members=self.members,
        )
        overrides = shelf.read(
            OVERRIDES, lambda told, notes: read_overrides(told, known, notes), key=object(), empty=True
        ) or Overrides(levels=base.levels)
        phrases = [each for by_language in found.values() for more in by_language.values() for each in more]
        phrases += [each for change in overrides.lists.values() for each in change.add]
        removed = frozenset(
            phrase
            for each in (*base.lists, *new)
            if each.name in overrides.lists
            for phrase in each.phrases
            if phrase.written in overrides.lists[each.name].remove
        )
        lists = tuple(_changed(each, phrases, removed) for each in (*base.lists, *new))
        listener = self._listener(base.listener, tuple(phrases), removed, shelf)
        names = frozenset(each.name for each in lists)
        rules = (*base.rules, *shelf.rules(names, listener, {rule.id: rule for rule in base.rules}))
        book = Rulebook(
            rules=tuple(overrides.rules[each.id].of(each) if each.id in overrides.rules else each for each in rules),
            lists=lists,
            levels=overrides.levels,
            mistakes=[*base.mistakes, *shelf.mistakes],
            listener=listener,
            kept=base.kept | shelf.kept,
            changed=overrides.rules,
            variants=overrides.variants,
        )
        warnings = blind(book, rules, overrides, file=f"{shelf.files.name}/{OVERRIDES}")
        return replace(book, warnings=warnings).warm()

    def _listener(
        self, below: Listener, phrases: tuple[Phrase, ...], removed: frozenset[Phrase], shelf: Shelf
    ) -> Listener:
        if not phrases and not removed:
            return below

        def made(notes: Notes) -> Listener:
            listener = Listener(phrases, beside=below, without=removed)
            if not listener.works():
                notes.add(1, "your word lists are too large, so hearing is slow. Use fewer gaps and groups")
            return listener

        notes = shelf.note(LISTS)
        listener = shelf.memo.of(("listener", below.number, phrases, removed), notes, made)
        shelf.mistakes += notes.mistakes
        return listener


def _shipped(shelf: Shelf) -> Shipped:
    levels, words, ideas = shelf.levels(), shelf.words(), shelf.ideas()
    found = shelf.phrases(ideas, words)
    lists = _lists(ideas, found, shelf)
    phrases = tuple(phrase for each in lists for phrase in each.phrases)
    # One memo for each language: a phrase mended in one does not have the others compiled again.
    listener = shelf.memo.of(
        ("listener", phrases),
        shelf.note(LISTS),
        lambda notes: Listener(phrases, ear=lambda mine: shelf.memo.of(tuple(mine), notes, lambda _: Ear(mine))),
    )
    if not lists:
        shelf.tell(LISTS, 1, "no word list could be read, so nothing that is said is heard. Mend the lists")
    elif not listener.works():
        shelf.tell(LISTS, 1, "the word lists are too large together, so hearing is slow. Use fewer gaps and groups")
    rules = shelf.rules(frozenset(each.name for each in lists), listener)
    if not rules:
        shelf.tell("", 1, "no rule could be read, so nothing would ever be noticed. Mend the rules")
    return Shipped(
        levels=levels,
        words=words,
        ideas=ideas,
        lists=lists,
        listener=listener,
        rules=rules,
        mistakes=tuple(shelf.mistakes),
        kept=frozenset(shelf.kept),
    )


def _lists(ideas: Mapping[str, Idea], found: Phrases, shelf: Shelf) -> tuple[WordList, ...]:
    made = []
    for name, idea in ideas.items():
        notes = shelf.note(f"{LISTS}/{name}.yaml")
        made.append(word_list(idea, found.get(name, {}), notes))
        shelf.mistakes += notes.mistakes
    return tuple(each for each in made if each is not None)


def _changed(each: WordList, phrases: Sequence[Phrase], removed: frozenset[Phrase]) -> WordList:
    """A list with what the family added to it, and without what it removed."""
    mine = [phrase for phrase in phrases if phrase.list == each.name and phrase not in each.phrases]
    left = (
        (*(phrase for phrase in (*each.phrases, *mine) if phrase not in removed),) if mine or removed else each.phrases
    )
    if left == each.phrases:
        return each
    heard = {phrase.language for phrase in left}
    return replace(each, phrases=left, languages=tuple(language for language in FOLDERS if language in heard))
