"""The pages of passkeys: making, naming and removing them, and logging in with one."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from screener.web.again import refusal
from screener.web.door import Door, form, local
from screener.web.guard import host_name, peer
from screener.web.page import Pages
from screener.web.passkeys import NotAccepted, Passkeys, Place
from screener.web.secure import local_twin, works_at
from screener.web.tongue import _
from screener.web.tries import place


@dataclass(frozen=True, kw_only=True)
class PasskeyPages:
    passkeys: Passkeys
    door: Door
    pages: Pages

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/account/passkeys", self.page, methods=["GET"])
        router.add_api_route("/account/passkeys/begin", self.begin, methods=["POST"])
        router.add_api_route("/account/passkeys/make", self.make, methods=["POST"])
        router.add_api_route("/account/passkeys/remove", self.remove, methods=["POST"])
        router.add_api_route("/login/passkey/begin", self.begin_entry, methods=["POST"])
        router.add_api_route("/login/passkey", self.enter, methods=["POST"])
        return router

    async def page(self, request: Request) -> Response:
        visit = await self.door.visit(request)
        values = {
            "user": visit.user,
            "token": visit.token,
            "passkeys": await self.passkeys.of(visit.user),
            "works": works_at(request),
            "twin": local_twin(request),
        }
        return self.pages.show("passkeys.html", values)

    async def begin(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        here = here_at(request)
        if why := await refusal(self.door, request, visit.user, fields.get("password", "")):
            return JSONResponse({"wrong": why.words}, why.status)
        now = self.door.clock()
        return JSONResponse(await self.passkeys.ask_to_make(visit.user, here, owner=visit.session.id, now=now))

    async def make(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        name = " ".join(fields.get("name", "").split()) or _("A passkey")
        try:
            await self.passkeys.make(
                visit.user, here_at(request), fields.get("credential", ""), name, self.door.clock()
            )
        except NotAccepted:
            return JSONResponse({"wrong": _("That did not work. Try once more.")}, 400)
        return JSONResponse({"to": "/account/passkeys"})

    async def remove(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        await self.passkeys.remove(fields.get("id", ""), visit.user)
        return RedirectResponse("/account/passkeys", 303)

    async def begin_entry(self, request: Request) -> Response:
        owner = place(peer(request.scope))
        return JSONResponse(self.passkeys.ask_to_enter(here_at(request), owner=owner, now=self.door.clock()))

    async def enter(self, request: Request) -> Response:
        fields = await form(request)
        try:
            user = await self.passkeys.enter(here_at(request), fields.get("credential", ""), self.door.clock())
        except NotAccepted:
            wrong = _("This passkey is not known here. Log in with your password.")
            return JSONResponse({"wrong": wrong}, 403)
        return await self.door.let_in(request, user, JSONResponse({"to": local(fields.get("next", "/"))}))


def here_at(request: Request) -> Place:
    """Where the page is open; refused where passkeys don't work anyway."""
    if not works_at(request):
        raise HTTPException(403)
    origin = f"{request.url.scheme}://{request.headers['host']}"
    return Place(host=host_name(request.headers), origin=origin)
