"""The scores as tables for people and as JSON for programs. A message's text stands in neither."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from screener.quality.bootstrap import Figure
from screener.quality.metrics import CHILD_WEEK, HEADLINES, METRICS, Unit
from screener.quality.outcome import Outcome
from screener.quality.robustness import EVERY, Robustness
from screener.quality.scoring import ALL, Group, Scores
from screener.quality.systems import SHIPPED

MOST_RULES = 6
NOTHING = "–"


def to_json(scores: Scores, *, stories: bool = False) -> dict[str, Any]:
    """All figures; with `stories` also what happened in each."""
    found: dict[str, Any] = {
        "groups": [_group(group) for group in scores.groups],
        "systems": {system.name: system.says for system in scores.systems},
        "events_per_second": round(scores.events_per_second),
        "messages_a_child_week": CHILD_WEEK,
        "resamples": scores.resamples,
        "seed": scores.seed,
    }
    if stories:
        found["stories"] = [story(outcome) for outcome in listed(scores)]
    return found


def _group(group: Group) -> dict[str, Any]:
    return {
        "group": group.name,
        "stories": len(group.outcomes),
        "harmful": sum(outcome.is_harmful for outcome in group.outcomes),
        "incoming": sum(outcome.incoming for outcome in group.outcomes),
        "figures": _figures(group.figures),
        "systems": {name: _figures(figures) for name, figures in group.systems.items()},
        "robustness": {
            system: {"early": _figures(each.early), "recall": _figures(each.recall)}
            for system, each in group.robustness.items()
        },
    }


def _figures(figures: Mapping[str, Figure]) -> dict[str, Any]:
    return {
        key: {"value": _short(each.value), "low": _short(each.low), "high": _short(each.high), "stories": each.stories}
        for key, each in figures.items()
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def listed(scores: Scores) -> Iterator[Outcome]:
    """Every story once, in the order in which they were read."""
    for group in scores.groups:
        if group.name != ALL:
            yield from group.outcomes


def story(outcome: Outcome) -> dict[str, Any]:
    """What was wanted and what happened, by the events' numbers, and the rules that made the first warning."""
    expect = outcome.expect
    return {
        "group": outcome.group,
        "story": outcome.name,
        "verdict": expect.verdict,
        "result": outcome.verdict,
        "talk": outcome.talk,
        "warn_by": expect.warn_by,
        "act": outcome.act,
        "threat": expect.threat,
        "ask": expect.ask,
        "others_talked_of": outcome.others_talked_of,
        "rules": list(outcome.beats[outcome.talk].rules) if outcome.talk is not None else [],
    }


def show(scores: Scores, console: Console, *, stories: bool = False) -> None:
    """The tables."""
    if stories:
        console.print(_stories(scores))
    console.print(_main(scores))
    if len(scores.systems) > 1:
        for group in scores.groups:
            console.print(_systems(group))
        console.print(_disguises(scores))
    console.print(
        f"In brackets: 95 % intervals over stories ({scores.resamples} draws, seed {scores.seed}). "
        f"A child-week is taken as {CHILD_WEEK:,} incoming messages. "
        f"{scores.events_per_second:,.0f} events judged a second of CPU time."
    )


def _stories(scores: Scores) -> Table:
    table = Table(title="Each story, by the numbers of its events")
    for name in ("story", "wanted", "result"):
        table.add_column(name, no_wrap=name != "story")
    for name in ("talk", "warn_by", "act", "threat"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("first warned by")
    for outcome in listed(scores):
        row = story(outcome)
        numbers = (NOTHING if row[name] is None else str(row[name]) for name in ("talk", "warn_by", "act", "threat"))
        more = len(row["rules"]) - MOST_RULES
        rules = ", ".join(row["rules"][:MOST_RULES]) + (f" and {more} more" if more > 0 else "")
        result = row["result"] + (", and of another" if row["others_talked_of"] else "")
        table.add_row(f"{row['group']}/{row['story']}", row["verdict"], result, *numbers, rules)
    return table


def _main(scores: Scores) -> Table:
    table = Table(title="The shipped rules on these stories")
    table.add_column("", no_wrap=True)
    for group in scores.groups:
        harmful = sum(outcome.is_harmful for outcome in group.outcomes)
        table.add_column(f"{group.name}\n{harmful} harmful, {len(group.outcomes) - harmful} innocent", justify="right")
    for metric in METRICS:
        table.add_row(metric.title, *(cell(group.figures[metric.key], metric.unit) for group in scores.groups))
    return table


def _systems(group: Group) -> Table:
    table = Table(title=f"Beside simpler ways, and with a part left out: {group.name}")
    table.add_column("", no_wrap=True)
    for metric in HEADLINES:
        table.add_column(metric.title, justify="right")
    for name, figures in {SHIPPED: group.figures, **group.systems}.items():
        table.add_row(name, *(cell(figures[metric.key], metric.unit) for metric in HEADLINES))
    return table


def _disguises(scores: Scores) -> Table:
    table = Table(title="Warnings left in disguise, for each without: in time / at all")
    table.add_column("", no_wrap=True)
    for group in scores.groups:
        table.add_column(group.name, justify="right")
    ours = [group.robustness[SHIPPED] for group in scores.groups]
    for name in ours[0].early:
        table.add_row(name, *(_both(each, name) for each in ours), end_section=name == EVERY)
    for system in scores.groups[0].robustness:
        if system != SHIPPED:
            table.add_row(system, *(_both(group.robustness[system], EVERY) for group in scores.groups))
    return table


def _both(robustness: Robustness, name: str) -> str:
    return f"{cell(robustness.early[name], 'ratio')} / {cell(robustness.recall[name], 'ratio')}"


def cell(figure: Figure, unit: Unit) -> str:
    """A figure with its interval, as it stands in a table."""
    if figure.value is None:
        return NOTHING
    value = spoken(figure.value, unit)
    if figure.low is None or figure.high is None:
        return value
    return f"{value} [{spoken(figure.low, unit)}…{spoken(figure.high, unit)}]".replace("[", r"\[")


def spoken(value: float, unit: Unit) -> str:
    """A value as it is said."""
    if unit == "share":
        return f"{value * 100:.0f} %"
    if unit == "ratio":
        return f"{value:.2f}"
    if unit == "minutes":
        return _time(value)
    return f"{value:.1f}".removesuffix(".0")


def _time(minutes: float) -> str:
    for name, size in (("d", 1_440), ("h", 60)):
        if abs(minutes) >= size * 2:
            return f"{minutes / size:.1f} {name}"
    return f"{minutes:.0f} min"
