"""Alerts as rows: each beside what a list is sorted and searched by, so that lists need not read them whole."""

import json
from typing import Any

from sqlalchemy import and_, case, or_
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from screener.alerts import Alert, began_of, height
from screener.events import Event
from screener.relationships import Relationship
from screener.rules import Signal, Stage
from screener.store.tables import alerts
from screener.store.times import micros, moment

LONGEST_SOUGHT = 1_000


async def keep(
    connection: AsyncConnection, id: str, alert: Alert, relationship: Relationship, event: Event | None
) -> None:
    """Keeps the alert of the relationship with that id, as it is after the event."""
    values = {
        "level": alert.level,
        "height": height(alert.level),
        "points": alert.points,
        "updated": micros(alert.updated),
        "body": json.dumps(alert.to_json(), ensure_ascii=True),
        **listed(relationship, alert.stages, alert.signals),
    }
    # A parent may have seen or closed it since it was recalled: only a rise or another threat makes it new again, and
    # brings back what was put off.
    rises = alerts.c.height < height(alert.level)
    if event is not None and any(signal.alone and signal.at == event.at for signal in alert.signals):
        rises = or_(rises, and_(alerts.c.height == height(alert.level), alerts.c.updated < micros(event.at)))
    changed = {
        **values,
        "state": case((rises, "new"), else_=alerts.c.state),
        "later": case((rises, None), else_=alerts.c.later),
    }
    await connection.execute(
        upsert(alerts)
        .values(id=alert.id, relationship=id, opened=micros(alert.opened), state=alert.state, **values)
        .on_conflict_do_update(index_elements=[alerts.c.id], set_=changed)
    )


def listed(relationship: Relationship, stages: tuple[Stage, ...], signals: tuple[Signal, ...]) -> dict[str, Any]:
    """The columns of an alert that a list is made of: whose it is, who is in touch, and what is shown of it."""
    return {
        "member": relationship.member.id,
        "adult": relationship.member.role != "child",
        "platform": relationship.contact.platform,
        "pressed": "pressure" in stages,
        "sought": sought(relationship),
        "card": json.dumps(card(relationship, stages, signals), ensure_ascii=True),
    }


def card(relationship: Relationship, stages: tuple[Stage, ...], signals: tuple[Signal, ...]) -> dict[str, Any]:
    """What a list shows: the newest name, the heaviest signal, and how many there are."""
    contact = relationship.contact
    top = max(signals, key=lambda signal: signal.points, default=None)
    return {
        "member": relationship.member.name,
        "contact": contact.id,
        "name": relationship.names[-1] if relationship.names else None,
        "handle": contact.handle,
        "stages": list(stages),
        "reasons": len(signals),
        "top": top.to_json() if top else None,
    }


def sought(relationship: Relationship) -> str:
    """Everything a contact can be searched by, in small letters: id, handle, names, and whom they are in touch with."""
    contact = relationship.contact
    names = (each.text for each in reversed(relationship.called))
    found = (contact.id, contact.handle, contact.name, relationship.member.name, *names, *reversed(relationship.names))
    return "\n".join(dict.fromkeys(folded(each) for each in found if each))[:LONGEST_SOUGHT]


def folded(text: str) -> str:
    """A text as it is searched: small letters, one space between words."""
    return " ".join(text.encode("utf-8", "replace").decode().casefold().split())


def alert_of(row: Any) -> Alert:
    """The alert in a row of the table."""
    body = json.loads(row.body)
    return Alert(
        id=row.id,
        level=row.level,
        points=row.points,
        stages=tuple(body["stages"]),
        signals=tuple(Signal.from_json(signal) for signal in body["signals"]),
        opened=moment(row.opened),
        updated=moment(row.updated),
        state=row.state,
        began=began_of(body.get("began", {})),
    )
