"""What strangers wrote and what was answered: sealed, kept for a month, and never of somebody whom the family knows."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screener.events import Event
from screener.seal import Seal
from screener.store import erasing
from screener.store.entering import words_of
from screener.store.tables import texts
from screener.store.times import micros

log = logging.getLogger(__name__)

HOUR_SECONDS = 3600.0
EVERYBODY: Mapping[str, int] = {}
"""Nobody's texts go sooner than others'."""


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


async def purge(engine: AsyncEngine, now: datetime, days: Mapping[str, int] = EVERYBODY) -> int:
    """Deletes what is older than a month, or than the days that are set for a member, but for cases that are open or
    whose evidence a parent keeps; says how many texts went. What was deleted is then nowhere in the files either.
    """
    async with engine.begin() as connection:
        gone = await erasing.purge(connection, now, days)
    await scrub(engine)
    return gone


async def purge_hourly(engine: AsyncEngine, days: Mapping[str, int] = EVERYBODY) -> None:
    """Purges now and every hour, until it is cancelled; a database that is busy or full is asked again next time."""
    while True:
        try:
            await purge(engine, datetime.now(UTC), days)
        except DBAPIError as why:
            log.error("old texts could not be deleted (%s), trying again in an hour", type(why.orig).__name__)
        await asyncio.sleep(HOUR_SECONDS)


async def scrub(engine: AsyncEngine) -> None:
    """Writes the log into the database and empties it: deleted rows are overwritten there, but lie on in the log."""
    async with engine.connect() as connection:
        await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
