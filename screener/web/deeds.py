"""What is done with alerts: each deed is kept with how things were before, so that it can be taken back."""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screener.alerts import State
from screener.feedback import Feedback
from screener.store import answers
from screener.store.erasing import KEEP, LET_GO
from screener.store.people import acts, deeds
from screener.store.tables import alerts
from screener.store.texts import scrub
from screener.store.times import micros, moment

Did = Literal[
    "seen", "closed", "reopened", "trusted", "muted", "later", "talked", "kept", "let go", "asked", "unhelpful"
]

BECOMES: Mapping[Did, State] = {
    "seen": "seen",
    "closed": "closed",
    "reopened": "seen",
    "trusted": "closed",
    "later": "seen",
    "talked": "seen",
    "unhelpful": "closed",
}
"""The state that an alert is in afterwards; other deeds leave it as it is."""
ONLY_FROM: Mapping[Did, tuple[State, ...]] = {
    "seen": ("new",),
    "closed": ("new", "seen"),
    "reopened": ("closed",),
    "later": ("new", "seen"),
    "unhelpful": ("new", "seen"),
}
"""In other states there is nothing to do."""
OPPOSITE: Mapping[str, str] = {KEEP: LET_GO, LET_GO: KEEP}
UNDONE = "undone"


@dataclass(frozen=True, kw_only=True)
class Deed:
    """Something that was done with these alerts; `spared` is how many were left alone, though they were named."""

    id: str
    by: str
    did: Did
    at: datetime
    alerts: tuple[str, ...]
    undone: bool = False
    spared: int = 0


@dataclass(frozen=True, kw_only=True)
class Deeds:
    """The deeds in the database. Who may do what is the pages' business."""

    engine: AsyncEngine

    async def do(
        self,
        did: Did,
        named: Iterable[str],
        *,
        by: str,
        at: datetime,
        until: datetime | None = None,
        said: Feedback | None = None,
        spare: bool = False,
    ) -> Deed | None:
        """Does it with the alerts of those ids; None where there was nothing to do.

        `until` is when what is put off comes back, `said` what is answered. With `spare`, whatever needs somebody now
        and was never looked at stays as it is.
        """
        done: list[dict[str, Any]] = []
        spared, id = 0, secrets.token_hex(16)
        async with self.engine.begin() as connection:
            for alert in dict.fromkeys(named):
                # The write comes first: who writes at the same time must wait, and what is read afterwards stays true.
                await connection.execute(update(alerts).where(alerts.c.id == alert).values(id=alerts.c.id))
                row = (await connection.execute(_STATE.where(alerts.c.id == alert))).first()
                if row is None or row.state not in ONLY_FROM.get(did, get_args(State)):
                    continue
                if spare and row.state == "new" and row.level == "act":
                    spared += 1
                    continue
                done.append(await self._change(connection, row, did, by=by, at=at, until=until, said=said, deed=id))
            if done:
                await connection.execute(
                    insert(deeds).values(id=id, by=by, did=did, at=micros(at), was=json.dumps(done))
                )
        if done and did == "trusted":
            await scrub(self.engine)  # what was deleted with it is then nowhere in the files
        deed = Deed(id=id, by=by, did=did, at=at, alerts=tuple(was["alert"] for was in done), spared=spared)
        return deed if done or spared else None

    async def _change(
        self,
        connection: AsyncConnection,
        row: Any,
        did: Did,
        *,
        by: str,
        at: datetime,
        until: datetime | None,
        said: Feedback | None,
        deed: str,
    ) -> dict[str, Any]:
        was = {"alert": row.id, "state": row.state, "later": row.later, "now": row.state, "feedback": None}
        if did in BECOMES and not (did == "talked" and row.state != "new"):
            was["now"] = BECOMES[did]
            later = micros(until) if until is not None else None
            changed = {
                "state": BECOMES[did],
                "later": later if did in ("later", "closed", "trusted", "unhelpful") else row.later,
            }
            await connection.execute(update(alerts).where(alerts.c.id == row.id).values(**changed))
        if said is not None:
            was["feedback"] = await answers.answer(connection, row.relationship, said, by=by, at=at)
        await connection.execute(insert(acts).values(alert=row.id, by=by, did=did, at=micros(at), deed=deed))
        return was

    async def find(self, id: str) -> Deed | None:
        async with self.engine.connect() as connection:
            row = (await connection.execute(select(deeds).where(deeds.c.id == id))).first()
        return _deed(row) if row is not None else None

    async def latest(self, by: str, since: datetime) -> Deed | None:
        """What somebody did last, if that was since then and they have not taken it back."""
        query = select(deeds).where(deeds.c.by == by, deeds.c.at >= micros(since)).order_by(deeds.c.at.desc())
        async with self.engine.connect() as connection:
            row = (await connection.execute(query.limit(1))).first()
        return _deed(row) if row is not None and row.undone is None else None

    async def undo(self, id: str, *, by: str, at: datetime) -> Deed | None:
        """Takes a deed back; None if it was taken back before. What has changed since then stays as it is now."""
        async with self.engine.begin() as connection:
            open = update(deeds).where(deeds.c.id == id, deeds.c.undone.is_(None)).values(undone=micros(at))
            if not (await connection.execute(open)).rowcount:
                return None
            row = (await connection.execute(select(deeds).where(deeds.c.id == id))).one()
            for was in json.loads(row.was):
                back = update(alerts).where(alerts.c.id == was["alert"], alerts.c.state == was["now"])
                if row.did in BECOMES:
                    await connection.execute(back.values(state=was["state"], later=was["later"]))
                if was["feedback"] is not None:
                    await answers.take_back(connection, was["feedback"], at=at)
                did = OPPOSITE.get(row.did, UNDONE)
                await connection.execute(insert(acts).values(alert=was["alert"], by=by, did=did, at=micros(at)))
            return _deed(row)


_STATE = select(alerts.c.id, alerts.c.state, alerts.c.level, alerts.c.later, alerts.c.relationship)


def _deed(row: Any) -> Deed:
    return Deed(
        id=row.id,
        by=row.by,
        did=row.did,
        at=moment(row.at),
        alerts=tuple(was["alert"] for was in json.loads(row.was)),
        undone=row.undone is not None,
    )
