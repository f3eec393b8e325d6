"""The parents' page can't be read through the proxy, however its address is spelled."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from addons.guard import Guard, is_ours
from screener.home.probe import Probe
from tests.addons.rig import a_rig


@asynccontextmanager
async def a_dashboard(host: str = "0.0.0.0") -> AsyncIterator[tuple[int, list[bytes]]]:
    """Something on this machine that must not be read: its port, and what it was asked."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(1_000))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nalerts")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, host, 0)
    try:
        yield server.sockets[0].getsockname()[1], asked
    finally:
        server.close()


async def ask(proxy: int, request: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy)
    writer.write(request.encode())
    answer = await asyncio.wait_for(reader.read(4_000), 10)
    writer.close()
    return answer


SPELLINGS = [
    *("127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]", "[::1]", "[::]", "127.1", "2130706433", "0x7f000001"),
    *("0177.0.0.1", "LocalHost.", "[::ffff:7f00:1]", "127.255.255.254"),
]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_this_machine_is_refused_in_every_spelling(tmp_path: Path, spelling: str) -> None:
    async with a_rig(tmp_path) as rig, a_dashboard() as (port, asked):
        plain = await ask(rig.port, f"GET http://{spelling}:{port}/ HTTP/1.1\r\nHost: {spelling}:{port}\r\n\r\n")
        tunnel = await ask(rig.port, f"CONNECT {spelling}:{port} HTTP/1.1\r\nHost: {spelling}:{port}\r\n\r\n")

    assert plain.split()[1] == b"502"
    assert tunnel.split()[1] == b"502"
    assert asked == []


async def test_the_addresses_of_this_machine_in_the_home_network_are_refused(tmp_path: Path) -> None:
    ours = own_address()

    async with a_rig(tmp_path) as rig, a_dashboard() as (port, asked):
        plain = await ask(rig.port, f"GET http://{ours}:{port}/ HTTP/1.1\r\nHost: {ours}:{port}\r\n\r\n")
        tunnel = await ask(rig.port, f"CONNECT {ours}:{port} HTTP/1.1\r\n\r\n")

    assert (plain.split()[1], tunnel.split()[1], asked) == (b"502", b"502", [])


async def test_the_probe_page_is_reached_by_its_name_alone(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig:
        (port,) = [thing.address[1] for thing in gc.get_objects() if type(thing) is Probe and thing.is_serving]
        by_name = await ask(rig.port, "GET http://screener.home.arpa/ HTTP/1.1\r\nHost: screener.home.arpa\r\n\r\n")
        by_address = await ask(rig.port, f"GET http://127.0.0.1:{port}/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n")

    assert by_name.split()[1] == b"200"
    assert by_address.split()[1] == b"502"


async def test_the_host_header_does_not_lead_anywhere_else(tmp_path: Path) -> None:
    async with a_rig(tmp_path) as rig, a_dashboard() as (port, asked):
        answer = await ask(rig.port, f"GET http://127.0.0.1:{port}/ HTTP/1.1\r\nHost: chat.pixelpals.example\r\n\r\n")

    assert (answer.split()[1], asked) == (b"502", [])


@pytest.mark.parametrize("name", ["a" * 70 + ".example", "..", "xn--\u00fc.example"])
async def test_a_name_that_is_none_is_answered_at_once(tmp_path: Path, name: str) -> None:
    async with a_rig(tmp_path) as rig:
        answer = await ask(rig.port, f"CONNECT {name}:443 HTTP/1.1\r\n\r\n")

    assert answer.split()[1] in (b"400", b"502")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "169.254.169.254", "::1", "::", "fe80::1", "fe80::1%eth0"),
        *("::ffff:127.0.0.1", "::ffff:0:0", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
    ],
)
def test_addresses_that_lead_to_this_machine_are_ours(address: str) -> None:
    assert is_ours(address)


@pytest.mark.parametrize("address", ["192.0.2.7", "198.51.100.1", "203.0.113.9", "2001:db8::1", "chat.example", ""])
def test_other_addresses_and_names_are_not_ours(address: str) -> None:
    assert not is_ours(address)


async def test_a_name_keeps_those_of_its_addresses_that_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry(address: str) -> tuple[Any, ...]:
        return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))

    async def resolver(host: str, port: int, **how: Any) -> list[tuple[Any, ...]]:
        return [entry("127.0.0.1"), entry("192.0.2.7"), entry("192.0.2.8")]

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "getaddrinfo", resolver)
    guard = Guard(probe=("127.0.0.1", 1))
    guard.running()

    found = await loop.getaddrinfo("rebound.example", 443)

    guard.done()
    assert [found_entry[4][0] for found_entry in found] == ["192.0.2.7", "192.0.2.8"]
    assert loop.getaddrinfo is resolver


def own_address() -> str:
    """An address of this machine that is not loopback."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
