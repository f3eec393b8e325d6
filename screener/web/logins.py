"""The log-ins that hold: a row each, so that any one of them can be ended by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from screener.store.people import passkeys, sessions
from screener.store.times import micros, moment
from screener.web.base import User
from screener.web.sessions import Session

# "Last seen" need not be truer than this, and a page that refreshes itself must not write all the time.
FRESH = timedelta(minutes=1)
MOST = 50


@dataclass(frozen=True, kw_only=True)
class Login:
    """A browser in which somebody is logged in; `agent` is what `screener.web.agents.kind` made of its name."""

    id: str
    created: datetime
    last: datetime
    agent: str
    peer: str


class Logins(Protocol):
    """What the door must know and do."""

    async def begin(self, session: Session, user: User, *, agent: str, peer: str, now: datetime) -> None: ...

    async def holds(self, session: Session, user: User, now: datetime) -> bool:
        """Whether the session is still one of this user's; notes that it was seen."""

    async def end(self, id: str, user: User) -> bool:
        """Ends that one of the user's; says whether there was one."""

    async def by_passkey(self) -> bool:
        """Whether anybody can log in with a passkey."""


@dataclass(frozen=True, kw_only=True)
class SqlLogins:
    """See `Logins`; and what the page of one's own log-ins needs."""

    engine: AsyncEngine

    async def begin(self, session: Session, user: User, *, agent: str, peer: str, now: datetime) -> None:
        row = {
            "id": session.id,
            "user": user.id,
            "created": micros(now),
            "last": micros(now),
            "until": int(session.until * 1_000_000),
            "agent": agent[:120],
            "peer": peer[:60],
        }
        # Never the one that begins here: a clock that was set back would let nobody in any more.
        oldest = (
            select(sessions.c.id)
            .where(sessions.c.user == user.id, sessions.c.id != session.id)
            .order_by(sessions.c.created.desc(), sessions.c.id)
            .offset(MOST - 1)
        )
        async with self.engine.begin() as connection:
            await connection.execute(insert(sessions).values(**row))
            await connection.execute(delete(sessions).where(sessions.c.until <= micros(now)))
            gone = (await connection.scalars(oldest)).all()
            if gone:
                await connection.execute(delete(sessions).where(sessions.c.id.in_(gone)))

    async def holds(self, session: Session, user: User, now: datetime) -> bool:
        mine = (sessions.c.id == session.id, sessions.c.user == user.id)
        async with self.engine.connect() as connection:
            query = select(sessions.c.last).where(*mine, sessions.c.until > micros(now))
            last = (await connection.execute(query)).scalar()
        if last is None:
            return False
        if abs(now - moment(last)) >= FRESH:
            async with self.engine.begin() as connection:
                await connection.execute(update(sessions).where(*mine).values(last=micros(now)))
        return True

    async def end(self, id: str, user: User) -> bool:
        async with self.engine.begin() as connection:
            ended = await connection.execute(delete(sessions).where(sessions.c.id == id, sessions.c.user == user.id))
        return bool(ended.rowcount)

    async def by_passkey(self) -> bool:
        async with self.engine.connect() as connection:
            return (await connection.execute(select(passkeys.c.id).limit(1))).first() is not None

    async def of(self, user: User, now: datetime) -> tuple[Login, ...]:
        """The user's, last seen first."""
        query = (
            select(sessions)
            .where(sessions.c.user == user.id, sessions.c.until > micros(now))
            .order_by(sessions.c.last.desc(), sessions.c.id)
        )
        async with self.engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(
            Login(id=row.id, created=moment(row.created), last=moment(row.last), agent=row.agent, peer=row.peer)
            for row in rows
        )

    async def end_all(self, user: User) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(delete(sessions).where(sessions.c.user == user.id))
