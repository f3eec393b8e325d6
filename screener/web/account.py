"""The page about oneself: where one is logged in, and what else a log-in asks for."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.store.people import users
from screener.web import agents
from screener.web.away import leaving
from screener.web.base import Desk
from screener.web.codes import Codes
from screener.web.door import Door
from screener.web.logins import SqlLogins
from screener.web.page import Pages
from screener.web.passkeys import Passkeys
from screener.web.sessions import COOKIE
from screener.web.tongue import LANGUAGES


@dataclass(frozen=True, kw_only=True)
class AccountPage:
    desk: Desk
    engine: AsyncEngine
    logins: SqlLogins
    codes: Codes
    passkeys: Passkeys
    door: Door
    pages: Pages

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/account", self.page, methods=["GET"])
        router.add_api_route("/account/language", self.language, methods=["POST"])
        router.add_api_route("/account/logins/{id}/end", self.end, methods=["POST"])
        router.add_api_route("/account/logins/end", self.end_all, methods=["POST"])
        return router

    async def page(self, request: Request) -> Response:
        visit = await self.door.visit(request)
        found = await self.logins.of(visit.user, self.door.clock())
        values = {
            "user": visit.user,
            "token": visit.token,
            "logins": [login for login in found if login.id == visit.session.id]
            + [login for login in found if login.id != visit.session.id],
            "this": visit.session.id,
            "agent_words": agents.words,
            "left": await self.codes.left(visit.user),
            "languages": LANGUAGES,
            "passkeys": len(await self.passkeys.of(visit.user)),
        }
        return self.pages.show("account.html", values)

    async def language(self, request: Request) -> Response:
        """In which language this user reads; none of ours means the browser's own."""
        visit, fields = await self.door.change(request)
        wanted = fields.get("language", "")
        async with self.engine.begin() as connection:
            await connection.execute(
                update(users).where(users.c.id == visit.user.id).values(language=wanted if wanted in LANGUAGES else "")
            )
        return RedirectResponse("/account", 303)

    async def end(self, request: Request, id: str) -> Response:
        visit, _fields = await self.door.change(request)
        await self.logins.end(id, visit.user)
        return RedirectResponse("/account", 303)

    async def end_all(self, request: Request) -> Response:
        """This one too: whoever does this fears that somebody else is in, and wants to be sure that nobody is."""
        visit, _fields = await self.door.change(request)
        await self.desk.end_sessions(visit.user.name)
        await self.logins.end_all(visit.user)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE)
        return leaving(answer)
