"""Where alerts stand, as the database has them: what planning and sending both look at."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screener.family import Member
from screener.notify.people import Channel, all_channels
from screener.notify.plan import Planning, Standing
from screener.notify.when import Clockwork
from screener.store.cases import alert_of
from screener.store.people import acts, users
from screener.store.tables import alerts
from screener.store.times import moment

type Members = Callable[[], Awaitable[Sequence[Member]]]


@dataclass(frozen=True, kw_only=True)
class Household:
    """The database with who lives here: `members` are as old as today. `clockwork` knows the home's time."""

    engine: AsyncEngine
    members: Members
    clockwork: Clockwork = field(default_factory=Clockwork)

    async def planning(
        self, connection: AsyncConnection, now: datetime, *, channels: Sequence[Channel] | None = None
    ) -> Planning:
        have = (await connection.scalars(select(users.c.member).where(users.c.member.is_not(None)))).all()
        return Planning(
            channels=await all_channels(connection) if channels is None else channels,
            now=now,
            clockwork=self.clockwork,
            has_page=frozenset(have).__contains__,
        )

    async def standing(
        self, connection: AsyncConnection, which: ColumnElement[bool], *, most: int | None = None
    ) -> list[Standing]:
        """The alerts of which that is true, the highest and newest first."""
        looked = select(func.max(acts.c.at)).where(acts.c.alert == alerts.c.id, acts.c.did != "undone")
        query = (
            select(alerts, looked.scalar_subquery().label("looked"))
            .where(which)
            .order_by(alerts.c.height.desc(), alerts.c.updated.desc())
            .limit(most)
        )
        members = {member.id: member for member in await self.members()}
        return [_standing(row, members) for row in await connection.execute(query)]


def _standing(row: Any, members: dict[str, Member]) -> Standing:
    alert, member = alert_of(row), members.get(row.member)
    return Standing(
        id=alert.id,
        level=alert.level,
        state=alert.state,
        stages=alert.stages,
        opened=alert.opened,
        threat=_latest(signal.at for signal in alert.signals if signal.alone),
        looked=moment(row.looked) if row.looked is not None else None,
        later=moment(row.later) if row.later is not None else None,
        member=row.member,
        # Whoever is not written down is called what a platform calls them: that goes into no notice.
        member_name=member.name if member else "",
        member_is_adult=row.adult or (member is not None and member.role != "child"),
        member_age=member.age if member else None,
    )


def _latest(times: Iterable[datetime]) -> datetime | None:
    return max(times, default=None)
