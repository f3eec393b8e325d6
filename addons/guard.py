"""Refuses connections to this machine itself: else a child's browser could read the parents' page through the proxy."""

import asyncio
import ipaddress
import socket
from collections import Counter
from collections.abc import Mapping
from typing import Any

from mitmproxy.proxy import server_hooks

from screener.home.probe import PROBE_HOSTS

Address = tuple[str, int]
IP = ipaddress.IPv4Address | ipaddress.IPv6Address

REFUSED = "Screener does not connect to the machine that it runs on."
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Guard:
    """`probe` is where the probe page listens, and `probe_at` is the address at which a router's devices look for it;
    `steer` sends named hosts elsewhere, for tests and the demo only.

    Literal addresses are checked before the connection. Names are checked where they are resolved, so that nothing can
    change between check and connection, and so that a name with several addresses keeps those that are allowed.
    """

    def __init__(
        self,
        probe: Address,
        steer: Mapping[str, Address] | None = None,
        counts: Counter[str] | None = None,
        probe_at: str = "",
    ) -> None:
        self.counts: Counter[str] = Counter() if counts is None else counts
        self._probe, self._probe_at = probe, probe_at
        self._elsewhere = {**(steer or {}), **dict.fromkeys(PROBE_HOSTS, probe)}

    def running(self) -> None:
        """Puts the check between mitmproxy and the resolver."""
        loop = asyncio.get_running_loop()
        if isinstance(getattr(loop.getaddrinfo, "__self__", None), Guard):
            return
        self._resolve = loop.getaddrinfo
        loop.getaddrinfo = self.getaddrinfo  # type: ignore[method-assign]

    def done(self) -> None:
        """Takes the check out again."""
        loop = asyncio.get_running_loop()
        if getattr(loop.getaddrinfo, "__self__", None) is self:
            loop.getaddrinfo = self._resolve  # type: ignore[method-assign]

    def server_connect(self, connect: server_hooks.ServerConnectionHookData) -> None:
        """Refuses literal addresses that are ours, which are not resolved."""
        server = connect.server
        try:
            if server.address is not None and server.address[0] == self._probe_at:
                server.address = self._probe
            elif server.address is not None and is_ours(server.address[0]):
                self.counts["guarded"] += 1
                server.error = REFUSED
        except BaseException:
            # Here, and only here, a doubt must not let the connection pass.
            self.counts["guard_errors"] += 1
            server.error = REFUSED

    async def getaddrinfo(self, host: Any, port: Any, **how: Any) -> list[Any]:
        """Resolves a name like the loop does, without the addresses that are ours."""
        name = host.rstrip(".").lower() if isinstance(host, str) else ""
        if name in self._elsewhere:
            # The connection keeps its name: that is what certificates are checked against.
            elsewhere, port = self._elsewhere[name]
            return list(await self._resolve(elsewhere, port, **how))
        try:
            found = await self._resolve(host, port, **how)
        except UnicodeError as fault:
            # mitmproxy expects OSError alone, and would leave the browser waiting.
            raise OSError("not a host name") from fault
        if how.get("flags", 0) & socket.AI_PASSIVE:
            return list(found)  # Somebody wants to listen, not to connect.
        allowed = [entry for entry in found if not is_ours(str(entry[4][0]))]
        if found and not allowed:
            self.counts["guarded"] += 1
            raise OSError(REFUSED)
        return allowed


def is_ours(host: str) -> bool:
    """Whether a literal address leads to this machine, in whatever form; a name does not, it is resolved first."""
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return any(_is_ours(form) for form in _forms(address))


def _forms(address: IP) -> list[IP]:
    """The address, and the IPv4 address that may be wrapped in it."""
    forms: list[IP] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        forms += [wrapped for wrapped in (address.ipv4_mapped, address.sixtofour) if wrapped is not None]
        if address in NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
            forms.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return forms


def _is_ours(address: IP) -> bool:
    # 0.0.0.0/8 as a whole: some systems take all of it for this machine.
    if address.is_loopback or address.is_link_local or address.is_unspecified:
        return True
    if isinstance(address, ipaddress.IPv4Address) and address.packed[0] == 0:
        return True
    return _is_on_this_machine(address)


def _is_on_this_machine(address: IP) -> bool:
    """Asks the system: towards an address of its own it would speak from that same address. Nothing is sent."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return ipaddress.ip_address(probe.getsockname()[0].partition("%")[0]) == address
    except OSError:
        return False  # It has no way there, so it is not itself.
