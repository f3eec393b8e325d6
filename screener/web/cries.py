"""A member who pressed "I need help": whom they told, and who is on it. That it happened is kept, never any words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.sight import CHANGES
from screener.store.people import cries, users
from screener.store.times import micros, moment
from screener.web.base import Change, User
from screener.web.desk import SqlDesk
from screener.web.door import Door
from screener.web.page import Pages
from screener.web.words import device_words

PAUSE = timedelta(minutes=2)
"""Pressing again and again within this time tells the same person once."""
SHOWN_FOR = timedelta(days=7)
MOST_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Cry:
    """`to` is the name of the user who was told; `heard`, when somebody said that they are on it."""

    id: int
    member: str
    to: str
    at: datetime
    heard: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Cries:
    """The cries in the database."""

    engine: AsyncEngine

    async def helpers(self, but: str) -> tuple[str, ...]:
        """Who can be told: owners and parents, by the name they log in with, without the one who asks."""
        query = select(users.c.name).where(users.c.role.in_(sorted(CHANGES)), users.c.name != but)
        async with self.engine.connect() as connection:
            return tuple((await connection.scalars(query.order_by(users.c.name))).all())

    async def add(self, member: str, to: Sequence[str], at: datetime) -> None:
        """Tells each of them, unless the same cry is only just out."""
        async with self.engine.begin() as connection:
            for name in to:
                fresh = select(cries.c.id).where(
                    cries.c.member == member,
                    cries.c.to == name,
                    cries.c.heard.is_(None),
                    cries.c.at > micros(at - PAUSE),
                )
                if (await connection.execute(fresh.limit(1))).first() is None:
                    await connection.execute(insert(cries).values(member=member, to=name, at=micros(at)))

    async def unheard(self, to: str) -> tuple[Cry, ...]:
        """What this user was told and nobody is on yet, the oldest first."""
        return await self._found(cries.c.to == to, cries.c.heard.is_(None), order=cries.c.at)

    async def of(self, member: str, since: datetime) -> tuple[Cry, ...]:
        """What a member asked for lately, the newest first."""
        return await self._found(cries.c.member == member, cries.c.at >= micros(since), order=cries.c.at.desc())

    async def hear(self, id: int, by: str, at: datetime) -> bool:
        """Says that somebody is on it, to whomever else the member told as well; whether there was such a cry."""
        async with self.engine.begin() as connection:
            row = (await connection.execute(select(cries).where(cries.c.id == id, cries.c.to == by))).first()
            if row is None:
                return False
            mine = update(cries).where(cries.c.member == row.member, cries.c.heard.is_(None), cries.c.at <= micros(at))
            await connection.execute(mine.values(heard=micros(at)))
        return True

    async def _found(self, *where: object, order: object) -> tuple[Cry, ...]:
        query = select(cries).where(*where).order_by(order).limit(MOST_SHOWN)  # type: ignore[arg-type]
        async with self.engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(
            Cry(
                id=row.id,
                member=row.member,
                to=row.to,
                at=moment(row.at),
                heard=moment(row.heard) if row.heard is not None else None,
            )
            for row in rows
        )


@dataclass(frozen=True, kw_only=True)
class CryRoom:
    """Puts what nobody is on yet at the top of the overview, and takes "I'm on it"."""

    cries: Cries
    desk: SqlDesk
    door: Door
    pages: Pages

    def routes(self) -> APIRouter:
        self.pages.additions.setdefault("home.html", []).append(self.on_the_overview)
        router = APIRouter()
        router.add_api_route("/cries/{id}/heard", self.heard, methods=["POST"])
        return router

    async def on_the_overview(self, user: User) -> Mapping[str, object]:
        """The cries to this user, each with the name of who cried."""
        if user.role not in CHANGES:
            return {"cries": ()}
        names = {member.id: member.name for member in await self.desk.members()}
        return {"cries": [(cry, names.get(cry.member) or _where(cry)) for cry in await self.cries.unheard(user.name)]}

    async def heard(self, request: Request, id: str) -> Response:
        visit, _ = await self.door.change(request)
        number = int(id) if id.isascii() and id.isdecimal() and len(id) < 19 else 0
        if visit.user.role not in CHANGES or not await self.cries.hear(number, visit.user.name, self.door.clock()):
            raise HTTPException(404)
        refresh(self.desk)
        return RedirectResponse("/", 303)


def _where(cry: Cry) -> str:
    """A device of which nobody has said whose it is; somebody pressed on it."""
    _, found, device = cry.member.partition("device:")
    return device_words(device) if found else ""


def refresh(desk: SqlDesk) -> None:
    """Has every open page look again, for what is no alert."""
    desk.announce(Change(alert="", level="act", what="settled"))
