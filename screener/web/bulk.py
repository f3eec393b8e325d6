"""Doing the same with several alerts at once, from the overview; what needs somebody now is never swept away unseen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.sight import CHANGES
from screener.web.base import AlertView, Change, Desk, User, Wanted
from screener.web.deeds import Deeds
from screener.web.door import Door
from screener.web.page import Pages
from screener.web.roles import eyes_of, sees

PICKED = "pick-"
MOST = 500
RECENT = timedelta(minutes=5)
"""For so long the page offers to take back what was done last; the case page does so for longer."""


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """See the module. `announce` tells every open page."""

    desk: Desk
    door: Door
    pages: Pages
    deeds: Deeds
    announce: Callable[[Change], None]

    def routes(self) -> APIRouter:
        self.pages.additions.setdefault("home.html", []).append(self._on_the_overview)
        router = APIRouter()
        router.add_api_route("/several/{what}", self.several, methods=["POST"])
        return router

    async def several(self, request: Request, what: str) -> Response:
        visit, fields = await self.door.change(request)
        eyes = await eyes_of(self.desk, visit.user, self.door.clock())
        did = {"see": "seen", "close": "closed", "close-seen": "closed"}.get(what)
        if did is None:
            raise HTTPException(404)
        listed = await self.desk.listed(Wanted(), sees(eyes), eyes.now, most=MOST)
        mine = [alert for alert in listed.rows if eyes.may_change(alert)]
        named = _seen(mine) if what == "close-seen" else _picked(mine, fields)
        deed = await self.deeds.do(
            "closed" if did == "closed" else "seen", named, by=visit.user.name, at=eyes.now, spare=True
        )
        if deed is not None:
            self.announce(Change(alert="", level="look", what="settled"))
        return RedirectResponse("/?left=1" if deed is not None and deed.spared else "/", 303)

    async def _on_the_overview(self, user: User) -> Mapping[str, object]:
        now = self.door.clock()
        eyes = await eyes_of(self.desk, user, now)
        away = await self.desk.listed(Wanted(put_off=True), sees(eyes), now, most=0)
        return {
            "deed": await self.deeds.latest(user.name, now - RECENT),
            "away": away.count,
            "may_pick": user.role in CHANGES or user.role == "adult",
        }


def _seen(alerts: Iterable[AlertView]) -> list[str]:
    return [alert.id for alert in alerts if alert.state == "seen"]


def _picked(alerts: Iterable[AlertView], fields: Mapping[str, str]) -> list[str]:
    return [alert.id for alert in alerts if f"{PICKED}{alert.id}" in fields]
