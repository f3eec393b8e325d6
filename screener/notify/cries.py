"""A member's call for help: it reaches the person they chose at once, and again until that person has heard."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screener.notify.people import all_channels
from screener.store.people import channels, cries, notices, users
from screener.store.times import micros, moment

AGAIN = (*range(0, 61, 10), *range(120, 24 * 60 + 1, 60))
"""After how many minutes it is said: every ten in the first hour, then every hour for a day."""
FOR = timedelta(days=1, hours=1)


async def reachable(engine: AsyncEngine) -> frozenset[str]:
    """The names of the users who hear at once; everybody else finds a call when they open the dashboard."""
    async with engine.connect() as connection:
        return frozenset(channel.user_name for channel in await all_channels(connection))


async def make(engine: AsyncEngine, now: datetime) -> None:
    """Writes the notices of calls that nobody has heard; after a day away one is said, not all that were missed."""
    query = (
        select(cries.c.id, cries.c.at, channels.c.id.label("channel"))
        .join(users, or_(users.c.name == cries.c.to, users.c.id == cries.c.to))
        .join(channels, channels.c.user == users.c.id)
        .where(cries.c.heard.is_(None), cries.c.at > micros(now - FOR), cries.c.at <= micros(now))
    )
    async with engine.connect() as connection:
        found = list(await connection.execute(query))
    if not found:
        return
    async with engine.begin() as connection:
        for row in found:
            minutes = (now - moment(row.at)) / timedelta(minutes=1)
            turn = sum(after <= minutes for after in AGAIN)
            await connection.execute(
                upsert(notices)
                .values(
                    key=f"cry:{row.id}:{turn}:{row.channel}",
                    channel=row.channel,
                    what="cry",
                    made=micros(now),
                    due=micros(now),
                    state="waits",
                )
                .on_conflict_do_nothing(index_elements=[notices.c.key])
            )


async def unheard(connection: AsyncConnection, ids: Collection[int]) -> dict[int, str]:
    """Which of these calls nobody has heard yet, and whose they are."""
    rows = await connection.execute(
        select(cries.c.id, cries.c.member).where(cries.c.id.in_(list(ids)), cries.c.heard.is_(None))
    )
    return {row.id: row.member for row in rows}


def number(key: str) -> int:
    """Which call a notice is about."""
    return int(key.split(":")[1])


def is_reminder(key: str) -> bool:
    return int(key.split(":")[2]) > 1
