"""Reads from the store what is kept of the last weeks, so that it can be judged again."""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from screener.events import KINDS, Account, Call, Deleted, Edited, Event, Message
from screener.family import Family, Member
from screener.feedback import Feedback
from screener.relationships import Relationship
from screener.rules import Signal
from screener.seal import Seal
from screener.store.answers import feedback_of
from screener.store.people import feedback
from screener.store.sql import SqlStore
from screener.store.tables import alerts, events, relationships, texts
from screener.store.texts import place
from screener.store.times import micros, moment
from screener.tuning.base import Lived, Past

type Whose = Callable[[Member], bool]
"""Whether what is kept of this member is looked at."""

DAYS = 30
MOST_EVENTS = 400_000
"""A box at home has only so much memory; past this, what was alive last is looked at."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Everything that is looked at, and from when on a change of level counts."""

    pasts: tuple[Past, ...]
    since: datetime
    until: datetime
    is_cut: bool = False


async def read(
    store: SqlStore,
    family: Family,
    now: datetime,
    *,
    days: int = DAYS,
    only: str | None = None,
    whose: Whose = lambda member: True,
) -> Kept:
    """What is kept of the relationships in which anything happened lately; their events are read by `lived`. With
    `only`, of that one alone; with `whose`, of these members alone.
    """
    since = now - timedelta(days=days)
    async with store.engine.connect() as connection:
        rows = (await connection.execute(_RELATIONSHIPS if only is None else _RELATIONSHIPS.where(_id == only))).all()
        members = {row.id: member for row in rows if whose(member := _member(row, family, now))}
        counts, is_cut = await _counts(connection, only, since, members)
        words = await _words(connection, store.seal, only) if store.seal else {}
        said = await _answers(connection)
    found = tuple(
        _past(row, counts[row.id], words.get(row.id, {}), said.get(row.id, ()), members[row.id])
        for row in rows
        if row.id in counts
    )
    return Kept(pasts=found, since=since, until=now, is_cut=is_cut)


async def lived(store: SqlStore, pasts: Sequence[Past]) -> tuple[Lived, ...]:
    """The same with everything that happened, from their beginning on."""
    e, found = events.c, []
    query = (
        select(e.account, e.id, e.kind, e.by, e.at).where(e.relationship == bindparam("relationship")).order_by(e.at)
    )
    async with store.engine.connect() as connection:
        for past in pasts:
            rows = (await connection.execute(query, {"relationship": past.id})).all()
            found.append(Lived(past=past, events=_made(past, rows)))
    return tuple(found)


_id = relationships.c.id
_RELATIONSHIPS = select(
    relationships.c.id,
    relationships.c.member,
    relationships.c.member_name,
    relationships.c.member_is_adult,
    relationships.c.state.label("memory"),
    relationships.c.signals,
    alerts.c.id.label("alert"),
    alerts.c.level,
    alerts.c.opened,
    alerts.c.body,
).outerjoin(alerts, alerts.c.relationship == relationships.c.id)


async def _counts(
    connection: AsyncConnection, only: str | None, since: datetime, among: Container[str]
) -> tuple[Mapping[str, Mapping[str, int]], bool]:
    """The events by relationship and kind, of those relationships that are still alive; those that were alive last come
    first, and when there are too many, the others are left out.
    """
    e = events.c
    query = select(e.relationship, e.kind, func.count(), func.max(e.at)).group_by(e.relationship, e.kind)
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    last: dict[str, int] = {}
    for id, kind, count, at in await connection.execute(query if only is None else query.where(e.relationship == only)):
        if id in among:
            found[id][kind] = count
            last[id] = max(last.get(id, 0), at)
    chosen: dict[str, Mapping[str, int]] = {}
    total = 0
    for id in sorted(found, key=lambda id: -last[id]):
        total += sum(found[id].values())
        if last[id] < micros(since):
            break
        if total > MOST_EVENTS and chosen:
            return chosen, True
        chosen[id] = found[id]
    return chosen, False


async def _words(
    connection: AsyncConnection, seal: Seal, only: str | None
) -> Mapping[str, Mapping[tuple[str, str], str]]:
    t = texts.c
    query = select(t.relationship, t.platform, t.account, t.id, t.sealed)
    if only is not None:
        query = query.where(t.relationship == only)
    found: defaultdict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    for relationship, platform, account, id, sealed in await connection.execute(query):
        # Sealed under another key, it counts as not kept.
        if (words := seal.opened(sealed, about=place(platform, account, id))) is not None:
            found[relationship][account, id] = words
    return found


async def _answers(connection: AsyncConnection) -> dict[str, tuple[Feedback, ...]]:
    """What parents answered and did not take back."""
    found: defaultdict[str, list[Feedback]] = defaultdict(list)
    for row in await connection.execute(select(feedback).where(feedback.c.undone.is_(None)).order_by(feedback.c.id)):
        found[row.relationship].append(feedback_of(row))
    return {id: tuple(each) for id, each in found.items()}


def _member(row: Any, family: Family, now: datetime) -> Member:
    found = family.named(row.member)
    if found is not None:
        return found.on(now)
    return Member(id=row.member, name=row.member_name, role="adult" if row.member_is_adult else "child")


def _past(
    row: Any,
    counts: Mapping[str, int],
    words: Mapping[tuple[str, str], str],
    said: tuple[Feedback, ...],
    member: Member,
) -> Past:
    return Past(
        id=row.id,
        member=member,
        relationship=Relationship.from_json(json.loads(row.memory), member=member),
        counts=counts,
        texts=words,
        signals=_signals(row),
        feedback=said,
        alert=row.alert,
        level=row.level,
        opened=moment(row.opened) if row.opened is not None else None,
    )


def _made(past: Past, rows: Sequence[Any]) -> tuple[Event, ...]:
    """The events as far as they are kept: that they happened, when, and the words of strangers."""
    relationship = past.relationship
    looks = _looks(relationship)
    starts = [at for at, _ in looks]
    call = _kind_of_calls(relationship)
    made = []
    for account, id, kind, by, at in rows:
        when = moment(at)
        own = relationship.account if relationship.account.id == account else replace(relationship.account, id=account)
        what: dict[str, Any] = {"id": id, "at": when, "account": own, "by": by}
        what["contact"] = looks[max(bisect_right(starts, when) - 1, 0)][1]
        if kind in (Message.kind, Edited.kind):
            what["text"] = past.texts.get((account, id))
        if kind in (Edited.kind, Deleted.kind):
            what["message"] = ""
        if kind == Call.kind:
            what["call"] = call
        made.append(KINDS[kind](**what))
    return tuple(made)


def _signals(row: Any) -> tuple[Signal, ...]:
    """What was seen: of each rule the latest that is kept, and those that only the alert remembers."""
    kept = [*json.loads(row.signals), *(json.loads(row.body)["signals"] if row.body else ())]
    found = {(each["rule"], each["event"]): Signal.from_json(each) for each in kept}
    return tuple(sorted(found.values(), key=lambda signal: signal.at))


def _looks(relationship: Relationship) -> list[tuple[datetime, Account]]:
    """How the contact showed itself from when on, as far as that is kept: names, friends in common, friendship."""
    contact = relationship.contact
    names = [
        (datetime.fromtimestamp(each.first, UTC), {"name": each.text})
        for each in relationship.called
        if each.kind == "name"
    ]
    mutuals = [
        (datetime.fromtimestamp(day * 86_400, UTC), {"mutual_friends": count}) for day, count in relationship.mutuals
    ]
    turns: list[tuple[datetime, dict[str, Any]]] = [*names, *mutuals]
    first: dict[str, Any] = {}
    if relationship.accepted_at is not None and contact.is_friend:
        first["is_friend"] = None
        turns.append((relationship.accepted_at, {"is_friend": contact.is_friend}))
    turns.sort(key=lambda turn: turn[0])
    # What came first is taken to have been so from the beginning.
    for change in reversed(turns):
        if "is_friend" not in change[1]:
            first |= change[1]
    now = replace(contact, **first)
    found = [(datetime.min.replace(tzinfo=UTC), now)]
    for at, what in turns:
        if (then := replace(now, **what)) != now:
            now = then
            found.append((at, now))
    return found


def _kind_of_calls(relationship: Relationship) -> Any:
    """With or without pictures, where all calls of the contact were of one kind; else nobody knows which was which."""
    if relationship.calls and relationship.video_calls == relationship.calls:
        return "video"
    return None
