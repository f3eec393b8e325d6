"""The pages of somebody who is logged in: what needs them, what is closed, help."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.levels import LEVELS
from screener.sight import LOOKS_AFTER
from screener.web.base import Desk, Wanted
from screener.web.coverage import map_of
from screener.web.door import Door, LogInFirst, Visit
from screener.web.live import Live, Streams, events
from screener.web.page import Pages
from screener.web.roles import Eyes, apart, eyes_of, open_count, sees
from screener.web.words import blind_spots

MOST_SHOWN = 30
"""More would be read by nobody on a phone, and each takes a millisecond to show."""


@dataclass(frozen=True, kw_only=True)
class Overview:
    desk: Desk
    door: Door
    pages: Pages
    streams: Streams

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/", self.home, methods=["GET"])
        router.add_api_route("/closed", self.closed, methods=["GET"])
        router.add_api_route("/help", self.help, methods=["GET"])
        router.add_api_route("/live", self.live, methods=["GET"])
        return router

    async def home(self, request: Request) -> Response:
        visit = await self.door.visit(request)
        if visit.user.role == "child":
            return RedirectResponse("/me", 303)
        eyes = await self._eyes(visit)
        found = await self.desk.listed(Wanted(), sees(eyes), eyes.now, most=MOST_SHOWN)
        hints = eyes.hints(found.kinds)
        if hints:
            hints = list((await self.desk.listed(Wanted(), sees(eyes, "hint"), eyes.now, most=MOST_SHOWN)).rows)
        coverage, issues = await self.desk.coverage(), await self.desk.issues()
        now = self.door.clock()
        return self._show(
            "home.html",
            visit,
            count=found.count,
            more=found.count - len(found.rows),
            by_level=[(level, [one for one in found.rows if one.level == level]) for level in reversed(LEVELS)],
            coverage=coverage,
            map=map_of(coverage, await self.desk.members(), now) if eyes.user.role in LOOKS_AFTER else (),
            issues=issues,
            blind=blind_spots(coverage, issues, now),
            hints=hints,
            apart=apart(found.kinds, eyes),
            left=request.query_params.get("left") == "1",
            **await self.pages.added("home.html", visit.user),
        )

    async def closed(self, request: Request) -> Response:
        visit = await self.door.visit(request)
        eyes = await self._eyes(visit)
        wanted = Wanted(states=("closed",), put_off=None, newest_first=True)
        found = await self.desk.listed(wanted, sees(eyes), eyes.now, most=MOST_SHOWN)
        count = await open_count(self.desk, eyes)
        return self._show("closed.html", visit, alerts=found.rows, count=count)

    async def help(self, request: Request) -> Response:
        visit = await self.door.visit(request)
        return self._show("help.html", visit, count=await open_count(self.desk, await self._eyes(visit)))

    async def live(self, request: Request) -> Response:
        visit = await self.door.visit(request)

        async def still_good() -> bool:
            try:
                await self.door.visit(request)
            except LogInFirst:
                return False
            return True

        return Live(events(self.desk, self.streams, visit.session.id, still_good))

    async def _eyes(self, visit: Visit) -> Eyes:
        return await eyes_of(self.desk, visit.user, self.door.clock())

    def _show(self, template: str, visit: Visit, **values: object) -> Response:
        return self.pages.show(template, {"user": visit.user, "token": visit.token} | values)
