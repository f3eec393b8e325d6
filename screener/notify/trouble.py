"""What goes wrong with notices, as issues on the dashboard: nobody must take silence for quiet."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from screener import troubles
from screener.notify.people import Channel
from screener.store.base import Issue
from screener.store.sql import SqlTransaction
from screener.store.tables import issues


def failing(channel: Channel, at: datetime) -> Issue:
    """Nothing gets through to a channel at the moment."""
    key, values = f"notices:failing:{channel.id}", {"user": channel.user_name}
    return troubles.issue("notices:failing", key=key, severity="warning", at=at, values=values)


def missed(user_name: str, at: datetime) -> Issue:
    """Something was not said in a whole day, and is given up."""
    key, values = f"notices:missed:{user_name}", {"user": user_name}
    return troubles.issue("notices:missed", key=key, severity="error", at=at, values=values)


async def note(engine: AsyncEngine, issue: Issue) -> None:
    async with engine.begin() as connection:
        await SqlTransaction(connection).note(issue)


async def works(engine: AsyncEngine, channel: Channel) -> None:
    """Notices get through again."""
    await _gone(engine, [f"notices:failing:{channel.id}"])


async def answered(engine: AsyncEngine, ids: Iterable[str]) -> None:
    """Somebody reads what comes through these channels."""
    await _gone(engine, [f"notices:silent:{id}" for id in ids])


async def _gone(engine: AsyncEngine, keys: list[str]) -> None:
    async with engine.begin() as connection:
        await connection.execute(delete(issues).where(issues.c.key.in_(keys)))
