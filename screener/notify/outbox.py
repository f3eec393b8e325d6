"""The outbox: whatever is to be said lies in `notices` before anything is sent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from sqlalchemy import select, true, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from screener.notify.plan import Notice, Said
from screener.notify.standing import Household
from screener.sight import Eyes, Looker
from screener.store.people import channels, notices
from screener.store.tables import alerts
from screener.store.times import micros, moment

WATCHED = timedelta(days=2)
"""So long after the last news of an alert it is looked whether somebody must be reminded, or somebody else told."""
CHUNK = 200


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """Makes the notices of alerts."""

    home: Household

    async def sweep(self, now: datetime) -> None:
        """Makes what is missing for every alert that nobody has looked at: a crash may have come in between."""
        async with self.home.engine.connect() as connection:
            ids = list((await connection.scalars(select(alerts.c.id).where(alerts.c.state == "new"))).all())
        await self.make(ids, now)

    async def make(self, ids: Collection[str], now: datetime) -> None:
        """Writes the notices that these alerts call for. What was made before is not made again."""
        for some in batched(ids, CHUNK, strict=False):
            async with self.home.engine.begin() as connection:
                planning = await self.home.planning(connection, now)
                if not planning.channels:
                    return
                said = await _said(connection, some)
                for alert in await self.home.standing(connection, alerts.c.id.in_(some)):
                    for notice in planning.notices(alert, said.get(alert.id, [])):
                        await keep(connection, notice, now)

    async def watched(self, now: datetime) -> list[str]:
        """The alerts that nobody has looked at since somebody was told, and those that were put off until lately."""
        query = (
            select(notices.c.alert)
            .join(alerts, alerts.c.id == notices.c.alert)
            .where(
                notices.c.state.in_(("sent", "unsure", "merged", "waits", "sending")),
                notices.c.due >= micros(now - WATCHED),
                notices.c.level.in_(("talk", "act")),
                alerts.c.state == "new",
            )
            .distinct()
        )
        back = select(alerts.c.id).where(
            alerts.c.later > micros(now - WATCHED), alerts.c.later <= micros(now), alerts.c.state == "seen"
        )
        async with self.home.engine.connect() as connection:
            return list((await connection.scalars(query)).all()) + list((await connection.scalars(back)).all())

    async def marks(self, user: Looker, now: datetime) -> list[tuple[str, str]]:
        """Every alert that is there, with its mark: to a new channel of this user none is news, but for those that are
        for now the young person's alone.
        """
        async with self.home.engine.connect() as connection:
            planning = await self.home.planning(connection, now, channels=())
            eyes = Eyes(user=user, now=now, has_page=planning.has_page)
            every = await self.home.standing(connection, true())
        return [(alert.id, alert.mark) for alert in every if (eyes.whole_from(alert) or now) <= now]


async def keep(connection: AsyncConnection, notice: Notice, now: datetime) -> None:
    """Writes it, unless it is there already."""
    if notice.overtakes:
        await connection.execute(
            update(notices)
            .where(
                notices.c.channel == notice.channel,
                notices.c.alert == notice.alert,
                notices.c.state == "waits",
                notices.c.key != notice.key,
            )
            .values(state="merged")
        )
    await connection.execute(
        upsert(notices)
        .values(
            key=notice.key,
            channel=notice.channel,
            alert=notice.alert,
            level=notice.level,
            what=notice.what,
            made=micros(now),
            due=micros(notice.due),
            state=notice.state,
        )
        .on_conflict_do_nothing(index_elements=[notices.c.key])
    )


async def _said(connection: AsyncConnection, ids: Collection[str]) -> dict[str, list[Said]]:
    rows = await connection.execute(
        select(notices, channels.c.user)
        .join(channels, channels.c.id == notices.c.channel)
        .where(notices.c.alert.in_(list(ids)))
        .order_by(notices.c.id)
    )
    found: dict[str, list[Said]] = {}
    for row in rows:
        found.setdefault(row.alert, []).append(_as_said(row))
    return found


def _as_said(row: Any) -> Said:
    return Said(
        key=row.key,
        channel=row.channel,
        user=row.user,
        what=row.what,
        state=row.state,
        made=moment(row.made),
        done=moment(row.done) if row.done is not None else None,
    )
