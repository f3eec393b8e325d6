"""“Set up” lets the devices of the home network in, writes that down, and never opens a door to the street."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from screener import config
from screener.config import Config, ProxySection, listened
from screener.ending import SUPERVISED, Again
from screener.errors import Mistake
from screener.home import announce
from screener.home.folder import Home as Folder
from screener.serve import proxy_host
from screener.web.reach import Reach, close, open_to
from tests.web.conftest import token_of
from tests.web.house import PASSWORD, Home, a_home

# Addresses of this machine that stand for one in a home network.
HERE, OTHER = "127.0.0.2", "127.0.0.3"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(folder=tmp_path)
    folder.made()
    return folder


async def a_house(
    folder: Folder,
    restarts: list[bool],
    again: Callable[[], bool] | None = None,
    is_away: bool = False,
    **settings: object,
) -> Home:
    found = Config.model_validate({"proxy": {"port": 0}, "dashboard": {"port": 0, "https_port": 0}, **settings})

    def restart() -> bool:
        restarts.append(True)
        return again() if again else True

    network: dict[str, Callable[..., Any]] = {"at_home": lambda: (HERE, OTHER), "is_here": lambda host: not is_away}
    reach = Reach(home=folder, settings=found, restart=restart, **network)
    return await a_home(folder.folder, reach=reach, port=lambda: 8788)


@pytest.fixture
def restarts() -> list[bool]:
    return []


@pytest.fixture
async def home(folder: Folder, restarts: list[bool]) -> AsyncIterator[Home]:
    found = await a_house(folder, restarts)
    await found.person("ben")
    yield found
    await found.close()


async def presses(browser: httpx.AsyncClient, address: str, password: str = PASSWORD) -> httpx.Response:
    fields = {"token": token_of(await browser.get("/")), "address": address, "password": password}
    return await browser.post("/setup/others", data=fields)


async def test_one_press_lets_the_home_in_and_touches_nothing_else_in_the_settings(
    home: Home, folder: Folder, restarts: list[bool]
) -> None:
    before = folder.settings.read_text().splitlines()

    answer = await presses(await home.browser("anna"), OTHER)
    after = folder.settings.read_text().splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]

    assert (answer.status_code, restarts) == (200, [True])
    seconds, _, where = answer.headers["refresh"].partition("; ")
    assert where == "url=/setup" and int(seconds) > 20, "a Raspberry Pi takes twenty seconds to start"
    assert [old.replace("127.0.0.1", f'"{OTHER}"') for old, _new in changed] == [new for _old, new in changed]
    assert len(changed) == 2
    assert config.load(folder.settings).proxy.host == config.load(folder.settings).dashboard.host == OTHER


@pytest.mark.parametrize("address", [HERE, ""])
async def test_either_press_starts_both_again_where_somebody_supervises(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv(SUPERVISED, "1")
    stop = asyncio.Event()
    home = await a_house(folder, [], Again(stop=stop))

    answer = await presses(await home.browser("anna"), address)
    async with asyncio.timeout(10):
        await stop.wait()
    await home.close()

    assert answer.status_code == 200 and "starts again" in answer.text


async def test_letting_nobody_in_again_leaves_the_settings_as_they_came(home: Home, folder: Folder) -> None:
    before, browser = config.load(folder.settings), await home.browser("anna")
    await presses(browser, HERE)

    await presses(browser, "")

    assert config.load(folder.settings) == before


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.7", "::", "screener.example", "127.0.0.2\nrules: x"])
async def test_an_address_that_is_not_at_home_is_never_written(
    home: Home, folder: Folder, restarts: list[bool], address: str
) -> None:
    before = folder.settings.read_bytes()

    answer = await presses(await home.browser("anna"), address)

    assert (answer.status_code, restarts) == (409, [])
    assert folder.settings.read_bytes() == before


async def test_nobody_but_an_owner_lets_others_in(home: Home, folder: Folder, restarts: list[bool]) -> None:
    before = folder.settings.read_bytes()

    answer = await presses(await home.browser("ben"), HERE)

    assert (answer.status_code, restarts) == (404, [])
    assert folder.settings.read_bytes() == before


@pytest.mark.parametrize("address", [HERE, ""])
async def test_a_browser_that_was_left_open_changes_nothing(
    home: Home, folder: Folder, restarts: list[bool], address: str
) -> None:
    before = folder.settings.read_bytes()

    answer = await presses(await home.browser("anna"), address, "another password")

    assert (answer.status_code, restarts) == (403, [])
    assert "The password is not right" in answer.text
    assert folder.settings.read_bytes() == before


async def test_who_takes_all_other_devices_out_is_told_to_everybody(home: Home) -> None:
    home.clock.now = datetime.now(UTC)  # issues end with the days of this machine
    browser = await home.browser("anna")
    await presses(browser, HERE)
    before = {issue.key for issue in await home.desk.issues()}

    await presses(browser, "")
    after = {issue.key: issue.what for issue in await home.desk.issues()}

    assert "others:out" in after.keys() - before
    assert "no longer looked after: anna" in after["others:out"]


def test_settings_that_could_not_be_read_again_are_never_in_force(folder: Folder) -> None:
    folder.settings.write_text("proxy:\n  prot: 1\n")
    before = folder.settings.stat().st_ino

    with pytest.raises(Mistake, match=r'config\.yaml:\d+: "proxy\.prot"'):
        close(folder)

    assert folder.settings.stat().st_ino == before
    assert not list(folder.folder.glob("config.yaml?*"))


def test_where_a_port_is_taken_at_that_address_nothing_is_written(folder: Folder) -> None:
    with socket.socket() as taken:
        taken.bind((HERE, 0))
        taken.listen()
        settings = Config.model_validate({"proxy": {"port": taken.getsockname()[1]}})
        before = folder.settings.read_bytes()

        with pytest.raises(Mistake, match="in use"):
            open_to(folder, settings, HERE, lambda: (HERE,))

    assert folder.settings.read_bytes() == before


def test_settings_without_these_lines_get_them(folder: Folder) -> None:
    folder.settings.write_text("# ours\ndashboard: {port: 8790}  # moved\n")

    open_to(folder, Config.model_validate({"dashboard": {"port": 0}}), HERE, lambda: (HERE,))
    opened = folder.settings.read_text()
    close(folder)

    assert opened.startswith("# ours\n") and opened.count("# moved") == 1
    assert config.load(folder.settings).dashboard.port == 8790
    assert not config.load(folder.settings).dashboard.reaches_beyond


async def test_the_page_offers_what_is_there(folder: Folder, restarts: list[bool]) -> None:
    closed = await a_house(folder, restarts)
    page = (await (await closed.browser("anna")).get("/setup")).text
    await closed.close()
    open_ = await a_house(folder, restarts, proxy={"host": "192.168.7.1"}, dashboard={"host": "192.168.7.1"})
    later = (await (await open_.browser("anna")).get("/setup")).text
    await open_.close()

    assert f"<option>{HERE}</option><option>{OTHER}</option>" in page
    assert "http://192.168.7.1:8745/start" in later and 'class="qr"' in later
    assert "Let only this computer use it again" in later


async def test_at_another_address_than_was_written_the_page_says_so_and_offers_what_is_there(folder: Folder) -> None:
    away = await a_house(folder, [], is_away=True, proxy={"host": "192.168.7.1"}, dashboard={"host": "192.168.7.1"})
    page = (await (await away.browser("anna")).get("/setup")).text
    await away.close()

    assert "does not have the address 192.168.7.1 of the home network now" in page
    assert f"<option>{HERE}</option><option>{OTHER}</option>" in page
    assert 'class="qr"' not in page and "Let only this computer use it again" in page


async def test_a_machine_that_the_street_can_reach_says_so(folder: Folder, restarts: list[bool]) -> None:
    home = await a_house(folder, restarts, dashboard={"host": "198.51.100.7"}, proxy={"host": "198.51.100.7"})
    page = (await (await home.browser("anna")).get("/setup")).text
    await home.close()

    assert "198.51.100.7 is no address of a home" in page


def test_what_is_at_home_and_what_is_not() -> None:
    home = ("10.0.0.1", "172.16.5.5", "192.168.1.10", "fd00::1", "127.0.0.1")
    street = ("100.64.0.1", "198.51.100.7", "2001:db8::1", "203.0.113.9")

    assert announce.not_at_home((*home, *street)) == tuple(sorted(street))
    assert announce.exposed("127.0.0.1", "192.168.1.10") == ()
    assert announce.exposed("198.51.100.7") == ("198.51.100.7",)


@pytest.mark.parametrize(
    ("host", "where"),
    [
        ("192.168.1.10", ("127.0.0.1", "192.168.1.10")),
        ("127.0.0.1", ("127.0.0.1",)),
        ("0.0.0.0", ("0.0.0.0",)),
        ("::", ("::",)),
        ("raspberry", ("raspberry",)),
    ],
)
def test_this_machine_finds_itself_wherever_others_do(host: str, where: tuple[str, ...]) -> None:
    assert listened(host) == where


@pytest.mark.parametrize(
    ("host", "asked", "where"),
    [
        ("127.0.0.1", "localhost", "127.0.0.1"),
        ("192.168.1.10", "localhost", "127.0.0.1"),
        ("192.168.1.10", "192.168.1.10", "192.168.1.10"),
        ("192.168.1.10", "screener.local", "192.168.1.10"),
        ("0.0.0.0", "192.168.1.10", "192.168.1.10"),
        ("0.0.0.0", "127.0.0.1", "127.0.0.1"),
        ("raspberry", "localhost", "raspberry"),
        ("::1", "127.0.0.1", "[::1]"),
    ],
)
def test_browsers_are_sent_where_the_proxy_listens(host: str, asked: str, where: str) -> None:
    assert proxy_host(asked, ProxySection(host=host)) == where
