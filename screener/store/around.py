"""Finds in the database what lies around an event: few statements, each on an index and with a limit."""

import json
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from screener.family import Member
from screener.relationships import Relationship
from screener.store.tables import events, handles, relationships
from screener.store.times import micros, moment
from screener.surroundings import (
    MOST_APPROACHES,
    MOST_NEAR,
    Approach,
    Keys,
    Question,
    Surroundings,
    Written,
    answered,
    keys_of,
)

HOUR = 3_600_000_000
MOST_HOURS = 20_000


def marks(relationship: Relationship) -> dict[str, Any]:
    """The columns that a relationship is found again by."""
    contact, keys = relationship.contact, keys_of(relationship.contact)
    approached = relationship.approached_at()
    return {
        "called": contact.id.lower(),
        "name_key": keys.name,
        "given_key": keys.given,
        "handle_key": keys.handle,
        "avatar_key": keys.avatar,
        "known": relationship.known,
        "friend": bool(contact.is_friend),
        "last": micros(relationship.last_at) if relationship.last_at else 0,
        "approached": micros(approached) if approached else None,
        "joined": micros(contact.joined) if contact.joined else None,
    }


async def find(connection: AsyncConnection, question: Question) -> Surroundings:
    """The answer to a question; what was not asked is not looked up."""
    return answered(
        question,
        near=await _near(connection, question),
        approaches=await _approaches(connection, question) if question.approaches_since else (),
        named=await _named(connection, question) if question.words else (),
        written=await _written(connection, question) if question.habits_since else (),
    )


def _is_own(question: Question) -> Any:
    return and_(
        relationships.c.member == question.member.id,
        relationships.c.platform == question.platform,
        relationships.c.contact == question.contact,
    )


async def _near(connection: AsyncConnection, question: Question) -> tuple[Relationship, ...]:
    shared = [
        column == key
        for column, key in (
            (relationships.c.name_key, question.keys.name),
            (relationships.c.avatar_key, question.keys.avatar),
        )
        if key
    ]
    if question.handles:
        shared.append(relationships.c.handle_key.in_(question.handles))
    if question.gave:
        shared.append(relationships.c.called.in_(question.gave))
    if question.called:
        gave = select(handles.c.relationship).where(handles.c.handle.in_(question.called))
        shared.append(relationships.c.id.in_(gave))
    if not shared:
        return ()
    columns = (relationships.c.member, relationships.c.member_name, relationships.c.state)
    rows = await connection.execute(
        select(*columns)
        .where(or_(*shared), ~_is_own(question))
        .order_by(relationships.c.known.desc(), relationships.c.last.desc(), relationships.c.contact.desc())
        .limit(MOST_NEAR)
    )
    return tuple(
        Relationship.from_json(json.loads(state), member=_member(question, id, name)) for id, name, state in rows
    )


def _member(question: Question, id: str, name: str) -> Member:
    return question.member if question.member.id == id else Member(id=id, name=name)


async def _approaches(connection: AsyncConnection, question: Question) -> tuple[Approach, ...]:
    assert question.approaches_since is not None
    table = relationships.c
    rows = await connection.execute(
        select(
            table.member, table.platform, table.contact, table.approached,
            table.name_key, table.given_key, table.handle_key, table.avatar_key, table.joined,
        )
        .where(table.approached.between(micros(question.approaches_since), micros(question.at)))
        .order_by(table.approached.desc())
        .limit(MOST_APPROACHES)
    )  # fmt: skip
    return tuple(
        Approach(
            member=row.member,
            platform=row.platform,
            contact=row.contact,
            at=moment(row.approached),
            keys=Keys(row.name_key, row.given_key, row.handle_key, row.avatar_key),
            joined=moment(row.joined) if row.joined is not None else None,
        )
        for row in rows
    )


async def _named(connection: AsyncConnection, question: Question) -> tuple[str, ...]:
    table = relationships.c
    rows = await connection.execute(
        select(table.given_key)
        .where(
            table.member == question.member.id,
            table.given_key.in_(question.words),
            or_(table.known, table.friend),
            ~_is_own(question),
        )
        .distinct()
    )
    return tuple(name for (name,) in rows)


async def _written(connection: AsyncConnection, question: Question) -> tuple[Written, ...]:
    assert question.habits_since is not None
    hour = (events.c.at // HOUR).label("hour")
    counted = (
        select(hour, events.c.by, events.c.relationship, func.count().label("messages"))
        .where(
            events.c.member == question.member.id,
            events.c.kind == "message",
            events.c.at >= micros(question.habits_since) // HOUR * HOUR,
        )
        .group_by(hour, events.c.by, events.c.relationship)
        .limit(MOST_HOURS)
        .subquery()
    )
    rows = await connection.execute(
        select(counted, relationships.c.platform, relationships.c.contact).join(
            relationships, relationships.c.id == counted.c.relationship
        )
    )
    return tuple(Written(row.hour, row.platform, row.contact, row.by, row.messages) for row in rows)
