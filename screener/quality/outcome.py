"""One story replayed: what each of its events led to, and what was wanted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Literal

from screener.alerts import height
from screener.events import Event, Message, Side
from screener.family import Family
from screener.levels import LevelName
from screener.pipeline import Followed, Pipeline
from screener.quality.systems import System
from screener.rules import STAGES, Signal
from screener.store.base import Recalled
from screener.story import Expect, Story, Told

type Verdict = Literal["ok", "late", "missed", "false"]


@dataclass(frozen=True, kw_only=True)
class Tale:
    """A story, the name of its file, and the group it is counted in."""

    name: str
    group: str
    path: Path
    story: Story

    @property
    def is_harmful(self) -> bool:
        return self.story.expect.verdict == "harmful"


@dataclass(frozen=True, kw_only=True)
class Beat:
    """What one event led to. `rises` where an alert opened at it or rose to that level."""

    at: datetime
    person: str
    by: Side
    is_message: bool
    labels: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    """The stages of the signals that are about this very event."""
    rises: LevelName | None = None
    rules: tuple[str, ...] = ()
    """What the alert stood on when it rose, heaviest first."""

    @property
    def is_incoming(self) -> bool:
        return self.is_message and self.by == "contact"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A replayed story. `people` are those whose alerts count as a warning."""

    name: str
    group: str
    expect: Expect
    people: frozenset[str]
    beats: tuple[Beat, ...]

    @property
    def is_harmful(self) -> bool:
        return self.expect.verdict == "harmful"

    @cached_property
    def talk(self) -> int | None:
        """The first event that led to an alert of at least `talk`."""
        return self._first("talk")

    @cached_property
    def act(self) -> int | None:
        return self._first("act")

    @cached_property
    def danger(self) -> int | None:
        """What a warning must come before: the threat, or the ask where nobody threatens."""
        return self.expect.threat if self.expect.threat is not None else self.expect.ask

    @cached_property
    def incoming(self) -> int:
        return sum(1 for beat in self.beats if beat.is_incoming)

    @cached_property
    def messages(self) -> int:
        return self._messages[-1] if self.beats else 0

    @cached_property
    def others_talked_of(self) -> bool:
        """Whether somebody else in the story was warned of."""
        return any(height(m.rises) >= height("talk") for m in self.beats if m.person not in self.people)

    def alerts(self, level: LevelName) -> int:
        """How many alerts opened at this level or rose to it."""
        return sum(1 for beat in self.beats if beat.rises == level)

    def messages_until(self, event: int) -> int:
        """How many messages there were, up to this event and with it."""
        return self._messages[event]

    @cached_property
    def _messages(self) -> tuple[int, ...]:
        return tuple(accumulate(int(beat.is_message) for beat in self.beats))

    @cached_property
    def stage_counts(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """By stage: at how many events it was seen and labelled, was labelled, was seen."""
        return (
            Counter(stage for beat in self.beats for stage in beat.labels & beat.stages),
            Counter(stage for beat in self.beats for stage in beat.labels),
            Counter(stage for beat in self.beats for stage in beat.stages),
        )

    @property
    def verdict(self) -> Verdict:
        """`ok`, `late` (talk came after it was wanted, or act after the threat), `missed` or `false`."""
        if not self.is_harmful:
            return "ok" if self.talk is None else "false"
        if self.talk is None:
            return "missed"
        warned = self.expect.warn_by is None or self.talk <= self.expect.warn_by
        acted = self.expect.threat is None or (self.act is not None and self.act <= self.expect.threat)
        return "ok" if warned and acted else "late"

    def _first(self, level: LevelName) -> int | None:
        wanted = height(level)
        return next(
            (n for n, m in enumerate(self.beats) if m.person in self.people and height(m.rises) >= wanted), None
        )


async def replayed(tale: Tale, system: System, story: Story | None = None) -> Outcome:
    """What happened when a story, or a disguised form of it, went through the pipeline with an empty memory."""
    told = story or tale.story
    store = system.memory()
    family = Family(members=tuple({each.member.id: each.member for each in told.events}.values()))
    pipeline = Pipeline(
        family=family,
        rulebook=system.rulebook,
        store=store,
        since=told.events[0].event.at,
        meaning=system.meaning,
    )
    for each in told.known:
        async with store.transaction() as tx:
            await pipeline.follow(each.event, each.member, tx)
    beats = []
    for each in told.events:
        async with store.transaction() as tx:
            before = await tx.recall(each.member, each.event)
            step = await pipeline.follow(each.event, each.member, tx)
            after = await tx.recall(each.member, each.event)
            beats.append(_beat(each, step, news(before, after, each.event, system)))
    return Outcome(name=tale.name, group=tale.group, expect=told.expect, people=people(told), beats=tuple(beats))


def people(story: Story) -> frozenset[str]:
    """Whose alerts count: everybody's in an innocent story, in a harmful one those whom its labels point at.

    Those are the contacts with an event labelled with stages; without such labels, those of the events that `threat`,
    `ask` and `warn_by` name.
    """
    everybody = frozenset(told.person for told in story.events)
    if story.expect.verdict != "harmful":
        return everybody
    labelled = frozenset(told.person for told in story.events if told.stages and told.event.by == "contact")
    return labelled or frozenset(story.events[n].person for n in places(story.expect)) or everybody


def places(expect: Expect) -> Sequence[int]:
    """The events that labels name."""
    return [n for n in (expect.threat, expect.ask, expect.warn_by) if n is not None]


def news(before: Recalled, after: Recalled, event: Event, system: System) -> Iterator[Signal]:
    """The signals that are about an event: of rules that look at it, or that didn't hold earlier.

    A rule about who somebody is holds at every message; only the first time is it about that message.
    """
    earlier = {signal.rule for signal in before.signals}
    for signal in after.signals:
        if signal.event == event.id and (signal.rule in system.looking or signal.rule not in earlier):
            yield signal


def _beat(told: Told, step: Followed | None, signals: Iterable[Signal]) -> Beat:
    event = told.event
    alert = step.alert if step is not None and step.is_news else None
    return Beat(
        at=event.at,
        person=told.person,
        by=event.by,
        is_message=isinstance(event, Message),
        labels=frozenset(told.stages) & frozenset(STAGES),
        stages=frozenset(signal.stage for signal in signals),
        rises=alert.level if alert is not None else None,
        rules=tuple(signal.rule for signal in alert.signals) if alert is not None else (),
    )
