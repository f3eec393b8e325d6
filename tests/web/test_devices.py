"""Devices on the dashboard: whose they are, who may say so, and how one is taken out and let in again."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from addons.enrolled import write
from screener.events import Account
from screener.family import Family
from screener.home import authority, calls
from screener.home.folder import Home as Folder
from screener.home.nearby import Neighbour
from screener.home.sign import household
from screener.platforms import endpoints
from screener.proxy import enrolled_of
from screener.store.household import Devices
from screener.web.cries import Cries
from screener.web.household import LivingHere
from tests.make import NOON
from tests.web.conftest import token_of
from tests.web.house import ALEX, EVERYBODY, KIM, PASSWORD, ROBIN, Home, a_home

TABLET = Neighbour(address="192.168.1.20", mac="aa:bb:cc:00:11:22", heard="Kims-Tablet")
PHONE = Neighbour(address="192.168.1.30", mac="aa:bb:cc:00:11:33", heard="Phone")


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    found = await a_home(tmp_path)
    await found.person("alex", role="adult", member=ALEX.id)
    await found.person("ben")
    await found.person("vera", role="viewer")
    await found.person("kim", role="child", member=KIM.id)
    await Devices(engine=found.store.engine).seen([TABLET, PHONE], NOON)
    yield found
    await found.close()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(folder=tmp_path)


async def does(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    token = token_of(await browser.get("/devices"))
    return await browser.post(path, data={"token": token, **fields})


async def owner(home: Home, device: str) -> str:
    return next((member.name for member in await home.desk.members() if device in member.devices), "")


async def test_a_found_device_waits_to_be_named_and_then_belongs_to_a_child(home: Home) -> None:
    browser = await home.browser("anna")

    before = (await browser.get("/devices")).text
    answer = await does(browser, "/devices/give", address=TABLET.address, name="Kim’s tablet", member=KIM.id)
    after = (await browser.get("/devices")).text

    assert "Not known yet" in before and "Kims-Tablet" in before
    assert answer.status_code == 303
    assert await owner(home, TABLET.address) == "Kim"
    assert "Kim’s tablet" in after and re.search(r"This is \W*(<bdi>)?Kim", after)


async def test_nobody_but_an_adult_can_give_an_adults_device_and_only_from_it(home: Home) -> None:
    anna, alex = await home.browser("anna"), home.stranger("192.168.1.30")
    await alex.post("/login", data={"name": "alex", "password": PASSWORD})

    refused = await does(anna, "/devices/give", address=PHONE.address, name="", member=ALEX.id)
    offered = ALEX.id in (await anna.get("/devices")).text
    claimed = await does(alex, "/devices/mine")
    taken_back = await does(anna, "/devices/give", address=PHONE.address, name="", member=KIM.id)

    assert (refused.status_code, offered) == (403, False)
    assert claimed.status_code == 303
    assert taken_back.status_code == 403
    assert await owner(home, PHONE.address) == "Alex"


async def test_an_adult_sees_their_own_devices_and_takes_no_childs(home: Home) -> None:
    anna, alex = await home.browser("anna"), home.stranger(TABLET.address)
    await alex.post("/login", data={"name": "alex", "password": PASSWORD})
    await does(anna, "/devices/give", address=TABLET.address, name="Kim’s tablet", member=KIM.id)

    page = await alex.get("/devices")
    claimed = await does(alex, "/devices/mine")
    stopped = await does(alex, "/devices/stop", address=TABLET.address)

    assert "Kim’s tablet" not in page.text and "Phone" not in page.text
    assert (claimed.status_code, stopped.status_code) == (404, 404)


@pytest.mark.parametrize("name", ["vera", "kim"])
async def test_who_only_looks_has_no_such_page(home: Home, name: str) -> None:
    browser = await home.browser(name)

    assert (await browser.get("/devices")).status_code == 404


async def test_a_device_taken_out_is_read_no_more_and_only_its_check_page_brings_it_back(
    home: Home, folder: Folder
) -> None:
    write(folder.enrolled, {TABLET.address: "2026-01-01T00:00:00.000+00:00"})
    browser = await home.browser("anna")
    before = folder.enrolled_devices()

    await does(browser, "/devices/stop", address=TABLET.address)
    proxy = enrolled_of(folder)
    stopped = (TABLET.address in proxy, proxy.is_stopped(TABLET.address), folder.enrolled_devices())
    await does(browser, "/devices/let-in", address=TABLET.address)
    proxy = enrolled_of(folder)
    waits = (TABLET.address in proxy, proxy.is_stopped(TABLET.address))
    proxy.add(TABLET.address)
    await proxy.saved()

    assert before == {TABLET.address}
    assert stopped == (False, True, frozenset())
    assert waits == (False, False)
    assert folder.enrolled_devices() == {TABLET.address}


async def test_another_machine_under_an_old_address_has_to_show_its_certificate_itself(home: Home) -> None:
    devices = Devices(engine=home.store.engine)
    await devices.give(TABLET.address, name="Kim’s tablet", member=KIM.id, state="theirs", now=NOON)

    changed = await devices.seen([replace(TABLET, mac="aa:bb:cc:00:99:99", heard="Guest")], NOON)
    found = await devices.one(TABLET.address)

    assert changed == (TABLET.address,)
    assert found is not None and (found.member, found.state, found.name) == (None, "new", "")


async def test_the_same_machine_under_a_new_address_keeps_its_name_and_its_owner(home: Home) -> None:
    devices = Devices(engine=home.store.engine)
    await devices.give(TABLET.address, name="Kim’s tablet", member=KIM.id, state="theirs", now=NOON)

    await devices.seen([replace(TABLET, address="192.168.1.77")], NOON)
    found = await devices.one("192.168.1.77")

    assert found is not None and (found.name, found.member) == ("Kim’s tablet", KIM.id)


async def test_on_a_shared_computer_the_account_tells_who_it_is_once_a_parent_said_so(tmp_path: Path) -> None:
    family = Family(members=tuple(replace(member, accounts={}) for member in EVERYBODY.members))
    home = await a_home(tmp_path, family=family)
    devices = Devices(engine=home.store.engine)
    await devices.give("127.0.0.1", name="", member=None, state="theirs", now=NOON)
    for id in ("100000000000001", "100000000000014"):
        await devices.met(Account(platform="facebook", id=id, name=f"Account {id[-2:]}"), "127.0.0.1", NOON)
    browser = await home.browser("anna")

    page = (await browser.get("/devices")).text
    await does(browser, "/devices/account", account="facebook:100000000000001", member=KIM.id)
    await does(browser, "/devices/account", account="facebook:100000000000014", member=ROBIN.id)
    adults = await does(browser, "/devices/account", account="facebook:100000000000014", member=ALEX.id)
    found = await devices.family(family)
    names = [
        found.owner(Account(platform="facebook", id=id), "127.0.0.1").name
        for id in ("100000000000001", "100000000000014")
    ]
    await home.close()

    assert "Account 01" in page and "Nobody has said yet whose it is." in page
    assert names == ["Kim", "Robin"]
    assert adults.status_code == 403


async def test_the_certificate_is_renewed_by_an_owner_with_the_password_alone(home: Home, folder: Folder) -> None:
    authority.ensure(folder, endpoints())
    old = folder.certificate.read_bytes()
    anna, ben = await home.browser("anna"), await home.browser("ben")

    denied = await does(ben, "/devices/certificate/renew", password=PASSWORD)
    wrong = await does(anna, "/devices/certificate/renew", password="not it")
    same = folder.certificate.read_bytes()
    done = await does(anna, "/devices/certificate/renew", password=PASSWORD)
    page = (await anna.get("/devices")).text
    again = await does(anna, "/devices/certificate/renew", password=PASSWORD)
    await does(anna, "/devices/certificate/let-go")

    assert (denied.status_code, wrong.status_code, done.status_code, again.status_code) == (404, 403, 303, 409)
    assert same == old != folder.certificate.read_bytes()
    assert "A renewal is under way" in page
    assert not folder.ca_before.exists()


async def test_a_press_on_the_sign_reaches_those_who_were_chosen(home: Home, folder: Folder) -> None:
    devices, cries = Devices(engine=home.store.engine), Cries(engine=home.store.engine)
    await devices.give(TABLET.address, name="", member=KIM.id, state="theirs", now=NOON)
    here = LivingHere(
        home=folder, written=EVERYBODY, devices=devices, desk=home.desk, cries=cries, moved=lambda family: None
    )
    await here.changed()
    calls.leave(folder.calls, TABLET.address, ("anna",))
    calls.leave(folder.calls, "192.168.1.99", ("anna", "ben"))

    await here.take_up_calls()
    anna = (await (await home.browser("anna")).get("/")).text
    ben = (await (await home.browser("ben")).get("/")).text
    said = household(folder.sign).of(TABLET.address)

    assert re.search(r"Kim\W.{0,40}asked you for help", anna)
    assert not re.search(r"Kim\W.{0,40}asked you for help", ben)
    assert "192.168.1.99" in ben
    assert calls.waiting(folder.calls) == ()
    assert (said.member, said.tell) == ("Kim", ("anna", "ben"))
    assert said.lines


async def test_what_a_device_calls_itself_can_not_break_the_page(home: Home) -> None:
    devices = Devices(engine=home.store.engine)
    await devices.seen([replace(TABLET, address="192.168.1.66", heard='"><b>x', mac="")], NOON)

    page = (await (await home.browser("anna")).get("/devices")).text

    assert "<b>x" not in page
    assert json.dumps(page)
