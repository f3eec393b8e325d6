"""The page to change one's own password; a forgotten one is reset on the machine, see reset.py."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.web.again import Refusal, refusal, unusable
from screener.web.auth import TooBusy, good_password
from screener.web.base import Desk
from screener.web.desk import set_password
from screener.web.door import Door, Visit
from screener.web.logins import SqlLogins
from screener.web.page import Pages
from screener.web.tongue import _


@dataclass(frozen=True, kw_only=True)
class PasswordPages:
    desk: Desk
    engine: AsyncEngine
    logins: SqlLogins
    door: Door
    pages: Pages

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/account/password", self.page, methods=["GET"])
        router.add_api_route("/account/password", self.change, methods=["POST"])
        return router

    async def page(self, request: Request) -> Response:
        return self._show(await self.door.visit(request))

    async def change(self, request: Request) -> Response:
        """Every other log-in ends: whoever knew the old password is out. This browser stays in, with a new session."""
        visit, fields = await self.door.change(request)
        # What can be mended by typing again is looked at first, so that it costs no try.
        if why := _unusable(fields.get("new", ""), fields.get("again", "")):
            return self._show(visit, Refusal(words=why, status=400))
        if no := await refusal(self.door, request, visit.user, fields.get("password", "")):
            return self._show(visit, no)
        try:
            kept = await self.door.passwords.hash(fields["new"])
        except TooBusy:
            return self.pages.error(503)
        await set_password(self.engine, visit.user.name, kept)
        await self.logins.end_all(visit.user)
        user = await self.desk.user(visit.user.name)
        if user is None:
            raise HTTPException(404)
        return await self.door.let_in(request, user, RedirectResponse("/account#password", 303))

    def _show(self, visit: Visit, why: Refusal | None = None) -> Response:
        values = {"user": visit.user, "token": visit.token, "wrong": why.words if why else ""}
        return self.pages.show("password.html", values, status=why.status if why else 200)


def _unusable(new: str, again: str) -> str:
    """What is wrong with a new password, or nothing."""
    if new != again:
        return _("The two new passwords are not the same. Type the new one twice.")
    try:
        good_password(new)
    except ValueError:
        return unusable()
    return ""
