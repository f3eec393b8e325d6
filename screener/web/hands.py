"""Which device is in the hands of who asks, and who may say that it is theirs."""

import asyncio
import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from screener.family import Member
from screener.home.neighbours import table
from screener.store.household import THIS_MACHINE, Device, Devices
from screener.web.belongs import GROWN_UP, has_child, named, owners
from screener.web.desk import SqlDesk
from screener.web.door import Visit
from screener.web.guard import peer
from screener.web.looking import Named

type Cards = Callable[[], Mapping[str, str]]
"""The network cards by address."""


@dataclass(frozen=True, kw_only=True)
class Hands:
    """`named` says what the proxy calls who is behind an address, `cards` what the system knows of them now."""

    devices: Devices
    desk: SqlDesk
    clock: Callable[[], datetime]
    named: Named = str
    cards: Cards = table

    async def here(self, request: Request) -> str:
        """The device of who asks, as the proxy calls it."""
        address = _address(peer(request.scope))
        return address if address == THIS_MACHINE else await asyncio.to_thread(self.named, address)

    async def claims(self, request: Request, visit: Visit) -> Member | None:
        """The adult who may say that the device in their hands is theirs: nobody's yet, no child's, and not shared."""
        members, here = await self.desk.members(), await self.here(request)
        own, owned = named(visit.user.member or "", members), owners(members)
        if own is None or own.role not in GROWN_UP or here in owned:
            return None
        if _is_this_machine(request) and visit.user.role != "owner":
            return None
        rows = await as_one(self.devices, here, self.cards)
        addresses = addresses_of(here, rows)
        if any(each.state == "theirs" and each.member != own.id for each in rows):
            return None
        if any(owned[each] != own for each in addresses & owned.keys()):
            return None
        met, read = await self.devices.accounts(), await self.desk.coverage()
        return None if has_child(addresses, members, met, read, self.clock()) else own


async def as_one(devices: Devices, address: str, cards: Cards = table) -> tuple[Device, ...]:
    """What is known of a device under all its addresses; one of a moment ago is in the system's table alone."""
    return await devices.together(address, (await asyncio.to_thread(cards)).get(address, ""))


def addresses_of(address: str, rows: Iterable[Device]) -> frozenset[str]:
    """All its addresses, itself included."""
    return frozenset({address, *(each.address for each in rows)})


def _is_this_machine(request: Request) -> bool:
    """Also where it opens the dashboard under its address in the network."""
    address, (server, *_port) = _address(peer(request.scope)), request.scope.get("server") or ("",)
    return address in (THIS_MACHINE, _address(server))


def _address(found: str) -> str:
    """As the proxy writes it: this machine is the same whichever way it is spoken to."""
    try:
        address = ipaddress.ip_address(found.partition("%")[0])
    except ValueError:
        return found
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return THIS_MACHINE if address.is_loopback else str(address)
