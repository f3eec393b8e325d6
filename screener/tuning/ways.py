"""What differs between two rulebooks: rules that weigh otherwise or ask otherwise, words, and levels."""

from collections.abc import Mapping
from dataclasses import dataclass

from screener.rulebook import Rulebook
from screener.rulebook.lists import Listener, Phrase
from screener.rules import Rule


@dataclass(frozen=True, kw_only=True)
class Way:
    """A rulebook as one side uses it, beside that of the first side.

    `weighs` are the rules that weigh otherwise, ask for something else, or run on one side only; `listens` those whose
    lists have other words. Both together are `moved`, where they can't be compared without measuring. `words` hears the
    lists that the first need, `others` the phrases that stand on one side only.
    """

    book: Rulebook
    rules: Mapping[str, Rule]
    weighs: frozenset[str] = frozenset()
    listens: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
    words: Listener | None = None
    others: Listener | None = None
    levels: bool = False
    windows: bool = False


class Ways:
    """Each pair of rulebooks is compared once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[Rulebook, Way]] = {}

    def of(self, first: Rulebook, book: Rulebook) -> Way:
        """The second of two rulebooks, and what is different about it."""
        key = (id(first), id(book))
        if key not in self._known:
            # The first is kept too: an id is only a name for as long as the thing lives.
            self._known[key] = (first, _compared(first, book))
        return self._known[key][1]


def _compared(first: Rulebook, book: Rulebook) -> Way:
    running = {rule.id: rule for rule in book.rules if rule.runs}
    if first is book:
        return Way(book=book, rules=running)
    before = {rule.id: rule for rule in first.rules if rule.runs}
    phrases = _phrases(first) ^ _phrases(book) if first.listener is not book.listener else frozenset[Phrase]()
    lists = frozenset(phrase.list for phrase in phrases)
    asks = frozenset(id for id, rule in running.items() if _asks(before.get(id)) != _asks(rule))
    weighs = asks | {id for id in before.keys() | running.keys() if _weight(before.get(id)) != _weight(running.get(id))}
    listens = frozenset(rule.id for rules in (before, running) for rule in rules.values() if _names(rule) & lists)
    needed = frozenset[str]().union(*(rule.listens for id in weighs for rule in _both(before, running, id)))
    hears = [phrase for phrase in _phrases(first) | _phrases(book) if phrase.list in needed]
    return Way(
        book=book,
        rules=running,
        weighs=weighs,
        listens=listens,
        moved=asks | listens,
        words=Listener(hears) if hears else None,
        others=Listener(list(phrases)) if phrases else None,
        levels=first.levels != book.levels,
        windows=first.levels.windows != book.levels.windows,
    )


def _phrases(book: Rulebook) -> frozenset[Phrase]:
    return frozenset(phrase for each in book.lists for phrase in each.phrases)


def _weight(rule: Rule | None) -> object:
    return None if rule is None else (rule.points, rule.alone, rule.stage)


def _asks(rule: Rule | None) -> object:
    return None if rule is None else (rule.conditions, rule.when)


def _names(rule: Rule) -> frozenset[str]:
    """Every word that a rule asks of facts; lists among them."""
    sets = (each for condition in rule.conditions for each in (condition.any, condition.all, condition.none))
    return frozenset[str]().union(*(each for each in sets if each))


def _both(before: Mapping[str, Rule], after: Mapping[str, Rule], id: str) -> tuple[Rule, ...]:
    return tuple(rules[id] for rules in (before, after) if id in rules)
