"""A weekly sign of life for whoever asks for it, and what follows when nobody answers it."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screener import troubles
from screener.notify.people import Channel, all_channels
from screener.notify.when import Clockwork
from screener.seal import Seal
from screener.store.base import Issue
from screener.store.people import acts, notices, sessions
from screener.store.times import micros, moment

EVERY = timedelta(days=7)
SILENT_FOR = timedelta(days=3)


async def make(engine: AsyncEngine, seal: Seal, clockwork: Clockwork, now: datetime) -> None:
    """Writes this week's sign of life for each channel that asks for one."""
    async with engine.begin() as connection:
        for channel in await _weekly(connection, seal):
            last = await connection.scalar(
                select(func.max(notices.c.made)).where(notices.c.channel == channel.id, notices.c.what == "alive")
            )
            if last is not None and moment(last) > now - EVERY:
                continue
            await connection.execute(
                upsert(notices)
                .values(
                    key=f"alive:{micros(now)}:{channel.id}",
                    channel=channel.id,
                    what="alive",
                    made=micros(now),
                    due=micros(clockwork.allowed(channel.wishes, now)),
                    state="waits",
                )
                .on_conflict_do_nothing(index_elements=[notices.c.key])
            )


async def silent(engine: AsyncEngine, seal: Seal, now: datetime) -> list[Issue]:
    """An issue for each channel whose sign of life nobody has answered for three days."""
    found = []
    async with engine.connect() as connection:
        for channel in await _weekly(connection, seal):
            heard = await last_answer(connection, channel)
            since = await connection.scalar(
                select(func.min(notices.c.done)).where(
                    notices.c.channel == channel.id,
                    notices.c.what == "alive",
                    notices.c.state == "sent",
                    notices.c.done > (micros(heard) if heard else 0),
                )
            )
            if since is not None and moment(since) < now - SILENT_FOR:
                found.append(_unanswered(channel, moment(since), now))
    return found


def _unanswered(channel: Channel, since: datetime, now: datetime) -> Issue:
    return troubles.issue(
        "notices:silent",
        key=f"notices:silent:{channel.id}",
        severity="warning",
        at=now,
        values={"user": channel.user_name, "count": (now - since).days},
    )


async def last_answer(connection: AsyncConnection, channel: Channel) -> datetime | None:
    """When this user last showed that notices are read: by a link in one, or by any visit."""
    visited = await connection.scalar(select(func.max(sessions.c.last)).where(sessions.c.user == channel.user))
    acted = await connection.scalar(select(func.max(acts.c.at)).where(acts.c.by == channel.user_name))
    found = [moment(at) for at in (visited, acted) if at is not None]
    return max([*found, *([channel.answered] if channel.answered else [])], default=None)


async def _weekly(connection: AsyncConnection, seal: Seal) -> Sequence[Channel]:
    every = [(channel, channel.address(seal)) for channel in await all_channels(connection)]
    return [channel for channel, address in every if address is not None and address.weekly]


def answer_path(seal: Seal, channel: str, key: str) -> str:
    """Where a sign of life is answered: good for its own channel, and once."""
    return f"notices/answer/{channel}/{_token(seal, key)}"


async def fits(engine: AsyncEngine, seal: Seal, channel: str, token: str) -> bool:
    """Whether the token is that of a sign of life that was sent to this channel and not answered since."""
    async with engine.connect() as connection:
        found = next((each for each in await all_channels(connection) if each.id == channel), None)
        if found is None:
            return False
        sent = (notices.c.state == "sent") | (notices.c.state == "sending")
        rows = await connection.execute(
            select(notices.c.key, notices.c.made)
            .where(notices.c.channel == channel, notices.c.what == "alive", sent)
            .order_by(notices.c.id.desc())
            .limit(10)
        )
        open = [row.key for row in rows if found.answered is None or moment(row.made) > found.answered]
    return any(hmac.compare_digest(_token(seal, key).encode(), token.encode()) for key in open)


def _token(seal: Seal, key: str) -> str:
    return hmac.new(seal.key, f"answer {key}".encode(), hashlib.sha256).hexdigest()[:32]
