"""What parents answered to alerts, as rows: who said it, when, until when it holds, and whether it was taken back."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from screener.feedback import Feedback, Mute, Trust, is_trusted
from screener.store import erasing
from screener.store.people import feedback
from screener.store.tables import relationships
from screener.store.times import micros, moment


async def given(connection: AsyncConnection, relationship: str) -> tuple[Feedback, ...]:
    """What was answered in this relationship and not taken back."""
    query = select(feedback).where(feedback.c.relationship == relationship, feedback.c.undone.is_(None))
    return tuple(feedback_of(row) for row in await connection.execute(query.order_by(feedback.c.id)))


async def answer(connection: AsyncConnection, relationship: str, said: Feedback, *, by: str, at: datetime) -> int:
    """Keeps an answer and gives its number. What somebody wrote whom the family knows is deleted at once."""
    row = {
        "relationship": relationship,
        "kind": said.kind,
        "rule": said.rule if isinstance(said, Mute) else "",
        "until": micros(said.until) if said.until else None,
        "by": by,
        "at": micros(at),
    }
    id = (await connection.execute(insert(feedback).values(**row))).inserted_primary_key
    if isinstance(said, Trust):
        await connection.execute(update(relationships).where(relationships.c.id == relationship).values(known=True))
        await erasing.forget_known(connection, relationship, who=by, at=at)
    return int(id[0]) if id else 0


async def take_back(connection: AsyncConnection, id: int, *, at: datetime) -> None:
    """Takes an answer back: it counts no more from now on."""
    row = (await connection.execute(select(feedback).where(feedback.c.id == id))).first()
    if row is None or row.undone is not None:
        return
    await connection.execute(update(feedback).where(feedback.c.id == id).values(undone=micros(at)))
    found = select(relationships.c.state).where(relationships.c.id == row.relationship)
    known = bool(json.loads((await connection.execute(found)).scalar_one()).get("known"))
    known = known or is_trusted(await given(connection, row.relationship), at)
    await connection.execute(update(relationships).where(relationships.c.id == row.relationship).values(known=known))


def feedback_of(row: Any) -> Feedback:
    """The answer in a row of the table."""
    until = moment(row.until) if row.until is not None else None
    return Trust(until=until) if row.kind == "trust" else Mute(rule=row.rule, until=until)
