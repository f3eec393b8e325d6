"""Setting up: who lives here, this computer at the press of a button, and a page of steps for every other device."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener import troubles
from screener.errors import Mistake
from screener.family import ADULT_FROM, Member, Role, timezone_named
from screener.home import pc, scripts
from screener.home.folder import Home
from screener.home.probe import PROBE_HOST
from screener.routes import ELSEWHERE, shipped_routes
from screener.store.household import THIS_MACHINE, Devices
from screener.web.again import refusal
from screener.web.belongs import named
from screener.web.desk import SqlDesk
from screener.web.device_codes import DeviceCodes
from screener.web.door import Door, Visit
from screener.web.guard import peer
from screener.web.hands import Hands, addresses_of, as_one
from screener.web.page import Pages
from screener.web.reach import Reach, plain_address, qr
from screener.web.roles import only_owners
from screener.web.tongue import _
from screener.web.tries import is_loopback

# Longer than a Raspberry Pi takes to start: a browser that comes too early shows a mistake, and never asks again.
AGAIN_SECONDS = 30
ZONES = Path("/etc/localtime")


@dataclass(frozen=True, kw_only=True)
class SetupPages:
    """`port` is where the dashboard is served without TLS, which is where browsers fetch the PAC file; `reach` says
    whether other devices can reach proxy and dashboard. `user` is whose browsers are set up.
    """

    devices: Devices
    desk: SqlDesk
    door: Door
    pages: Pages
    home: Home
    changed: Callable[[], Awaitable[None]]
    port: Callable[[], int]
    reach: Reach
    hands: Hands
    codes: DeviceCodes
    user: Path | None = None

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/start", self.start, methods=["GET"])
        router.add_api_route("/start/{name}", self.script, methods=["GET"])
        router.add_api_route("/ca.crt", self.certificate, methods=["GET"])
        router.add_api_route("/setup", self.page, methods=["GET"])
        router.add_api_route("/setup/member", self.add_member, methods=["POST"])
        router.add_api_route("/setup/this-computer", self.this_computer, methods=["POST"])
        router.add_api_route("/setup/undo", self.undo, methods=["POST"])
        router.add_api_route("/setup/others", self.others, methods=["POST"])
        return router

    async def start(self, request: Request) -> Response:
        """For whoever holds the device that is to be added: needs no log-in, and says nothing of the family."""
        agent, code = request.headers.get("user-agent", ""), request.query_params.get("for", "")[:100]
        is_here = is_loopback(peer(request.scope))
        promised, is_enrolled = await self._promised(request, code)
        values = {
            "pac": self._pac(request),
            "probe": PROBE_HOST,
            "system": system_of(agent),
            "by_code": bool(code),
            "promised": promised,
            "is_enrolled": is_enrolled,
            "unreachable": not self.reach.beyond and not is_here,
        }
        return self.pages.show("start.html", values)

    async def _promised(self, request: Request, code: str) -> tuple[Member | None, bool]:
        """Whose it will be once it has shown its certificate, by the code that a parent showed; and whether it is
        looked after already, so that a code can't say whose it is.
        """
        now = self.door.clock()
        if not self.codes.has(code, now):
            return None, False  # whoever guesses codes shall not have us ask the system who is behind an address
        device = await self.hands.here(request)
        rows = await as_one(self.devices, device)
        if addresses_of(device, rows) & await asyncio.to_thread(self.home.enrolled_devices):
            return None, True
        promise = self.codes.opened(code, device, now)
        return (named(promise.member, await self.desk.members()) if promise else None), False

    async def script(self, request: Request, name: str) -> Response:
        system = next((each for each, file in scripts.SYSTEMS.items() if name == f"screener-{file}"), None)
        if system is None:
            raise HTTPException(404)
        try:
            certificate = await asyncio.to_thread(self.home.certificate.read_bytes)
            found = scripts.script(system, pac=self._pac(request), certificate=certificate)
        except (OSError, ValueError):
            raise HTTPException(404) from None
        headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
        return Response(found.text, media_type="text/plain; charset=utf-8", headers=headers)

    async def certificate(self) -> Response:
        try:
            found = await asyncio.to_thread(self.home.certificate.read_bytes)
        except OSError:
            raise HTTPException(404) from None
        return Response(found, media_type="application/x-x509-ca-cert")

    async def page(self, request: Request) -> Response:
        return await self._show(request, only_owners(await self.door.visit(request)))

    async def add_member(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        only_owners(visit)
        typed = {key: fields.get(key, "").strip() for key in ("name", "born", "role", "country", "timezone")}
        today = self.door.clock().date()
        try:
            name, born = called(typed["name"]), date.fromisoformat(typed["born"]) if typed["born"] else None
            zone = timezone_named(typed["timezone"] or "UTC")
            if born is not None and not date(1900, 1, 1) <= born <= today:
                raise ValueError("born")
        except ValueError:
            words = _("Something of that does not fit. Write a name, a real birthday, and a time zone such as UTC.")
            return await self._show(request, visit, words, typed, status=400)
        grown = born is not None and (today - born).days >= ADULT_FROM * 365.25
        role: Role = "adult" if typed["role"] == "adult" or grown else "child"
        country = typed["country"] if shipped_routes().has(typed["country"]) else None
        if name in {member.name for member in await self.desk.members()} or not await self.devices.add_member(
            name, born=born, role=role, country=country, timezone=zone, now=self.door.clock()
        ):
            words = _("Somebody is called so already. Write what you call this one.")
            return await self._show(request, visit, words, typed, status=409)
        await self.changed()
        return RedirectResponse("/setup", 303)

    async def this_computer(self, request: Request) -> Response:
        visit = await self._here(request)
        try:
            await asyncio.to_thread(pc.set_up, self.home, self._pac(request), user=self.user)
        except Mistake as why:
            return await self._show(request, visit, str(why), status=409)
        return RedirectResponse("/setup#computer", 303)

    async def undo(self, request: Request) -> Response:
        visit = await self._here(request)
        try:
            await asyncio.to_thread(pc.taken_out, self.home)
        except Mistake as why:
            return await self._show(request, visit, str(why), status=409)
        return RedirectResponse("/setup#computer", 303)

    async def others(self, request: Request) -> Response:
        """Lets the devices of the home network in, or takes them all out again, which nobody does unseen."""
        visit, fields = await self.door.change(request)
        only_owners(visit)
        if no := await refusal(self.door, request, visit.user, fields.get("password", "")):
            return await self._show(request, visit, no.words, status=no.status)
        address = fields.get("address", "")
        try:
            starts = await (self.reach.open_to(address) if address else self.reach.close())
        except Mistake as why:
            return await self._show(request, visit, str(why), status=409)
        if not address:
            values = {"by": visit.user.name}
            out = troubles.issue("others:out", severity="warning", at=self.door.clock(), values=values)
            await self.devices.note(out)
        answer = self.pages.show("again.html", {"starts": starts})
        if starts:
            answer.headers["Refresh"] = f"{AGAIN_SECONDS}; url=/setup"
        return answer

    async def _here(self, request: Request) -> Visit:
        """This computer is set up from itself only."""
        visit, _fields = await self.door.change(request)
        if not is_loopback(peer(request.scope)):
            raise HTTPException(404)
        return only_owners(visit)

    async def _show(
        self, request: Request, visit: Visit, wrong: str = "", typed: dict[str, str] | None = None, status: int = 200
    ) -> Response:
        try:
            put = await asyncio.to_thread(pc.placed, self.home)
        except Mistake as why:
            put, wrong = (), str(why)
        enrolled = await asyncio.to_thread(self.home.enrolled_devices)
        start = plain_address(request, "/start", port=self.port(), others=self.reach.name)
        values = {
            "user": visit.user,
            "token": visit.token,
            "members": await self.desk.members(),
            "countries": sorted(shipped_routes().countries.keys() - {ELSEWHERE}),
            "is_here": is_loopback(peer(request.scope)),
            "put": put,
            "pac": self._pac(request),
            "start": start,
            "qr": qr(start),
            "probe": PROBE_HOST,
            "looked_after": THIS_MACHINE in enrolled,
            "others": len(enrolled - {THIS_MACHINE}),
            "beyond": self.reach.beyond,
            "gone": self.reach.gone,
            "exposed": self.reach.exposed(),
            "offered": self.reach.at_home(),
            "zone": zone_here(),
            "wrong": wrong,
            "typed": typed or {"name": "", "born": "", "role": "child", "country": "", "timezone": ""},
        }
        return self.pages.show("setup.html", values, status=status)

    def _pac(self, request: Request) -> str:
        return plain_address(request, "/proxy.pac", port=self.port())


def system_of(agent: str) -> str:
    """What the browser says it runs on, to open the right steps; a wrong guess costs a press."""
    known = {"iphone": "ios", "ipad": "ios", "android": "android", "windows": "windows", "mac os": "macos"}
    return next((system for word, system in known.items() if word in agent.lower()), "linux")


def called(text: str) -> str:
    """A name as the family writes it. Raises ValueError."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= 60 or not name.isprintable():
        raise ValueError("name")
    return name


def zone_here() -> str:
    """This machine's time zone, which is the family's in all likelihood."""
    try:
        return timezone_named(str(ZONES.resolve()).partition("zoneinfo/")[2])
    except (OSError, ValueError):
        return "UTC"
