"""One device with many addresses, and many devices: neither moves what somebody said of one."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from addons.enrolled import write
from screener.events import Account
from screener.home.folder import Home as Folder
from screener.home.nearby import Neighbour
from screener.store.household import MOST, MOST_OF_A_CARD, MOST_UNSAID_HERE, Devices
from screener.web.device_codes import Promise, keep
from screener.web.hands import as_one
from screener.web.looking import look_around
from tests.make import NOON
from tests.web.conftest import token_of
from tests.web.house import ALEX, EVERYBODY, KIM, PASSWORD, ROBIN, Home, a_home

TABLET = Neighbour(address="192.168.1.20", mac="aa:bb:cc:00:11:22")
AGAIN = replace(TABLET, address="fd00::20")
LATER = NOON + timedelta(days=31)


def strangers(count: int, mac: str = "") -> list[Neighbour]:
    return [
        Neighbour(address=f"fd00::{n:x}:1", mac=mac or f"02:00:00:00:{n >> 8:02x}:{n & 255:02x}") for n in range(count)
    ]


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    found = await a_home(tmp_path)
    await found.person("alex", role="adult", member=ALEX.id)
    yield found
    await found.close()


@pytest.fixture
def devices(home: Home) -> Devices:
    return Devices(engine=home.store.engine)


async def kims(devices: Devices, *addresses: str) -> None:
    for address in addresses:
        await devices.give(address, name="Kim’s tablet", member=KIM.id, state="theirs", now=NOON)


async def of(devices: Devices, address: str) -> str | None:
    found = await devices.one(address)
    return found.member if found else "nothing known"


async def press(home: Home, who: str, peer: str, path: str, /, **fields: str) -> int:
    browser = home.stranger(peer)
    await browser.post("/login", data={"name": who, "password": PASSWORD})
    return (await browser.post(path, data={"token": token_of(await browser.get("/devices")), **fields})).status_code


async def test_a_crowd_of_strangers_pushes_nobody_out(devices: Devices) -> None:
    await devices.seen([TABLET], NOON)
    await kims(devices, TABLET.address)

    seen = await devices.seen(strangers(MOST + 20), NOON + timedelta(days=1))
    family = await devices.family(EVERYBODY)

    assert (await of(devices, TABLET.address), seen.left_out) == (KIM.id, 20)
    assert next(member.devices for member in family.members if member.id == KIM.id) == (TABLET.address,)
    assert TABLET.address in {each.address for each in await devices.all()}


async def test_a_new_address_of_a_known_device_is_noted_in_any_crowd_up_to_so_many(devices: Devices) -> None:
    await devices.seen([TABLET], NOON)
    await kims(devices, TABLET.address)
    await devices.seen([replace(each, address=f"{each.address}f") for each in strangers(MOST)], NOON)

    seen = await devices.seen(strangers(MOST_OF_A_CARD + 1, TABLET.mac), NOON)

    assert (await of(devices, "fd00::0:1"), seen.left_out) == (KIM.id, 2)


async def test_who_left_long_ago_is_forgotten_but_no_device_that_was_given_or_is_looked_after(devices: Devices) -> None:
    guest, enrolled = strangers(2)
    await devices.seen([TABLET, guest, enrolled], NOON)
    await kims(devices, TABLET.address)

    await devices.seen([], LATER, keep=frozenset({enrolled.address}))

    assert {each.address for each in await devices.all()} == {TABLET.address, enrolled.address}


async def test_old_addresses_of_a_device_that_is_still_here_are_forgotten(devices: Devices) -> None:
    await devices.seen([TABLET, AGAIN], NOON)
    await kims(devices, TABLET.address, AGAIN.address)

    await devices.seen([TABLET], LATER)
    await devices.seen([TABLET], LATER)

    assert [each.address for each in await devices.all()] == [TABLET.address]


async def test_the_family_hears_when_there_is_no_room(home: Home, devices: Devices, tmp_path: Path) -> None:
    async def look() -> tuple[Neighbour, ...]:
        return tuple(strangers(MOST + 1))

    await look_around(devices, Folder(folder=tmp_path), look, str, datetime.now(UTC))

    assert [issue.key for issue in await home.desk.issues() if "devices" in issue.key] == ["devices:full"]


async def test_a_device_that_invents_accounts_pushes_out_none_that_was_given(devices: Devices) -> None:
    await devices.met(Account(platform="facebook", id="1"), TABLET.address, NOON)
    await devices.give_account("facebook", "1", KIM.id)

    noted = [
        await devices.met(Account(platform="facebook", id=f"{n}"), TABLET.address, NOON)
        for n in range(2, MOST_UNSAID_HERE + 3)
    ]
    elsewhere = await devices.met(Account(platform="facebook", id="900"), AGAIN.address, NOON)
    later = await devices.met(Account(platform="facebook", id="901"), TABLET.address, LATER)

    assert noted == [True] * MOST_UNSAID_HERE + [False]
    assert (elsewhere, later) == (True, True)
    assert {met.account: met.member for met in await devices.accounts()} == {"1": KIM.id, "900": None, "901": None}


async def test_a_new_address_is_nobodys_where_the_others_do_not_agree(devices: Devices) -> None:
    await devices.seen([TABLET, AGAIN], NOON)
    await kims(devices, TABLET.address)

    await devices.seen([replace(TABLET, address="fd00::21")], NOON)

    assert await of(devices, "fd00::21") is None


async def test_what_is_said_of_one_address_counts_for_the_others(home: Home, devices: Devices) -> None:
    await devices.seen([TABLET, AGAIN, replace(TABLET, address="fd00::22")], NOON)
    await devices.give("fd00::22", name="", member=ROBIN.id, state="theirs", now=NOON)

    await press(home, "anna", "127.0.0.1", "/devices/give", address=TABLET.address, name="", member=KIM.id)
    given = [await of(devices, address) for address in (TABLET.address, AGAIN.address, "fd00::22")]
    await press(home, "anna", "127.0.0.1", "/devices/forget", address=TABLET.address)

    assert given == [KIM.id, KIM.id, ROBIN.id]
    assert [each.address for each in await devices.all()] == ["fd00::22"]


async def test_no_adult_claims_a_childs_device_under_another_address(home: Home, devices: Devices) -> None:
    await devices.seen([TABLET, AGAIN], NOON)
    await devices.met(Account(platform="facebook", id=KIM.accounts["facebook"][0]), TABLET.address, NOON)

    met = await press(home, "alex", AGAIN.address, "/devices/mine")
    await kims(devices, TABLET.address)
    given = await press(home, "alex", AGAIN.address, "/devices/mine")

    assert (met, given, await of(devices, AGAIN.address)) == (404, 404, None)


async def test_an_adults_device_becomes_no_childs_under_another_address(home: Home, devices: Devices) -> None:
    await devices.seen([TABLET, AGAIN], NOON)
    await devices.met(Account(platform="facebook", id=ALEX.accounts["facebook"][0]), TABLET.address, NOON)
    promise = Promise(member=KIM.id, name="", by=None, until=LATER, device=AGAIN.address)
    given = {"address": AGAIN.address, "name": "", "member": KIM.id}

    used = await press(home, "anna", "127.0.0.1", "/devices/give", **given)
    kept = await keep(promise, devices, home.desk, NOON)
    await devices.give(TABLET.address, name="", member=ALEX.id, state="theirs", now=NOON)
    owned = await press(home, "anna", "127.0.0.1", "/devices/give", **given)

    assert (used, kept, owned, await of(devices, AGAIN.address)) == (403, False, 403, None)


async def test_an_address_of_a_moment_ago_is_known_by_the_systems_own_table(devices: Devices) -> None:
    await devices.seen([TABLET], NOON)

    found = await as_one(devices, "fd00::99", lambda: {"fd00::99": TABLET.mac})
    other = await as_one(devices, "fd00::99", dict)

    assert ([each.address for each in found], other) == ([TABLET.address], ())


async def test_a_code_opened_under_another_address_gives_no_device_away(tmp_path: Path, home: Home) -> None:
    await Devices(engine=home.store.engine).seen([TABLET, AGAIN], NOON)
    write(Folder(folder=tmp_path).enrolled, {TABLET.address: "2026-01-01T00:00:00.000+00:00"})
    anna = await home.browser("anna")
    shown = await anna.post("/devices/code", data={"token": token_of(await anna.get("/")), "member": KIM.id})
    code = re.search(r"/start\?for=([\w-]+)</code>", shown.text)
    assert code is not None

    page = (await home.stranger(AGAIN.address).get(f"/start?for={code[1]}")).text

    assert "looked after already" in page and "Kim" not in page
