"""An address of the home network that is lost stops nothing, is said, and is served again once it is back."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from screener import doctor
from screener.home import here
from screener.home.folder import Home
from screener.proxy import ProxySettings
from screener.web.live import Streams
from screener.web.serve import listen, serve_later
from tests.addons.rig import a_proxy
from tests.notify.servers import free_port
from tests.test_up import reachable, settings, until, up

# Nobody's address, and one of this machine that stands for one in the home network.
NOBODYS, LOST = "192.0.2.7", "127.0.0.2"

type Lose = Callable[[bool], None]


@pytest.fixture
def lose(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lose]:
    """Whether the network of this machine has lost that address; it has at first."""
    lost, really = [True], here.is_here
    monkeypatch.setattr(here, "is_here", lambda host: not (host == LOST and lost[-1]) and really(host))
    monkeypatch.setattr(here, "LOOK_AGAIN_SECONDS", 0.02)
    yield lost.append


def test_an_address_is_here_or_it_is_not() -> None:
    assert [here.is_here(host) for host in ("127.0.0.1", LOST, "0.0.0.0", "", "raspberry")] == [True] * 5
    assert not here.is_here(NOBODYS)
    assert here.now(("127.0.0.1", NOBODYS)) == here.now((NOBODYS,)) == ("127.0.0.1",)


async def test_the_proxy_listens_at_an_address_again_once_it_is_back(tmp_path: Path, lose: Lose) -> None:
    port = free_port()
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    async with a_proxy(ProxySettings(home=home, hosts=("127.0.0.1", LOST), port=port)):
        away = [reachable(host, port) for host in ("127.0.0.1", LOST)]
        with socket.create_connection(("127.0.0.1", port)) as open_before:
            lose(False)
            await until(lambda: reachable(LOST, port))
            open_before.sendall(b"GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n")
            answer = await asyncio.to_thread(open_before.recv, 100)

    assert away == [True, False]
    assert answer.startswith(b"HTTP/1.1 "), "what was open stays open"


async def test_the_dashboard_is_served_at_an_address_again_once_it_is_back(lose: Lose) -> None:
    app, stop = FastAPI(), asyncio.Event()
    app.state.streams = Streams()
    port = free_port()
    serving = asyncio.create_task(serve_later(app, LOST, port, stop=stop, secure_port=0, context=None))
    await asyncio.sleep(0.1)
    away = reachable(LOST, port)

    with listen(LOST, port):
        # Somebody else has the port: it is tried again.
        lose(False)
        await asyncio.sleep(0.1)
    await until(lambda: reachable(LOST, port))
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(f"http://{LOST}:{port}/openapi.json")
    stop.set()
    await serving

    assert (away, answer.status_code) == (False, 200)


async def test_screener_starts_without_its_address_and_says_so(tmp_path: Path) -> None:
    proxy, dashboard = free_port(), free_port()
    home = settings(
        tmp_path / "home",
        f"proxy: {{host: {NOBODYS}, port: {proxy}}}\n"
        f"dashboard: {{host: {NOBODYS}, port: {dashboard}, https_port: 0}}\n",
    )
    async with up(home) as running:
        await running.until("Ctrl-C stops it.")
        served = [reachable("127.0.0.1", port) for port in (proxy, dashboard)]
        checks = {check.name: check for check in doctor.examine(Home(folder=home), datetime.now(UTC))}
    said = "\n".join(running.lines)

    assert served == [True, True]
    assert f"does not have the address {NOBODYS} of the home network now" in said
    assert "/start" not in said.partition("PAC address")[2].partition("What to do")[0]
    assert f"address {NOBODYS}" in checks["address"].what and "Wi-Fi" in checks["address"].mend
    assert checks["check page"].ok and checks["dashboard"].ok
