"""Takes what is due out of the outbox, and notes what came of it."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from screener.alerts import height
from screener.levels import LevelName
from screener.notify import cries, life, words
from screener.notify.address import Address
from screener.notify.base import Note, Outcome
from screener.notify.people import Channel, all_channels, result
from screener.notify.plan import Standing
from screener.notify.standing import Household
from screener.seal import Seal
from screener.store.people import channels, notices
from screener.store.tables import alerts
from screener.store.times import micros, moment

GIVE_UP = timedelta(days=1)
MOST_NAMED = 500


@dataclass(frozen=True, kw_only=True)
class Due:
    """A channel for which something waits; `fresh` where any of it is urgent and was not tried yet."""

    channel: Channel
    fresh: bool


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A note that is noted as begun, and to be noted again when it is done: under the id of its first row, for all."""

    rows: tuple[int, ...]
    channel: Channel
    address: Address
    note: Note


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """`link` is the dashboard's own address; `speak` gives a sentence in somebody's language; `looks` says whether
    everything that is watched can be read, so that a sign of life claims nothing else.
    """

    home: Household
    seal: Seal
    link: str
    looks: Callable[[], Awaitable[bool]]
    speak: words.Speak = words.as_written

    async def due(self, now: datetime) -> list[Due]:
        fresh = (notices.c.tries == 0) & or_(notices.c.level == "act", notices.c.what == "cry")
        query = (
            select(notices.c.channel, func.max(case((fresh, 1), else_=0)).label("fresh"))
            .where(notices.c.state == "waits", notices.c.due <= micros(now))
            .group_by(notices.c.channel)
        )
        async with self.home.engine.connect() as connection:
            rows = {row.channel: bool(row.fresh) for row in await connection.execute(query)}
            every = await all_channels(connection) if rows else []
        return [Due(channel=channel, fresh=rows[channel.id]) for channel in every if channel.id in rows]

    async def next(self, now: datetime) -> datetime | None:
        """When something is due next."""
        query = select(func.min(notices.c.due)).where(notices.c.state == "waits", notices.c.due > micros(now))
        async with self.home.engine.connect() as connection:
            found = await connection.scalar(query)
        return moment(found) if found is not None else None

    async def recover(self, channel: Channel, *, knows_id: bool) -> None:
        """After a start: what was being sent when the last run ended may have arrived. It is sent again where that is
        seen to be the same note, or where missing it would be worse than hearing it twice.
        """
        ours = (notices.c.channel == channel.id) & (notices.c.state == "sending")
        urgent = select(notices.c.id).where(ours, or_(notices.c.level == "act", notices.c.what == "cry"))
        async with self.home.engine.begin() as connection:
            again = knows_id or (await connection.execute(urgent)).first() is not None
            await connection.execute(update(notices).where(ours).values(state="waits" if again else "unsure"))

    async def begun(self) -> list[Channel]:
        """The channels for which something was being sent when the last run ended."""
        query = select(notices.c.channel).where(notices.c.state == "sending").distinct()
        async with self.home.engine.connect() as connection:
            ids = set((await connection.scalars(query)).all())
            return [channel for channel in await all_channels(connection) if channel.id in ids]

    async def begin(self, channel: Channel, now: datetime) -> Ready | None:
        """The next note for a channel: several that wait become one, and what is no longer news falls away."""
        address = channel.address(self.seal)
        if address is None:
            return None
        query = (
            select(notices)
            .where(notices.c.channel == channel.id, notices.c.state == "waits", notices.c.due <= micros(now))
            .order_by(notices.c.id)
        )
        async with self.home.engine.begin() as connection:
            rows = list(await connection.execute(query))
            calls = [row for row in rows if row.what == "cry"]
            signs = [row for row in rows if row.what == "alive"]
            return (
                await self._of_cries(connection, channel, address, calls, now)
                or await self._of_alerts(connection, channel, address, [row for row in rows if row.alert], now)
                or await self._of_life(connection, channel, address, signs, now)
            )

    async def finish(self, ready: Ready, outcome: Outcome, now: datetime) -> None:
        first, *others = ready.rows
        async with self.home.engine.begin() as connection:
            if outcome.well:
                await _mark(connection, [first], "sent", now)
                await _mark(connection, others, "merged", now)
            else:
                await _mark(connection, ready.rows, "waits", None)
            await connection.execute(
                update(channels).where(channels.c.id == ready.channel.id).values(**result(outcome, now))
            )

    async def give_up(self, now: datetime) -> list[str]:
        """What could not be sent for a day is given up; the names of the users who missed something."""
        old = (notices.c.state == "waits") & (notices.c.tries > 0) & (notices.c.due < micros(now - GIVE_UP))
        async with self.home.engine.begin() as connection:
            missed = set((await connection.scalars(select(notices.c.channel).where(old))).all())
            if not missed:
                return []
            await connection.execute(update(notices).where(old).values(state="failed", done=micros(now)))
            return sorted({each.user_name for each in await all_channels(connection) if each.id in missed})

    async def _of_alerts(
        self, connection: AsyncConnection, channel: Channel, address: Address, rows: Sequence[Any], now: datetime
    ) -> Ready | None:
        if not rows:
            return None
        planning = await self.home.planning(connection, now, channels=[channel])
        ids = {row.alert for row in rows}
        standing = {each.id: each for each in await self.home.standing(connection, alerts.c.id.in_(ids))}
        seen_from = {
            id: at
            for id, each in standing.items()
            if (each.state == "new" or each.is_back(now)) and (at := planning.whole_from(each, channel)) is not None
        }
        await _mark(connection, [row.id for row in rows if row.alert not in seen_from], "dropped", now)
        for row in rows:
            if (at := seen_from.get(row.alert, now)) > now:
                await _put_off(connection, [row], at)
        news = {id: standing[id] for id, at in seen_from.items() if at <= now}
        rows = [row for row in rows if row.alert in news]
        if not rows:
            return None
        level = max((news[row.alert].level for row in rows), key=height)
        if level != "act":
            # It was allowed when it was made; a server that was away until now must not make it ring at night.
            allowed = self.home.clockwork.allowed(channel.wishes, now)
            if allowed > now:
                await _put_off(connection, rows, allowed)
                return None
        first = await _lead(connection, rows)
        free = self.home.clockwork.free
        note = words.of_alert(
            id=note_id(self.seal, first.key),
            level=level,
            at=now,
            link=self.link,
            speak=self.speak,
            language=channel.language,
            clockwork=self.home.clockwork,
            meant_for=moment(min(row.due for row in rows)),
            was_quiet=level != "act" and any(free(channel.wishes, moment(r.made)) > moment(r.made) for r in rows),
            reminds=all(row.what == "remind" for row in rows),
            is_back=all(row.what == "back" for row in rows),
            names=await self._names(connection, channel, now) if address.named else (),
        )
        return Ready(rows=_ids(first, rows), channel=channel, address=address, note=note)

    async def _of_cries(
        self, connection: AsyncConnection, channel: Channel, address: Address, rows: Sequence[Any], now: datetime
    ) -> Ready | None:
        open = await cries.unheard(connection, [cries.number(row.key) for row in rows]) if rows else {}
        await _mark(connection, [row.id for row in rows if cries.number(row.key) not in open], "dropped", now)
        rows = [row for row in rows if cries.number(row.key) in open]
        if not rows:
            return None
        first = await _lead(connection, rows)
        family = {member.id: member.name for member in await self.home.members()}
        called = [family[member] for member in dict.fromkeys(open.values()) if member in family]
        note = words.of_cry(
            id=note_id(self.seal, first.key),
            at=now,
            link=self.link,
            speak=self.speak,
            language=channel.language,
            reminds=all(cries.is_reminder(row.key) for row in rows),
            names=called if address.named else (),
        )
        return Ready(rows=_ids(first, rows), channel=channel, address=address, note=note)

    async def _of_life(
        self, connection: AsyncConnection, channel: Channel, address: Address, rows: Sequence[Any], now: datetime
    ) -> Ready | None:
        if not rows:
            return None
        allowed = self.home.clockwork.allowed(channel.wishes, now)
        if allowed > now:
            await _put_off(connection, rows, allowed)
            return None
        first = await _lead(connection, rows)
        note = words.of_life(
            id=note_id(self.seal, first.key),
            at=now,
            link=self.link + life.answer_path(self.seal, channel.id, first.key),
            speak=self.speak,
            language=channel.language,
            looking=await self.looks(),
        )
        return Ready(rows=_ids(first, rows), channel=channel, address=address, note=note)

    async def _names(self, connection: AsyncConnection, channel: Channel, now: datetime) -> list[tuple[str, LevelName]]:
        """Our own members about whom there is something that this user has not looked at."""
        planning = await self.home.planning(connection, now, channels=[channel])
        later = now + timedelta(days=1)
        found: list[Standing] = await self.home.standing(connection, alerts.c.state == "new", most=MOST_NAMED)
        return words.by_urgency(
            (each.member_name, each.level)
            for each in found
            if each.member_name and (planning.whole_from(each, channel) or later) <= now
        )


def note_id(seal: Seal, key: str) -> str:
    """The id under which a notice goes out: the same each time, another in every home, and it tells nothing."""
    return hmac.new(seal.key, f"notice {key}".encode(), hashlib.sha256).hexdigest()[:32]


async def _lead(connection: AsyncConnection, rows: Sequence[Any]) -> Any:
    """Notes that all of them are being sent, and gives the one under whose id they go out: the newest. So what is tried
    again has the id it had, until there is something new in it; whoever has it already would take that for the same.
    """
    begun = update(notices).where(notices.c.id.in_([row.id for row in rows]))
    await connection.execute(begun.values(state="sending", tries=notices.c.tries + 1))
    return max(rows, key=lambda row: row.id)


def _ids(first: Any, rows: Sequence[Any]) -> tuple[int, ...]:
    return (first.id, *(row.id for row in rows if row.id != first.id))


async def _mark(connection: AsyncConnection, ids: Sequence[int], state: str, done: datetime | None) -> None:
    if ids:
        values = {"state": state, "done": micros(done) if done else None}
        await connection.execute(update(notices).where(notices.c.id.in_(ids)).values(**values))


async def _put_off(connection: AsyncConnection, rows: Sequence[Any], until: datetime) -> None:
    ids = [row.id for row in rows]
    await connection.execute(update(notices).where(notices.c.id.in_(ids)).values(due=micros(until)))
