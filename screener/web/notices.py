"""The page on which each user says where, when and of what they want to hear."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.notify import life, push, trouble, words
from screener.notify.address import Address, read
from screener.notify.outbox import Outbox
from screener.notify.people import MOST_CHANNELS, Channel, FromLevel, People
from screener.notify.post import Post
from screener.notify.standing import Household
from screener.notify.when import Clockwork, Wishes
from screener.seal import Seal
from screener.store.sql import SqlStore
from screener.web import agents
from screener.web.desk import SqlDesk
from screener.web.door import Door, Visit
from screener.web.page import Pages
from screener.web.tongue import _, language, later

FROM_LEVELS: Mapping[FromLevel, str] = {
    "look": later("Have a look, and everything above"),
    "talk": later("Talk, and everything above"),
    "act": later("Act now, and nothing else"),
    "backup": later("Act now, and only when nobody else has looked"),
}
LONGEST_NAME = 60
MORNING = 7 * 60
MOST_MINUTES = 24 * 60
TEST_PAUSE = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A channel as the page shows it; without an address where that can't be opened any more."""

    channel: Channel
    address: Address | None


@dataclass(frozen=True, kw_only=True)
class Notices:
    """See the module."""

    store: SqlStore
    desk: SqlDesk
    seal: Seal
    door: Door
    pages: Pages
    post: Post = field(default_factory=Post)
    clockwork: Clockwork = field(default_factory=Clockwork)
    tested: dict[str, datetime] = field(default_factory=dict)

    @property
    def people(self) -> People:
        return People(engine=self.store.engine, seal=self.seal)

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/notices", self.page, methods=["GET"])
        router.add_api_route("/notices/channels", self.add, methods=["POST"])
        router.add_api_route("/notices/push", self.subscribe, methods=["POST"])
        router.add_api_route("/notices/channels/{id}/change", self.change, methods=["POST"])
        router.add_api_route("/notices/channels/{id}/test", self.test, methods=["POST"])
        router.add_api_route("/notices/channels/{id}/remove", self.remove, methods=["POST"])
        router.add_api_route("/notices/wishes", self.wish, methods=["POST"])
        router.add_api_route("/notices/pause", self.pause, methods=["POST"])
        router.add_api_route("/notices/answer/{id}/{token}", self.answer, methods=["GET"])
        return router

    async def page(self, request: Request) -> Response:
        visit = await self.door.visit(request)
        allowed(visit)
        ids = [channel.id for channel in await self.people.channels(visit.user.id)]
        # Whoever is here reads what reaches them.
        await self.people.answered(ids, self.door.clock())
        await trouble.answered(self.store.engine, ids)
        return await self._show(visit)

    async def add(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        allowed(visit)
        name = " ".join(fields.get("name", "").split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            wrong = later("Name: not usable. Take 1 to 60 letters, such as “my phone”.")
            return await self._show(visit, wrong=wrong, status=400)
        try:
            address = await asyncio.to_thread(read, fields.get("address", ""))
        except ValueError as mistake:
            return await self._show(visit, wrong=str(mistake), name=name, status=400)
        return await self._add(visit, name, replace(address, named="named" in fields), fields)

    async def subscribe(self, request: Request) -> Response:
        """The browser that asks is told from now on, over its own service."""
        visit, fields = await self.door.change(request)
        allowed(visit)
        given = (fields.get(part, "") for part in ("endpoint", "p256dh", "auth"))
        try:
            subscription = push.Subscription.checked(*given, key=push.own_key(self.seal.key))
        except ValueError as mistake:
            return await self._show(visit, wrong=str(mistake), status=400)
        name = agents.words(agents.kind(request.headers.get("user-agent", "")))
        shown = f"web push: {urlsplit(subscription.endpoint).hostname}"
        return await self._add(visit, name, Address(url=subscription.url, shown=shown, knows_id=True), fields)

    async def _add(self, visit: Visit, name: str, address: Address, fields: Mapping[str, str]) -> Response:
        now = self.door.clock()
        outbox = Outbox(home=Household(engine=self.store.engine, members=self.desk.members))
        id = await self.people.add(
            visit.user.id,
            name=name,
            address=address,
            from_level=from_level(fields),
            at=now,
            known=await outbox.marks(visit.user, now),
        )
        if id is None:
            wrong = later("You have as many as there can be. Remove one first.")
            return await self._show(visit, wrong=wrong, name=name, status=400)
        return RedirectResponse(f"/notices#channel-{id}", 303)

    async def change(self, request: Request, id: str) -> Response:
        visit, fields = await self.door.change(request)
        await self._own(visit, id)
        await self.people.change(
            visit.user.id, id, from_level=from_level(fields), named="named" in fields, weekly="weekly" in fields
        )
        return RedirectResponse(f"/notices#channel-{id}", 303)

    async def test(self, request: Request, id: str) -> Response:
        """Sends a note at once, whatever the hour, and says on the page what came of it."""
        visit, _fields = await self.door.change(request)
        channel = await self._own(visit, id)
        address, now = channel.address(self.seal), self.door.clock()
        if address is not None and now - self.tested.get(id, now - TEST_PAUSE) >= TEST_PAUSE:
            self.tested[id] = now
            note = words.of_test(
                id=secrets.token_hex(16),
                at=now,
                link=f"{request.url.scheme}://{request.url.netloc}/",
                speak=lambda _code, sentence: _(sentence),
                language=language(),
            )
            outcome = await self.post.send(id, address, note)
            await self.people.came(id, outcome, self.door.clock())
            if outcome.well:
                await trouble.works(self.store.engine, channel)
        return RedirectResponse(f"/notices#channel-{id}", 303)

    async def remove(self, request: Request, id: str) -> Response:
        visit, _fields = await self.door.change(request)
        channel = await self._own(visit, id)
        await self.people.remove(visit.user.id, id)
        await trouble.works(self.store.engine, channel)
        await trouble.answered(self.store.engine, [id])
        return RedirectResponse("/notices", 303)

    async def wish(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        allowed(visit)
        before = await self.people.wishes(visit.user.id)
        try:
            wanted = wishes_of(fields, before)
        except ValueError:
            wrong = later("When: a time is not usable. Write times such as 22:00, and minutes as a number.")
            return await self._show(visit, wrong=wrong, status=400)
        await self._wish(visit, wanted)
        return RedirectResponse("/notices#when", 303)

    async def pause(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        allowed(visit)
        now = self.door.clock()
        until = {
            "hour": now + timedelta(hours=1),
            "tomorrow": self.clockwork.next(MORNING, now),
        }.get(fields.get("for", ""))
        await self._wish(visit, replace(await self.people.wishes(visit.user.id), paused_until=until))
        return RedirectResponse("/notices#pause", 303)

    async def answer(self, id: str, token: str) -> Response:
        """Whoever has the link has the phone: it needs no log-in, and shows nothing of the family."""
        fits = await life.fits(self.store.engine, self.seal, id, token)
        if fits:
            await self.people.answered([id], self.door.clock())
            await trouble.answered(self.store.engine, [id])
        return self.pages.show("answered.html", {"fits": fits}, status=200 if fits else 404)

    async def _wish(self, visit: Visit, wanted: Wishes) -> None:
        await self.people.wish(visit.user.id, wanted)
        await self.people.replan(visit.user.id, self.clockwork, self.door.clock())

    async def _own(self, visit: Visit, id: str) -> Channel:
        """A channel of somebody else is not there."""
        allowed(visit)
        for channel in await self.people.channels(visit.user.id):
            if channel.id == id:
                return channel
        raise HTTPException(404)

    async def _show(self, visit: Visit, *, wrong: str = "", name: str = "", status: int = 200) -> Response:
        now = self.door.clock()
        found = await self.people.channels(visit.user.id)
        wanted = await self.people.wishes(visit.user.id)
        values = {
            "user": visit.user,
            "token": visit.token,
            "channels": [Shown(channel=channel, address=channel.address(self.seal)) for channel in found],
            "full": len(found) >= MOST_CHANNELS,
            "from_levels": list(FROM_LEVELS.items()),
            "wishes": wanted,
            "paused": wanted.paused_until if wanted.paused_until and wanted.paused_until > now else None,
            "as_time": as_time,
            "wrong": wrong,
            "name": name,
            "push_key": push.public_half(push.own_key(self.seal.key)),
        }
        return self.pages.show("notices.html", values, status=status)


def allowed(visit: Visit) -> None:
    """A child hears of what is about it on its own page."""
    if visit.user.role == "child":
        raise HTTPException(404)


def from_level(fields: Mapping[str, str]) -> FromLevel:
    wanted = fields.get("from_level", "look")
    return next((level for level in FROM_LEVELS if level == wanted), "look")


def wishes_of(fields: Mapping[str, str], before: Wishes) -> Wishes:
    """The wishes in a form; a pause stays as it is. Raises ValueError."""
    begin, end = as_minute(fields.get("quiet_from", "")), as_minute(fields.get("quiet_to", ""))
    if (begin is None) != (end is None):
        raise ValueError("quiet hours need a beginning and an end")
    return replace(
        before,
        quiet_from=begin,
        quiet_to=end,
        digest_at=as_minute(fields.get("digest_at", "")),
        remind_minutes=_minutes(fields.get("remind_minutes", "")),
        escalate_minutes=_minutes(fields.get("escalate_minutes", "")),
    )


def as_minute(text: str) -> int | None:
    """ "22:30" as minutes after midnight; None for nothing. Raises ValueError."""
    if not text.strip():
        return None
    hour, _colon, minute = text.strip().partition(":")
    found = int(hour) * 60 + int(minute)
    if not (0 <= int(hour) < 24 and 0 <= int(minute) < 60):
        raise ValueError("no such time")
    return found


def as_time(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02}:{minute % 60:02}"


def _minutes(text: str) -> int:
    """How many; nothing and 0 are never."""
    found = int(text.strip() or "0")
    if not 0 <= found <= MOST_MINUTES:
        raise ValueError("too many")
    return found
