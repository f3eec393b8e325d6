"""A rule of a family's own from a form: what it is about, who says it, which words, and how much it weighs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.errors import Mistake
from screener.rules import STAGES, Stage
from screener.tuning import own_rule, words
from screener.tuning.own_rule import BEGINS, LONGEST_TITLE, Wish
from screener.tuning.tuner import BESIDE, Draft
from screener.web import tongue
from screener.web.door import Visit
from screener.web.retold import one_line
from screener.web.rules_page import MOST_POINTS, number, option_of
from screener.web.tongue import later
from screener.web.trials import Trials
from screener.web.workbench import Workbench

FIELDS = ("title", "by", "words", "list", "points", "stage", "whose")
USUAL_POINTS = 5
MOST_RULES = 200
SIDES: Mapping[str, str] = {
    "contact": later("the other one says it"),
    "member": later("the one in our family says it"),
    "": later("either of the two says it"),
}
BECAUSE: Mapping[str, str] = {
    "contact": later("{contact.name} said something to {member.name} that you want to know of: “{title}”."),
    "member": later("{member.name} said something to {contact.name} that you want to know of: “{title}”."),
    "": later("{member.name} and {contact.name} spoke of something that you want to know of: “{title}”."),
}
ADVICE = later("Ask {member.name} about it, at a quiet moment.")
INNOCENT = later("The same words are often said in play, or about something else.")


@dataclass(frozen=True, kw_only=True)
class NewRule:
    """See the module."""

    bench: Workbench
    trials: Trials

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/rules/new", self.page, methods=["GET"])
        router.add_api_route("/rules/new", self.begin, methods=["POST"])
        return router

    async def page(self, request: Request) -> Response:
        visit = await self.bench.visit(request)
        return await self._show(visit, typed={name: request.query_params.get(name, "")[:2_500] for name in FIELDS})

    async def begin(self, request: Request) -> Response:
        """Tries the rule out; written is it only when somebody says yes to what it would have done."""
        visit, fields = await self.bench.costly(request)
        typed = {name: fields.get(name, "")[:2_500] for name in FIELDS}
        whose, stage = typed["whose"], next((stage for stage in STAGES if stage == typed["stage"]), None)
        if whose and whose not in {member.name for member in self.bench.members(visit.user)}:
            raise HTTPException(400)
        if stage is None or typed["by"] not in SIDES:
            raise HTTPException(400)
        try:
            wish = self._wish(typed, stage)
            draft = await self._draft(wish, whose)
            option = await option_of(self.bench, draft)
        except Mistake as mistake:
            return await self._show(visit, typed=typed, wrong=str(mistake), status=400)
        trial = await self.trials.begin(
            [option], user=visit.user, back=f"/rules/new?{urlencode(typed)}", then=f"/rules/of/{draft.what['rule']}"
        )
        return RedirectResponse(f"/rules/trials/{trial.id}", 303)

    def _wish(self, typed: Mapping[str, str], stage: Stage) -> Wish:
        """Raises Mistake where something is missing or too much."""
        title = " ".join("".join(c if c.isprintable() else " " for c in typed["title"]).split())
        said, points = words.typed(typed["words"], "words"), number(typed["points"], most=MOST_POINTS)
        lists = [each.name for each in self.bench.rulebook().lists if each.name == typed["list"]]
        if not 0 < len(title) <= LONGEST_TITLE:
            raise Mistake(tongue._("Say in a few words what it is about."))
        if not said and not lists:
            raise Mistake(tongue._("Write the words that it listens for, one a line, or choose a list."))
        if said and lists:
            raise Mistake(tongue._("Write words, or choose a list: not both."))
        if len(said) > words.MOST_AT_ONCE or any(len(each) > words.LONGEST for each in said):
            raise Mistake(tongue._("That is too much at once. Write at most 20 lines of at most 120 letters."))
        if not points:
            raise Mistake(tongue._("Give a number from 1 to 100."))
        if sum(rule.id.startswith(BEGINS) for rule in self.bench.rulebook().rules) >= MOST_RULES:
            raise Mistake(tongue._("There are very many rules of yours. Take some away first."))
        return Wish(
            title=title,
            by=typed["by"],
            stage=stage,
            points=points,
            because=own_rule.said_in(tongue._(BECAUSE[typed["by"]]), title),
            advice=tongue._(ADVICE),
            also_innocent=tongue._(INNOCENT),
            phrases=said,
            lists=lists,
            counts=not typed["whose"],
        )

    async def _draft(self, wish: Wish, whose: str) -> Draft:
        """The files of the rule; for one member alone, the overrides say that it counts for them."""
        tuner, book = self.bench.tuner, self.bench.rulebook()
        there = {file.rsplit("/", 1)[-1].removesuffix(".yaml") for file in await tuner.files()}
        id = own_rule.id_for(wish.title, there | {rule.id for rule in book.rules} | {each.name for each in book.lists})
        beside: dict[str, Any] = {"did": BESIDE}
        drafts = [
            Draft(file=file, before=await tuner.text(file), after=text, what=beside)
            for file, text in own_rule.files(id, wish).items()
        ]
        what = {"did": "own", "rule": id, "title": wish.title, "points": wish.points, "whose": whose}
        *others, rule = drafts
        if whose:
            others.append(await tuner.overriding({("members", whose, "rules", id, "status"): "stable"}, what=beside))
        return Draft(file=rule.file, before=rule.before, after=rule.after, what=what, beside=tuple(others))

    async def _show(self, visit: Visit, *, typed: Mapping[str, str], wrong: str = "", status: int = 200) -> Response:
        values = await self.bench.values(visit) | {
            "typed": {"points": str(USUAL_POINTS), "by": "contact"} | {k: v for k, v in typed.items() if v},
            "sides": SIDES,
            "stages": STAGES,
            "lists": sorted(self.bench.rulebook().lists, key=lambda each: one_line(each.title).casefold()),
            "members": self.bench.members(visit.user),
            "most": MOST_POINTS,
            "longest": LONGEST_TITLE,
            "wrong": wrong,
        }
        return self.bench.pages.show("new_rule.html", values, status=status)
