"""Which devices are in the home network: from the system's own table of neighbours, and the names they announce."""

import asyncio
import ipaddress
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from screener.home.neighbours import table

log = logging.getLogger(__name__)

MOST = 256
LISTEN_SECONDS = 3.0
# What phones, computers and boxes usually say of themselves.
KINDS = (
    "_workstation._tcp.local.",
    "_device-info._tcp.local.",
    "_companion-link._tcp.local.",
    "_airplay._tcp.local.",
    "_googlecast._tcp.local.",
    "_smb._tcp.local.",
    "_ssh._tcp.local.",
    "_ipp._tcp.local.",
    "_http._tcp.local.",
)


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A device that answers in the home network; `heard` is what it calls itself, where it does."""

    address: str
    mac: str = ""
    heard: str = ""


async def neighbours(
    *, listen_seconds: float = LISTEN_SECONDS, look: Callable[[], Mapping[str, str]] = table
) -> tuple[Neighbour, ...]:
    """Those that the system knows of now; with names where they announce one while we listen."""
    cards = await asyncio.to_thread(look)
    found = tuple(Neighbour(address=address, mac=card) for address, card in cards.items() if _is_at_home(address))[
        :MOST
    ]
    if listen_seconds and found:
        try:
            heard = await _announced(listen_seconds)
        except Exception as why:
            # The edge of a convenience: devices are found without their names.
            log.warning("names of devices can't be heard (%s)", type(why).__name__)
            heard = {}
        found = tuple(replace(each, heard=heard.get(each.address, "")) for each in found)
    return found


def plain_name(said: str) -> str:
    """What a device calls itself, fit to be shown: it may say anything."""
    name = said.removesuffix(".").removesuffix(".local")
    return re.sub(r"[^\w .,'()+-]", "", name)[:60].strip()


async def _announced(seconds: float) -> dict[str, str]:
    """The names of devices by address, as they say them while we listen."""
    from zeroconf import ServiceStateChange, Zeroconf
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

    said: set[tuple[str, str]] = set()

    def heard(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is not ServiceStateChange.Removed and len(said) < MOST:
            said.add((service_type, name))

    found: dict[str, str] = {}
    zeroconf = AsyncZeroconf()
    try:
        browser = AsyncServiceBrowser(zeroconf.zeroconf, list(KINDS), handlers=[heard])
        await asyncio.sleep(seconds)
        await browser.async_cancel()
        for kind, name in sorted(said):
            info = AsyncServiceInfo(kind, name)
            if info.load_from_cache(zeroconf.zeroconf) and (called := plain_name(info.server or "")):
                found |= dict.fromkeys(info.parsed_addresses(), called)
    finally:
        await zeroconf.async_close()
    return found


def _is_at_home(address: str) -> bool:
    """What is only good on one wire is left out: no proxy meets a device under that address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (found.is_loopback or found.is_multicast or found.is_unspecified or found.is_link_local)
