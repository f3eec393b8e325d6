"""Keeps the evidence of an alert from its first moment on, in the transaction of the event that it comes from."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from typing import Any

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screener import __version__, chain
from screener.alerts import Alert
from screener.events import Deleted, Edited, Event, FriendRequest
from screener.family import Member
from screener.relationships import Relationship
from screener.seal import Seal
from screener.store import texts
from screener.store.base import event_key
from screener.store.cases import alert_of
from screener.store.entering import (
    News,
    Seen,
    alerted,
    body_of,
    described,
    details_of,
    entities_of,
    named,
    names_before,
    names_of,
    words_of,
)
from screener.store.links import AT_ONCE, Draft, append
from screener.store.tables import alerts, chains, details, events, links, relationships
from screener.store.tables import texts as written
from screener.store.times import micros, moment

_memory = relationships.c.state.label("memory")
MOST_BEFORE = 10_000
"""So many events from before the first sign are entered, the latest; how many there were besides is said."""


@dataclass(frozen=True, kw_only=True)
class Passed:
    """When something passed this home by our clock, and how far the platform's was ahead of it."""

    at: datetime
    offset_ms: int | None = None


async def keep_details(connection: AsyncConnection, seal: Seal, relationship: str, event: Event, *, now: int) -> None:
    """Keeps what came with an event besides its words, sealed, for as long as words are kept."""
    body = details_of(event)
    if not body:
        return
    key = {"platform": event.account.platform, "account": event.account.id, "id": event.id}
    sealed = seal.closed(chain.canonical(body).decode(), about=texts.place(**key) + "\0details")
    row = {**key, "relationship": relationship, "captured": now, "sealed": sealed}
    await connection.execute(upsert(details).values(**row).on_conflict_do_nothing())


async def follow(
    connection: AsyncConnection,
    seal: Seal,
    id: str,
    event: Event,
    relationship: Relationship,
    alert: Alert,
    *,
    known: bool,
    passed: Passed,
    again: bool = False,
) -> None:
    """Enters an event of the relationship with that id, and what it changed; the first time, what was before as well.

    `again` is an event that was entered already: only what it says of the contact may be new.
    """
    row = (await connection.execute(select(chains.c.seen).where(chains.c.case == alert.id))).first()
    if row is None:
        await begin(connection, seal, id, relationship, alert, known=known, passed=passed, but=event)
        row = (await connection.execute(select(chains.c.seen).where(chains.c.case == alert.id))).one()
    before = Seen.from_json(json.loads(row.seen))
    seen, names = named(before, names_of(event.contact, event.at))
    seen, profile = described(seen, event.contact)
    seen, alarm = alerted(seen, alert)
    news = [*names, *profile]
    if event.kind != "profile" and not again:
        body = body_of(event, known=known)
        if isinstance(event, Edited | Deleted):
            body |= await _meant(connection, alert.id, event.message)
        news.append((event.kind, body))
        words = words_of(event) or (event.note or "" if isinstance(event, FriendRequest) else "")
        if not known and words and (held := entities_of(words)):
            news.append(("found", held))
    drafts = [_draft(kind, body, event, passed) for kind, body in [*news, *alarm]]
    if seen != before:
        kept = json.dumps(seen.to_json(), ensure_ascii=True)
        await connection.execute(update(chains).where(chains.c.case == alert.id).values(seen=kept))
    if drafts:
        await append(connection, seal, alert.id, drafts)


async def catch_up(engine: AsyncEngine, seal: Seal) -> None:
    """Opens the chains of alerts that have none, such as those of an earlier version."""
    missing = (
        select(alerts, relationships.c.member, relationships.c.member_name, relationships.c.known, _memory)
        .join(relationships, relationships.c.id == alerts.c.relationship)
        .where(alerts.c.id.not_in(select(chains.c.case)))
    )
    async with engine.connect() as connection:
        rows = (await connection.execute(missing)).all()
    for row in rows:
        member = Member(id=row.member, name=row.member_name)
        relationship = Relationship.from_json(json.loads(row.memory), member=member)
        async with engine.begin() as connection:
            await connection.execute(update(alerts).where(alerts.c.id == row.id).values(id=row.id))
            passed = Passed(at=datetime.now(UTC))
            await begin(connection, seal, row.relationship, relationship, alert_of(row), known=row.known, passed=passed)


async def begin(
    connection: AsyncConnection,
    seal: Seal,
    id: str,
    relationship: Relationship,
    alert: Alert,
    *,
    known: bool,
    passed: Passed,
    but: Event | None = None,
) -> None:
    """Opens the chain of an alert with everything that was kept of the relationship so far, `but` for one event."""
    seen, names = named(Seen(), names_before(relationship))
    seen, profile = described(seen, relationship.contact)
    seen, alarm = alerted(seen, alert) if but is None else (seen, [])
    values = {"relationship": id, "opened": micros(passed.at), "length": 0, "head": chain.beginning(alert.id)}
    kept = json.dumps(seen.to_json(), ensure_ascii=True)
    await connection.execute(insert(chains).values(case=alert.id, seen=kept, **values))
    many = (await connection.execute(select(func.count()).where(*_mine(id, but)))).scalar_one()
    first: dict[str, Any] = {
        "alert": alert.id,
        "member": relationship.member.id,
        "account": relationship.account.to_json(),
        "contact": relationship.contact.to_json(),
        "version": __version__,
        "known": known,
        "left_out": max(many - MOST_BEFORE, 0),
    }
    if relationship.first_at is not None:
        first["began"] = chain.stamp(relationship.first_at)
    opened: News = [("opened", first), *names, *profile, *alarm]
    platform = relationship.contact.platform
    await append(
        connection,
        seal,
        alert.id,
        [Draft(kind=kind, at=alert.opened, captured=passed.at, platform=platform, body=body) for kind, body in opened],
    )
    some: list[Draft] = []
    async for row, words, more in _before(connection, id, but):
        body = _body(row, words, more, seal, known=known)
        if "message" in body:
            await append(connection, seal, alert.id, some)
            some = []
            body |= await _meant(connection, alert.id, body["message"])
        some += _drafts(row, body)
        if len(some) >= AT_ONCE:
            await append(connection, seal, alert.id, some)
            some = []
    await append(connection, seal, alert.id, some)


async def _before(connection: AsyncConnection, id: str, but: Event | None) -> AsyncIterator[tuple[Any, Any, Any]]:
    """The events of a relationship as rows, oldest first, each with the sealed words and details that are kept."""
    latest = select(events).where(*_mine(id, but)).order_by(events.c.at.desc(), events.c.captured.desc())
    rows = (await connection.execute(latest.limit(MOST_BEFORE))).all()
    # What was written may be long: only some of it is held at once.
    for some in batched(reversed(rows), AT_ONCE, strict=False):
        ids = [row.id for row in some]
        words = await _sealed(connection, written, id, ids)
        more = await _sealed(connection, details, id, ids)
        for row in some:
            key = (row.platform, row.account, row.id)
            yield row, words.get(key), more.get(key)


def _mine(id: str, but: Event | None) -> list[Any]:
    mine = [events.c.relationship == id, events.c.kind != "profile"]
    if but is not None:
        platform, account, event = event_key(but)
        mine.append(~and_(events.c.platform == platform, events.c.account == account, events.c.id == event))
    return mine


async def _sealed(connection: AsyncConnection, table: Any, id: str, ids: list[str]) -> dict[tuple[str, ...], bytes]:
    query = select(table).where(table.c.relationship == id, table.c.id.in_(ids))
    return {(row.platform, row.account, row.id): row.sealed for row in await connection.execute(query)}


def _body(row: Any, words: Any, more: Any, seal: Seal, *, known: bool) -> dict[str, Any]:
    """What was kept of an event from before, as it would stand in the chain had it come now."""
    place = texts.place(row.platform, row.account, row.id)
    body: dict[str, Any] = {}
    if more is not None and (held := seal.opened(more, about=place + "\0details")) is not None:
        body = json.loads(held)
    if known:
        body.pop("note", None)
        body["known"] = True
    elif words is not None and (text := seal.opened(words, about=place)) is not None:
        body["text"] = text
    return body | {"before": True}


def _drafts(row: Any, body: dict[str, Any]) -> Iterator[Draft]:
    fields = {
        "at": moment(row.at),
        "captured": moment(row.captured),
        "by": row.by,
        "platform": row.platform,
        "account": row.account,
        "event": row.id,
    }
    yield Draft(kind=row.kind, body=body, **fields)
    if (words := body.get("text") or body.get("note")) and (held := entities_of(words)):
        yield Draft(kind="found", body=held, **fields)


def _draft(kind: str, body: dict[str, Any], event: Event, passed: Passed) -> Draft:
    return Draft(
        kind=kind,
        at=event.at,
        captured=passed.at,
        offset_ms=passed.offset_ms,
        by=event.by,
        platform=event.account.platform,
        account=event.account.id,
        event=event.id,
        body=body,
    )


async def _meant(connection: AsyncConnection, case: str, message: str) -> dict[str, Any]:
    """The entry of the message that was edited or taken back: seen then, gone now."""
    query = select(func.max(links.c.number)).where(
        links.c.case == case, links.c.event == message, links.c.kind.in_(("message", "edited"))
    )
    number = (await connection.execute(query)).scalar()
    return {"entry": number} if number else {}
