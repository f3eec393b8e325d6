"""The pages of one-time codes: switching them on and off, and the second step of a log-in."""

from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.web.again import Refusal, refusal, too_many
from screener.web.codes import Codes, new_secret, picture, switch_off
from screener.web.door import Door, Visit, form
from screener.web.guard import peer
from screener.web.once import Once
from screener.web.page import Pages
from screener.web.tongue import _
from screener.web.words import in_words


@dataclass(frozen=True, kw_only=True)
class CodePages:
    codes: Codes
    door: Door
    pages: Pages
    # Secrets that no phone has confirmed yet, by the session that asked for them.
    begun: Once[str] = field(default_factory=Once)

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/account/codes", self.page, methods=["GET"])
        router.add_api_route("/account/codes/begin", self.begin, methods=["POST"])
        router.add_api_route("/account/codes/on", self.switch_on, methods=["POST"])
        router.add_api_route("/account/codes/off", self.switch_off, methods=["POST"])
        router.add_api_route("/account/codes/paper", self.new_paper, methods=["POST"])
        router.add_api_route("/login/code", self.step_page, methods=["GET"])
        router.add_api_route("/login/code", self.step, methods=["POST"])
        return router

    async def page(self, request: Request) -> Response:
        return await self._show(await self.door.visit(request))

    async def begin(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        if visit.user.has_codes:
            return RedirectResponse("/account/codes", 303)
        if why := await refusal(self.door, request, visit.user, fields.get("password", "")):
            return await self._show(visit, why)
        secret = new_secret()
        self.begun.put(visit.session.id, secret, owner=visit.session.id, now=self.door.clock())
        return self._confirm(visit, secret)

    async def switch_on(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        now = self.door.clock()
        secret = self.begun.look(visit.session.id, now)
        if secret is None:
            wrong = _("That took longer than five minutes. Begin again; nothing was changed.")
            return await self._show(visit, Refusal(words=wrong, status=400))
        paper = await self.codes.switch_on(visit.user, secret, fields.get("code", ""), now)
        if paper is None:
            wrong = _("The code is not right. Type the six digits that the app shows now.")
            return self._confirm(visit, secret, Refusal(words=wrong, status=403))
        self.begun.take(visit.session.id, now)
        return self._paper(visit, paper)

    async def switch_off(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        if why := await refusal(self.door, request, visit.user, fields.get("password", "")):
            return await self._show(visit, why)
        await switch_off(self.codes.engine, visit.user.id)
        return RedirectResponse("/account/codes", 303)

    async def new_paper(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        if why := await refusal(self.door, request, visit.user, fields.get("password", "")):
            return await self._show(visit, why)
        if not visit.user.has_codes:
            return RedirectResponse("/account/codes", 303)
        return self._paper(visit, await self.codes.new_recoveries(visit.user))

    async def step_page(self, request: Request) -> Response:
        if await self.door.halfway(request) is None:
            return RedirectResponse("/login", 303)
        return self.pages.show("login_code.html", {"wrong": ""})

    async def step(self, request: Request) -> Response:
        fields = await form(request)
        halfway = await self.door.halfway(request)
        if halfway is None:
            return RedirectResponse("/login", 303)
        user, note = halfway
        here, now = peer(request.scope), self.door.clock()
        wait = await self.door.tries.begin(_key(user.id), here, now)
        if wait:
            return self._again(too_many(in_words(wait)), 429)
        checked = await self.codes.check(user, fields.get("code", ""), now) if user.has_codes else "right"
        if checked == "lost":
            return self._again(
                _("The code can’t be checked any more. Reset it on the machine that Screener runs on, as Help says."),
                403,
            )
        if checked == "wrong":
            return self._again(_("The code is not right, or was used already. Wait for the next one."), 403)
        for name in (user.name, _key(user.id)):
            await self.door.tries.succeed(name, here)
        return await self.door.let_in(request, user, RedirectResponse(note.to, 303))

    def _again(self, wrong: str, status: int) -> Response:
        return self.pages.show("login_code.html", {"wrong": wrong}, status=status)

    def _confirm(self, visit: Visit, secret: str, why: Refusal | None = None) -> Response:
        groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        values = {"user": visit.user, "token": visit.token, "secret": groups, "wrong": why.words if why else ""}
        values["picture"] = picture(secret, visit.user.name)
        return self.pages.show("codes_confirm.html", values, status=why.status if why else 200)

    def _paper(self, visit: Visit, paper: tuple[str, ...]) -> Response:
        return self.pages.show("codes_paper.html", {"user": visit.user, "token": visit.token, "paper": paper})

    async def _show(self, visit: Visit, why: Refusal | None = None) -> Response:
        values = {
            "user": visit.user,
            "token": visit.token,
            "left": await self.codes.left(visit.user),
            "wrong": why.words if why else "",
        }
        return self.pages.show("codes.html", values, status=why.status if why else 200)


def _key(user: str) -> str:
    """What guesses at this user's codes are counted under."""
    return f"code {user}"
