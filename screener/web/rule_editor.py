"""The family's own files of rules, as text: checked as one types, tried out, and saved whole or not at all."""

import asyncio
import hashlib
import re
import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from screener.errors import Mistake
from screener.platforms import decoders
from screener.rulebook.schema import of_book
from screener.rules import STAGES
from screener.tuning.tuner import OVERRIDES, PLACE, Draft
from screener.web import tongue
from screener.web.door import Visit
from screener.web.guard import policy
from screener.web.rule_changes import others
from screener.web.rules_page import option_of
from screener.web.tongue import later
from screener.web.trials import Trials
from screener.web.workbench import MOST_FORM, Workbench

STALE = later("Somebody else changed this file meanwhile. Your text is below; the file itself was left as it is.")
BEGUN = """\
title: What it is about, in a few words
id: {name}
status: trial
when: message
if:
  message.by: contact
  message.says: {{any: [secrecy]}}
points: 5
because: >-
  {{contact.name}} said something to {{member.name}} that you want to know of.
advice: Ask {{member.name}} about it.
also_innocent: Friends plan surprises.
examples:
  alerts:
    - {{message.by: contact, message.says: [secrecy]}}
  stays_quiet:
    - {{message.by: member, message.says: [secrecy]}}
"""
LINE = re.compile(r":(\d+): (.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class RuleEditor:
    """See the module."""

    bench: Workbench
    trials: Trials
    turns: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    newest: dict[str, object] = field(default_factory=dict)
    """By user: one check runs at a time, and of those that wait only the newest text is looked at."""

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/rules/edit", self.page, methods=["GET"])
        router.add_api_route("/rules/edit", self.save, methods=["POST"])
        router.add_api_route("/rules/check", self.check, methods=["POST"])
        router.add_api_route("/rules/schema.json", self.schema, methods=["GET"])
        return router

    async def page(self, request: Request) -> Response:
        visit = await self.bench.visit(request)
        file = _file(request.query_params.get("file", ""), request.query_params)
        return await self._show(visit, file)

    async def save(self, request: Request) -> Response:
        """Tries out what was typed; a text that is wrong goes no further, and what is in force stays in force."""
        visit, fields = await self.bench.costly(request, most=MOST_FORM)
        file, text = _file(fields.get("file", "")), fields.get("text", "")
        try:
            draft = await self._draft(file, text, visit)
            if _mark(draft.before) != fields.get("was"):
                return await self._show(visit, file, text=text, wrong=[STALE], status=409)
            option = await option_of(self.bench, draft)
        except Mistake as mistake:
            return await self._show(visit, file, text=text, wrong=str(mistake).splitlines(), status=400)
        if draft.after == draft.before:
            return await self._show(visit, file, wrong=[later("That is how it is already.")], status=400)
        trial = await self.trials.begin([option], user=visit.user, back="/rules/changes")
        return RedirectResponse(f"/rules/trials/{trial.id}", 303)

    async def check(self, request: Request) -> Response:
        """What is wrong with a text, line by line, for the editor; 409 where a newer one came meanwhile."""
        visit, fields = await self.bench.costly(request, most=MOST_FORM, pace=self.bench.checking)
        me, mine = visit.user.id, object()
        self.newest[me] = mine
        async with self.turns[me]:
            if self.newest[me] is not mine:
                return JSONResponse({"mistakes": [], "warnings": []}, 409)
            return await self._checked(visit, fields)

    async def _checked(self, visit: Visit, fields: Mapping[str, str]) -> Response:
        file = _file(fields.get("file", ""))
        try:
            draft = await self._draft(file, fields.get("text", ""), visit)
            book = await self.bench.tuner.tried(draft)
        except Mistake as mistake:
            return JSONResponse({"mistakes": [_placed(str(mistake))], "warnings": []})
        wrong = [_placed(each) for each in self.bench.tuner.wrong(book, draft)]
        warned = [_placed(each) for each in book.warnings if file == OVERRIDES]
        return JSONResponse({"mistakes": wrong[:200], "warnings": warned[:50]})

    async def schema(self, request: Request) -> Response:
        await self.bench.visit(request)
        is_own = _file(request.query_params.get("file", "")) == OVERRIDES
        members = [member.name for member in self.bench.family.members]
        platforms = [each.name for each in decoders()]
        return JSONResponse(of_book(self.bench.rulebook(), own=is_own, members=members, platforms=platforms))

    async def _draft(self, file: str, typed: str, visit: Visit) -> Draft:
        """What was typed, as a change. Raises Mistake where it is about somebody for whom this user may not tune."""
        before = await self.bench.tuner.text(file)
        text = typed.replace("\r\n", "\n")
        if text and not text.endswith("\n"):
            text += "\n"
        # Forms end every line as Windows does; the file keeps its own way.
        after = text.replace("\n", "\r\n") if "\r\n" in before else text
        draft = Draft(file=file, before=before, after=after, what={"did": "text"})
        if mistakes := self.bench.tuner.meddling(draft, others(self.bench, visit.user)):
            raise Mistake("\n".join(mistakes))
        return draft

    async def _show(
        self, visit: Visit, file: str, *, text: str | None = None, wrong: list[str] | None = None, status: int = 200
    ) -> Response:
        try:
            now = await self.bench.tuner.text(file)
        except Mistake as mistake:
            now, wrong, status = "", [*(wrong or []), str(mistake)], 400
        nonce = secrets.token_urlsafe(16)
        begun = "" if file == OVERRIDES or "/" not in file else BEGUN.format(name=file.split("/")[-1][: -len(".yaml")])
        values = await self.bench.values(visit) | {
            "file": file,
            "files": await self.bench.tuner.files(),
            "text": text if text is not None else now or begun,
            "is_new": not now,
            "was": _mark(now),
            "wrong": [tongue._(line) for line in wrong or ()],
            "stages": STAGES,
            "nonce": nonce,
        }
        answer = self.bench.pages.show("rule_editor.html", values, status=status)
        answer.headers["Content-Security-Policy"] = policy(nonce)
        return answer


def _file(named: str, asked: Any = None) -> str:
    """The file that is meant; what can be none becomes the overrides."""
    if asked is not None and (stage := asked.get("stage", "")) in STAGES:
        name = re.sub(r"[^a-z0-9]+", "-", asked.get("name", "").lower()).strip("-")[:60]
        named = f"{stage}/{name}.yaml"
    return named if PLACE.fullmatch(named) else OVERRIDES


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _placed(mistake: str) -> dict[str, Any]:
    found = LINE.search(mistake)
    return {"line": int(found[1]), "what": found[2]} if found else {"line": 1, "what": mistake}
