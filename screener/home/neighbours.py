"""Which network card speaks behind an address: the system's own neighbour table, asked without any privilege."""

import ipaddress
import socket
import struct
from collections.abc import Callable, Iterator

NETLINK_ROUTE = 0
RTM_NEWNEIGH, RTM_GETNEIGH = 28, 30
NLM_F_REQUEST_DUMP = 0x301
NLMSG_ERROR, NLMSG_DONE = 2, 3
NDA_DST, NDA_LLADDR = 1, 2
# Entries that say nothing: nobody answered, or there is no card behind them.
UNUSABLE = 0x01 | 0x20 | 0x40
PATIENCE_SECONDS = 0.2
ANSWER_BYTES = 256 * 1024
MOST_ANSWERS = 256

# Devices rotate their IPv6 addresses, and a router gives an address that fell free to the next who comes.
KEEP_SECONDS = 15.0
MOST_KEPT = 4_096
# A table of a home costs a fraction of a millisecond; whoever invents addresses must not buy many of them.
BURST, A_SECOND = 20.0, 4.0


class Neighbours:
    """Names a device by its card ("02:00:5e:10:00:01") where the table knows it, else by its address.

    Asked for every new connection, on the loop: it remembers for a while, and looks only so often.
    """

    def __init__(self, clock: Callable[[], float], look: Callable[[], dict[str, str]] | None = None) -> None:
        self._clock = clock
        self._look = look or table
        self._kept: dict[str, tuple[str, float]] = {}
        self._looks, self._looked_at = BURST, clock()

    def named(self, address: str) -> str:
        """The device behind an address."""
        now = self._clock()
        card, at = self._kept.get(address, ("", 0.0))
        if card and now - at < KEEP_SECONDS:
            return card
        if not self._may_look(now):
            return card or address
        found = self._look()
        if len(self._kept) + len(found) > MOST_KEPT:
            self._kept.clear()
        self._kept |= {each: (card, now) for each, card in found.items()}
        if address not in found:
            self._kept.pop(address, None)
        return found.get(address, address)

    def _may_look(self, now: float) -> bool:
        self._looks = min(BURST, self._looks + (now - self._looked_at) * A_SECOND)
        self._looked_at = now
        if self._looks < 1:
            return False
        self._looks -= 1
        return True


def table() -> dict[str, str]:
    """The cards by address, of IPv4 and IPv6; empty where the system has no such table."""
    if not hasattr(socket, "AF_NETLINK"):
        return {}
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_ROUTE) as link:
            link.settimeout(PATIENCE_SECONDS)
            link.bind((0, 0))
            link.send(struct.pack("=IHHIIBxxxiHBB", 28, RTM_GETNEIGH, NLM_F_REQUEST_DUMP, 1, 0, 0, 0, 0, 0, 0))
            return dict(_entries(link))
    except OSError:
        return {}


def _entries(link: socket.socket) -> Iterator[tuple[str, str]]:
    for _ in range(MOST_ANSWERS):
        answer = link.recv(ANSWER_BYTES)
        at = 0
        while at + 16 <= len(answer):
            length, kind = struct.unpack_from("=IH", answer, at)
            if kind in (NLMSG_DONE, NLMSG_ERROR) or length < 16:
                return
            if kind == RTM_NEWNEIGH and (entry := _entry(answer[at + 16 : at + length])):
                yield entry
            at += (length + 3) & ~3


def _entry(message: bytes) -> tuple[str, str] | None:
    """One neighbour: family, interface and state, then attributes."""
    if len(message) < 12 or struct.unpack_from("=H", message, 8)[0] & UNUSABLE:
        return None
    address = card = ""
    at = 12
    while at + 4 <= len(message):
        length, kind = struct.unpack_from("=HH", message, at)
        if length < 4:
            break
        value = message[at + 4 : at + length]
        if kind == NDA_DST and len(value) in (4, 16):
            address = str(ipaddress.ip_address(value))
        elif kind == NDA_LLADDR and len(value) == 6 and any(value):
            card = value.hex(":")
        at += (length + 3) & ~3
    return (address, card) if address and card else None
