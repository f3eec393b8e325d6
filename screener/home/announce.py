"""Where this machine is at home: its addresses, and the name screener.local, which the house can ask for by mDNS."""

import asyncio
import contextlib
import ipaddress
import logging
import socket
import struct
from collections.abc import Collection, Sequence
from typing import Literal

from screener.home.constraints import HOME_NETWORKS
from screener.home.here import LOOK_AGAIN_SECONDS, is_here

log = logging.getLogger(__name__)

NAME = "screener.local"
# Networks inside this machine, which no other device can reach.
INSIDE = ("docker", "br-", "veth", "virbr", "lxc", "podman", "cni", "vmnet", "vboxnet")
SIOCGIFADDR = 0x8915
HOME = tuple(ipaddress.ip_network(network) for network in HOME_NETWORKS)
# An address that is nobody's, kept for documents.
FAR_AWAY = ("192.0.2.1", 9)


def addresses(host: str = "0.0.0.0") -> tuple[str, ...]:  # noqa: S104 - it is compared, not listened on
    """Those under which other devices reach what listens at `host`: that one, or all that this machine has."""
    try:
        given = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return ()
    if not given.is_unspecified:
        return (str(given),)
    found = {address for name in _interfaces() if not name.startswith(INSIDE) and (address := _address(name))}
    return tuple(sorted(address for address in found if not ipaddress.ip_address(address).is_loopback))


def at_home() -> tuple[str, ...]:
    """Those at which only this home reaches the machine, the one through which it reaches others first."""
    found = addresses()
    outside, out = not_at_home(found), _towards_others()
    return tuple(sorted((each for each in found if each not in outside), key=lambda each: (each != out, each)))


def not_at_home(found: Collection[str]) -> tuple[str, ...]:
    """Those of them that somebody far away may be able to reach."""
    return tuple(each for each in sorted(found) if not any(ipaddress.ip_address(each) in home for home in HOME))


def exposed(*hosts: str) -> tuple[str, ...]:
    """Where what listens at these may be reached from outside the home."""
    return not_at_home({address for host in hosts for address in addresses(host)})


async def announce(host: str, port: int, *, kind: Literal["https", "http"]) -> None:
    """Answers for screener.local until it is cancelled. What goes wrong with it is nobody's trouble but the name's."""
    while True:
        here = addresses(host)
        try:
            if here and is_here(host):
                await _answering(host, here, port, f"_{kind}._tcp.local.")
        except Exception as why:
            # The edge of a convenience: the dashboard stays where it is, whatever the network does.
            log.warning("%s can't be announced (%s)", NAME, type(why).__name__)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _answering(host: str, here: Sequence[str], port: int, kind: str) -> None:
    """Until the addresses change."""
    from zeroconf import IPVersion, ServiceInfo
    from zeroconf.asyncio import AsyncZeroconf

    service = ServiceInfo(
        kind, f"Screener.{kind}", port=port, parsed_addresses=list(here), server=f"{NAME}.", properties={"path": "/"}
    )
    v4 = all(ipaddress.ip_address(each).version == 4 for each in here)
    zeroconf = AsyncZeroconf(interfaces=list(here), ip_version=IPVersion.V4Only if v4 else IPVersion.All)
    try:
        await zeroconf.async_register_service(service, allow_name_change=True)
        while addresses(host) == tuple(here) and is_here(host):  # noqa: ASYNC110 - nobody tells us when a router gives out new ones
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
    finally:
        with contextlib.suppress(Exception):
            await zeroconf.async_unregister_all_services()
        await zeroconf.async_close()


def _towards_others() -> str:
    """From which address this machine would speak to others. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            line.connect(FAR_AWAY)
            return str(line.getsockname()[0])
        except OSError:
            return ""


def _interfaces() -> list[str]:
    try:
        return [name for _index, name in socket.if_nameindex()]
    except OSError:
        return []


def _address(interface: str) -> str:
    """The IPv4 address of an interface; empty where it has none."""
    import fcntl  # not everywhere, and only a machine that is listened to from outside needs it

    asked = struct.pack("256s", interface.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            return socket.inet_ntoa(fcntl.ioctl(any_socket.fileno(), SIOCGIFADDR, asked)[20:24])
        except OSError:
            return ""
