"""The rules, stage by stage and in plain words; what each weighs can be changed without writing anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.errors import Mistake
from screener.rulebook import Rulebook
from screener.rules import FIELD, STAGES, Rule
from screener.tuning.counted import DAYS, Count, counts
from screener.tuning.tuner import Draft, What
from screener.web import tongue
from screener.web.door import Visit
from screener.web.retold import one_line
from screener.web.roles import sees
from screener.web.tongue import later
from screener.web.trials import Option, Trials
from screener.web.words import STATUSES
from screener.web.workbench import Workbench

MOST_POINTS = 100
LEVELS: Mapping[str, tuple[str, ...]] = {"look": ("look",), "talk": ("talk", "talk_in_fewer")}
"""What a form can change, and the numbers that are meant. Of `act` nothing is changed by a press."""


@dataclass(frozen=True, kw_only=True)
class RulesPage:
    """See the module."""

    bench: Workbench
    trials: Trials
    engine: AsyncEngine

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/rules", self.page, methods=["GET"])
        router.add_api_route("/rules/levels", self.levels, methods=["POST"])
        router.add_api_route("/rules/of/{id}", self.rule, methods=["GET"])
        router.add_api_route("/rules/of/{id}", self.change, methods=["POST"])
        return router

    async def page(self, request: Request) -> Response:
        return await self._page(await self.bench.visit(request))

    async def rule(self, request: Request, id: str) -> Response:
        return await self._rule(await self.bench.visit(request), id)

    async def change(self, request: Request, id: str) -> Response:
        """Tries out other points or another status; saved is only what a parent says yes to then."""
        visit, fields = await self.bench.costly(request)
        rule = _named(self.bench.rulebook(), id)
        if rule.alone:
            raise HTTPException(400)
        whose = self._whose(visit, fields.get("whose", ""))
        points, status = number(fields.get("points", ""), most=MOST_POINTS), fields.get("status", "")
        if status not in STATUSES or points is None or (points <= 0 < rule.points):
            return await self._rule(visit, id, wrong=later("Give a number from 1 to 100."), status=400)
        if rule.points < 0:
            points = -points
        now = _seen_by(self.bench.rulebook(), whose, id)
        changes: dict[tuple[str, ...], Any] = {}
        what: dict[str, Any] = {"did": "rule", "rule": id, "title": rule.title, "whose": whose}
        if points != now.points:
            changes[*_of(whose), "rules", id, "points"] = points
            what |= {"points": [now.points, points]}
        if status != now.status:
            changes[*_of(whose), "rules", id, "status"] = status
            what |= {"status": [now.status, status]}
        if not changes:
            return await self._rule(visit, id, wrong=later("That is how it is already."), status=400)
        return await self._try(visit, changes, what, back=f"/rules/of/{id}")

    async def levels(self, request: Request) -> Response:
        visit, fields = await self.bench.costly(request)
        whose, level = self._whose(visit, fields.get("whose", "")), fields.get("level", "")
        points = number(fields.get("points", ""), most=300)
        if level not in LEVELS or points is None or points < 1:
            return await self._page(visit, wrong=later("Give a number from 1 to 300."), status=400)
        levels = self.bench.rulebook().of(whose, "").levels
        before = getattr(levels, level).points
        changes = {(*_of(whose), "levels", name, "points"): points for name in LEVELS[level]}
        what = {"did": "level", "level": level, "whose": whose, "points": [before, points]}
        return await self._try(visit, changes, what, back="/rules")

    async def _try(self, visit: Visit, changes: Mapping[tuple[str, ...], Any], what: What, *, back: str) -> Response:
        try:
            draft = await self.bench.tuner.overriding(changes, what=what)
            option = await option_of(self.bench, draft)
        except Mistake as mistake:
            return await self._page(visit, wrong=str(mistake), status=400)
        trial = await self.trials.begin([option], user=visit.user, back=back)
        return RedirectResponse(f"/rules/trials/{trial.id}", 303)

    async def _page(self, visit: Visit, *, wrong: str = "", status: int = 200) -> Response:
        book = self.bench.rulebook()
        values = await self.bench.values(visit) | {
            "stages": [(stage, [rule for rule in book.rules if rule.stage == stage]) for stage in STAGES],
            "counts": await self._counts(visit),
            "none": Count(),
            "days": DAYS,
            "changed": book.changed,
            "mistakes": book.mistakes,
            "warnings": book.warnings,
            "levels": book.levels,
            "members": self.bench.members(visit.user),
            "wrong": wrong,
        }
        return self.bench.pages.show("rules.html", values, status=status)

    async def _rule(self, visit: Visit, id: str, *, wrong: str = "", status: int = 200) -> Response:
        book = self.bench.rulebook()
        rule = _named(book, id)
        members = self.bench.members(visit.user)
        others = [(member, _seen_by(book, member.name, id)) for member in members]
        values = await self.bench.values(visit) | {
            "rule": rule,
            "because": in_words(rule.because),
            "advice": in_words(rule.advice),
            "counted": (await self._counts(visit)).get(id, Count()),
            "days": DAYS,
            "changed": id in book.changed,
            "others": [(m, r) for m, r in others if (r.points, r.status) != (rule.points, rule.status)],
            "members": members,
            "most": MOST_POINTS,
            "wrong": wrong,
        }
        return self.bench.pages.show("rule.html", values, status=status)

    async def _counts(self, visit: Visit) -> Mapping[str, Count]:
        eyes = await self.bench.eyes(visit)
        return await counts(self.engine, self.bench.family.on(eyes.now), sees(eyes), eyes.now)

    def _whose(self, visit: Visit, name: str) -> str:
        """Everybody, or a member for whom this user may tune."""
        if name and name not in {member.name for member in self.bench.members(visit.user)}:
            raise HTTPException(400)
        return name


async def option_of(bench: Workbench, draft: Draft) -> Option:
    """A draft as something to be tried out, with what would no longer be seen. Raises Mistake where it is wrong."""
    book = await bench.tuner.tried(draft)
    if mistakes := bench.tuner.wrong(book, draft):
        raise Mistake("\n".join(mistakes))
    known = {warning.split(": ", 1)[-1] for warning in bench.rulebook().warnings}
    new = tuple(warning for warning in book.warnings if warning.split(": ", 1)[-1] not in known)
    return Option(what=draft.what, draft=draft, warnings=new)


def in_words(sentence: str) -> str:
    """A rule's sentence with words in place of whom and what it will speak of."""
    words = {"contact.name": tongue._("this person"), "member.name": tongue._("your child")}
    said = FIELD.sub(lambda found: words.get(found[1], "…"), one_line(sentence))
    return said[:1].upper() + said[1:]


def _of(whose: str) -> tuple[str, ...]:
    return ("members", whose) if whose else ()


def _seen_by(book: Rulebook, member: str, id: str) -> Rule:
    return _named(book.of(member, ""), id)


def _named(book: Rulebook, id: str) -> Rule:
    rule = next((rule for rule in book.rules if rule.id == id), None)
    if rule is None:
        raise HTTPException(404)
    return rule


def number(text: str, *, most: int) -> int | None:
    """The number that somebody typed; None where it is none, or one above the most."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 and int(text) <= most else None
