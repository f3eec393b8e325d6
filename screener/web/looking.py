"""Notes who is in the network, each under the name that the proxy gives it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime

from screener import troubles
from screener.home import taken_out
from screener.home.folder import Home
from screener.home.nearby import Neighbour
from screener.store.base import Issue
from screener.store.household import Device, Devices

type Look = Callable[[], Awaitable[tuple[Neighbour, ...]]]
type Named = Callable[[str], str]
"""What the proxy calls the device behind an address: on a router its network card, else the address itself."""


async def look_around(devices: Devices, home: Home, look: Look, named: Named, now: datetime) -> None:
    """Whoever has a machine's old address is not looked after under it, and the family hears of it."""
    found = await asyncio.to_thread(by_name, await look(), named)
    enrolled = await asyncio.to_thread(home.enrolled_devices)
    seen = await devices.seen(found, now, keep=enrolled)
    if seen.left_out:
        await devices.note(troubles.issue("devices:full", severity="warning", at=now))
    for before in seen.moved:
        if before.address in enrolled:
            await devices.note(taken_over(before, now))
        await asyncio.to_thread(taken_out.begin_anew, home.revoked, before.address)


def by_name(found: Iterable[Neighbour], named: Named) -> tuple[Neighbour, ...]:
    """A device with several addresses is one, where the proxy takes it for one."""
    together: dict[str, Neighbour] = {}
    for each in found:
        name = named(each.address)
        heard = each.heard or (together[name].heard if name in together else "")
        together[name] = replace(each, address=name, heard=heard)
    return tuple(together.values())


def taken_over(before: Device, now: datetime) -> Issue:
    """The issue of a device whose address another machine has."""
    key, values = f"device:{before.address}", {"device": before.called}
    return troubles.issue("device:moved", key=key, severity="warning", at=now, values=values)
