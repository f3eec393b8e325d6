"""Judges what is kept of the past again, in several ways at once. Pure: no clock, no disk, no network."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from screener.alerts import height
from screener.entities import given
from screener.events import Edited, Event, Message
from screener.feedback import Feedback, Trust, is_trusted
from screener.folding import Folded, fold_whole
from screener.heuristics import Measured, Moment
from screener.pipeline import carried
from screener.relationships import Relationship
from screener.rulebook import Rulebook
from screener.rules import Signal
from screener.score import kept, weigh
from screener.store.base import Recalled
from screener.tuning.base import Lived, Past, Side, Told
from screener.tuning.measured_again import is_out_of_reach
from screener.tuning.ways import Way, Ways

type Key = tuple[str, str, str]


@dataclass(kw_only=True)
class Counted:
    """What was met on the way."""

    as_it_was: int = 0
    in_doubt: dict[int, int] = field(default_factory=dict)
    """By the place of the side."""


@dataclass(kw_only=True)
class Judged:
    """One side of one relationship, as far as it has been played."""

    place: int
    way: Way
    feedback: tuple[Feedback, ...]
    signals: tuple[Signal, ...] = ()
    reached: int = 0
    told: Told = field(default_factory=Told)
    looked: tuple[Any, ...] = ()
    """What the score stood on when it was last weighed: while that stays, it can only fade."""


@dataclass(kw_only=True)
class Heard:
    """A relationship as those sides see it that hear alike: the same words, the same windows."""

    book: Rulebook
    trusts: tuple[Feedback, ...]
    sides: list[Judged]
    relationship: Relationship | None = None
    bio: str | None = None

    def hears_as(self, book: Rulebook, trusts: tuple[Feedback, ...]) -> bool:
        same = self.book.listener is book.listener and self.book.levels.windows == book.levels.windows
        return same and self.trusts == trusts


@dataclass(kw_only=True)
class Playing:
    """One relationship while it is played: its sides in their order, and those that hear alike together."""

    past: Past
    sides: list[Judged]
    hearings: list[Heard]
    seen: Mapping[str, tuple[Signal, ...]]


class Rerun:
    """Plays relationships again."""

    def __init__(self, sides: Sequence[Side], ways: Ways, *, since: datetime) -> None:
        self._sides = sides
        self._ways = ways
        self._since = since
        self.counted = Counted()

    def played(self, group: Sequence[Lived]) -> dict[str, tuple[Told, ...]]:
        """What each side would have told of each of these relationships, by its id."""
        playing = {each.past.key: self._begun(each) for each in group}
        for key, event in _in_order(group):
            self._step(playing[key], event, playing)
        return {each.past.id: tuple(side.told for side in each.sides) for each in playing.values()}

    def _begun(self, lived: Lived) -> Playing:
        past = lived.past
        books = [side.books(past.member, past.relationship.contact.platform) for side in self._sides]
        sides = [
            Judged(
                place=place,
                way=self._ways.of(books[0], book),
                feedback=(*past.feedback, *side.answers.get(past.id, ())),
            )
            for place, (side, book) in enumerate(zip(self._sides, books, strict=True))
        ]
        hearings: list[Heard] = []
        for judged in sides:
            book = judged.way.book
            trusts = tuple(each for each in judged.feedback if isinstance(each, Trust))
            if (found := next((each for each in hearings if each.hears_as(book, trusts)), None)) is not None:
                found.sides.append(judged)
            else:
                hearings.append(Heard(book=book, trusts=trusts, sides=[judged]))
        return Playing(past=past, sides=sides, hearings=hearings, seen=_by_event(lived))

    def _step(self, playing: Playing, event: Event, others: Mapping[Key, Playing]) -> None:
        words = event.text if isinstance(event, Message | Edited) else None
        folded = fold_whole(words) if words else None
        gave = given(words) if words and event.by == "contact" else ()
        first = playing.sides[0]
        seen = playing.seen.get(event.id, ())
        held_first: frozenset[str] = frozenset()
        twins: Sequence[tuple[Key, Any]] = ()
        if len(others) > 1:
            twins = [
                ((playing.past.member.id, twin.platform, twin.id), twin) for twin in playing.past.relationship.twins
            ]
        for hearing in playing.hearings:
            moment = _moment(playing, hearing, event, folded, gave)
            facts = Measured(moment)
            # What the talk means as a whole is only known as it stands today.
            weighed_as = replace(moment.relationship, meant=playing.past.relationship.meant)
            said: dict[int, tuple[Signal, ...]] = {}
            for judged in hearing.sides:
                rules = id(judged.way.book.rules)
                if rules not in said:
                    said[rules] = judged.way.book.signals_of(moment, facts)
                news = said[rules]
                if judged is first:
                    held_first = frozenset(signal.rule for signal in news)
                if seen:
                    news = (*news, *self._as_it_was(judged, judged is first, news, seen, held_first, words is not None))
                if news:
                    judged.signals = kept(judged.signals, news)
                elsewhere = [
                    (twin, Recalled(signals=others[key].sides[judged.place].signals))
                    for key, twin in twins
                    if key in others
                ]
                self._weigh(judged, weighed_as, event.at, bool(news), elsewhere)

    def _as_it_was(
        self,
        judged: Judged,
        is_first: bool,
        news: Sequence[Signal],
        seen: Sequence[Signal],
        held_first: frozenset[str],
        words_kept: bool,
    ) -> Iterator[Signal]:
        """What was seen at this event and can't be measured again: it counts as it did, for what it would weigh now."""
        held = {signal.rule for signal in news}
        for signal in seen:
            rule = judged.way.rules.get(signal.rule)
            if rule is None or signal.rule in held or signal.rule in held_first:
                continue
            if not is_out_of_reach(rule, words_kept=words_kept):
                continue
            if is_first:
                self.counted.as_it_was += 1
            elif signal.rule in judged.way.moved:
                doubt = self.counted.in_doubt
                doubt[judged.place] = doubt.get(judged.place, 0) + 1
            yield replace(signal, points=rule.points, alone=rule.alone, stage=rule.stage)

    def _weigh(
        self,
        judged: Judged,
        relationship: Relationship,
        at: datetime,
        news: bool,
        others: Sequence[tuple[Any, Recalled]],
    ) -> None:
        if not judged.signals:
            return
        stands_on = (relationship.contact, relationship.requested_by, relationship.known)
        calms = any(signal.points < 0 for signal in judged.signals)
        if not news and not calms and not others and stands_on == judged.looked:
            return  # nothing is new, and what there is has only faded
        judged.looked = stands_on
        weighed = judged.signals
        if others:
            weighed = (*weighed, *carried(others, besides=judged.signals))
        levels = judged.way.book.levels
        total = weigh(weighed, levels=levels, relationship=relationship, at=at, feedback=judged.feedback)
        if height(total.level) <= judged.reached:
            return
        judged.reached = height(total.level)
        if at >= self._since:
            why = {"because": first.because, "rule": first.rule} if (first := next(iter(total.signals), None)) else {}
            judged.told = Told(level=total.level, at=at, stages=total.stages, **why)


def _moment(playing: Playing, hearing: Heard, event: Event, folded: Folded | None, gave: tuple[str, ...]) -> Moment:
    """The event as it is judged, and the relationship after it."""
    past, book = playing.past, hearing.book
    heard = book.hear(folded) if folded is not None else frozenset[str]()
    before = hearing.relationship
    if before is None:
        # A parent's answers are a side's own; what the family knew by itself it knew from the beginning.
        own = past.relationship.known and not past.relationship.trusted
        before = Relationship.first(member=past.member, event=event, known=own).with_twins(past.relationship.twins)
    relationship = before.after(event, heard, gave=gave)
    if relationship.contact.bio != hearing.bio:
        hearing.bio = relationship.contact.bio
        relationship = replace(relationship, bio_said=tuple(sorted(book.listen(hearing.bio or ""))))
    hearing.relationship = relationship
    trusted = is_trusted(hearing.trusts, event.at)
    if trusted and not relationship.known:
        relationship = replace(relationship, known=True, trusted=True)
    if isinstance(event, Edited):
        event = Message(
            id=event.id, at=event.at, account=event.account, contact=event.contact, by=event.by, text=event.text
        )
    return Moment(event=event, relationship=relationship, windows=book.levels.windows, heard=heard, folded=folded)


def _by_event(lived: Lived) -> Mapping[str, tuple[Signal, ...]]:
    """What was seen, by the event it was seen at; where that is not kept, at the next one."""
    ids = {event.id for event in lived.events}
    found: dict[str, tuple[Signal, ...]] = {}
    for signal in lived.past.signals:
        at = signal.event
        if at not in ids:
            later = (event.id for event in lived.events if event.at >= signal.at)
            at = next(later, lived.events[-1].id)
        found[at] = (*found.get(at, ()), signal)
    return found


def _in_order(group: Sequence[Lived]) -> Iterator[tuple[Key, Event]]:
    if len(group) == 1:
        yield from ((group[0].past.key, event) for event in group[0].events)
        return
    together = [(each.past.key, event) for each in group for event in each.events]
    yield from sorted(together, key=lambda each: each[1].at)
