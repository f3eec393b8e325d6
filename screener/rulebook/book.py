"""All rules, word lists and levels together: what judges, for everybody and as one member's or platform's variant."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from screener.folding import Folded
from screener.heuristics import Measured, Moment
from screener.levels import Levels
from screener.rulebook.index import Index
from screener.rulebook.list_files import WordList
from screener.rulebook.lists import Listener, listen
from screener.rules import Rule, Signal, Status

type Whose = tuple[str, str]
"""A member's name and a platform; empty where every one of them is meant."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What the family made of one rule; parts that are None stay as they were."""

    points: float | None = None
    status: Status | None = None
    line: int = 0

    def over(self, before: "Change") -> "Change":
        """Both, where this one has the last word."""
        return Change(
            points=before.points if self.points is None else self.points,
            status=before.status if self.status is None else self.status,
            line=self.line,
        )

    def of(self, rule: Rule) -> Rule:
        return replace(
            rule,
            points=rule.points if self.points is None else self.points,
            status=rule.status if self.status is None else self.status,
        )


@dataclass(frozen=True, kw_only=True)
class Variant:
    """How one member, one platform, or one member on one platform is judged otherwise than everybody."""

    rules: Mapping[str, Change] = field(default_factory=dict)
    levels: Levels | None = None


NO_VARIANTS: Mapping[Whose, Variant] = MappingProxyType({})
NO_CHANGES: Mapping[str, Change] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """What judges. A file with a mistake is set aside and told of in `mistakes`; the others run.

    `rules` and `levels` are those for everybody, the family's overrides in them; `of` gives those for a relationship.
    """

    rules: tuple[Rule, ...]
    lists: tuple[WordList, ...]
    levels: Levels
    mistakes: list[str]
    listener: Listener
    warnings: tuple[str, ...] = ()
    """What the family's own overrides keep from being seen."""
    kept: frozenset[str] = frozenset()
    """The files with a mistake whose last good version is in force."""
    changed: Mapping[str, Change] = NO_CHANGES
    """What the overrides made of rules, for everybody: it is in `rules` already."""
    variants: Mapping[Whose, Variant] = NO_VARIANTS

    def of(self, member: str, platform: str) -> "Rulebook":
        """The rulebook by which this member's dealings on this platform are judged; mostly the same for all."""
        if not self.variants:
            return self
        return self._views.get((member, platform)) or self._view(member, platform)

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

    def weighed(self, signals: tuple[Signal, ...]) -> tuple[Signal, ...]:
        """The signals as the family's overrides would have them weigh. What is kept of them stays what it was, so that
        an override can be taken back.
        """
        if not self.changed:
            return signals
        return tuple(each for signal in signals if (each := self._weighed(signal)) is not None)

    def _weighed(self, signal: Signal) -> Signal | None:
        if signal.rule not in self.changed:
            return signal
        rule = self._by_id.get(signal.rule)
        if rule is None or rule.points == signal.points:
            return signal if rule is None or rule.runs else None
        return replace(signal, points=rule.points) if rule.runs else None

    def _words(self, rule: Rule, moment: Moment) -> tuple[int, int] | None:
        heard = rule.listens & moment.heard
        return self.listener.where(moment.folded, heard) if heard and moment.folded else None

    def _view(self, member: str, platform: str) -> "Rulebook":
        members, platforms = self._named
        known = (member if member in members else "", platform if platform in platforms else "")
        if known == ("", ""):
            return self
        if known not in self._views:
            self._views[known] = self._made(*known)
        # Names that nobody has an override for are many, one an account without an owner: they share one entry.
        return self._views[known]

    def _made(self, member: str, platform: str) -> "Rulebook":
        """Everybody's, then the platform's, then the member's, then the member's on that platform."""
        changed: dict[str, Change] = dict(self.changed)
        levels = self.levels
        for whose in dict.fromkeys((("", platform), (member, ""), (member, platform))):
            variant = self.variants.get(whose)
            if variant is None:
                continue
            levels = variant.levels or levels
            for id, change in variant.rules.items():
                changed[id] = change.over(changed[id]) if id in changed else change
        rules = tuple(changed[rule.id].of(rule) if rule.id in changed else rule for rule in self.rules)
        return replace(self, rules=rules, levels=levels, changed=changed, variants=NO_VARIANTS)

    def warm(self) -> "Rulebook":
        """Everything ready before the first event asks for it."""
        _ = self._index
        for member, platform in self.variants:
            _ = self.of(member, platform)._index
        return self

    @cached_property
    def _index(self) -> Index:
        return Index(self.rules)

    @cached_property
    def _by_id(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def _named(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(each for each, _ in self.variants if each), frozenset(
            each for _, each in self.variants if each
        )

    @cached_property
    def _views(self) -> dict[Whose, "Rulebook"]:
        return {}
