"""Who hears of alerts, where, and when: channels and wishes, as the database keeps them."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screener.levels import LevelName
from screener.notify.address import Address
from screener.notify.base import Outcome
from screener.notify.when import Clockwork, Wishes
from screener.seal import Seal
from screener.sight import UserRole
from screener.store.people import channels, notices, users, wishes
from screener.store.texts import scrub
from screener.store.times import micros, moment

type FromLevel = LevelName | Literal["backup"]
"""The lowest level that a channel hears of; "backup": only what is urgent, once nobody else has looked."""

MOST_CHANNELS = 10
"""For each user."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One way to one user. `role` and `member` are the user's: they say which alerts may be told here."""

    id: str
    user: str
    user_name: str
    role: UserRole
    member: str | None
    language: str
    name: str
    from_level: FromLevel
    sealed: bytes = field(repr=False)
    sent: datetime | None = None
    failed: datetime | None = None
    failure: str = ""
    answered: datetime | None = None
    wishes: Wishes = field(default_factory=Wishes)

    def address(self, seal: Seal) -> Address | None:
        return Address.opened(seal, self.id, self.sealed)


_CHANNELS: Select[Any] = (
    select(
        channels,
        users.c.name.label("user_name"),
        users.c.role,
        users.c.member,
        users.c.language,
        *(column for column in wishes.c if column.name != "user"),
    )
    .join(users, users.c.id == channels.c.user)
    .outerjoin(wishes, wishes.c.user == channels.c.user)
    # A child hears of what is about it on its own page.
    .where(users.c.role != "child")
    .order_by(channels.c.created, channels.c.id)
)


async def all_channels(connection: AsyncConnection, *, user: str | None = None) -> list[Channel]:
    """Every channel, or those of one user."""
    query = _CHANNELS if user is None else _CHANNELS.where(channels.c.user == user)
    return [_channel(row) for row in await connection.execute(query)]


def _channel(row: Any) -> Channel:
    return Channel(
        id=row.id,
        user=row.user,
        user_name=row.user_name,
        role=row.role,
        member=row.member,
        language=row.language,
        name=row.name,
        from_level=row.from_level,
        sealed=row.address,
        sent=_moment(row.sent),
        failed=_moment(row.failed),
        failure=row.failure,
        answered=_moment(row.answered),
        wishes=_wishes(row) if row.remind_minutes is not None else Wishes(),
    )


def _wishes(row: Any) -> Wishes:
    return Wishes(
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
        paused_until=_moment(row.paused_until),
        digest_at=row.digest_at,
        remind_minutes=row.remind_minutes,
        escalate_minutes=row.escalate_minutes,
    )


def _moment(at: int | None) -> datetime | None:
    return moment(at) if at is not None else None


@dataclass(frozen=True, kw_only=True)
class People:
    """What users change about how they hear of alerts. Nobody touches a channel of somebody else."""

    engine: AsyncEngine
    seal: Seal

    async def channels(self, user: str) -> Sequence[Channel]:
        async with self.engine.connect() as connection:
            return await all_channels(connection, user=user)

    async def add(
        self,
        user: str,
        *,
        name: str,
        address: Address,
        from_level: FromLevel,
        at: datetime,
        known: Iterable[tuple[str, str]] = (),
    ) -> str | None:
        """The id of the new channel; None where the user has too many. `known` are the alerts that are there already,
        with their marks: nobody is told of them as if they were new.
        """
        id = secrets.token_hex(8)
        async with self.engine.begin() as connection:
            if len(await all_channels(connection, user=user)) >= MOST_CHANNELS:
                return None
            await connection.execute(
                insert(channels).values(
                    id=id,
                    user=user,
                    name=name,
                    address=address.sealed(self.seal, id),
                    from_level=from_level,
                    created=micros(at),
                )
            )
            rows = [
                {
                    "key": f"{alert}:{mark}:news:{id}",
                    "channel": id,
                    "alert": alert,
                    "what": "known",
                    "made": micros(at),
                    "due": micros(at),
                    "state": "known",
                }
                for alert, mark in known
            ]
            if rows:
                await connection.execute(insert(notices), rows)
        return id

    async def change(self, user: str, id: str, *, from_level: FromLevel, named: bool, weekly: bool) -> None:
        async with self.engine.begin() as connection:
            for channel in await all_channels(connection, user=user):
                if channel.id != id:
                    continue
                values: dict[str, Any] = {"from_level": from_level}
                if (address := channel.address(self.seal)) is not None:
                    values["address"] = replace(address, named=named, weekly=weekly).sealed(self.seal, id)
                await connection.execute(update(channels).where(channels.c.id == id).values(**values))

    async def remove(self, user: str, id: str) -> None:
        """For good: the address leaves the file as well, and with it what was to be said there."""
        async with self.engine.begin() as connection:
            await connection.execute(delete(channels).where(channels.c.id == id, channels.c.user == user))
        await scrub(self.engine)

    async def came(self, id: str, outcome: Outcome, at: datetime) -> None:
        """What came of the last note to this channel."""
        async with self.engine.begin() as connection:
            await connection.execute(update(channels).where(channels.c.id == id).values(**result(outcome, at)))

    async def wishes(self, user: str) -> Wishes:
        async with self.engine.connect() as connection:
            row = (await connection.execute(select(wishes).where(wishes.c.user == user))).first()
        return _wishes(row) if row is not None else Wishes()

    async def wish(self, user: str, wanted: Wishes) -> None:
        values = {
            "quiet_from": wanted.quiet_from,
            "quiet_to": wanted.quiet_to,
            "paused_until": micros(wanted.paused_until) if wanted.paused_until else None,
            "digest_at": wanted.digest_at,
            "remind_minutes": wanted.remind_minutes,
            "escalate_minutes": wanted.escalate_minutes,
        }
        async with self.engine.begin() as connection:
            await connection.execute(
                upsert(wishes)
                .values(user=user, **values)
                .on_conflict_do_update(index_elements=[wishes.c.user], set_=values)
            )

    async def replan(self, user: str, clockwork: Clockwork, now: datetime) -> None:
        """What was put off under other wishes is said when it is allowed now."""
        async with self.engine.begin() as connection:
            for channel in await all_channels(connection, user=user):
                waits = (notices.c.state == "waits") & (notices.c.due > micros(now))
                kinds = notices.c.what.in_(("rise", "back", "escalate", "alive"))
                await connection.execute(
                    update(notices)
                    .where(notices.c.channel == channel.id, waits, kinds)
                    .values(due=micros(clockwork.allowed(channel.wishes, now)))
                )

    async def answered(self, ids: Iterable[str], at: datetime) -> None:
        """Somebody reads what is sent there."""
        async with self.engine.begin() as connection:
            await connection.execute(update(channels).where(channels.c.id.in_(list(ids))).values(answered=micros(at)))


def result(outcome: Outcome, at: datetime) -> dict[str, Any]:
    """The columns of a channel after a note; what failed is shown until one gets through."""
    if outcome.well:
        return {"sent": micros(at), "failed": None, "failure": ""}
    return {"failed": micros(at), "failure": outcome.words}
