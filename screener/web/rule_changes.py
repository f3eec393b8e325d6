"""Who changed the rules, when and how, and the way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.errors import Mistake
from screener.tuning.parts import members_changed
from screener.tuning.tuner import OVERRIDES, Made, Stale
from screener.web.base import User
from screener.web.door import Visit
from screener.web.roles import Eyes
from screener.web.tongue import later
from screener.web.workbench import Workbench

MOST_LINES = 60
STALE = later("These lines were changed again since then. Change them by hand, or take back the newer change first.")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A change and its lines: "+" came, "-" went."""

    made: Made
    lines: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class RuleChanges:
    """See the module."""

    bench: Workbench

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/rules/changes", self.page, methods=["GET"])
        router.add_api_route("/rules/changes/{id}/undo", self.undo, methods=["POST"])
        return router

    async def page(self, request: Request) -> Response:
        return await self._show(await self.bench.visit(request))

    async def undo(self, request: Request, id: int) -> Response:
        visit, fields = await self.bench.change(request)
        found = await self.bench.tuner.find(id)
        if found is not None and not await self._sees(visit, found, await self.bench.eyes(visit)):
            raise HTTPException(404)
        try:
            await self.bench.tuner.undo(id, by=visit.user.name, at=self.bench.door.clock())
        except Stale:
            return await self._show(visit, wrong=STALE, status=409)
        except Mistake as mistake:
            return await self._show(visit, wrong=str(mistake), status=409)
        alert = fields.get("alert", "")
        return RedirectResponse(f"/alerts/{alert}" if alert.isalnum() and alert.isascii() else "/rules/changes", 303)

    async def _show(self, visit: Visit, *, wrong: str = "", status: int = 200) -> Response:
        eyes = await self.bench.eyes(visit)
        made = [
            Shown(made=each, lines=[line for one in each.all for line in lines(one.before, one.after)][:MOST_LINES])
            for each in await self.bench.tuner.history()
            if await self._sees(visit, each, eyes)
        ]
        values = await self.bench.values(visit) | {"made": made, "wrong": wrong}
        return self.bench.pages.show("rule_changes.html", values, status=status)

    async def _sees(self, visit: Visit, made: Made, eyes: Eyes) -> bool:
        """What came of an alert says that there was one, and of what kind; who may not see that one sees no change."""
        theirs = others(self.bench, visit.user)
        what: Any = made.what
        while isinstance(what, Mapping):
            if what.get("whose") in theirs:
                return False
            what = what.get("was")
        for each in made.all:
            if each.file == OVERRIDES and not theirs.isdisjoint(members_changed(each.before, each.after)):
                return False
        if made.alert is None:
            return True
        alert = await self.bench.desk.alert(made.alert)
        return eyes.sight(alert) == "whole" if alert is not None else made.by == visit.user.name


def others(bench: Workbench, user: User) -> frozenset[str]:
    """The names of those for whom this user may not tune."""
    mine = {member.name for member in bench.members(user)}
    return frozenset(member.name for member in bench.family.members) - mine


def lines(before: str, after: str) -> list[tuple[str, str]]:
    """What came and what went, without what stayed."""
    found = [
        (line[0], line[1:])
        for line in unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
        if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    return found[:MOST_LINES]
