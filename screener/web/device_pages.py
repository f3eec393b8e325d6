"""The page of devices: which there are, whose they are, what is looked after, and the certificate that they trust."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.errors import Mistake
from screener.family import Member
from screener.home import authority, taken_out
from screener.home.folder import Home
from screener.home.nearby import neighbours
from screener.platforms import endpoints
from screener.sight import CHANGES
from screener.store.handovers import Handover
from screener.store.household import THIS_MACHINE, Device, Devices, Met
from screener.web.again import Refusal, refusal
from screener.web.belongs import GROWN_UP, choices, given_to, has_other_adult, may_have, may_say, named, owners, whose
from screener.web.desk import SqlDesk
from screener.web.door import Door, Visit
from screener.web.handing import Handing
from screener.web.hands import Hands, addresses_of, as_one
from screener.web.looking import Look, Named, look_around
from screener.web.page import Pages
from screener.web.roles import only_owners
from screener.web.tongue import _


@dataclass(frozen=True, kw_only=True)
class Row:
    """A device as it is shown. `may` says whether who looks may say whose it is."""

    device: Device
    member: Member | None
    enrolled: bool
    out: bool
    may: bool
    fixed: bool = False


@dataclass(frozen=True, kw_only=True)
class DevicePages:
    """`changed` has the rest of the program look again who lives here; `names` are those under which the dashboard is
    opened; `look` finds what is in the network, and `named` says what the proxy calls who is behind an address.
    """

    devices: Devices
    desk: SqlDesk
    door: Door
    pages: Pages
    home: Home
    handing: Handing
    hands: Hands
    changed: Callable[[], Awaitable[None]]
    names: tuple[str, ...] = ()
    look: Look = neighbours
    named: Named = str

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/devices", self.page, methods=["GET"])
        router.add_api_route("/devices/look", self.look_again, methods=["POST"])
        router.add_api_route("/devices/give", self.give, methods=["POST"])
        router.add_api_route("/devices/mine", self.mine, methods=["POST"])
        router.add_api_route("/devices/stop", self.stop, methods=["POST"])
        router.add_api_route("/devices/let-in", self.let_in, methods=["POST"])
        router.add_api_route("/devices/forget", self.forget, methods=["POST"])
        router.add_api_route("/devices/account", self.give_account, methods=["POST"])
        router.add_api_route("/devices/certificate/renew", self.renew, methods=["POST"])
        router.add_api_route("/devices/certificate/let-go", self.let_go, methods=["POST"])
        return router

    async def page(self, request: Request) -> Response:
        return await self._show(request, _allowed(await self.door.visit(request)))

    async def look_again(self, request: Request) -> Response:
        _for_parents(await self._change(request))
        await look_around(self.devices, self.home, self.look, self.named, self.door.clock())
        return RedirectResponse("/devices", 303)

    async def give(self, request: Request) -> Response:
        visit, fields = await self._change(request)
        _for_parents((visit, fields))
        row = await self._row(fields, request, visit)
        member = await self.desk.member(fields.get("member"))
        left = fields.get("member") == "-"
        is_grown = member is not None and member.role in GROWN_UP
        address, rows = row.device.address, await as_one(self.devices, row.device.address, self.hands.cards)
        owned, addresses = owners(await self.desk.members()), addresses_of(address, rows)
        is_others = any(not may_have(visit, owned[each]) for each in addresses & owned.keys())
        if not row.may or is_others or (is_grown and (row.member is None or row.member != member)):
            # Also one's own: with a press far away, a partner's device would become something that only oneself sees.
            words = _(
                "An adult’s device is given by that adult alone: on the device itself, from a log-in of their own."
            )
            return await self._show(request, visit, Refusal(words=words, status=403))
        if member is not None and not is_grown and member != row.member and await self._has_others(addresses, visit):
            words = _("An account of another adult was met on it lately. Only that adult can make it a child’s.")
            return await self._show(request, visit, Refusal(words=words, status=403))
        name = " ".join(fields.get("name", "").split())[:60]
        state = "left" if left else "theirs"
        owner, along = member.id if member else None, _along(row.device, rows)
        await self.handing.device(row.device, row.member, member, visit.user.name, self.door.clock())
        await self.devices.give(address, name=name, member=owner, state=state, now=self.door.clock(), along=along)
        enrolled = await asyncio.to_thread(self.home.enrolled_devices)
        for each in sorted({address, *along} & enrolled) if left else ():
            await asyncio.to_thread(taken_out.take_out, self.home.revoked, each)
        await self.changed()
        return RedirectResponse("/devices", 303)

    async def mine(self, request: Request) -> Response:
        """An adult says, from the device itself and a log-in of their own, that it is theirs."""
        visit, _fields = await self._change(request)
        member, here = await self.hands.claims(request, visit), await self.hands.here(request)
        if member is None:
            raise HTTPException(404)
        rows, now = await as_one(self.devices, here, self.hands.cards), self.door.clock()
        known = next((each for each in rows if each.address == here), None) or _unknown(here, now)
        addresses, members = addresses_of(here, rows), await self.desk.members()
        await self.handing.claimed(known, addresses, members, member, now)
        name = known.name or next((each.name for each in rows if each.name), "")
        await self.devices.give(here, name=name, member=member.id, state="theirs", now=now, along=addresses)
        await self.changed()
        return RedirectResponse("/devices", 303)

    async def stop(self, request: Request) -> Response:
        visit, fields = await self._change(request)
        row = await self._row(fields, request, visit)
        await self.handing.stopped(row.device, row.member, visit.user.name, self.door.clock())
        await asyncio.to_thread(taken_out.take_out, self.home.revoked, row.device.address)
        return RedirectResponse("/devices", 303)

    async def let_in(self, request: Request) -> Response:
        visit, fields = await self._change(request)
        row = await self._row(fields, request, visit)
        if not row.may:
            raise HTTPException(404)
        await asyncio.to_thread(taken_out.let_in, self.home.revoked, row.device.address)
        return RedirectResponse("/devices", 303)

    async def forget(self, request: Request) -> Response:
        visit, fields = await self._change(request)
        row = await self._row(fields, request, visit)
        if not row.may:
            raise HTTPException(404)
        await self.handing.device(row.device, row.member, None, visit.user.name, self.door.clock())
        # If it comes back, it has to show its certificate like a stranger; what was stopped stays stopped.
        rows = await as_one(self.devices, row.device.address, self.hands.cards)
        addresses = sorted({row.device.address, *_along(row.device, rows)})
        for each in addresses:
            await asyncio.to_thread(taken_out.begin_anew, self.home.revoked, each)
        await self.devices.forget(addresses)
        await self.changed()
        return RedirectResponse("/devices", 303)

    async def give_account(self, request: Request) -> Response:
        visit, fields = await self._change(request)
        members = await self.desk.members()
        member = named(fields.get("member", ""), members)
        met = next((each for each in await self.devices.accounts() if _key(each) == fields.get("account")), None)
        if met is None or not may_say(visit, whose(met, members)):
            raise HTTPException(404)
        if member is not None and member not in choices(visit, members):
            words = _("Only that adult can say so, from a log-in of their own.")
            return await self._show(request, visit, Refusal(words=words, status=403))
        was = whose(met, members)
        if given_to(met, members) != member:
            await self.handing.account(met, was, member, visit.user.name, self.door.clock())
        await self.devices.give_account(met.platform, met.account, member.id if member else None)
        await self.changed()
        return RedirectResponse("/devices#accounts", 303)

    async def renew(self, request: Request) -> Response:
        visit, fields = await self._change(request)
        only_owners(visit)
        if why := await refusal(self.door, request, visit.user, fields.get("password", "")):
            return await self._show(request, visit, why)
        try:
            signs_for = authority.domains(endpoints(), self.names)
            await asyncio.to_thread(authority.rotate, self.home, signs_for, datetime.now(UTC))
        except Mistake:
            words = _("The last renewal is not over yet.")
            return await self._show(request, visit, Refusal(words=words, status=409))
        return RedirectResponse("/devices#certificate", 303)

    async def let_go(self, request: Request) -> Response:
        visit, _fields = await self._change(request)
        only_owners(visit)
        await asyncio.to_thread(authority.let_go, self.home)
        return RedirectResponse("/devices#certificate", 303)

    async def _change(self, request: Request) -> tuple[Visit, Mapping[str, str]]:
        visit, fields = await self.door.change(request)
        return _allowed(visit), fields

    async def _row(self, fields: Mapping[str, str], request: Request, visit: Visit) -> Row:
        found = [each for each in await self._rows(request, visit) if each.device.address == fields.get("address")]
        if not found:
            raise HTTPException(404)
        return found[0]

    async def _rows(self, request: Request, visit: Visit) -> list[Row]:
        """A parent sees every device; another adult their own and the one in their hands."""
        members, known = await self.desk.members(), {each.address: each for each in await self.devices.all()}
        owned = owners(members)
        enrolled = await asyncio.to_thread(self.home.enrolled_devices)
        here, now = await self.hands.here(request), self.door.clock()
        met = {each.device for each in await self.desk.coverage()}
        rows = []
        for address in [*known, *sorted({*owned, *enrolled, *met, here, THIS_MACHINE} - known.keys())]:
            device = known.get(address) or _unknown(address, now)
            member = owned.get(address)
            own = member is not None and member.id == visit.user.member
            if visit.user.role not in CHANGES and not own and (address != here or member is not None):
                continue
            out = await asyncio.to_thread(taken_out.is_out, self.home.revoked, address)
            rows.append(
                Row(
                    device=device,
                    member=member,
                    enrolled=address in enrolled,
                    out=out,
                    may=may_say(visit, member),
                    fixed=member is not None and device.member != member.id,
                )
            )
        return rows

    async def _show(self, request: Request, visit: Visit, why: Refusal | None = None) -> Response:
        members, rows = await self.desk.members(), await self._rows(request, visit)
        looks_after = visit.user.role in CHANGES
        found = await asyncio.to_thread(authority.state, self.home, endpoints())
        own = await self.hands.claims(request, visit)
        values = {
            "user": visit.user,
            "token": visit.token,
            "new": [row for row in rows if looks_after and row.member is None and row.device.state == "new"],
            "rows": [row for row in rows if not (looks_after and row.member is None and row.device.state == "new")],
            "hers": await self.hands.here(request),
            "may_claim": own is not None,
            "own": own,
            "looks_after": looks_after,
            "is_owner": visit.user.role == "owner",
            "choices": choices(visit, members),
            "handed": await self._handed(members) if looks_after else (),
            "accounts": await self._accounts(visit, members),
            "authority": found,
            "fingerprint": await asyncio.to_thread(authority.fingerprint, self.home.ca),
            "wrong": why.words if why else "",
        }
        return self.pages.show("devices.html", values, status=why.status if why else 200)

    async def _accounts(self, visit: Visit, members: tuple[Member, ...]) -> list[tuple[str, Met, Member | None]]:
        """Those met, except another adult's: what is an adult's is shown to that adult alone."""
        found = [each for each in await self.devices.accounts() if may_say(visit, whose(each, members))]
        return [(_key(each), each, given_to(each, members)) for each in found]

    async def _handed(self, members: tuple[Member, ...]) -> list[tuple[Handover, Member | None]]:
        return [(each, named(each.member, members)) for each in await self.handing.handovers.all()]

    async def _has_others(self, addresses: frozenset[str], visit: Visit) -> bool:
        met, read = await self.devices.accounts(), await self.desk.coverage()
        members = await self.desk.members()
        return has_other_adult(visit.user.member, addresses, members, met, read, self.door.clock())


def _allowed(visit: Visit) -> Visit:
    """Those who look after others, and adults for what is their own; for everybody else there is no such page."""
    if visit.user.role not in CHANGES and visit.user.role != "adult":
        raise HTTPException(404)
    return visit


def _for_parents(change: tuple[Visit, Mapping[str, str]]) -> None:
    if change[0].user.role not in CHANGES:
        raise HTTPException(404)


def _along(device: Device, rows: tuple[Device, ...]) -> list[str]:
    """The addresses for which it is said as well."""
    return [each.address for each in rows if device.takes_along(each)]


def _unknown(address: str, now: datetime) -> Device:
    return Device(address=address, mac="", heard="", name="", member=None, state="new", first=now, last=now)


def _key(met: Met) -> str:
    return f"{met.platform}:{met.account}"
