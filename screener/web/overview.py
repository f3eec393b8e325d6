"""The pages of somebody who is logged in: what needs them, one alert, what is closed, help."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.alerts import State
from screener.levels import LEVELS
from screener.web.advice import advice
from screener.web.base import AlertView, Desk
from screener.web.coverage import map_of
from screener.web.door import Door, LogInFirst, Visit
from screener.web.live import Live, Streams, events
from screener.web.page import Pages
from screener.web.roles import LOOKS_AFTER, Eyes, apart
from screener.web.words import blind_spots

MOST_SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class Overview:
    desk: Desk
    door: Door
    pages: Pages
    streams: Streams

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/", self.home, methods=["GET"])
        router.add_api_route("/alerts/{id}", self.alert, methods=["GET"])
        router.add_api_route("/alerts/{id}/seen", self.seen, methods=["POST"])
        router.add_api_route("/alerts/{id}/close", self.close, methods=["POST"])
        router.add_api_route("/alerts/{id}/reopen", self.reopen, methods=["POST"])
        router.add_api_route("/closed", self.closed, methods=["GET"])
        router.add_api_route("/help", self.help, methods=["GET"])
        router.add_api_route("/live", self.live, methods=["GET"])
        return router

    async def home(self, request: Request) -> Response:
        visit = await self.door.visit(request)
        eyes = await self._eyes(visit)
        found = await self.desk.alerts(state="open")
        alerts = eyes.whole(found)
        coverage, issues = await self.desk.coverage(), await self.desk.issues()
        now = self.door.clock()
        shown = alerts[:MOST_SHOWN]
        return self._show(
            "home.html",
            visit,
            count=len(alerts),
            more=len(alerts) - len(shown),
            by_level=[(level, [one for one in shown if one.level == level]) for level in reversed(LEVELS)],
            coverage=coverage,
            map=map_of(coverage, await self.desk.members(), now) if eyes.user.role in LOOKS_AFTER else (),
            issues=issues,
            blind=blind_spots(coverage, issues, now),
            hints=eyes.hints(found),
            apart=apart(found, eyes),
        )

    async def alert(self, request: Request, id: str) -> Response:
        visit = await self.door.visit(request)
        eyes = await self._eyes(visit)
        alert = await self._found(id, eyes)
        count = await self._count(eyes)
        may_change = eyes.may_change(alert)
        return self._show("alert.html", visit, alert=alert, advice=advice(alert), count=count, may_change=may_change)

    async def closed(self, request: Request) -> Response:
        visit = await self.door.visit(request)
        eyes = await self._eyes(visit)
        alerts = eyes.whole(await self.desk.alerts(state="closed"))
        count = await self._count(eyes)
        return self._show("closed.html", visit, alerts=alerts[:MOST_SHOWN], count=count)

    async def help(self, request: Request) -> Response:
        visit = await self.door.visit(request)
        return self._show("help.html", visit, count=await self._count(await self._eyes(visit)))

    async def seen(self, request: Request, id: str) -> Response:
        visit, _ = await self.door.change(request)
        await self.desk.mark_seen((await self._changed(id, visit)).id, visit.user.name)
        return RedirectResponse(f"/alerts/{id}", 303)

    async def close(self, request: Request, id: str) -> Response:
        return await self._settle(request, id, "closed", "/")

    async def reopen(self, request: Request, id: str) -> Response:
        return await self._settle(request, id, "seen", f"/alerts/{id}")

    async def live(self, request: Request) -> Response:
        visit = await self.door.visit(request)

        async def still_good() -> bool:
            try:
                await self.door.visit(request)
            except LogInFirst:
                return False
            return True

        return Live(events(self.desk, self.streams, visit.session.id, still_good))

    async def _settle(self, request: Request, id: str, state: State, to: str) -> Response:
        visit, _ = await self.door.change(request)
        await self.desk.set_state((await self._changed(id, visit)).id, state, visit.user.name)
        return RedirectResponse(to, 303)

    async def _eyes(self, visit: Visit) -> Eyes:
        have = await self.desk.have_pages()
        return Eyes(user=visit.user, now=self.door.clock(), has_page=have.__contains__)

    async def _count(self, eyes: Eyes) -> int:
        return len(eyes.whole(await self.desk.alerts(state="open")))

    async def _found(self, id: str, eyes: Eyes) -> AlertView:
        """What may not be seen is not there: a refusal would say that it is."""
        alert = await self.desk.alert(id)
        if alert is None or eyes.sight(alert) != "whole":
            raise HTTPException(404)
        return alert

    async def _changed(self, id: str, visit: Visit) -> AlertView:
        eyes = await self._eyes(visit)
        alert = await self._found(id, eyes)
        if not eyes.may_change(alert):
            raise HTTPException(403)
        return alert

    def _show(self, template: str, visit: Visit, **values: object) -> Response:
        return self.pages.show(template, {"user": visit.user, "token": visit.token} | values)
