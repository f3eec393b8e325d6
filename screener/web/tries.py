"""How often a log-in may be tried: freely at first, then with ever longer waits, counted on disk."""

import asyncio
import hashlib
import hmac
import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from screener.web.base import Desk

FREE_FROM_ONE_PLACE = 5
# Far above the first, or a curious child could lock the parents out by mistyping on purpose.
FREE_FOR_ONE_NAME = 30
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class Tries:
    """A try is counted before the password is looked at, so that a hundred at once are still a hundred."""

    desk: Desk
    secret: bytes = field(repr=False)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def begin(self, name: str, peer: str, now: datetime) -> timedelta:
        """How long to wait; nothing means go ahead, and the try is counted."""
        async with self.lock:
            wait = timedelta(0)
            for key, free in self._limits(name, peer):
                wait = max(wait, still_to_wait(await self.desk.failures(key), free, now))
            if not wait:
                for key, _ in self._limits(name, peer):
                    await self.desk.record_failure(key, now)
            return wait

    async def succeed(self, name: str, peer: str) -> None:
        for key, _ in self._limits(name, peer):
            await self.desk.clear_failures(key)

    def _limits(self, name: str, peer: str) -> tuple[tuple[str, int], ...]:
        from_here = (f"from:{place(peer)}", FREE_FROM_ONE_PLACE)
        # People type passwords into the name field; what is kept must not give them away.
        sealed = hmac.new(self.secret, f"name {name}".encode(errors="replace"), hashlib.sha256).hexdigest()[:32]
        # Logging in as oneself in between must not buy more guesses at somebody else.
        both = (f"from:{place(peer)}:{sealed}", FREE_FROM_ONE_PLACE)
        # Whoever sits at the machine can never be locked out by somebody elsewhere on the network.
        if is_loopback(peer):
            return (from_here, both)
        return (from_here, both, (f"name:{sealed}", FREE_FOR_ONE_NAME))


def still_to_wait(failures: tuple[datetime, ...], free: int, now: datetime) -> timedelta:
    recent = [at for at in failures if now - at < FORGOTTEN_AFTER]
    over = len(recent) - free
    if over < 0:
        return timedelta(0)
    wait = min(FIRST_WAIT * (1 << min(over, 10)), LONGEST_WAIT)
    # A clock set back must not lock anybody out for longer than the wait itself.
    return min(wait, max(timedelta(0), max(recent) + wait - now))


def place(peer: str) -> str:
    """The address, or for IPv6 its network: one machine there has as many addresses as it likes."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def is_loopback(peer: str) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
