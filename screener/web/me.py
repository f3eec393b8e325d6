"""The watched member's own page: what is looked at, what was noticed and opened, who sees it, and a way to get help."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.alerts import State
from screener.family import Member
from screener.presets import Preset, preset
from screener.routes import Row, shipped_routes
from screener.store.handovers import Handovers
from screener.store.people import openings
from screener.store.tables import alerts, relationships
from screener.store.times import moment
from screener.web.answers import ANSWERS, Answer, Answers, Said
from screener.web.base import AlertView, Wanted
from screener.web.coverage import Part, map_of
from screener.web.cries import SHOWN_FOR, Cries, refresh
from screener.web.desk import SqlDesk
from screener.web.door import Door, Visit
from screener.web.page import Pages
from screener.web.roles import Eyes
from screener.web.sharing import SHARING, minutes_alone, turns

EVERYBODY = "everybody"
MOST_OPENINGS = 100
MOST_ALERTS = 50
AGREES = ("act or both", "danger or both")
"""Where a parent may read only if the young person agrees."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Somebody opened what was written."""

    alert: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Openings:
    """Who opened what was written, as the one it was written to sees it."""

    engine: AsyncEngine

    async def about(self, member: str) -> tuple[Opening, ...]:
        """All about a member, newest first."""
        query = (
            select(openings)
            .join(alerts, alerts.c.id == openings.c.alert)
            .join(relationships, relationships.c.id == alerts.c.relationship)
            .where(relationships.c.member == member)
            .order_by(openings.c.at.desc(), openings.c.id.desc())
            .limit(MOST_OPENINGS)
        )
        async with self.engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(Opening(alert=row.alert, by=row.by, at=moment(row.at)) for row in rows)


@dataclass(frozen=True, kw_only=True)
class Own:
    """One alert as the member sees it, with what they said to it."""

    alert: AlertView
    answers: tuple[Answer, ...]
    agreed: bool
    asked: str | None


@dataclass(frozen=True, kw_only=True)
class Me:
    """See the module."""

    desk: SqlDesk
    door: Door
    pages: Pages
    answers: Answers
    openings: Openings
    handovers: Handovers
    cries: Cries

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/me", self.page, methods=["GET"])
        router.add_api_route("/me/help", self.help, methods=["POST"])
        router.add_api_route("/me/alerts/{id}/answer", self.answer, methods=["POST"])
        router.add_api_route("/me/alerts/{id}/agree", self.agree, methods=["POST"])
        router.add_api_route("/me/alerts/{id}/disagree", self.disagree, methods=["POST"])
        return router

    async def page(self, request: Request) -> Response:
        visit = await self.door.visit(request)
        member = await self.desk.member(visit.user.member)
        if member is None:
            return self.pages.show("nobody.html", {"user": visit.user, "token": visit.token})
        now, band = self.door.clock(), preset(member.age, is_adult=member.role != "child")
        own = await self._own(visit, band)
        cries = await self.cries.of(member.id, now - SHOWN_FOR)
        values = {
            "user": visit.user,
            "token": visit.token,
            "count": sum(1 for each in own if each.alert.state != "closed"),
            "member": member,
            "band": band.name,
            "coverage": await self._coverage(member, now),
            "sharing": SHARING[band.name],
            "turns": turns(band) if band.name != "18+" else (),
            "minutes": minutes_alone(),
            "own": own,
            "openings": await self._openings(visit, member, own),
            "handed": await self.handovers.of(member.id),
            "choices": ANSWERS,
            "may_agree": band.excerpt in AGREES,
            "helpers": await self.cries.helpers(visit.user.name),
            "everybody": EVERYBODY,
            "cries": cries,
            "helplines": _helplines(member),
            "today": now.date(),
            "has_country": shipped_routes().has(member.country),
        }
        return self.pages.show("me.html", values)

    async def help(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        member, helpers = await self.desk.member(visit.user.member), await self.cries.helpers(visit.user.name)
        wanted = fields.get("to", "")
        told = helpers if wanted == EVERYBODY else tuple(name for name in helpers if name == wanted)
        if member is None or not told:
            raise HTTPException(404)
        await self.cries.add(member.id, told, self.door.clock())
        refresh(self.desk)
        return RedirectResponse("/me#help", 303)

    async def answer(self, request: Request, id: str) -> Response:
        visit, fields = await self.door.change(request)
        alert = await self._mine(id, visit)
        words = fields.get("words", "").strip()
        said = next((each for each in ANSWERS if each == fields.get("said")), None)
        if said is None and not words:
            raise HTTPException(400)
        await self._say(alert, visit, said or "words", words)
        return RedirectResponse(f"/me#alert-{alert.id}", 303)

    async def agree(self, request: Request, id: str) -> Response:
        return await self._agrees(request, id, "agree")

    async def disagree(self, request: Request, id: str) -> Response:
        return await self._agrees(request, id, "disagree")

    async def _agrees(self, request: Request, id: str, said: Said) -> Response:
        visit, _ = await self.door.change(request)
        alert, member = await self._mine(id, visit), await self.desk.member(visit.user.member)
        if member is None or preset(member.age, is_adult=member.role != "child").excerpt not in AGREES:
            raise HTTPException(404)
        await self._say(alert, visit, said)
        return RedirectResponse(f"/me#alert-{alert.id}", 303)

    async def _say(self, alert: AlertView, visit: Visit, said: Said, words: str = "") -> None:
        await self.answers.add(alert.id, Answer(by=visit.user.name, at=self.door.clock(), said=said, words=words))
        refresh(self.desk)

    async def _mine(self, id: str, visit: Visit) -> AlertView:
        """The alert, if it is about who asks and they may see it; what may not be seen is not there."""
        alert, eyes = await self.desk.alert(id), Eyes(user=visit.user, now=self.door.clock())
        if alert is None or not eyes.is_own(alert) or eyes.sight(alert) != "whole":
            raise HTTPException(404)
        return alert

    async def _own(self, visit: Visit, band: Preset) -> Sequence[Own]:
        eyes = Eyes(user=visit.user, now=self.door.clock())
        wanted = Wanted(states=get_args(State), put_off=None, member=visit.user.member or "")
        found = await self.desk.listed(
            wanted, lambda alert: eyes.is_own(alert) and eyes.sight(alert) == "whole", eyes.now, most=MOST_ALERTS
        )
        mine = [alert for row in found.rows if (alert := await self.desk.alert(row.id)) is not None]
        return [
            Own(
                alert=alert,
                answers=await self.answers.of(alert.id),
                agreed=band.excerpt in AGREES and await self.answers.agreed(alert.id),
                asked=await self.answers.asked(alert.id) if band.excerpt in AGREES else None,
            )
            for alert in mine
        ]

    async def _openings(
        self, visit: Visit, member: Member, own: Sequence[Own]
    ) -> Sequence[tuple[Opening, AlertView | None]]:
        """What others opened, each with its alert where that is on the page."""
        shown = {each.alert.id: each.alert for each in own}
        found = await self.openings.about(member.id)
        return [(opening, shown.get(opening.alert)) for opening in found if opening.by != visit.user.name]

    async def _coverage(self, member: Member, now: datetime) -> Sequence[Part]:
        parts = map_of(await self.desk.coverage(), await self.desk.members(), now)
        return [part for part in parts if part.member == member.name]


def _helplines(member: Member) -> Sequence[Row]:
    """Who can be called now, in the member's country."""
    age = member.age if member.age is not None else 12 if member.role == "child" else 40
    return shipped_routes().of(member.country).of("emergency", "help", age=age, own=True)
