"""A code for a child's device: whoever's it is comes true only with the device's own certificate."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from addons.enrolled import write
from screener.home.folder import Home as Folder
from screener.store.household import Devices
from screener.web.cries import Cries
from screener.web.device_codes import LIFE, MOST, DeviceCodes
from screener.web.household import LivingHere
from tests.make import NOON
from tests.web.conftest import token_of
from tests.web.house import ALEX, EVERYBODY, KIM, ROBIN, Clock, Home, a_home

PHONE, OTHER = "192.168.1.30", "192.168.1.31"


@pytest.fixture
def codes() -> DeviceCodes:
    return DeviceCodes()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(folder=tmp_path)


@pytest.fixture
async def home(tmp_path: Path, codes: DeviceCodes) -> AsyncIterator[Home]:
    found = await a_home(tmp_path, clock=Clock(datetime.now(UTC)), codes=codes, port=lambda: 8788)
    await found.person("vera", role="viewer")
    await found.person("alex", role="adult", member=ALEX.id)
    yield found
    await found.close()


@pytest.fixture
def here(home: Home, folder: Folder, codes: DeviceCodes) -> LivingHere:
    devices, cries = Devices(engine=home.store.engine), Cries(engine=home.store.engine)
    return LivingHere(
        home=folder, written=EVERYBODY, devices=devices, desk=home.desk, cries=cries, moved=lambda _: None, codes=codes
    )


async def shows(browser: httpx.AsyncClient, member: str = KIM.id) -> httpx.Response:
    token = token_of(await browser.get("/"))
    return await browser.post("/devices/code", data={"token": token, "member": member, "name": "Kim’s phone"})


def code_in(answer: httpx.Response) -> str:
    found = re.search(r"/start\?for=([\w-]+)</code>", answer.text)
    assert found is not None
    return found[1]


def enrol(folder: Folder, *devices: str) -> None:
    write(folder.enrolled, dict.fromkeys(devices, "2026-01-01T00:00:00.000+00:00"))


async def renamed(home: Home, table: str, to: str) -> None:
    """A database that fails for a while."""
    async with home.store.engine.begin() as connection:
        await connection.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))


async def owner(home: Home, device: str) -> str:
    return next((member.name for member in await home.desk.members() if device in member.devices), "")


async def test_the_device_is_the_childs_once_its_check_page_is_green(
    home: Home, here: LivingHere, folder: Folder
) -> None:
    answer = await shows(await home.browser("anna"))
    page = (await home.stranger(PHONE).get(f"/start?for={code_in(answer)}")).text

    await here.keep_promises()
    before = await owner(home, PHONE)
    enrol(folder, PHONE, OTHER)
    await here.keep_promises()
    device = await here.devices.one(PHONE)

    assert 'class="qr"' in answer.text
    assert re.search(r"it counts as \W*(<bdi>)?Kim", page)
    assert (before, await owner(home, PHONE), await owner(home, OTHER)) == ("", "Kim", "")
    assert device is not None and device.name == "Kim’s phone"


async def test_a_second_device_can_not_use_it(home: Home, here: LivingHere, folder: Folder) -> None:
    code = code_in(await shows(await home.browser("anna")))
    await home.stranger(PHONE).get(f"/start?for={code}")

    page = (await home.stranger(OTHER).get(f"/start?for={code}")).text
    enrol(folder, OTHER)
    await here.keep_promises()

    assert "Kim" not in page and "another device has used it" in page
    assert await owner(home, OTHER) == ""


async def test_a_device_that_is_looked_after_already_is_given_under_devices(
    home: Home, here: LivingHere, folder: Folder
) -> None:
    code = code_in(await shows(await home.browser("anna")))
    enrol(folder, PHONE)

    page = (await home.stranger(PHONE).get(f"/start?for={code}")).text
    await here.keep_promises()
    other = (await home.stranger(OTHER).get(f"/start?for={code}")).text

    assert "looked after already" in page and 'href="/devices"' in page and "Kim" not in page
    assert await owner(home, PHONE) == ""
    assert "Kim" in other, "the code is still good for the device it was meant for"


async def test_who_is_behind_an_address_is_asked_for_codes_that_there_are(tmp_path: Path) -> None:
    asked: list[str] = []

    def named(address: str) -> str:
        asked.append(address)
        return address

    codes = DeviceCodes()
    home = await a_home(tmp_path, codes=codes, named=named)
    code = codes.make(KIM.id, "", None, NOON)

    await home.stranger(PHONE).get("/start?for=guess")
    await home.stranger(PHONE).get("/start")
    before = list(asked)
    await home.stranger(PHONE).get(f"/start?for={code}")
    await home.close()

    assert (before, asked) == ([], [PHONE])


@pytest.mark.parametrize("code", ["", "guess", "x" * 300, "é", "../../etc"])
async def test_a_wrong_code_says_nothing_of_the_family(home: Home, code: str) -> None:
    await shows(await home.browser("anna"))

    answer = await home.stranger(PHONE).get("/start", params={"for": code})

    assert answer.status_code == 200 and "Kim" not in answer.text


def test_a_code_ends_and_is_good_once() -> None:
    codes = DeviceCodes()
    late, good = (codes.make(KIM.id, "", None, NOON) for _ in range(2))

    assert codes.opened(late, PHONE, NOON + LIFE) is None
    assert codes.opened(good, PHONE, NOON) is None, "the old ones are gone"
    again = codes.make(KIM.id, "", None, NOON)
    assert codes.opened(again, PHONE, NOON + LIFE - timedelta(seconds=1)) is not None
    [promise] = codes.due(frozenset({PHONE}), NOON)
    assert codes.due(frozenset({PHONE}), NOON) == [promise], "it may not have been kept"
    codes.done(promise)
    assert codes.opened(again, PHONE, NOON) is None and not codes.is_waiting()


def test_a_promise_that_is_never_kept_ends_with_its_code() -> None:
    codes = DeviceCodes()
    codes.opened(codes.make(KIM.id, "", None, NOON), PHONE, NOON)

    before = codes.due(frozenset({PHONE}), NOON + LIFE - timedelta(seconds=1))
    after = codes.due(frozenset({PHONE}), NOON + LIFE)

    assert [promise.member for promise in before] == [KIM.id]
    assert after == [] and not codes.is_waiting()


async def test_a_promise_that_could_not_be_kept_is_tried_again(home: Home, here: LivingHere, folder: Folder) -> None:
    code = code_in(await shows(await home.browser("anna")))
    await home.stranger(PHONE).get(f"/start?for={code}")
    enrol(folder, PHONE)

    await renamed(home, "devices", "lost")
    await here.keep_promises()
    await renamed(home, "lost", "devices")
    before = await owner(home, PHONE)
    await here.keep_promises()

    assert (before, await owner(home, PHONE)) == ("", "Kim")


def test_no_more_than_so_many_wait() -> None:
    codes = DeviceCodes()

    made = [codes.make(KIM.id, "", None, NOON) for _ in range(MOST + 1)]

    assert [codes.opened(made[n], PHONE, NOON) is None for n in (0, 1, MOST)] == [True, False, False]


async def test_what_a_parent_said_meanwhile_counts_more(home: Home, here: LivingHere, folder: Folder) -> None:
    code = code_in(await shows(await home.browser("anna")))
    await home.stranger(PHONE).get(f"/start?for={code}")
    await here.devices.give(PHONE, name="", member=ROBIN.id, state="theirs", now=NOON)
    await here.changed()
    enrol(folder, PHONE)

    await here.keep_promises()

    assert await owner(home, PHONE) == "Robin"


async def test_a_phone_on_which_an_adult_was_met_becomes_no_childs(
    home: Home, here: LivingHere, folder: Folder
) -> None:
    async with home.store.transaction() as tx:
        await tx.read(PHONE, "facebook", f"facebook:{ALEX.accounts['facebook'][0]}", datetime.now(UTC))
    code = code_in(await shows(await home.browser("anna")))
    await home.stranger(PHONE).get(f"/start?for={code}")
    enrol(folder, PHONE)

    await here.keep_promises()

    assert await owner(home, PHONE) == ""


@pytest.mark.parametrize(("name", "member"), [("vera", KIM.id), ("alex", KIM.id), ("anna", ALEX.id), ("anna", "x")])
async def test_codes_are_for_children_and_shown_by_parents(home: Home, name: str, member: str) -> None:
    answer = await shows(await home.browser(name), member)

    assert answer.status_code == 404
