"""Before a parent says that a contact is known, or that a sign means nothing between two: what that would have done.

Nobody has to wait for it: the buttons that give the answer stand on the page from the first moment on.
"""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.feedback import Mute, Trust
from screener.web.casefile import CaseFiles
from screener.web.trials import Option, Trials
from screener.web.workbench import Workbench


@dataclass(frozen=True, kw_only=True)
class Knowing:
    """See the module."""

    bench: Workbench
    trials: Trials
    files: CaseFiles

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/alerts/{id}/tried", self.tried, methods=["POST"])
        return router

    async def tried(self, request: Request, id: str) -> Response:
        """Tries out that the contact is known; with `rule`, that this sign does not count here."""
        visit, fields = await self.bench.door.change(request)
        eyes = await self.bench.eyes(visit)
        alert, file = await self.bench.desk.alert(id), await self.files.of(id, self.bench.door.clock())
        if alert is None or file is None or eyes.sight(alert) != "whole":
            raise HTTPException(404)
        if not eyes.may_change(alert):
            raise HTTPException(403)
        self.bench.trying.take(visit.user.id, eyes.now)
        if rule := fields.get("rule"):
            signal = next((each for each in file.alert.signals if each.rule == rule and not each.alone), None)
            if signal is None:
                raise HTTPException(400)
            title = next((each.title for each in self.bench.rulebook().rules if each.id == rule), rule)
            what = {"did": "mute", "rule": rule, "title": title}
            option = Option(what=what, answer=Mute(rule=rule), relationship=alert.relationship)
        else:
            name = next(iter(alert.contact.names), "") or alert.contact.handle or alert.contact.id
            option = Option(what={"did": "trust", "name": name}, answer=Trust(), relationship=alert.relationship)
        trial = await self.trials.begin(
            [option], user=visit.user, back=f"/alerts/{id}", alert=id, answers_of=alert.member
        )
        return RedirectResponse(f"/rules/trials/{trial.id}", 303)
