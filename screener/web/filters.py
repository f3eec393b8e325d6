"""Searches that somebody gave a name to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncEngine

from screener.store.people import filters
from screener.store.times import micros

MOST = 20
LONGEST_NAME, LONGEST_QUERY = 60, 1_000


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A name and the query of an address; whoever opens it sees what they may see, nothing more."""

    name: str
    query: str


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Each user's own, in the database."""

    engine: AsyncEngine

    async def of(self, user: str) -> Sequence[Filter]:
        query = select(filters).where(filters.c.user == user).order_by(filters.c.name)
        async with self.engine.connect() as connection:
            return [Filter(name=row.name, query=row.query) for row in await connection.execute(query)]

    async def keep(self, user: str, kept: Filter, now: datetime) -> bool:
        """Keeps it under its name; False where there are too many already."""
        row = {"query": kept.query[:LONGEST_QUERY], "created": micros(now)}
        mine = select(func.count()).select_from(filters).where(filters.c.user == user, filters.c.name != kept.name)
        async with self.engine.begin() as connection:
            if (await connection.execute(mine)).scalar_one() >= MOST:
                return False
            await connection.execute(
                upsert(filters)
                .values(user=user, name=kept.name[:LONGEST_NAME], **row)
                .on_conflict_do_update(index_elements=["user", "name"], set_=row)
            )
        return True

    async def forget(self, user: str, name: str) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(delete(filters).where(filters.c.user == user, filters.c.name == name))
