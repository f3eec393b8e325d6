"""Tells what a family's own overrides keep from being seen: tuning must never blind anybody unnoticed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from screener.levels import Level, Levels
from screener.rulebook.book import Change, Rulebook, Whose
from screener.rulebook.overrides import Overrides
from screener.rules import STAGES, Rule

ALL_STAGES = len(STAGES)


def blind(book: Rulebook, before: Sequence[Rule], overrides: Overrides, *, file: str) -> tuple[str, ...]:
    """One line for each thing that is no longer seen, as *file:line: what. mend*; `before` are the rules unchanged."""
    return tuple(f"{file}:{line}: {what}" for line, what in _found(book, before, overrides))


def _found(book: Rulebook, before: Sequence[Rule], overrides: Overrides) -> Iterator[tuple[int, str]]:
    alone = [rule for rule in before if rule.alone and rule.runs]
    yield from _threats(alone, overrides.rules, ("", ""))
    for whose, variant in overrides.variants.items():
        yield from _threats(alone, variant.rules, whose)
    for stage in STAGES:
        ran = [rule for rule in before if rule.stage == stage and rule.runs and rule.points > 0]
        if ran and not any(rule.runs and rule.points > 0 for rule in book.rules if rule.stage == stage):
            line = min(overrides.rules[rule.id].line for rule in ran if rule.id in overrides.rules)
            yield line, f"no rule of {stage} is left, so nothing of that kind is seen. Let at least one run."
    yield from _removed(book, alone, overrides)
    for whose, line in overrides.lines.items():
        levels = overrides.levels if whose == ("", "") else overrides.variants[whose].levels
        if levels is not None and whose in overrides.lines:
            yield from ((line, what) for what in _unreachable(levels, whose))


def _threats(alone: Iterable[Rule], changes: Mapping[str, Change], whose: Whose) -> Iterator[tuple[int, str]]:
    for rule in alone:
        change = changes.get(rule.id)
        if change is None:
            continue
        changed = change.of(rule)
        if not changed.runs:
            yield (
                change.line,
                (
                    f'"{rule.id}" does not run{_for(whose)}: "{rule.title}" is no longer seen there. '
                    "It sees a threat or a demand. Remove this line to see it again."
                ),
            )
        elif changed.points <= 0:
            yield (
                change.line,
                (
                    f'"{rule.id}" weighs nothing{_for(whose)}: "{rule.title}" no longer counts beside other signs. '
                    "It sees a threat or a demand. Give it points again."
                ),
            )


def _removed(book: Rulebook, alone: Iterable[Rule], overrides: Overrides) -> Iterator[tuple[int, str]]:
    """Words that a rule of threats listens for."""
    phrases = {each.name: each.phrases for each in book.lists}
    listened = {name: rule.title for rule in alone for name in rule.listens}
    for name, change in overrides.lists.items():
        for phrase, line in change.remove.items():
            if not phrases.get(name):
                yield line, f'the list "{name}" has no words left, so it is never heard. Leave it at least one.'
                break
            if name in listened:
                yield (
                    line,
                    (
                        f'"{phrase[:60]}" is no longer heard as "{name}": "{listened[name]}" may be missed where it is '
                        "said so. Remove this line to hear it again."
                    ),
                )


def _unreachable(levels: Levels, whose: Whose) -> Iterator[str]:
    most = sum(levels.most_points.values())
    reached = {
        "act": [levels.act],
        "talk": [levels.talk, levels.talk_in_fewer],
        "look": [levels.look],
    }
    for name, ways in reached.items():
        if not any(_can_be(each, most) for each in ways):
            yield f"no points can reach {name}{_for(whose)} any more, only a threat or demand. Ask for fewer of them."


def _can_be(level: Level, most: float) -> bool:
    return level.points <= most and level.stages <= ALL_STAGES


def _for(whose: Whose) -> str:
    member, platform = whose
    return (f" for {member}" if member else "") + (f" on {platform}" if platform else "")
