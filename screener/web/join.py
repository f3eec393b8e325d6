"""The page of whoever was invited: the code opens it once, and the password is theirs alone to know."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.web.again import too_many, unusable
from screener.web.auth import TooBusy, good_password
from screener.web.base import Desk
from screener.web.claim import plain
from screener.web.door import Door, form
from screener.web.guard import peer
from screener.web.page import Pages
from screener.web.people import Invitation, People, roles_for
from screener.web.tongue import _
from screener.web.words import in_words


@dataclass(frozen=True, kw_only=True)
class JoinPages:
    people: People
    desk: Desk
    door: Door
    pages: Pages

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/join", self.page, methods=["GET"])
        router.add_api_route("/join", self.join, methods=["POST"])
        return router

    async def page(self) -> Response:
        return self._ask_code()

    async def join(self, request: Request) -> Response:
        """First the code alone, which says for whom it is; then the code with the password that they chose."""
        fields = await form(request)
        code, here, now = fields.get("code", ""), peer(request.scope), self.door.clock()
        # Each code counts by itself: typing at one must not shut out whoever holds another.
        key = f"join {plain(code).decode()}"
        wait = await self.door.tries.begin(key, here, now)
        if wait:
            return self._ask_code(too_many(in_words(wait)), 429)
        invitation = await self.people.invitation(code, now)
        if invitation is None or not await self._still_fits(invitation):
            return self._ask_code(_("The code is not right, or was used or has run out. Ask for a new one."), 403)
        await self.door.tries.succeed(key, here)
        if "password" not in fields:
            return self._ask_password(code, invitation)
        try:
            good_password(fields["password"])
        except ValueError:
            return self._ask_password(code, invitation, unusable(), 400)
        try:
            password_hash = await self.door.passwords.hash(fields["password"])
        except TooBusy:
            return self.pages.error(503)
        if not await self.people.join(invitation, password_hash, now):
            return self._ask_code(_("The code is not right, or was used or has run out. Ask for a new one."), 403)
        user = await self.desk.user(invitation.name)
        if user is None:
            return RedirectResponse("/login", 303)
        return await self.door.let_in(request, user, RedirectResponse("/", 303))

    async def _still_fits(self, invitation: Invitation) -> bool:
        """Whether it is still what this member's log-in may be: somebody may have had a birthday, or moved out."""
        if invitation.member is None:
            return True
        member = await self.desk.member(invitation.member)
        return member is not None and invitation.role in roles_for(member)

    def _ask_code(self, wrong: str = "", status: int = 200) -> Response:
        return self.pages.show("join.html", {"wrong": wrong, "code": "", "invitation": None}, status=status)

    def _ask_password(self, code: str, invitation: Invitation, wrong: str = "", status: int = 200) -> Response:
        values = {"wrong": wrong, "code": code, "invitation": invitation}
        return self.pages.show("join.html", values, status=status)
