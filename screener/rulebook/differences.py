"""What differs between two rulebooks, in plain words: yours against the shipped, an update against what is there."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from screener.rulebook.book import Rulebook, Whose
from screener.rulebook.list_files import WordList
from screener.rules import Rule

type What = Literal["rule", "list", "level"]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that is otherwise. `member` and `platform` say for whom only; empty for everybody."""

    what: What
    name: str
    says: str
    """One sentence."""
    before: Any = None
    after: Any = None
    member: str = ""
    platform: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        whose = (f"For {self.member}: " if self.member else "") + (f"On {self.platform}: " if self.platform else "")
        return f"{whose}{self.says}"


def between(before: Rulebook, after: Rulebook) -> tuple[Difference, ...]:
    """Everything that is otherwise in the second one, and otherwise for one member or platform in it."""
    found = [*_rules(before, after), *_lists(before, after), *_levels(before, after)]
    for member, platform in sorted(after.variants):
        whose = (member, platform)
        # What a wider variant says already is not said again.
        wider = after.of(member, "") if member and platform else after
        view = after.of(member, platform)
        found += [*_rules(wider, view, whose), *_levels(wider, view, whose)]
    return tuple(found)


def _rules(before: Rulebook, after: Rulebook, whose: Whose = ("", "")) -> Iterator[Difference]:
    old, new = ({rule.id: rule for rule in book.rules} for book in (before, after))
    for id, rule in new.items():
        if id not in old:
            runs = f"It weighs {_number(rule.points)}" if rule.runs else f"It does not run yet ({rule.status})"
            yield _rule(rule, whose, f'New rule "{rule.title}" ({rule.stage}). {runs}.', after=rule.points)
        elif rule is not old[id]:
            yield from _changed(old[id], rule, whose)
    for id, rule in old.items():
        if id not in new:
            threat = " It saw a threat or a demand." if rule.alone else ""
            yield _rule(rule, whose, f'The rule "{rule.title}" is not there any more.{threat}', before=rule.points)


def _changed(old: Rule, new: Rule, whose: Whose) -> Iterator[Difference]:
    if old.points != new.points:
        says = f'"{new.title}" weighs {_number(new.points)} instead of {_number(old.points)}.'
        yield _rule(new, whose, says, before=old.points, after=new.points)
    if old.status != new.status:
        now = "runs" if new.runs else "does not run"
        says = f'"{new.title}" {now} ({new.status}; it was {old.status}).'
        yield _rule(new, whose, says, before=old.status, after=new.status)
    if old.alone != new.alone:
        says = f'"{new.title}" {"alerts" if new.alone else "no longer alerts"} by itself.'
        yield _rule(new, whose, says, before=old.alone, after=new.alone)
    if (old.when, old.conditions, old.stage) != (new.when, new.conditions, new.stage):
        yield _rule(new, whose, f'"{new.title}" looks at something else than before.')
    if any(getattr(old, part) != getattr(new, part) for part in ("title", "because", "advice", "also_innocent")):
        yield _rule(new, whose, f'"{new.title}" is worded otherwise.')


def _lists(before: Rulebook, after: Rulebook) -> Iterator[Difference]:
    old, new = ({each.name: each for each in book.lists} for book in (before, after))
    for name, words in new.items():
        if name not in old:
            yield Difference(what="list", name=name, says=f'New list "{words.title}".', after=len(words.phrases))
        elif words is not old[name]:
            yield from _phrases(old[name], words)
    for name, words in old.items():
        if name not in new:
            says = f'The list "{words.title}" is not there any more.'
            yield Difference(what="list", name=name, says=says, before=len(words.phrases))


def _phrases(old: WordList, new: WordList) -> Iterator[Difference]:
    there, now = ({(phrase.language, phrase.written) for phrase in each.phrases} for each in (old, new))
    for language, written in sorted(now - there):
        says = f'"{new.title}" also hears "{written}"{_spoken(language)}.'
        yield Difference(what="list", name=new.name, says=says, after=written)
    for language, written in sorted(there - now):
        says = f'"{new.title}" no longer hears "{written}"{_spoken(language)}.'
        yield Difference(what="list", name=new.name, says=says, before=written)


def _levels(before: Rulebook, after: Rulebook, whose: Whose = ("", "")) -> Iterator[Difference]:
    if before.levels is after.levels:
        return
    old, new = (
        {each.name: _plain(getattr(book.levels, each.name)) for each in fields(book.levels)} for book in (before, after)
    )
    for path, value in _flat(new):
        was = _at(old, path)
        if was != value:
            yield Difference(
                what="level",
                name=".".join(path),
                says=f"{' '.join(path).replace('_', ' ')} is {_number(value)} instead of {_number(was)}.",
                before=was,
                after=value,
                member=whose[0],
                platform=whose[1],
            )


def _plain(value: Any) -> Any:
    return (
        dict(value)
        if isinstance(value, Mapping)
        else asdict(value)
        if hasattr(value, "__dataclass_fields__")
        else value
    )


def _flat(tree: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, (*above, key))
        else:
            yield (*above, key), value


def _at(tree: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree


def _rule(rule: Rule, whose: Whose, says: str, *, before: Any = None, after: Any = None) -> Difference:
    return Difference(
        what="rule", name=rule.id, says=says, before=before, after=after, member=whose[0], platform=whose[1]
    )


def _spoken(language: str) -> str:
    return "" if language in ("", "any") else f" ({language})"


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
