"""A change before it is made: what it would have done, and the press that makes it."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.errors import Mistake
from screener.sight import CHANGES
from screener.tuning.tuner import Stale
from screener.web.base import Change
from screener.web.deeds import Deeds
from screener.web.door import Visit
from screener.web.tongue import later
from screener.web.trials import Option, Trial, Trials
from screener.web.workbench import Workbench

STALE = later("Somebody else changed this file meanwhile. Nothing was saved: go back and look at it again.")


@dataclass(frozen=True, kw_only=True)
class TrialPages:
    """See the module."""

    bench: Workbench
    trials: Trials
    deeds: Deeds
    announce: Callable[[Change], None]

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/rules/trials/{id}", self.page, methods=["GET"])
        router.add_api_route("/rules/trials/{id}", self.take, methods=["POST"])
        return router

    async def page(self, request: Request, id: str) -> Response:
        visit = await self.bench.door.visit(request)
        trial = self._found(visit, id)
        if trial.answers:
            alert, eyes = await self.bench.desk.alert(trial.alert or ""), await self.bench.eyes(visit)
            if alert is None or not eyes.may_change(alert):
                raise HTTPException(404)
        return await self._show(visit, trial)

    async def take(self, request: Request, id: str) -> Response:
        visit, fields = await self.bench.change(request)
        trial = self._found(visit, id)
        eyes = await self.bench.eyes(visit)
        chosen = next((each for each in trial.found(eyes) if str(each.place) == fields.get("option", "0")), None)
        # An answer is given where all of them are: on the alert's own page.
        if chosen is None or trial.answers:
            raise HTTPException(400)
        option = chosen.option
        if trial.alert is not None:
            alert = await self.bench.desk.alert(trial.alert)
            if alert is None or not eyes.may_change(alert):
                raise HTTPException(403)
        if option.draft is not None:
            try:
                await self.bench.tuner.save(option.draft, by=visit.user.name, at=self.bench.door.clock())
            except Stale:
                return await self._show(visit, trial, wrong=STALE, status=409)
            except Mistake as mistake:
                return await self._show(visit, trial, wrong=str(mistake), status=400)
        self.trials.done(trial)
        if trial.alert is not None:
            await self._close(trial.alert, visit, option)
        return RedirectResponse(trial.then, 303)

    async def _close(self, id: str, visit: Visit, option: Option) -> None:
        """It did not help, and is out of the way; a reason that no longer counts goes and comes back with it."""
        now = self.bench.door.clock()
        await self.deeds.do("unhelpful", [id], by=visit.user.name, at=now, said=option.answer)
        alert = await self.bench.desk.alert(id)
        if alert is not None:
            self.announce(Change(alert=id, level=alert.level, what="settled"))

    async def _show(self, visit: Visit, trial: Trial, *, wrong: str = "", status: int = 200) -> Response:
        values = await self.bench.values(visit) | {
            "trial": trial,
            "found": trial.found(await self.bench.eyes(visit)),
            "running": trial.effects is None and not trial.failed,
            "seen": trial.effects[0].seen if trial.effects else None,
            "wrong": wrong,
        }
        return self.bench.pages.show("known.html" if trial.answers else "trial.html", values, status=status)

    def _found(self, visit: Visit, id: str) -> Trial:
        """A trial is there for whoever began it; what is not an answer, only for those who may tune."""
        trial = self.trials.find(id, visit.user.id)
        if visit.user.role not in CHANGES and (trial is None or not trial.answers):
            raise HTTPException(403)
        if trial is None:
            raise HTTPException(404)
        return trial
