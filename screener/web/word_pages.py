"""The word lists: what each listens for, and words that a family adds to it or does not want heard; by a form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.errors import Mistake
from screener.rulebook import Rulebook
from screener.rulebook.list_files import EVERY_LANGUAGE, FOLDERS, WordList
from screener.tuning import words
from screener.tuning.tuner import OVERRIDES
from screener.tuning.words import KINDS, Changes, Own
from screener.web import tongue
from screener.web.door import Visit
from screener.web.retold import one_line
from screener.web.rules_page import option_of
from screener.web.tongue import later
from screener.web.trials import Trials
from screener.web.workbench import Workbench

NAMES: Mapping[str, str] = {
    "any": later("every language"), "en": "English", "es": "Español", "fr": "Français", "de": "Deutsch",
    "pt": "Português", "it": "Italiano", "nl": "Nederlands", "pl": "Polski", "tl": "Tagalog", "tr": "Türkçe",
    "ro": "Română", "sv": "Svenska",
}  # fmt: skip
"""Each language as those who speak it call it."""
KIND_WORDS: Mapping[str, str] = {
    "words": later("just these words"),
    "begins": later("these words, the last also with another ending"),
    "written": later("as the files have it, with ( | ), [ ] and …"),
}


@dataclass(frozen=True, kw_only=True)
class WordPages:
    """See the module."""

    bench: Workbench
    trials: Trials

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/rules/lists", self.page, methods=["GET"])
        router.add_api_route("/rules/lists/{name}", self.list, methods=["GET"])
        for path, change in (("add", self._add), ("drop", self._drop), ("hush", self._hush), ("hear", self._hear)):
            router.add_api_route(f"/rules/lists/{{name}}/{path}", self._changing(change), methods=["POST"])
        return router

    async def page(self, request: Request) -> Response:
        visit = await self.bench.visit(request)
        book, text = self.bench.rulebook(), await self._text()
        rows = [(each, _listeners(book, each.name), words.own(text, each.name)) for each in book.lists]
        values = await self.bench.values(visit) | {
            "rows": sorted(rows, key=lambda row: one_line(row[0].title).casefold())
        }
        return self.bench.pages.show("word_lists.html", values)

    async def list(self, request: Request, name: str) -> Response:
        return await self._show(await self.bench.visit(request), _named(self.bench.rulebook(), name))

    def _changing(self, change: Any) -> Any:
        async def do(request: Request, name: str) -> Response:
            visit, fields = await self.bench.costly(request)
            each = _named(self.bench.rulebook(), name)
            try:
                now = words.own(await self.bench.tuner.text(OVERRIDES), name)
                changes, what = change(each, now, fields)
                what = {"did": "words", "list": name, "title": each.title, "added": [], "removed": []} | what
                draft = await self.bench.tuner.overriding(changes, what=what)
                option = await option_of(self.bench, draft)
            except Mistake as mistake:
                return await self._show(visit, each, wrong=str(mistake), typed=fields, status=400)
            trial = await self.trials.begin([option], user=visit.user, back=f"/rules/lists/{name}")
            return RedirectResponse(f"/rules/trials/{trial.id}", 303)

        return do

    def _add(self, each: WordList, now: Own, fields: Mapping[str, str]) -> tuple[Changes, dict[str, Any]]:
        kind = next((kind for kind in KINDS if kind == fields.get("kind")), KINDS[0])
        language = fields.get("language", EVERY_LANGUAGE)
        if language not in FOLDERS:
            raise HTTPException(400)
        there = {phrase.written for phrase in each.phrases if phrase.language in (language, EVERY_LANGUAGE)}
        there |= {phrase for heard, phrase in now.added if heard == language}
        typed = words.typed(fields.get("words", ""), kind)
        new = [phrase for phrase in typed if phrase not in there]
        if not typed:
            raise Mistake(tongue._("There is no word in it. Write one a line."))
        if not new:
            raise Mistake(tongue._("That is how it is already."))
        if len(new) > words.MOST_AT_ONCE or any(len(phrase) > words.LONGEST for phrase in new):
            raise Mistake(tongue._("That is too much at once. Write at most 20 lines of at most 120 letters."))
        if len(now.added) + len(new) > words.MOST_OWN:
            raise Mistake(tongue._("There are very many words of yours in this list. Take some away first."))
        return words.adding(now, each.name, language, new), {"added": new}

    def _drop(self, each: WordList, now: Own, fields: Mapping[str, str]) -> tuple[Changes, dict[str, Any]]:
        language, _, phrase = fields.get("phrase", "").partition(" ")
        if (language, phrase) not in now.added:
            raise HTTPException(404)
        return words.dropping(now, each.name, language, phrase), {"removed": [phrase]}

    def _hush(self, each: WordList, now: Own, fields: Mapping[str, str]) -> tuple[Changes, dict[str, Any]]:
        phrase = fields.get("phrase", "")
        if _threatens(self.bench.rulebook(), each.name):
            raise HTTPException(400)
        if phrase not in {known.written for known in each.phrases} or any(phrase == own for _, own in now.added):
            raise HTTPException(404)
        return words.hushing(each.name, phrase), {"removed": [phrase]}

    def _hear(self, each: WordList, now: Own, fields: Mapping[str, str]) -> tuple[Changes, dict[str, Any]]:
        phrase = fields.get("phrase", "")
        if phrase not in now.removed:
            raise HTTPException(404)
        return words.hearing(each.name, phrase), {"added": [phrase]}

    async def _show(
        self,
        visit: Visit,
        each: WordList,
        *,
        wrong: str = "",
        typed: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        now = words.own(await self._text(), each.name)
        mine = set(now.added)
        heard = {
            language: [phrase.written for phrase in each.phrases if phrase.language == language
                       and (language, phrase.written) not in mine]
            for language in sorted(FOLDERS, key=lambda code: (code != tongue.language(), code != "en"))
        }  # fmt: skip
        values = await self.bench.values(visit) | {
            "list": each,
            "own": now,
            "heard": {language: phrases for language, phrases in heard.items() if phrases},
            "listeners": _listeners(self.bench.rulebook(), each.name),
            "threatens": _threatens(self.bench.rulebook(), each.name),
            "languages": NAMES,
            "kinds": KIND_WORDS,
            "typed": typed or {},
            "wrong": wrong,
        }
        return self.bench.pages.show("word_list.html", values, status=status)

    async def _text(self) -> str:
        """The overrides; where they can't be read, the page of rules says so, and here nothing is of the family's."""
        try:
            return await self.bench.tuner.text(OVERRIDES)
        except Mistake:
            return ""


def _named(book: Rulebook, name: str) -> WordList:
    each = next((each for each in book.lists if each.name == name), None)
    if each is None:
        raise HTTPException(404)
    return each


def _listeners(book: Rulebook, name: str) -> list[Any]:
    return [rule for rule in book.rules if name in rule.listens]


def _threatens(book: Rulebook, name: str) -> bool:
    """Whether a threat or a demand is heard by it: of those no word is taken away by a press."""
    return any(rule.alone for rule in _listeners(book, name))
