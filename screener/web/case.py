"""The case page: one alert, one stranger. Who it is, how it went, why we say so, what was written, what was done."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.evidence.meter import Form
from screener.feedback import Mute, Trust
from screener.presets import Excerpt
from screener.rulebook import Rulebook
from screener.rules import STAGES, Stage
from screener.sight import CHANGES, preset_of
from screener.tuning.quiet import may_be_quiet
from screener.tuning.tuner import Made
from screener.web.answers import Answers
from screener.web.base import AlertView, Change, Desk
from screener.web.bulk import RECENT
from screener.web.casefile import CaseFile, CaseFiles
from screener.web.deeds import Deed, Deeds, Did
from screener.web.door import Door, Visit
from screener.web.excerpt import Excerpts, Written
from screener.web.page import Pages
from screener.web.plot import plot
from screener.web.reasons import why
from screener.web.roles import Eyes, eyes_of, open_count
from screener.web.steps import steps_for

MONTH = timedelta(days=30)
MORNING = 8
AWAY: Mapping[str, int] = {"day": 1, "week": 7}
"""For how many days an alert is put off."""
ASKS: frozenset[Excerpt] = frozenset({"act or both", "danger or both"})
"""Where it takes the young person's word to read what was written."""

PATHS: Mapping[str, Did] = {
    "seen": "seen",
    "close": "closed",
    "reopen": "reopened",
    "trust": "trusted",
    "mute": "muted",
    "later": "later",
    "talked": "talked",
    "keep": "kept",
    "let-go": "let go",
    "ask": "asked",
}
LEAVES: frozenset[Did] = frozenset({"closed", "trusted", "later"})
"""After these the alert is out of the way, and the overview is what comes next."""

type Announce = Callable[[Change], None]
type Meter = Callable[[str], Awaitable[Form | None]]
"""How complete the evidence of an alert is."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """`announce` tells every open page that something changed; `rulebook` gives the one in force, `made` what was
    changed about the rules because of an alert.
    """

    desk: Desk
    door: Door
    pages: Pages
    rulebook: Callable[[], Rulebook]
    files: CaseFiles
    deeds: Deeds
    excerpts: Excerpts
    answers: Answers
    announce: Announce
    made: Callable[[str], Awaitable[Made | None]]
    meter: Meter | None = None

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/alerts/{id}", self.page, methods=["GET"])
        for path, did in PATHS.items():
            router.add_api_route(f"/alerts/{{id}}/{path}", self._doing(did), methods=["POST"])
        router.add_api_route("/alerts/{id}/words", self.words, methods=["POST"])
        router.add_api_route("/undo/{deed}", self.undo, methods=["POST"])
        return router

    async def page(self, request: Request, id: str) -> Response:
        visit = await self.door.visit(request)
        alert, file, eyes = await self._found(id, visit)
        deed = await self.deeds.latest(visit.user.name, self.door.clock() - RECENT)
        return await self._show(visit, alert, file, eyes, deed=deed if deed and alert.id in deed.alerts else None)

    async def words(self, request: Request, id: str) -> Response:
        """Opens what was written in one message, and notes who did; the page that comes back is the only copy."""
        visit, fields = await self.door.change(request)
        alert, file, eyes = await self._found(id, visit)
        signal = next((signal for signal in file.alert.signals if signal.rule == fields.get("rule")), None)
        if signal is None:
            raise HTTPException(404)
        if not eyes.may_open(alert, agreed=await self.answers.agreed(alert.id)):
            raise HTTPException(403)
        by, now = visit.user.name, self.door.clock()
        opened = await self.excerpts.opened(alert.id, alert.relationship, signal.event, signal.words, by=by, at=now)
        self._tell(alert)
        _, file, _ = await self._found(id, visit)
        return await self._show(visit, alert, file, eyes, opened=(signal.rule, opened))

    async def undo(self, request: Request, deed: str) -> Response:
        visit, _ = await self.door.change(request)
        found = await self.deeds.find(deed)
        if found is None:
            raise HTTPException(404)
        alerts = [await self._changed(id, visit) for id in found.alerts]
        await self.deeds.undo(deed, by=visit.user.name, at=self.door.clock())
        for alert, _ in alerts:
            self._tell(alert)
        return RedirectResponse(f"/alerts/{alerts[0][0].id}" if len(alerts) == 1 else "/", 303)

    def _doing(self, did: Did) -> Callable[[Request, str], Awaitable[Response]]:
        async def do(request: Request, id: str) -> Response:
            return await self._do(request, id, did)

        return do

    async def _do(self, request: Request, id: str, did: Did) -> Response:
        visit, fields = await self.door.change(request)
        alert, file = await self._changed(id, visit)
        now = self.door.clock()
        await self.deeds.do(
            did,
            [alert.id],
            by=visit.user.name,
            at=now,
            until=morning(now, AWAY.get(fields.get("for", ""), 1)) if did == "later" else None,
            said=_said(did, fields, file, now),
        )
        self._tell(alert)
        return RedirectResponse("/" if did in LEAVES else f"/alerts/{alert.id}", 303)

    async def _show(
        self,
        visit: Visit,
        alert: AlertView,
        file: CaseFile,
        eyes: Eyes,
        *,
        deed: Deed | None = None,
        opened: tuple[str, Sequence[Written]] | None = None,
    ) -> Response:
        now = self.door.clock()
        member = await self.desk.member(alert.member)
        agreed, own = await self.answers.agreed(alert.id), eyes.is_own(alert)
        may_open = eyes.may_open(alert, agreed=agreed)
        book = self.rulebook().of(file.relationship.member.name, file.relationship.contact.platform)
        rules = {rule.id: rule for rule in book.rules}
        reasons = why(
            file.alert,
            file.relationship,
            levels=book.levels,
            rules=rules,
            feedback=file.feedback,
            now=now,
        )
        values = {
            "user": visit.user,
            "token": visit.token,
            "count": await open_count(self.desk, eyes),
            "alert": alert,
            "file": file,
            "why": reasons,
            "plot": plot(file.counts, began(file)),
            "steps": steps_for(alert, member, now.date(), own=own),
            "answers": await self.answers.of(alert.id),
            "there": await self.excerpts.there(alert.relationship, (each.event for each in reasons.reasons)),
            "may_change": eyes.may_change(alert),
            "may_open": may_open,
            "may_ask": not may_open and preset_of(alert).excerpt in ASKS and eyes.may_change(alert),
            "own": own,
            "opened": opened,
            "meter": await self.meter(alert.id) if self.meter else None,
            "deed": deed,
            "away": alert.later is not None and alert.later > now,
            "tunes": visit.user.role in CHANGES,
            "rules": frozenset(rules),
            "made": await self.made(alert.id) if visit.user.role in CHANGES else None,
            "may_be_quiet": may_be_quiet(file.alert),
            "is_back": alert.later is not None and alert.later <= now,
        }
        return self.pages.show("alert.html", values)

    async def _found(self, id: str, visit: Visit) -> tuple[AlertView, CaseFile, Eyes]:
        """What may not be seen is not there: a refusal would say that it is."""
        eyes = await eyes_of(self.desk, visit.user, self.door.clock())
        alert = await self.desk.alert(id)
        if alert is None or eyes.sight(alert) != "whole":
            raise HTTPException(404)
        file = await self.files.of(id, self.door.clock())
        if file is None:
            raise HTTPException(404)
        return alert, file, eyes

    async def _changed(self, id: str, visit: Visit) -> tuple[AlertView, CaseFile]:
        alert, file, eyes = await self._found(id, visit)
        if not eyes.may_change(alert):
            raise HTTPException(403)
        return alert, file

    def _tell(self, alert: AlertView) -> None:
        self.announce(Change(alert=alert.id, level=alert.level, what="settled"))


def morning(now: datetime, days: int) -> datetime:
    """The morning so many days from now, in the home's own time."""
    return (now.astimezone() + timedelta(days=days)).replace(hour=MORNING, minute=0, second=0, microsecond=0)


def began(file: CaseFile) -> tuple[tuple[Stage, datetime], ...]:
    """When each stage began; of an alert from before that was kept, what its signals still say."""
    if file.alert.began:
        return file.alert.began
    first: dict[Stage, datetime] = {}
    for signal in file.alert.signals:
        first[signal.stage] = min(first.get(signal.stage, signal.at), signal.at)
    return tuple((stage, first[stage]) for stage in STAGES if stage in first)


def _said(did: Did, fields: Mapping[str, str], file: CaseFile, now: datetime) -> Trust | Mute | None:
    """The answer that comes with a deed."""
    until = now + MONTH if fields.get("for") == "30" else None
    if did == "trusted":
        return Trust(until=until)
    if did != "muted":
        return None
    signal = next((signal for signal in file.alert.signals if signal.rule == fields.get("rule")), None)
    # A threat or a demand is never muted, whatever a form says.
    if signal is None or signal.alone:
        raise HTTPException(400)
    return Mute(rule=signal.rule, until=until)
