"""The page of next steps: everything in its order, and every place to turn to with its source, made to be printed."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from screener.routes import Kind
from screener.web.base import Desk
from screener.web.door import Door
from screener.web.page import Pages
from screener.web.roles import Eyes
from screener.web.steps import steps_for
from screener.web.tongue import later

TITLES: Mapping[Kind, str] = {
    "emergency": later("In danger now"),
    "police": later("Police"),
    "report": later("Reports about children"),
    "images": later("Pictures taken down"),
    "help": later("Somebody to talk to"),
    "money": later("Money"),
}


@dataclass(frozen=True, kw_only=True)
class StepsPage:
    """See the module."""

    desk: Desk
    door: Door
    pages: Pages

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/alerts/{id}/steps", self.steps, methods=["GET"])
        return router

    async def steps(self, request: Request, id: str) -> Response:
        visit = await self.door.visit(request)
        have, alert = await self.desk.have_pages(), await self.desk.alert(id)
        eyes = Eyes(user=visit.user, now=self.door.clock(), has_page=have.__contains__)
        if alert is None or eyes.sight(alert) != "whole":
            raise HTTPException(404)
        member = await self.desk.member(alert.member)
        values = {
            "user": visit.user,
            "token": visit.token,
            "alert": alert,
            "path": f"/alerts/{alert.id}",
            "steps": steps_for(alert, member, self.door.clock().date(), own=eyes.is_own(alert)),
            "kinds": tuple(TITLES.items()),
        }
        return self.pages.show("steps.html", values)
