"""The main figures as a picture: a bar for each way of judging, with its interval. SVG, made here."""

from collections.abc import Iterator, Mapping
from html import escape

from screener.quality.bootstrap import Figure
from screener.quality.metrics import CHILD_WEEK, METRICS
from screener.quality.scoring import Group, Scores
from screener.quality.systems import SHIPPED

SHOWN = {
    "early": "#1b6ca8",
    "act_by_threat": "#67a9cf",
    "innocent_talk": "#c8553d",
}
"""The figures of a bar chart, with their colours: the blue ones should be long, the red one short."""

WIDTH, LEFT, RIGHT = 860, 150, 130
HEAD, BAR, GAP, TITLE = 84, 11, 12, 54
TICKS = (0, 25, 50, 75, 100)
STYLE = "font-family:system-ui,sans-serif;font-size:12px;fill:#222"


def svg(scores: Scores) -> str:
    """One chart a group, one below the other."""
    parts, top = [*_head()], float(HEAD)
    for group in scores.groups:
        drawn, top = _group(group, top)
        parts += drawn
    height = round(top + 40)
    parts.append(
        _text(20, height - 14, f"Lines are 95 % intervals over stories. A child-week: {CHILD_WEEK:,} messages.", "#666")
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}" role="img" style="{STYLE}">',
            "<title>How early harmful stories are warned of, and how often innocent ones are</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _head() -> Iterator[str]:
    yield _text(20, 28, "How early harmful stories are warned of, and how often innocent ones are", "#222", "bold")
    place = 20.0
    for key, colour in SHOWN.items():
        title = next(metric.title for metric in METRICS if metric.key == key)
        yield f'<rect x="{place:.0f}" y="46" width="12" height="12" fill="{colour}"/>'
        yield _text(place + 18, 56, title, "#222")
        place += 40 + 7 * len(title)


def _group(group: Group, top: float) -> tuple[list[str], float]:
    harmful = sum(outcome.is_harmful for outcome in group.outcomes)
    innocent = len(group.outcomes) - harmful
    systems: Mapping[str, Mapping[str, Figure]] = {SHIPPED: group.figures, **group.systems}
    first = top + TITLE
    bottom = first + len(systems) * (len(SHOWN) * BAR + GAP)
    parts = [_text(20, top + 18, f"{group.name}: {harmful} harmful, {innocent} innocent stories", "#222", "bold")]
    for tick in TICKS:
        place = _across(tick / 100)
        parts.append(f'<path d="M{place:.1f} {first - 6:.1f}V{bottom:.1f}" stroke="#ddd"/>')
        parts.append(_text(place, first - 12, f"{tick} %", "#666", anchor="middle"))
    line = first
    for name, figures in systems.items():
        middle = line + len(SHOWN) * BAR / 2 + 4
        parts.append(_text(LEFT - 10, middle, name, "#222", "bold" if name == SHIPPED else "normal", "end"))
        for key, colour in SHOWN.items():
            parts += _bar(figures[key], line, colour)
            line += BAR
        line += GAP
    return parts, bottom + 14


def _bar(figure: Figure, top: float, colour: str) -> Iterator[str]:
    middle = top + BAR / 2
    if figure.value is None:
        yield _text(LEFT + 4, top + BAR - 2, "no such story", "#999", size=9)
        return
    width = max(_across(figure.value) - LEFT, 1)
    yield f'<rect x="{LEFT}" y="{top + 1:.1f}" width="{width:.1f}" height="{BAR - 2}" fill="{colour}"/>'
    shown = f"{figure.value * 100:.0f} %"
    if figure.low is not None and figure.high is not None:
        low, high = _across(figure.low), _across(figure.high)
        yield f'<path d="M{low:.1f} {middle:.1f}H{high:.1f}" stroke="#222"/>'
        for end in (low, high):
            yield f'<path d="M{end:.1f} {middle - 3:.1f}v6" stroke="#222"/>'
        shown += f" ({figure.low * 100:.0f}–{figure.high * 100:.0f})"
    yield _text(WIDTH - RIGHT + 14, top + BAR - 1, shown, "#444", size=10)


def _across(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _text(
    x: float, y: float, text: str, colour: str, weight: str = "normal", anchor: str = "start", size: int = 12
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-weight="{weight}" text-anchor="{anchor}" '
        f'font-size="{size}">{escape(text)}</text>'
    )
