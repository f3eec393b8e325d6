"""What a change would have done: the past judged as it is judged now, and as it would be."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from screener.events import Message
from screener.family import Family
from screener.store.sql import SqlStore
from screener.tuning import past as pasts
from screener.tuning.base import Difference, Effect, Past, Seen, Side, Told
from screener.tuning.past import DAYS, Kept, Whose
from screener.tuning.rerun import Counted, Rerun
from screener.tuning.sieve import may_differ
from screener.tuning.ways import Ways

type Progress = Callable[[float], None]
"""Hears how much is done, from 0 to 1."""
AT_ONCE = 25
SIFTING = 0.3
"""Which share of the time goes by before anything is judged."""


async def dry_run(
    store: SqlStore,
    family: Family,
    now: Side,
    changed: Sequence[Side],
    at: datetime,
    *,
    days: int = DAYS,
    only: str | None = None,
    whose: Whose = lambda member: True,
    progress: Progress = lambda done: None,
) -> tuple[Effect, ...]:
    """The effect of each change, found in one pass; judging runs beside the loop. With `only`, of one relationship;
    with `whose`, of these members: of the others nothing is judged and nothing counted.
    """
    kept = await pasts.read(store, family, at, days=days, only=only, whose=whose)
    sides, ways = (now, *changed), Ways()
    groups = await asyncio.to_thread(_touched, kept, sides, ways, progress)
    rerun = Rerun(sides, ways, since=kept.since)
    found: dict[str, tuple[Told, ...]] = {}
    for place in range(0, len(groups), AT_ONCE):
        some = groups[place : place + AT_ONCE]
        lived = {each.past.id: each for each in await pasts.lived(store, [past for group in some for past in group])}
        for group in some:
            found |= await asyncio.to_thread(rerun.played, [lived[past.id] for past in group])
        progress(SIFTING + (1 - SIFTING) * (place + len(some)) / len(groups))
    progress(1.0)
    return _effects(kept, found, len(sides), rerun.counted)


def _touched(kept: Kept, sides: Sequence[Side], ways: Ways, progress: Progress) -> list[list[Past]]:
    """What could come out otherwise; the accounts of one person together."""
    found = []
    for number, group in enumerate(together(kept.pasts)):
        if may_differ(group, sides, ways):
            found.append(group)
        if number % AT_ONCE == 0:
            progress(SIFTING * number / len(kept.pasts))
    return found


def together(kept: Sequence[Past]) -> Iterator[list[Past]]:
    """Relationships one by one; the accounts of one person together, as what is seen on one counts on the other."""
    by_id, by_key = {past.id: past for past in kept}, {past.key: past for past in kept}
    linked: dict[str, set[str]] = {}
    for past in kept:
        for twin in past.relationship.twins:
            other = by_key.get((past.member.id, twin.platform, twin.id))
            if other is not None:
                linked.setdefault(past.id, set()).add(other.id)
                linked.setdefault(other.id, set()).add(past.id)
    done: set[str] = set()
    for past in kept:
        group, waiting = [], [past.id]
        while waiting:
            one = waiting.pop()
            if one not in done:
                done.add(one)
                group.append(by_id[one])
                waiting += linked.get(one, ())
        if group:
            yield group


def _effects(kept: Kept, found: Mapping[str, tuple[Told, ...]], sides: int, counted: Counted) -> tuple[Effect, ...]:
    by_id = {past.id: past for past in kept.pasts}
    seen = Seen(
        days=(kept.until - kept.since).days,
        events=sum(past.size for past in kept.pasts),
        relationships=len(kept.pasts),
        messages=sum(past.counts.get(Message.kind, 0) for past in kept.pasts),
        with_words=sum(len(past.texts) for past in kept.pasts),
        as_it_was=counted.as_it_was,
        is_cut=kept.is_cut,
    )
    return tuple(
        Effect(
            seen=replace(seen, in_doubt=counted.in_doubt.get(place, 0)),
            differences=tuple(
                _difference(by_id[id], told[0], told[place])
                for id, told in found.items()
                if told[0].level != told[place].level
            ),
        )
        for place in range(1, sides)
    )


def _difference(past: Past, before: Told, after: Told) -> Difference:
    contact, member = past.relationship.contact, past.member
    at = before.at or after.at
    assert at is not None, "sides that differ have told something"
    return Difference(
        relationship=past.id,
        alert=past.alert,
        member=member.id,
        member_name=member.name,
        member_is_adult=member.role != "child",
        member_age=member.age,
        platform=contact.platform,
        contact=contact.id,
        name=contact.name or contact.handle or contact.id,
        before=before,
        after=after,
        opened=past.opened or at,
    )
