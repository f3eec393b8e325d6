"""Finds in the database what lies around an event: few statements, each on an index and with a limit."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from screener.alerts import height
from screener.family import Member
from screener.habits import Written
from screener.relationships import Relationship
from screener.store.people import acts
from screener.store.tables import alerts, events, handles, relationships
from screener.store.times import micros, moment
from screener.surroundings import (
    MOST_APPROACHES,
    MOST_NEAR,
    Approach,
    Keys,
    Question,
    Surroundings,
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
        alarmed=await _alarmed(connection, question) if question.alarmed_since else None,
    )


# The statements are built once: building one takes longer than running it.
_contact = relationships.c
_is_own = and_(
    _contact.member == bindparam("own_member"),
    _contact.platform == bindparam("own_platform"),
    _contact.contact == bindparam("own_contact"),
)
NEAR = (
    select(_contact.member, _contact.member_name, _contact.state, _contact.known)
    .where(
        or_(
            _contact.name_key == bindparam("name_key"),
            _contact.avatar_key == bindparam("avatar_key"),
            _contact.handle_key.in_(bindparam("handle_keys", expanding=True)),
            _contact.called.in_(bindparam("gave", expanding=True)),
            _contact.id.in_(
                select(handles.c.relationship).where(handles.c.handle.in_(bindparam("called_so", expanding=True)))
            ),
        ),
        ~_is_own,
    )
    .order_by(_contact.known.desc(), _contact.last.desc(), _contact.contact.desc())
    .limit(MOST_NEAR)
)
APPROACHES = (
    select(
        _contact.member,
        _contact.platform,
        _contact.contact,
        _contact.approached,
        _contact.name_key,
        _contact.given_key,
        _contact.handle_key,
        _contact.avatar_key,
        _contact.joined,
    )
    .where(_contact.approached.between(bindparam("since"), bindparam("until")))
    .order_by(_contact.approached.desc())
    .limit(MOST_APPROACHES)
)
NAMED = (
    select(_contact.given_key)
    .where(
        _contact.member == bindparam("own_member"),
        _contact.given_key.in_(bindparam("words", expanding=True)),
        or_(_contact.known, _contact.friend),
        ~_is_own,
    )
    .distinct()
)
_hour = (events.c.at // HOUR).label("hour")
_counted = (
    select(_hour, events.c.relationship, func.count().label("messages"))
    .where(
        events.c.member == bindparam("own_member"),
        events.c.kind == "message",
        events.c.by == "member",
        events.c.at >= bindparam("since"),
    )
    .group_by(_hour, events.c.relationship)
    .limit(MOST_HOURS)
    .subquery()
)
WRITTEN = select(_counted.c.hour, _contact.platform, _contact.contact, _counted.c.messages).join(
    relationships, _contact.id == _counted.c.relationship
)

# Not what a parent found to be nothing.
_closed_as = (
    select(acts.c.did)
    .where(acts.c.alert == alerts.c.id, acts.c.did.in_(("closed", "trusted", "unhelpful")))
    .order_by(acts.c.at.desc())
    .limit(1)
    .scalar_subquery()
)
ALARMED = select(func.max(alerts.c.updated)).where(
    alerts.c.member == bindparam("own_member"),
    alerts.c.height >= height("talk"),
    alerts.c.updated.between(bindparam("since"), bindparam("until")),
    alerts.c.relationship.in_(
        select(_contact.id).where(_contact.id == alerts.c.relationship, ~_contact.known, ~_is_own)
    ),
    or_(
        alerts.c.state != "closed",
        func.coalesce(_closed_as, "closed") != "unhelpful",
    ),
)


def _own(question: Question) -> dict[str, str]:
    return {
        "own_member": question.member.id,
        "own_platform": question.platform,
        "own_contact": question.contact,
    }


async def _near(connection: AsyncConnection, question: Question) -> tuple[Relationship, ...]:
    keys = question.keys
    if not (keys.name or keys.avatar or question.handles or question.called or question.gave):
        return ()
    asked = {
        **_own(question),
        "name_key": keys.name,
        "avatar_key": keys.avatar,
        "handle_keys": question.handles,
        "gave": question.gave,
        "called_so": question.called,
    }
    rows = await connection.execute(NEAR, asked)
    return tuple(_recalled(state, _member(question, id, name), known) for id, name, state, known in rows)


def _recalled(state: str, member: Member, known: bool) -> Relationship:
    """The relationship, with what only its row says: that a parent knows the contact."""
    found = Relationship.from_json(json.loads(state), member=member)
    return replace(found, known=True, trusted=True) if known and not found.known else found


def _member(question: Question, id: str, name: str) -> Member:
    return question.member if question.member.id == id else Member(id=id, name=name)


async def _approaches(connection: AsyncConnection, question: Question) -> tuple[Approach, ...]:
    assert question.approaches_since is not None
    asked = {"since": micros(question.approaches_since), "until": micros(question.at)}
    return tuple(
        Approach(
            member=row.member,
            platform=row.platform,
            contact=row.contact,
            at=moment(row.approached),
            keys=Keys(row.name_key, row.given_key, row.handle_key, row.avatar_key),
            joined=moment(row.joined) if row.joined is not None else None,
        )
        for row in await connection.execute(APPROACHES, asked)
    )


async def _named(connection: AsyncConnection, question: Question) -> tuple[str, ...]:
    rows = await connection.execute(NAMED, {**_own(question), "words": question.words})
    return tuple(name for (name,) in rows)


async def _written(connection: AsyncConnection, question: Question) -> tuple[Written, ...]:
    assert question.habits_since is not None
    asked = {"own_member": question.member.id, "since": micros(question.habits_since) // HOUR * HOUR}
    return tuple(Written(*row) for row in await connection.execute(WRITTEN, asked))


async def _alarmed(connection: AsyncConnection, question: Question) -> datetime | None:
    assert question.alarmed_since is not None
    asked = {**_own(question), "since": micros(question.alarmed_since), "until": micros(question.at)}
    last = (await connection.execute(ALARMED, asked)).scalar()
    return moment(last) if last is not None else None
