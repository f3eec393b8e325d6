"""Searching all alerts that one may see; a search is a plain address, which can be bookmarked or given a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.alerts import State
from screener.levels import LEVELS
from screener.platforms import title
from screener.web.base import AlertView, Desk, Listed, Wanted
from screener.web.door import Door, Visit
from screener.web.filters import LONGEST_NAME, Filter, Filters
from screener.web.listing import LONGEST_TEXT
from screener.web.page import Pages
from screener.web.roles import Eyes, eyes_of, open_count, sees

A_PAGE = 50
MOST_PAGES = 1_000
YEARS = range(2000, 2200)
"""Days outside are no search, and some are beyond what a clock can tell."""
STATES: Mapping[str, tuple[tuple[State, ...], bool | None]] = {
    "": (("new", "seen", "closed"), None),
    "open": (("new", "seen"), False),
    "new": (("new",), False),
    "seen": (("seen",), False),
    "later": (("new", "seen"), True),
    "closed": (("closed",), None),
}
"""What can be chosen as the state: the states that are meant, and whether they are put off."""
PARTS = ("text", "level", "state", "platform", "member", "from", "to")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A search as it stands in an address; what makes no sense is left out, so that every old bookmark still opens."""

    text: str = ""
    level: str = ""
    state: str = ""
    platform: str = ""
    member: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Asked":
        level, state = given.get("level", ""), given.get("state", "")
        return cls(
            text=" ".join(given.get("text", "").split())[:LONGEST_TEXT],
            level=level if level in LEVELS else "",
            state=state if state in STATES else "",
            platform=given.get("platform", "")[:40],
            member=given.get("member", "")[:200],
            since=_day(given.get("from", "")),
            until=_day(given.get("to", "")),
        )

    @property
    def query(self) -> str:
        """The search as the query of an address, with nothing in it that is not asked."""
        parts = {
            "text": self.text,
            "level": self.level,
            "state": self.state,
            "platform": self.platform,
            "member": self.member,
            "from": self.since.isoformat() if self.since else "",
            "to": self.until.isoformat() if self.until else "",
        }
        return urlencode({name: value for name, value in parts.items() if value}, errors="replace")

    def wanted(self) -> Wanted:
        states, put_off = STATES[self.state]
        return Wanted(
            states=states,
            put_off=put_off,
            levels=tuple(level for level in LEVELS if level == self.level),
            text=self.text,
            platform=self.platform,
            member=self.member,
            since=_begins(self.since) if self.since else None,
            until=_begins(self.until + timedelta(days=1)) if self.until else None,
            newest_first=True,
        )


@dataclass(frozen=True, kw_only=True)
class Search:
    """See the module."""

    desk: Desk
    door: Door
    pages: Pages
    filters: Filters

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/search", self.search, methods=["GET"])
        router.add_api_route("/search/keep", self.keep, methods=["POST"])
        router.add_api_route("/search/forget", self.forget, methods=["POST"])
        return router

    async def search(self, request: Request) -> Response:
        return await self._show(await self.door.visit(request), request.query_params)

    async def keep(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        asked, name = Asked.of(fields), " ".join(fields.get("name", "").split())[:LONGEST_NAME]
        if not name or not asked.query:
            return await self._show(visit, fields, wrong="name", status=400)
        if not await self.filters.keep(visit.user.id, Filter(name=name, query=asked.query), self.door.clock()):
            return await self._show(visit, fields, wrong="many", status=400)
        return RedirectResponse(f"/search?{asked.query}", 303)

    async def forget(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        await self.filters.forget(visit.user.id, fields.get("name", ""))
        return RedirectResponse("/search", 303)

    async def _show(self, visit: Visit, given: Mapping[str, str], *, wrong: str = "", status: int = 200) -> Response:
        eyes = await eyes_of(self.desk, visit.user, self.door.clock())
        asked, page = Asked.of(given), _page(given.get("page", ""))
        found = await self.desk.listed(asked.wanted(), sees(eyes), eyes.now, most=A_PAGE, skip=(page - 1) * A_PAGE)
        everything = await self.desk.listed(Asked().wanted(), sees(eyes), eyes.now, most=0)
        query = asked.query
        values = {
            "user": visit.user,
            "token": visit.token,
            "count": await open_count(self.desk, eyes),
            "asked": asked,
            "query": query,
            "levels": LEVELS,
            "platforms": _platforms(everything, eyes),
            "members": _members(everything, eyes),
            "found": found,
            "page": page,
            "pages": min(max(-(-found.count // A_PAGE), 1), MOST_PAGES),
            "before": f"{query}&" if query else "",
            "filters": await self.filters.of(visit.user.id),
            "wrong": wrong,
        }
        return self.pages.show("search.html", values, status=status)


def _visible(listed: Listed, eyes: Eyes) -> list[AlertView]:
    return [kind for kind in listed.kinds if eyes.sight(kind) == "whole"]


def _platforms(listed: Listed, eyes: Eyes) -> list[tuple[str, str]]:
    """The platforms on which there is anything that may be seen."""
    return sorted({(kind.contact.platform, title(kind.contact.platform)) for kind in _visible(listed, eyes)})


def _members(listed: Listed, eyes: Eyes) -> list[tuple[str, str]]:
    """The members about whom there is anything that may be seen."""
    return sorted({(kind.member, kind.member_name) for kind in _visible(listed, eyes)}, key=lambda each: each[1])


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _begins(day: date) -> datetime:
    """When a day begins in the home's own time."""
    return datetime.combine(day, time()).astimezone(UTC)


def _page(text: str) -> int:
    return min(max(int(text), 1), MOST_PAGES) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
