"""Devices on the dashboard: whose they are, who may say so, and how one is taken out and let in again."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from addons.enrolled import write
from screener.events import Account
from screener.family import Family
from screener.home import authority, calls, taken_out
from screener.home.folder import Home as Folder
from screener.home.nearby import Neighbour
from screener.home.sign import household
from screener.platforms import endpoints
from screener.proxy import enrolled_of
from screener.store.household import Devices
from screener.web.cries import Cries
from screener.web.household import LivingHere
from screener.web.looking import look_around
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


async def at(home: Home, address: str) -> httpx.AsyncClient:
    """Alex, an adult, on the device with that address."""
    browser = home.stranger(address)
    await browser.post("/login", data={"name": "alex", "password": PASSWORD})
    return browser


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


async def test_a_parent_can_not_forget_an_adults_device_and_forgetting_ends_no_stop(home: Home, folder: Folder) -> None:
    anna, alex = await home.browser("anna"), await at(home, PHONE.address)
    await does(alex, "/devices/mine")
    await does(alex, "/devices/stop", address=PHONE.address)

    by_anna = await does(anna, "/devices/forget", address=PHONE.address)
    before = (await owner(home, PHONE.address), taken_out.is_out(folder.revoked, PHONE.address))
    by_alex = await does(alex, "/devices/forget", address=PHONE.address)

    assert (by_anna.status_code, by_alex.status_code) == (404, 303)
    assert before == ("Alex", True)
    assert taken_out.is_out(folder.revoked, PHONE.address)


async def test_accounts_met_on_an_adults_device_are_that_adults_to_give(home: Home) -> None:
    anna, alex = await home.browser("anna"), await at(home, PHONE.address)
    devices, account = Devices(engine=home.store.engine), Account(platform="facebook", id="99", name="Sam T.")
    await does(alex, "/devices/mine")
    await devices.met(account, PHONE.address, NOON)
    given = {"account": "facebook:99", "member": KIM.id}

    pages = ["Sam T." in (await each.get("/devices")).text for each in (anna, alex)]
    refused = [(await does(each, "/devices/account", **given)).status_code for each in (anna, alex)]
    claimed = await does(alex, "/devices/account", **given | {"member": ALEX.id})
    await devices.met(account, TABLET.address, NOON)
    found = await devices.family(EVERYBODY)

    assert pages == [False, True]
    assert refused == [404, 403]
    assert claimed.status_code == 303
    assert found.owner(account, TABLET.address).name == "Alex"


async def test_an_account_once_met_on_an_adults_device_stays_that_adults_to_give(home: Home, folder: Folder) -> None:
    """Else a partner waits until it is used on a shared computer, and makes it a child's."""
    anna, alex, devices = await home.browser("anna"), await at(home, PHONE.address), Devices(engine=home.store.engine)
    await does(alex, "/devices/mine")
    here = LivingHere(
        home=folder,
        written=EVERYBODY,
        devices=devices,
        desk=home.desk,
        cries=Cries(engine=home.store.engine),
        moved=lambda family: None,
    )
    await here.changed()
    account = Account(platform="facebook", id="99", name="Sam T.")
    for device in (PHONE.address, TABLET.address):
        here.met(account, device)
    await here.note_met()

    shown = ["Sam T." in (await each.get("/devices")).text for each in (anna, alex)]
    refused = await does(anna, "/devices/account", account="facebook:99", member=KIM.id)
    tablet = await does(anna, "/devices/give", address=TABLET.address, name="", member=KIM.id)

    assert [(met.device, met.adult, met.member) for met in await devices.accounts()] == [
        (TABLET.address, ALEX.id, None)
    ]
    assert (shown, refused.status_code, tablet.status_code) == ([False, True], 404, 403)


async def test_an_account_that_becomes_a_childs_is_told(home: Home) -> None:
    home.clock.now = datetime.now(UTC)
    account = Account(platform="facebook", id="99", name="Sam T.")
    await Devices(engine=home.store.engine).met(account, TABLET.address, NOON)
    anna, ben = await home.browser("anna"), await home.browser("ben")
    before = (await ben.get("/")).text

    await does(anna, "/devices/account", account="facebook:99", member=KIM.id)
    pages = [(await ben.get(path)).text for path in ("/", "/devices")]

    assert "Sam T." not in before
    assert all(re.search(r"Sam T\.(.|\n){0,400}anna", page) for page in pages)


async def test_an_adult_has_no_say_over_accounts_of_others(home: Home) -> None:
    alex = await at(home, PHONE.address)
    await Devices(engine=home.store.engine).met(Account(platform="facebook", id="99"), TABLET.address, NOON)

    answers = [await does(alex, "/devices/account", account=f"facebook:{id}", member=ALEX.id) for id in ("99", "98")]

    assert [each.status_code for each in answers] == [404, 404]


async def test_an_adult_can_not_claim_what_others_use_too(home: Home) -> None:
    devices = Devices(engine=home.store.engine)
    await devices.give(TABLET.address, name="", member=None, state="theirs", now=NOON)
    await devices.met(Account(platform="facebook", id=KIM.accounts["facebook"][0]), "192.168.1.31", NOON)
    async with home.store.transaction() as tx:
        await tx.read("192.168.1.32", "facebook", f"facebook:{ROBIN.accounts['facebook'][0]}", NOON)

    for address in (TABLET.address, "192.168.1.31", "192.168.1.32", "127.0.0.1"):
        alex = await at(home, address)
        page, answer = await alex.get("/devices"), await does(alex, "/devices/mine")

        assert "This device is mine" not in page.text
        assert (answer.status_code, await owner(home, address)) == (404, "")


async def test_an_adult_can_not_make_a_shared_device_anew_to_claim_it(home: Home) -> None:
    await Devices(engine=home.store.engine).give(TABLET.address, name="", member=None, state="theirs", now=NOON)
    alex = await at(home, TABLET.address)

    answer = await does(alex, "/devices/forget", address=TABLET.address)

    assert answer.status_code == 404


async def test_on_a_router_devices_are_known_by_their_cards_as_the_proxy_knows_them(
    tmp_path: Path, folder: Folder
) -> None:
    cards = {TABLET.address: TABLET.mac, "fd00::20": TABLET.mac, PHONE.address: PHONE.mac}
    home = await a_home(tmp_path, named=lambda address: cards.get(address, address))
    await home.person("alex", role="adult", member=ALEX.id)
    devices = Devices(engine=home.store.engine)

    async def look() -> tuple[Neighbour, ...]:
        return (replace(TABLET, address="fd00::20", heard=""), TABLET, PHONE)

    await look_around(devices, folder, look, lambda address: cards.get(address, address), NOON)
    found = {each.address: each.heard for each in await devices.all()}
    alex = await at(home, PHONE.address)
    await does(alex, "/devices/mine")
    page = (await alex.get("/devices")).text
    await does(alex, "/devices/stop", address=PHONE.mac)
    mine = await owner(home, PHONE.mac)
    await home.close()

    assert found == {TABLET.mac: "Kims-Tablet", PHONE.mac: "Phone"}
    assert mine == "Alex" and "this one" in page
    assert taken_out.is_out(folder.revoked, PHONE.mac)


async def test_the_family_hears_of_a_device_whose_address_another_machine_has(home: Home, folder: Folder) -> None:
    devices, now = Devices(engine=home.store.engine), datetime.now(UTC)
    await devices.give(TABLET.address, name="Kim’s tablet", member=KIM.id, state="theirs", now=now)
    write(folder.enrolled, {each.address: "2026-01-01T00:00:00.000+00:00" for each in (TABLET, PHONE)})
    taken_out.take_out(folder.revoked, PHONE.address)

    async def look() -> tuple[Neighbour, ...]:
        return tuple(replace(each, mac=f"aa:bb:cc:00:99:{n}0", heard="") for n, each in enumerate((TABLET, PHONE)))

    await look_around(devices, folder, look, str, now)
    said = [issue.what for issue in await home.desk.issues() if issue.key.startswith("device:")]

    assert said == ["Kim’s tablet is no longer looked after: its address now belongs to another machine."]
    assert folder.enrolled_devices() == frozenset()
    assert taken_out.is_out(folder.revoked, PHONE.address)


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

    assert [(each.address, each.name) for each in changed.moved] == [(TABLET.address, "Kim’s tablet")]
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


async def test_no_adult_is_given_a_device_by_a_press_elsewhere_not_even_oneself(home: Home) -> None:
    """Else a partner's phone would become something of which only the other one hears."""
    await home.person("pat", role="parent", member=ALEX.id)
    pat, devices = await home.browser("pat"), Devices(engine=home.store.engine)

    offered = f'value="{ALEX.id}"' in (await pat.get("/devices")).text
    answers = [await does(pat, "/devices/give", address=PHONE.address, name="", member=ALEX.id)]
    await does(pat, "/devices/give", address=PHONE.address, name="", member=KIM.id)
    answers.append(await does(pat, "/devices/give", address=PHONE.address, name="", member=ALEX.id))
    found = await devices.one(PHONE.address)

    assert (offered, [each.status_code for each in answers]) == (False, [403, 403])
    assert found is not None and found.member == KIM.id


async def test_a_phone_on_which_another_adult_was_met_is_made_no_childs(home: Home) -> None:
    """Else whoever looks after the child would read the partner's words as the child's."""
    async with home.store.transaction() as tx:
        await tx.read(PHONE.address, "facebook", f"facebook:{ALEX.accounts['facebook'][0]}", NOON)
    given = {"address": PHONE.address, "name": "", "member": KIM.id}

    by_anna = await does(await home.browser("anna"), "/devices/give", **given)
    before = await owner(home, PHONE.address)
    await home.person("pat", role="parent", member=ALEX.id)
    by_pat = await does(await home.browser("pat"), "/devices/give", **given)

    assert (by_anna.status_code, before) == (403, "")
    assert (by_pat.status_code, await owner(home, PHONE.address)) == (303, "Kim")


async def test_what_is_taken_from_a_child_the_child_and_the_other_parent_see(home: Home) -> None:
    home.clock.now = datetime.now(UTC)
    await home.person("robin", role="child", member=ROBIN.id)
    anna, ben, robin = [await home.browser(name) for name in ("anna", "ben", "robin")]
    await does(anna, "/devices/give", address=TABLET.address, name="The tablet", member=ROBIN.id)
    before = (await robin.get("/me")).text

    await does(anna, "/devices/stop", address=TABLET.address)
    stopped = (await robin.get("/me")).text
    await does(anna, "/devices/give", address=TABLET.address, name="The tablet", member="")
    seen = [(await robin.get("/me")).text, (await ben.get("/devices")).text, (await ben.get("/")).text]

    assert "The tablet" not in before
    assert "is not looked after any more" in stopped
    assert all("The tablet" in page and "anna" in page for page in seen)
    assert "counts as nobody’s alone" in seen[0]


async def test_a_device_forgotten_and_then_claimed_leaves_both_behind(home: Home) -> None:
    await home.person("robin", role="child", member=ROBIN.id)
    anna, robin = await home.browser("anna"), await home.browser("robin")
    await does(anna, "/devices/give", address=PHONE.address, name="Old phone", member=ROBIN.id)
    await does(anna, "/devices/forget", address=PHONE.address)
    alex = await at(home, PHONE.address)

    claimed = await does(alex, "/devices/mine")
    page = (await robin.get("/me")).text

    assert (claimed.status_code, await owner(home, PHONE.address)) == (303, "Alex")
    assert "counts as nobody’s alone" in page and re.search(r"counts as \W*(<bdi>)?Alex", page)


async def test_an_account_that_an_adult_takes_from_a_child_is_told(home: Home) -> None:
    home.clock.now = datetime.now(UTC)
    await home.person("pat", role="parent", member=ALEX.id)
    await home.person("robin", role="child", member=ROBIN.id)
    devices = Devices(engine=home.store.engine)
    anna = await home.browser("anna")
    await does(anna, "/devices/give", address=TABLET.address, name="", member=ROBIN.id)
    await devices.met(Account(platform="facebook", id="99", name="Sam T."), TABLET.address, NOON)

    answer = await does(await home.browser("pat"), "/devices/account", account="facebook:99", member=ALEX.id)
    pages = [(await (await home.browser(name)).get(path)).text for name, path in (("robin", "/me"), ("anna", "/"))]

    assert answer.status_code == 303
    assert all("Sam T." in page and "pat" in page for page in pages)


@pytest.mark.parametrize(
    ("path", "more"),
    [("/devices/give", {"name": "", "member": ""}), ("/devices/stop", {}), ("/devices/forget", {})],
)
async def test_what_can_not_be_noted_is_not_done(home: Home, folder: Folder, path: str, more: dict[str, str]) -> None:
    anna = await home.browser("anna")
    token = token_of(await anna.get("/devices"))
    await does(anna, "/devices/give", address=TABLET.address, name="", member=KIM.id)
    async with home.store.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE handovers RENAME TO lost"))

    answer = await anna.post(path, data={"token": token, "address": TABLET.address, **more})
    found = await Devices(engine=home.store.engine).one(TABLET.address)

    assert answer.status_code == 500
    assert found is not None and found.member == KIM.id
    assert not taken_out.is_out(folder.revoked, TABLET.address)


async def test_what_stays_with_the_child_leaves_no_note(home: Home) -> None:
    anna = await home.browser("anna")
    await does(anna, "/devices/give", address=TABLET.address, name="A", member=KIM.id)
    await does(anna, "/devices/give", address=TABLET.address, name="B", member=KIM.id)

    page = (await anna.get("/devices")).text

    assert "What changed hands" not in page
