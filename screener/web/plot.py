"""The picture of a case over weeks: messages of both sides, calls, and when each stage began."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

from screener.events import Side
from screener.rules import Stage
from screener.tally import day_of

DAY = timedelta(days=1)
MOST_DAYS = 70
"""Beyond this the picture shows weeks, and beyond so many weeks only the last of them."""
LEAST_BARS = 14

LEFT, RIGHT = 6, 354
TALLEST = 44
"""How tall a bar is at most, on either side of the line between them."""
LADDER, STEP = 164, 19
"""Where the line of the first stage lies, and how far below it the next; case_plot.html draws the rest."""

Mark = Literal["request", "accepted", "call", "deleted", "blocked"]
MARKED: Mapping[str, Mark] = {
    "friend_request": "request",
    "accepted": "accepted",
    "call": "call",
    "deleted": "deleted",
    "blocked": "blocked",
    "removed": "blocked",
    "declined": "blocked",
}


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many events of one kind one side made on one day; the day is counted from 1970, in UTC."""

    day: int
    kind: str
    by: Side
    count: int


@dataclass(frozen=True, kw_only=True)
class Bar:
    """What happened in one day, or one week; x, width and the two heights are in the picture's own measure."""

    at: datetime
    received: int = 0
    sent: int = 0
    calls: int = 0
    marks: tuple[Mark, ...] = ()
    stages: tuple[Stage, ...] = ()
    x: float = 0.0
    up: float = 0.0
    down: float = 0.0

    @property
    def is_empty(self) -> bool:
        return not (self.received or self.sent or self.calls or self.marks or self.stages)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One stage, from where it began to the end."""

    stage: Stage
    x: float
    y: float
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Plot:
    """`step` is how many days a bar stands for, `most` the highest count of one; `cut` says that older bars are left
    out. Without any bar there is nothing to draw.
    """

    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()
    step: int = 1
    width: float = 0.0
    most: int = 0
    cut: bool = False
    first: datetime | None = None
    last: datetime | None = None

    @property
    def told(self) -> tuple[Bar, ...]:
        """The bars in which anything happened, for the table."""
        return tuple(bar for bar in self.bars if not bar.is_empty)


@dataclass(kw_only=True)
class _Day:
    received: int = 0
    sent: int = 0
    calls: int = 0
    marks: list[Mark] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)


def plot(counts: Sequence[Count], began: Iterable[tuple[Stage, datetime]]) -> Plot:
    """The picture of what happened, in days where there are few and in weeks where there are many."""
    began = tuple(began)
    days = [count.day for count in counts] + [day_of(at) for _, at in began]
    if not counts:
        return Plot()
    first, last = min(days), max(days)
    step = 1 if last - first < MOST_DAYS else 7
    there = (last - first) // step + 1
    bars = max(there, LEAST_BARS)
    # What is empty lies before the first day: nothing was there then, and nobody knows yet what comes.
    begin = first - (bars - there) * step + max(bars - MOST_DAYS, 0) * step
    found = _gathered(counts, began, begin, step)
    wide = (RIGHT - LEFT) / min(bars, MOST_DAYS)
    most = max((max(day.received, day.sent) for day in found.values()), default=0)
    drawn = tuple(
        Bar(
            at=_moment(begin + n * step),
            received=day.received,
            sent=day.sent,
            calls=day.calls,
            marks=tuple(mark for mark in get_args(Mark) if mark in day.marks),
            stages=tuple(day.stages),
            x=round(LEFT + n * wide, 1),
            up=_tall(day.received, most),
            down=_tall(day.sent, most),
        )
        for n in range(min(bars, MOST_DAYS))
        for day in (found[n],)
    )
    lines = tuple(
        Line(
            stage=stage,
            x=round(LEFT + (max(day_of(at) - begin, 0) // step + 0.5) * wide, 1),
            y=LADDER + n * STEP,
            at=at,
        )
        for n, (stage, at) in enumerate(began)
    )
    return Plot(
        bars=drawn,
        lines=lines,
        step=step,
        width=round(max(wide * 0.7, 1.5), 1),
        most=most,
        cut=begin > first,
        first=_moment(begin),
        last=_moment(last),
    )


def _gathered(
    counts: Sequence[Count], began: Sequence[tuple[Stage, datetime]], begin: int, step: int
) -> Mapping[int, _Day]:
    found: defaultdict[int, _Day] = defaultdict(_Day)
    for count in counts:
        if count.day < begin:
            continue
        day = found[(count.day - begin) // step]
        if count.kind == "message":
            if count.by == "contact":
                day.received += count.count
            else:
                day.sent += count.count
        elif count.kind == "call":
            day.calls += count.count
        if count.kind in MARKED:
            day.marks.append(MARKED[count.kind])
    for stage, at in began:
        found[max(day_of(at) - begin, 0) // step].stages.append(stage)
    return found


def _tall(count: int, most: int) -> float:
    """At least a sliver, so that one message beside a hundred is seen."""
    return round(max(TALLEST * count / most, 2.0), 1) if count else 0.0


def _moment(day: int) -> datetime:
    return datetime.fromisoformat("1970-01-01T12:00:00+00:00") + day * DAY
