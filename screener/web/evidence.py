"""The page of a case's evidence: how complete it is, what was paid, the bag for the police, and how to delete it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from screener.errors import Mistake
from screener.evidence import keys, pdf
from screener.evidence.export import Bag, Wish, exported
from screener.evidence.gathered import Gathered, gathered
from screener.evidence.meter import Form, forms, whole_form
from screener.evidence.payments import RAILS, Wrong, payment
from screener.home.passphrase import SHORTEST
from screener.kept import Case
from screener.languages import LANGUAGES
from screener.routes import shipped_routes
from screener.store.casebook import SqlCases
from screener.store.people import acts, openings
from screener.store.times import micros
from screener.web.answers import Answers
from screener.web.base import AlertView, Change, Desk
from screener.web.door import Door, Visit
from screener.web.page import Pages
from screener.web.roles import Eyes, eyes_of, open_count
from screener.web.steps import AGE_UNSAID
from screener.web.tongue import language, later

MOST_REMEMBERED = 64
EXPORT_SECONDS = 900.0
"""Whoever fetches more slowly keeps others waiting, so then it breaks off."""
TOO_SHORT = later("The passphrase is too short. Take at least 12 letters, such as four words.")
NOT_TWICE = later("The two passphrases are not the same. Write it twice.")
NO_PDF = later("A PDF can’t be made here: what makes it is not installed. The file for the browser holds the same.")
NOT_SURE = later("Nothing was deleted. Tick the box if you want it.")
BUSY = later("Another file is being made. Try again in a moment.")
FAULTS = later("What was kept was changed after it was kept. Don’t delete anything, and tell the police.")


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """How complete a case is, remembered until something is added to it: a walk along a long chain takes time."""

    cases: SqlCases
    desk: Desk
    remembered: dict[str, tuple[bytes, Gathered]] = field(default_factory=dict)

    async def case(self, id: str) -> Case | None:
        """The case, with the member as the family knows them."""
        case = await self.cases.case(id)
        if case is None:
            return None
        member = await self.desk.member(case.member.id)
        return replace(case, member=member) if member is not None else case

    async def gathered(self, case: Case) -> Gathered:
        before = self.remembered.pop(case.id, None)
        if before is None or before[0] != case.head:
            before = (case.head, await gathered(self.cases, case))
        self.remembered[case.id] = before
        if len(self.remembered) > MOST_REMEMBERED:
            del self.remembered[next(iter(self.remembered))]
        return replace(before[1], case=case)

    async def of(self, alert: str) -> Form | None:
        """What the case page shows; None where nothing is kept of the alert."""
        case = await self.case(alert)
        return whole_form(await self.gathered(case)) if case is not None else None


@dataclass(frozen=True, kw_only=True)
class EvidencePage:
    """`key` is the file of the key that bags are signed with."""

    engine: AsyncEngine
    gauge: Gauge
    desk: Desk
    door: Door
    pages: Pages
    answers: Answers
    key: Path
    announce: Callable[[Change], None]
    time_stamp: str = ""
    """Who is asked for a time-stamp where a parent wants one; nobody where it is empty."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One file at a time is made: its case and its PDF lie in memory."""

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/alerts/{id}/evidence", self.page, methods=["GET"])
        router.add_api_route("/alerts/{id}/evidence/sheets", self.sheets, methods=["POST"])
        router.add_api_route("/alerts/{id}/evidence/payment", self.paid, methods=["POST"])
        router.add_api_route("/alerts/{id}/evidence/export", self.export, methods=["POST"])
        router.add_api_route("/alerts/{id}/evidence/erase", self.erase, methods=["POST"])
        return router

    async def page(self, request: Request, id: str) -> Response:
        visit = await self.door.visit(request)
        return await self._show(visit, *await self._found(id, visit))

    async def sheets(self, request: Request, id: str) -> Response:
        """What to copy into which field of which form; to be printed. What was written stands in it, so it is noted."""
        visit, _ = await self.door.change(request)
        alert, case, eyes = await self._found(id, visit, opens=True)
        await self._note(alert, visit, "opened", opened=True)
        return await self._show(visit, alert, case, eyes, template="sheets.html")

    async def paid(self, request: Request, id: str) -> Response:
        visit, fields = await self.door.change(request)
        alert, case, eyes = await self._found(id, visit, change=True)
        now = self.door.clock()
        try:
            body = payment(fields, zone=case.member.zone, now=now)
        except Wrong as why:
            return await self._show(visit, alert, case, eyes, wrong=str(why), filled=fields, status=400)
        await self.gauge.cases.add(case.id, "payment", body, who=visit.user.name, at=now)
        await self._note(alert, visit, "noted money")
        return RedirectResponse(f"/alerts/{alert.id}/evidence", 303)

    async def export(self, request: Request, id: str) -> Response:
        """The bag, as it is made; noted first, as opening what was written is, so that nothing leaves unseen."""
        visit, fields = await self.door.change(request)
        alert, case, eyes = await self._found(id, visit, change=True, opens=True)
        passphrase = fields.get("passphrase", "")
        wrong = ""
        if passphrase != fields.get("again", ""):
            wrong = NOT_TWICE
        elif passphrase and len(passphrase) < SHORTEST:
            wrong = TOO_SHORT
        elif fields.get("pdf") and not pdf.is_here():
            wrong = NO_PDF
        if wrong:
            return await self._show(visit, alert, case, eyes, wrong=wrong, status=400)
        if self.turn.locked():
            return await self._show(visit, alert, case, eyes, wrong=BUSY, status=429)
        await self.turn.acquire()
        try:
            await self._note(alert, visit, "exported", opened=True)
            wish = Wish(
                by=visit.user.name,
                passphrase=passphrase,
                with_pdf=bool(fields.get("pdf")),
                language=wanted if (wanted := fields.get("language", "")) in LANGUAGES else language(),
                time_stamp=self.time_stamp if fields.get("stamp") else "",
            )
            bag = await exported(self.gauge.cases, case, keys.signing_key(self.key), wish=wish, now=self.door.clock())
            if bag.stamp is not None and bag.stamp.why:
                await self._note(alert, visit, "unstamped")
        except Mistake as why:
            self.turn.release()
            return self.pages.error(500, mend=str(why))
        except BaseException:
            self.turn.release()
            raise
        return _Export(bag, self.turn)

    async def erase(self, request: Request, id: str) -> Response:
        visit, fields = await self.door.change(request)
        alert, case, eyes = await self._found(id, visit, change=True)
        if fields.get("sure") != "yes":
            return await self._show(visit, alert, case, eyes, wrong=NOT_SURE, status=400)
        await self.gauge.cases.erase(case.id, who=visit.user.name, at=self.door.clock())
        self.gauge.remembered.pop(case.id, None)
        await self._note(alert, visit, "erased")
        return RedirectResponse(f"/alerts/{alert.id}/evidence", 303)

    async def _show(
        self,
        visit: Visit,
        alert: AlertView,
        case: Case,
        eyes: Eyes,
        *,
        template: str = "evidence.html",
        wrong: str = "",
        filled: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        found = await self.gauge.gathered(case)
        may_open = eyes.may_open(alert, agreed=await self.answers.agreed(alert.id))
        country, age = shipped_routes().of(case.member.country), case.member.age
        if age is None:
            age = AGE_UNSAID["adult"] if alert.member_is_adult else AGE_UNSAID["parent"]
        values = {
            "user": visit.user,
            "token": visit.token,
            "count": await open_count(self.desk, eyes),
            "alert": alert,
            "path": f"/alerts/{alert.id}",
            "case": case,
            "found": found,
            "form": whole_form(found),
            "forms": forms(found, country, age=age),
            "country": country,
            "rails": RAILS,
            "filled": filled or {},
            "wrong": wrong or (FAULTS if found.faults else ""),
            "may_open": may_open,
            "may_change": eyes.may_change(alert),
            "has_pdf": pdf.is_here(),
            "languages": LANGUAGES,
            "stamps": urlsplit(self.time_stamp).hostname if self.time_stamp else "",
            "fingerprint": keys.fingerprint(keys.public(keys.signing_key(self.key))),
            "is_gone": found.bare > 0 and not found.wrote["contact"],
            "today": self.door.clock().date(),
        }
        return self.pages.show(template, values, status=status)

    async def _found(
        self, id: str, visit: Visit, *, change: bool = False, opens: bool = False
    ) -> tuple[AlertView, Case, Eyes]:
        """What may not be seen is not there. `change` is for who may see to the alert, `opens` for who may read it."""
        eyes = await eyes_of(self.desk, visit.user, self.door.clock())
        alert = await self.desk.alert(id)
        if alert is None or eyes.sight(alert) != "whole":
            raise HTTPException(404)
        if change and not eyes.may_change(alert):
            raise HTTPException(403)
        if opens and not eyes.may_open(alert, agreed=await self.answers.agreed(alert.id)):
            raise HTTPException(403)
        case = await self.gauge.case(id)
        if case is None:
            raise HTTPException(404)
        # A bag must not tell of another alert that is for now the young person's alone.
        linked = [each for each in case.linked if each.case is None or await self._may_see(each.case, eyes)]
        return alert, replace(case, linked=tuple(linked)), eyes

    async def _may_see(self, id: str, eyes: Eyes) -> bool:
        alert = await self.desk.alert(id)
        return alert is not None and eyes.sight(alert) == "whole"

    async def _note(self, alert: AlertView, visit: Visit, did: str, *, opened: bool = False) -> None:
        """Who did it, and when; what takes words out is seen by the person they were written to."""
        row = {"alert": alert.id, "by": visit.user.name, "at": micros(self.door.clock())}
        async with self.engine.begin() as connection:
            await connection.execute(insert(acts).values(**row, did=did))
            if opened:
                await connection.execute(insert(openings).values(**row))
        self.announce(Change(alert=alert.id, level=alert.level, what="settled"))


class _Export(StreamingResponse):
    """The bag on its way; however that ends, the next one has its turn then."""

    def __init__(self, bag: Bag, turn: asyncio.Lock) -> None:
        super().__init__(bag.pieces, media_type="application/octet-stream", headers=_as_file(bag.name))
        self._turn = turn

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(EXPORT_SECONDS):
                await super().__call__(scope, receive, send)
        finally:
            self._turn.release()


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
