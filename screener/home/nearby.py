"""Which devices are in the home network: from the system's own table of neighbours, and the names they announce."""

import asyncio
import ipaddress
import json
import logging
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

log = logging.getLogger(__name__)

ARP = Path("/proc/net/arp")
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
NOBODY = "00:00:00:00:00:00"


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A device that answers in the home network; `heard` is what it calls itself, where it does."""

    address: str
    mac: str = ""
    heard: str = ""


async def neighbours(*, listen_seconds: float = LISTEN_SECONDS) -> tuple[Neighbour, ...]:
    """Those that the system knows of now; with names where they announce one while we listen."""
    found = await asyncio.to_thread(lambda: of_arp(_text(ARP)))
    found = _together(found, of_ip(await _ip_neighbours()))
    if listen_seconds and found:
        try:
            heard = await _announced(listen_seconds)
        except Exception as why:
            # The edge of a convenience: devices are found without their names.
            log.warning("names of devices can't be heard (%s)", type(why).__name__)
            heard = {}
        found = tuple(replace(each, heard=heard.get(each.address, "")) for each in found)
    return found


def of_arp(text: str) -> tuple[Neighbour, ...]:
    """From the lines of /proc/net/arp."""
    found = []
    for line in text.splitlines()[1 : MOST + 1]:
        match line.split():
            case [address, _kind, flags, mac, *_] if flags != "0x0" and mac != NOBODY and _is_at_home(address):
                found.append(Neighbour(address=address, mac=mac.lower()))
    return tuple(found)


def of_ip(text: str) -> tuple[Neighbour, ...]:
    """From `ip -6 -j neigh`; what is only good on one wire is left out, since no proxy meets it under that address."""
    try:
        rows = json.loads(text or "[]")
        return tuple(
            Neighbour(address=str(row["dst"]), mac=str(row["lladdr"]).lower())
            for row in rows[:MOST]
            if "lladdr" in row and "FAILED" not in row.get("state", ()) and _is_at_home(str(row["dst"]))
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return ()


def plain_name(said: str) -> str:
    """What a device calls itself, fit to be shown: it may say anything."""
    name = said.removesuffix(".").removesuffix(".local")
    return re.sub(r"[^\w .,'()+-]", "", name)[:60].strip()


async def _ip_neighbours() -> str:
    try:
        asked = await asyncio.create_subprocess_exec(
            *("ip", "-6", "-j", "neigh"), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return ""
    try:
        said, _ = await asyncio.wait_for(asked.communicate(), 3)
    except TimeoutError:
        with suppress(ProcessLookupError):
            asked.kill()
        return ""
    return said.decode("utf-8", "replace")


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


def _together(*several: Iterable[Neighbour]) -> tuple[Neighbour, ...]:
    by_address = {each.address: each for found in several for each in found}
    return tuple(by_address.values())[:MOST]


def _is_at_home(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (found.is_loopback or found.is_multicast or found.is_unspecified or found.is_link_local)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
