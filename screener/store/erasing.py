"""Deletes what was kept of a case, whole or what is too old, and leaves a link that says so."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from screener import chain
from screener.config import KEPT_DAYS
from screener.kept import Why
from screener.store.links import Draft, append
from screener.store.people import acts
from screener.store.tables import alerts, chains, details, links, relationships, texts
from screener.store.times import micros

KEEP, LET_GO = "kept", "let go"
"""What an act says that keeps an alert's texts for good, and what ends that."""


async def erase(connection: AsyncConnection, case: str, *, why: Why, who: str, at: datetime) -> int:
    """Deletes everything that the case holds and everything that was written in its relationship; says how many
    entries lost what they held. The links stay: when something came, and from which side.
    """
    # The write comes first: nobody adds to the chain until this is done.
    row = await _locked(connection, case)
    if row is None:
        return 0
    await connection.execute(update(chains).where(chains.c.case == case).values(seen="{}"))
    await forget(connection, row.relationship)
    return await _empty(connection, case, [], why=why, who=who, at=at)


async def forget(connection: AsyncConnection, relationship: str) -> None:
    """Deletes what was written in a relationship, and what came with it, but for its chain."""
    for table in (texts, details):
        await connection.execute(delete(table).where(table.c.relationship == relationship))


async def forget_known(connection: AsyncConnection, relationship: str, *, who: str, at: datetime) -> None:
    """Deletes all of it: the family knows the contact after all."""
    found = (await connection.execute(select(chains.c.case).where(chains.c.relationship == relationship))).scalar()
    if found is None:
        await forget(connection, relationship)
    else:
        await erase(connection, found, why="known", who=who, at=at)


async def purge(connection: AsyncConnection, now: datetime, days: Mapping[str, int]) -> int:
    """Deletes what is too old, but for cases that are open or whose evidence a parent keeps; says how many texts went.
    `days` is for whom it is kept for less than a month.
    """
    needed = select(alerts.c.relationship).where(or_(alerts.c.state != "closed", is_kept()))
    gone = 0
    for table in (texts, details):
        old = table.c.captured < _horizon(now, days, table.c.relationship)
        found = await connection.execute(delete(table).where(old, table.c.relationship.not_in(needed)))
        gone += found.rowcount if table is texts else 0
    stale = select(chains.c.case, chains.c.relationship).where(chains.c.relationship.not_in(needed))
    for row in (await connection.execute(stale)).all():
        await _locked(connection, row.case)
        old = links.c.captured < _horizon(now, days, row.relationship)
        await _empty(connection, row.case, [old], why="retention", who="", at=now)
    return gone


def is_kept() -> Any:
    """Whether the evidence of the alert is kept: whichever came last says so."""
    last = (
        select(acts.c.did)
        .where(acts.c.alert == alerts.c.id, acts.c.did.in_((KEEP, LET_GO)))
        .order_by(acts.c.at.desc(), text("rowid DESC"))
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(last, LET_GO) == KEEP


def _horizon(now: datetime, days: Mapping[str, int], relationship: Any) -> Any:
    """What was captured before goes; for some members that is sooner."""
    month = micros(now - timedelta(days=KEPT_DAYS))
    if not days:
        return month
    member = select(relationships.c.member).where(relationships.c.id == relationship).scalar_subquery()
    sooner = {id: micros(now - timedelta(days=min(kept, KEPT_DAYS))) for id, kept in days.items()}
    return case(sooner, value=member, else_=month)


async def _locked(connection: AsyncConnection, case: str) -> Any:
    await connection.execute(update(chains).where(chains.c.case == case).values(length=chains.c.length))
    return (await connection.execute(select(chains).where(chains.c.case == case))).first()


async def _empty(
    connection: AsyncConnection, case: str, which: Sequence[Any], *, why: Why, who: str, at: datetime
) -> int:
    """Deletes what these links of a case hold, and adds the one that says so."""
    full = (links.c.case == case, links.c.sealed.is_not(None), *which)
    numbers = (await connection.execute(select(links.c.number).where(*full).order_by(links.c.number))).scalars().all()
    if not numbers:
        return 0
    platform = (await connection.execute(select(links.c.platform).where(links.c.case == case).limit(1))).scalar_one()
    await connection.execute(update(links).where(*full).values(sealed=None))
    body = {"entries": chain.ranges(numbers), "why": why, "who": who}
    await append(
        connection,
        None,
        case,
        [Draft(kind=chain.ERASED, at=at, captured=at, platform=platform, body=body, plain=True)],
    )
    return len(numbers)
