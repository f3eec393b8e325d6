"""What lies in the database about one alert besides the alert itself: names over time, days, and who did what."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screener.alerts import Alert
from screener.family import Member
from screener.feedback import Feedback, Mute, Trust
from screener.relationships import Relationship
from screener.remembered import Called
from screener.store import erasing
from screener.store.answers import feedback_of
from screener.store.cases import alert_of
from screener.store.people import acts, deeds, feedback, openings
from screener.store.tables import alerts, events, relationships
from screener.store.times import moment
from screener.web.plot import Count

DAY = 86_400_000_000
MOST_DAYS = 3_000
MOST_LINES = 200


@dataclass(frozen=True, kw_only=True)
class Name:
    """A name or handle of the contact, and from when to when it was seen; None where that is not known."""

    kind: str
    text: str
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Told:
    """An answer that holds: who gave it, when, and the deed that gave it, with which it is taken back."""

    said: Feedback
    by: str
    at: datetime
    deed: str | None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of who did what. `deed` is what can be taken back, where it can."""

    by: str
    did: str
    at: datetime
    deed: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """All of it. `alert` and `relationship` are as the pipeline keeps them, to be weighed again."""

    alert: Alert
    relationship: Relationship
    names: tuple[Name, ...] = ()
    counts: tuple[Count, ...] = ()
    told: tuple[Told, ...] = ()
    lines: tuple[Line, ...] = ()
    is_kept: bool = False
    asked: datetime | None = None

    @property
    def feedback(self) -> tuple[Feedback, ...]:
        return tuple(each.said for each in self.told)

    @property
    def trust(self) -> Told | None:
        return next((each for each in self.told if isinstance(each.said, Trust)), None)

    def mute(self, rule: str) -> Told | None:
        return next((each for each in self.told if isinstance(each.said, Mute) and each.said.rule == rule), None)


@dataclass(frozen=True, kw_only=True)
class CaseFiles:
    """Finds them in the database."""

    engine: AsyncEngine

    async def of(self, id: str, now: datetime) -> CaseFile | None:
        async with self.engine.connect() as connection:
            row = (await connection.execute(_CASE.where(alerts.c.id == id))).first()
            if row is None:
                return None
            member = Member(id=row.member, name=row.member_name)
            relationship = Relationship.from_json(json.loads(row.memory), member=member)
            lines = await _lines(connection, id)
            return CaseFile(
                alert=alert_of(row),
                relationship=relationship,
                names=_names(relationship),
                counts=await _counts(connection, row.relationship),
                told=await _told(connection, id, row.relationship, now),
                lines=lines,
                is_kept=bool(row.is_kept),
                asked=next((line.at for line in lines if line.did == "asked"), None),
            )


_CASE = select(
    alerts, relationships.c.member_name, relationships.c.state.label("memory"), erasing.is_kept().label("is_kept")
).join(relationships, relationships.c.id == alerts.c.relationship)


def _names(relationship: Relationship) -> tuple[Name, ...]:
    """Newest first; those from before times were kept come without."""
    dated = {(each.kind, each.text): each for each in relationship.called}
    older = [("name", name) for name in relationship.names if ("name", name) not in dated]
    found = [Name(kind=kind, text=text) for kind, text in older]
    found += [_name(each) for each in sorted(relationship.called, key=lambda each: (each.last, each.first))]
    return tuple(reversed(found))


def _name(called: Called) -> Name:
    first, last = (datetime.fromtimestamp(seconds, UTC) for seconds in (called.first, called.last))
    return Name(kind=called.kind, text=called.text, first=first, last=last)


async def _counts(connection: AsyncConnection, relationship: str) -> tuple[Count, ...]:
    day = (events.c.at // DAY).label("day")
    query = (
        select(day, events.c.kind, events.c.by, func.count().label("many"))
        .where(events.c.relationship == relationship, events.c.kind != "profile")
        .group_by(day, events.c.kind, events.c.by)
        .order_by(day.desc())
        .limit(MOST_DAYS)
    )
    rows = await connection.execute(query)
    return tuple(Count(day=row.day, kind=row.kind, by=row.by, count=row.many) for row in rows)


async def _told(connection: AsyncConnection, alert: str, relationship: str, now: datetime) -> tuple[Told, ...]:
    """What was answered and holds now, newest first."""
    query = select(feedback).where(feedback.c.relationship == relationship, feedback.c.undone.is_(None))
    rows = (await connection.execute(query.order_by(feedback.c.id.desc()))).all()
    by_answer = await _deeds(connection, alert) if rows else {}
    told = (Told(said=feedback_of(row), by=row.by, at=moment(row.at), deed=by_answer.get(row.id)) for row in rows)
    return tuple(each for each in told if each.said.holds(now))


async def _deeds(connection: AsyncConnection, alert: str) -> dict[int, str]:
    """The deeds that gave an answer to this alert, by the answer's number."""
    query = select(deeds).join(acts, acts.c.deed == deeds.c.id).where(acts.c.alert == alert, deeds.c.undone.is_(None))
    found = {}
    for row in await connection.execute(query):
        for was in json.loads(row.was):
            if was["alert"] == alert and was["feedback"] is not None:
                found[was["feedback"]] = row.id
    return found


async def _lines(connection: AsyncConnection, alert: str) -> tuple[Line, ...]:
    """Who did what, newest first; with it, who opened what was written."""
    did = (
        select(acts, deeds.c.undone)
        .outerjoin(deeds, deeds.c.id == acts.c.deed)
        .where(acts.c.alert == alert)
        .order_by(acts.c.at.desc())
        .limit(MOST_LINES)
    )
    rows: Sequence[Any] = (await connection.execute(did)).all()
    lines = [
        Line(by=row.by, did=row.did, at=moment(row.at), deed=row.deed if row.undone is None else None) for row in rows
    ]
    read = select(openings).where(openings.c.alert == alert).order_by(openings.c.at.desc()).limit(MOST_LINES)
    lines += [Line(by=row.by, did="opened", at=moment(row.at)) for row in await connection.execute(read)]
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True)[:MOST_LINES])
