"""Whether this machine has the addresses now where it is to be reached: a router gives out others, a laptop is away."""

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Sequence

# Nobody tells us when an address comes back.
LOOK_AGAIN_SECONDS = 60.0
THIS_COMPUTER = "127.0.0.1"


def is_here(host: str) -> bool:
    """Whether the machine has this address. Of names, and where it can't be told, whoever listens there says more."""
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return True
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as trial:
            trial.bind((host, 0))
    except OSError as why:
        return why.errno != errno.EADDRNOTAVAIL
    return True


def now(hosts: Sequence[str]) -> tuple[str, ...]:
    """Those of them that can be listened at now; where there is none, this computer alone is served."""
    return tuple(host for host in hosts if is_here(host)) or (THIS_COMPUTER,)


async def until(host: str) -> None:
    """Returns once the machine has this address."""
    while not is_here(host):  # noqa: ASYNC110 - nobody tells us
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
