"""From an alert that did not help to the smallest change that would have kept it quiet."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.errors import Mistake
from screener.feedback import Mute
from screener.rules import Rule
from screener.tuning.quiet import Proposal, may_be_quiet, proposals
from screener.web.casefile import CaseFile, CaseFiles
from screener.web.deeds import Deeds
from screener.web.rules_page import option_of
from screener.web.trials import Option, Trials
from screener.web.workbench import Workbench


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """See the module."""

    bench: Workbench
    trials: Trials
    files: CaseFiles
    deeds: Deeds

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/alerts/{id}/quiet", self.propose, methods=["POST"])
        router.add_api_route("/alerts/{id}/unhelpful", self.unhelpful, methods=["POST"])
        return router

    async def propose(self, request: Request, id: str) -> Response:
        """Tries out what would have kept it quiet."""
        visit, _ = await self.bench.costly(request)
        eyes = await self.bench.eyes(visit)
        alert, file = await self.bench.desk.alert(id), await self.files.of(id, self.bench.door.clock())
        if alert is None or file is None or eyes.sight(alert) != "whole":
            raise HTTPException(404)
        if not eyes.may_change(alert):
            raise HTTPException(403)
        if not may_be_quiet(file.alert):
            raise HTTPException(400)
        book = self.bench.rulebook().of(file.relationship.member.name, alert.contact.platform)
        found = proposals(file.alert, file.relationship, book, file.feedback)
        options = [option for each in found if (option := await self._option(each, file, alert.relationship, id))]
        trial = await self.trials.begin(options, user=visit.user, back=f"/alerts/{id}", alert=id)
        return RedirectResponse(f"/rules/trials/{trial.id}", 303)

    async def unhelpful(self, request: Request, id: str) -> Response:
        """Only notes that it did not help, and closes it."""
        visit, _ = await self.bench.change(request)
        alert = await self.bench.desk.alert(id)
        eyes = await self.bench.eyes(visit)
        if alert is None or eyes.sight(alert) != "whole":
            raise HTTPException(404)
        if not eyes.may_change(alert):
            raise HTTPException(403)
        await self.deeds.do("unhelpful", [id], by=visit.user.name, at=self.bench.door.clock())
        return RedirectResponse("/", 303)

    async def _option(self, proposal: Proposal, file: CaseFile, relationship: str, alert: str) -> Option | None:
        member = file.relationship.member.name
        title = next((rule.title for rule in self._rules() if rule.id == proposal.rule), proposal.rule)
        if proposal.kind == "mute":
            muted = {"did": "mute", "rule": proposal.rule, "title": title}
            return Option(what=muted, answer=Mute(rule=proposal.rule), relationship=relationship)
        if self.bench.family.named(file.relationship.member.id) is None:
            return None  # only members of the family can have rules of their own
        numbers = [proposal.before, proposal.after]
        what: dict[str, object]
        if proposal.kind == "points":
            way = ("members", member, "rules", proposal.rule, "points")
            what = {"did": "rule", "rule": proposal.rule, "title": title, "whose": member, "points": numbers}
        else:
            way = ("members", member, "levels", "look", "points")
            what = {"did": "level", "level": "look", "whose": member, "points": numbers}
        try:
            draft = await self.bench.tuner.overriding({way: proposal.after}, what=what, alert=alert)
            return await option_of(self.bench, draft)
        except Mistake:
            return None  # the file is broken by hand: the dashboard says so, and other proposals stand

    def _rules(self) -> tuple[Rule, ...]:
        return self.bench.rulebook().rules
