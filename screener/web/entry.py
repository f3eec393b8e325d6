"""The ways in and out: claiming a new home, logging in, logging out."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.family import Member
from screener.web.again import too_many, unusable
from screener.web.auth import TooBusy, good_password, user_name
from screener.web.away import leaving
from screener.web.base import Desk
from screener.web.claim import Claim
from screener.web.door import Door, LogInFirst, form, local
from screener.web.guard import peer
from screener.web.page import Pages
from screener.web.secure import works_at
from screener.web.sessions import COOKIE
from screener.web.tongue import _, later
from screener.web.words import in_words

NOT_RIGHT = later("Name or password is not right.")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`claim` is the code of this start; there is none once an account exists."""

    desk: Desk
    door: Door
    pages: Pages
    claim: Claim | None

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/claim", self.claim_page, methods=["GET"])
        router.add_api_route("/claim", self.claim_home, methods=["POST"])
        router.add_api_route("/login", self.login_page, methods=["GET"])
        router.add_api_route("/login", self.log_in, methods=["POST"])
        router.add_api_route("/logout", self.log_out, methods=["POST"])
        return router

    async def claim_page(self) -> Response:
        if await self.desk.users():
            return RedirectResponse("/login", 303)
        return await self._claim_form()

    async def claim_home(self, request: Request) -> Response:
        if await self.desk.users():
            return RedirectResponse("/login", 303)
        fields = await form(request)
        typed = fields.get("name", "")
        # What can be mended by typing again is looked at first, so that it costs no try.
        try:
            name = user_name(typed)
        except ValueError:
            wrong = _("Name: not usable. Take 1 to 60 letters, digits or spaces.")
            return await self._claim_form(wrong=wrong, name=typed, status=400)
        try:
            good_password(fields.get("password", ""))
        except ValueError:
            return await self._claim_form(wrong=unusable(), name=typed, status=400)
        if self.claim is None or not self.claim.matches(fields.get("code", ""), self.door.clock()):
            return await self._claim_form(
                wrong=_("Code: not right. Copy the last one that Screener printed."), name=typed, status=403
            )
        try:
            password_hash = await self.door.passwords.hash(fields["password"])
        except TooBusy:
            return self.pages.error(503)
        grown = {member.id for member in await self._grown()}
        me = fields.get("member", "")
        if not await self.desk.add_first_user(name, password_hash, me if me in grown else None):
            return RedirectResponse("/login", 303)
        self.claim.spend()
        user = await self.desk.user(name)
        if user is None:
            return RedirectResponse("/login", 303)
        return await self.door.let_in(request, user, RedirectResponse("/", 303))

    async def login_page(self, request: Request) -> Response:
        to = local(request.query_params.get("next", "/"))
        try:
            await self.door.visit(request)
        except LogInFirst:
            return await self._login_form(request, to)
        return RedirectResponse(to, 303)

    async def log_in(self, request: Request) -> Response:
        fields = await form(request)
        typed, to = fields.get("name", ""), local(fields.get("next", "/"))
        try:
            name = user_name(typed)
        except ValueError:
            name = ""
        here = peer(request.scope)
        wait = await self.door.tries.begin(name, here, self.door.clock())
        if wait:
            wrong = too_many(in_words(wait))
            return await self._login_form(request, to, wrong=wrong, name=typed, status=429)
        try:
            user = await self.door.passwords.user(name, fields.get("password", ""))
        except TooBusy:
            return self.pages.error(503)
        if user is None:
            return await self._login_form(request, to, wrong=_(NOT_RIGHT), name=typed, status=403)
        if user.has_codes:
            # What was tried stays counted until the code is right too, or codes could be guessed for ever.
            return self.door.half_in(request, user, to)
        await self.door.tries.succeed(name, here)
        return await self.door.let_in(request, user, RedirectResponse(to, 303))

    async def log_out(self, request: Request) -> Response:
        """Ends this session; the others are listed on the page about oneself, where all can be ended."""
        visit, _fields = await self.door.change(request)
        await self.door.logins.end(visit.session.id, visit.user)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE)
        return leaving(answer)

    async def _login_form(
        self, request: Request, to: str, *, wrong: str = "", name: str = "", status: int = 200
    ) -> Response:
        passkeys = works_at(request) and await self.door.logins.by_passkey()
        values = {"wrong": wrong, "name": name, "next": to, "passkeys": passkeys}
        return self.pages.show("login.html", values, status=status)

    async def _claim_form(self, *, wrong: str = "", name: str = "", status: int = 200) -> Response:
        is_open = self.claim is not None and self.claim.open(self.door.clock())
        values = {"open": is_open, "wrong": wrong, "name": name, "grown": await self._grown()}
        return self.pages.show("claim.html", values, status=status)

    async def _grown(self) -> list[Member]:
        """Who of the family may be making the first account: what is seen of an adult only that adult sees."""
        return [member for member in await self.desk.members() if member.role != "child"]
