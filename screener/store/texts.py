"""What strangers wrote and what was answered: sealed, kept for a month, and never of somebody whom the family knows."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screener.events import Edited, Event, Message
from screener.seal import Seal
from screener.store.people import acts
from screener.store.tables import alerts, texts
from screener.store.times import micros

log = logging.getLogger(__name__)

HOUR_SECONDS = 3600.0
KEPT = timedelta(days=30)
LONGEST = 4_000
"""So much of one message is kept; nothing of pictures, sounds and videos."""
KEEP, LET_GO = "kept", "let go"
"""What an act says that keeps an alert's texts for good, and what ends that."""


def words_of(event: Event) -> str:
    """The words of a message, or those put into an old one."""
    return ((event.text or "") if isinstance(event, Message | Edited) else "")[:LONGEST]


def place(platform: str, account: str, id: str) -> str:
    """What a text is sealed to: moved to another row, it opens no more."""
    return "\0".join((platform, account, id))


async def keep(connection: AsyncConnection, seal: Seal, relationship: str, event: Event, *, captured: int) -> None:
    """Keeps the words of an event, sealed; an event without words leaves nothing."""
    words = words_of(event)
    if not words:
        return
    key = {"platform": event.account.platform, "account": event.account.id, "id": event.id}
    row = {**key, "relationship": relationship, "by": event.by, "at": micros(event.at), "captured": captured}
    sealed = seal.closed(words, about=place(**key))
    await connection.execute(upsert(texts).values(**row, sealed=sealed).on_conflict_do_nothing())


async def forget(connection: AsyncConnection, relationship: str) -> None:
    """Deletes what was written in a relationship: the family knows the contact after all."""
    await connection.execute(delete(texts).where(texts.c.relationship == relationship))


async def purge(engine: AsyncEngine, now: datetime) -> int:
    """Deletes what is older than a month, but for cases that are open or whose evidence a parent keeps; says how many
    texts went. What was deleted is then nowhere in the files either.
    """
    needed = select(alerts.c.relationship).where(or_(alerts.c.state != "closed", is_kept()))
    old = texts.c.captured < micros(now - KEPT)
    async with engine.begin() as connection:
        gone = await connection.execute(delete(texts).where(old, texts.c.relationship.not_in(needed)))
    await scrub(engine)
    return int(gone.rowcount)


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


async def purge_hourly(engine: AsyncEngine) -> None:
    """Purges now and every hour, until it is cancelled; a database that is busy or full is asked again next time."""
    while True:
        try:
            await purge(engine, datetime.now(UTC))
        except DBAPIError as why:
            log.error("old texts could not be deleted (%s), trying again in an hour", type(why.orig).__name__)
        await asyncio.sleep(HOUR_SECONDS)


async def scrub(engine: AsyncEngine) -> None:
    """Writes the log into the database and empties it: deleted rows are overwritten there, but lie on in the log."""
    async with engine.connect() as connection:
        await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
