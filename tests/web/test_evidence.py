"""The page of a case's evidence: the meter, money, the file for the police and deleting, by who may do what."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pyrage
import pytest
from sqlalchemy import select

from screener.evidence.export import Bag, exported
from screener.evidence.verify import read, wrongs
from screener.family import Member
from screener.home.passphrase import SHORTEST
from screener.kept import Linked
from screener.store.people import acts, openings
from screener.store.tables import alerts
from screener.surroundings import GIVEN_THERE
from screener.web.evidence import TOO_SHORT
from tests.evidence.authority import an_authority
from tests.make import a_message, an_account
from tests.web.conftest import token_of
from tests.web.house import KIM, ROBIN, SASHA, Home, a_bad_story, a_home, a_strange_start


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


async def an_alert(home: Home, member: object = KIM) -> str:
    events = a_bad_story(member)  # type: ignore[arg-type]
    await home.happens(*events)
    async with home.store.engine.connect() as connection:
        return str((await connection.scalars(select(alerts.c.id))).one())


async def post(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    page = await client.get(path.rpartition("/")[0])
    return await client.post(path, data={"token": token_of(page), **fields})


def opened(answer: httpx.Response, folder: Path) -> dict[str, bytes]:
    place = folder / "bag.zip"
    place.write_bytes(answer.content)
    return read(place)


async def test_the_case_page_says_how_complete_it_is_and_what_is_missing(home: Home):
    id = await an_alert(home)
    anna = await home.browser("anna")

    page = (await anna.get(f"/alerts/{id}")).text

    assert "You have 5 of 12 things that reports ask for." in page
    assert "Still missing:" in page
    assert f'href="/alerts/{id}/evidence"' in page


async def test_a_parent_takes_out_a_bag_that_is_whole(home: Home, tmp_path: Path):
    id = await an_alert(home)
    anna = await home.browser("anna")

    answer = await post(anna, f"/alerts/{id}/evidence/export")

    files = opened(answer, tmp_path)
    assert answer.headers["content-disposition"].startswith('attachment; filename="screener-evidence-')
    assert answer.headers["cache-control"] == "no-store"
    assert wrongs(files) == []
    assert b"I recorded everything. pay 300 euros" in files["data/report.html"]
    assert b"Kim" in files["data/report.html"] and b"anna" in files["data/report.html"]


async def test_the_report_is_in_the_parents_language_unless_another_was_chosen(home: Home, tmp_path: Path):
    id = await an_alert(home)
    anna = await home.browser("anna")
    anna.headers["Accept-Language"] = "de"
    page = (await anna.get(f"/alerts/{id}/evidence")).text

    answers = [await post(anna, f"/alerts/{id}/evidence/export", **wish) for wish in ({}, {"language": "en"})]

    own, english = (opened(answer, tmp_path)["data/report.html"].decode() for answer in answers)
    assert '<option value="de" lang="de" selected>Deutsch</option>' in page
    assert '<html lang="de">' in own and "Was geschah, der Reihe nach" in own
    assert '<html lang="en">' in english and "What happened, in order" in english


async def test_a_time_stamp_is_offered_where_the_settings_name_who_gives_it_and_its_lack_is_noted(tmp_path: Path):
    (tmp_path / "tsa").mkdir()
    with an_authority(tmp_path / "tsa") as authority:
        home = await a_home(tmp_path, time_stamp=authority.url)
        id = await an_alert(home)
        anna = await home.browser("anna")
        page = (await anna.get(f"/alerts/{id}/evidence")).text
        without = opened(await post(anna, f"/alerts/{id}/evidence/export"), tmp_path)
        stamped = opened(await post(anna, f"/alerts/{id}/evidence/export", stamp="yes"), tmp_path)
    silent = opened(await post(anna, f"/alerts/{id}/evidence/export", stamp="yes"), tmp_path)
    log = (await anna.get(f"/alerts/{id}")).text
    await home.close()

    assert "With a time-stamp of 127.0.0.1" in page and "a digest of 64 bytes and your internet address" in page
    assert len(authority.queries) == 1
    assert ["data/head.tsr" in files for files in (without, stamped, silent)] == [False, True, False]
    assert wrongs(silent) == [] and log.count("got no time-stamp for it") == 1


async def test_without_such_a_setting_no_time_stamp_is_offered_or_asked_for(home: Home, tmp_path: Path):
    id = await an_alert(home)
    anna = await home.browser("anna")

    files = opened(await post(anna, f"/alerts/{id}/evidence/export", stamp="yes"), tmp_path)

    assert "time-stamp" not in (await anna.get(f"/alerts/{id}/evidence")).text
    assert b"time-stamp" not in files["data/report.html"]


async def test_taking_it_out_is_noted_and_seen_by_the_person_it_is_about(home: Home):
    id = await an_alert(home, ROBIN)
    await home.person("robin", role="child", member=ROBIN.id)
    anna = await home.browser("anna")

    await post(anna, f"/alerts/{id}/evidence/export")

    async with home.store.engine.connect() as connection:
        noted = (await connection.execute(select(openings.c.by, openings.c.alert))).all()
    assert [tuple(row) for row in noted] == [("anna", id)]
    assert "took the evidence out" in (await anna.get(f"/alerts/{id}")).text
    robin = await home.browser("robin")
    assert "anna" in (await robin.get("/me")).text


async def test_a_passphrase_seals_the_bag_and_opens_it_again(home: Home):
    id = await an_alert(home)
    anna = await home.browser("anna")
    words = "four words in a row"

    answer = await post(anna, f"/alerts/{id}/evidence/export", passphrase=words, again=words)

    assert answer.content.startswith(b"age-encryption.org/v1")
    assert b"recorded" not in answer.content
    files = zipfile.ZipFile(io.BytesIO(pyrage.passphrase.decrypt(answer.content, words))).namelist()
    assert any(name.endswith("/signature.txt") for name in files)


def test_the_shortest_passphrase_is_the_one_that_is_said():
    assert f"at least {SHORTEST} letters" in TOO_SHORT


@pytest.mark.parametrize(
    ("first", "again", "said"),
    [("eleven char", "eleven char", "too short"), ("four words in a row", "four words in a raw", "not the same")],
)
async def test_a_passphrase_that_can_not_be_used_is_said_and_nothing_goes_out(
    home: Home, first: str, again: str, said: str
):
    id = await an_alert(home)
    anna = await home.browser("anna")

    answer = await post(anna, f"/alerts/{id}/evidence/export", passphrase=first, again=again)

    assert answer.status_code == 400
    assert said in answer.text
    async with home.store.engine.connect() as connection:
        assert (await connection.execute(select(openings))).all() == []


async def test_who_may_not_change_the_alert_takes_nothing_out(home: Home):
    id = await an_alert(home)
    await home.person("gran", role="viewer")
    gran = await home.browser("gran")
    page = await gran.get(f"/alerts/{id}/evidence")

    answers = [
        await gran.post(f"/alerts/{id}/evidence/{what}", data={"token": token_of(page), "sure": "yes"})
        for what in ("export", "payment", "erase")
    ]

    assert page.status_code == 200
    assert "Make the file" not in page.text
    assert [answer.status_code for answer in answers] == [403, 403, 403]


async def test_of_what_somebody_may_not_see_there_is_no_evidence(home: Home):
    id = await an_alert(home)
    await home.person("robin", role="child", member=ROBIN.id)
    robin = await home.browser("robin")

    token = token_of(await robin.get("/help"))

    answers = [
        await robin.get(f"/alerts/{id}/evidence"),
        await robin.post(f"/alerts/{id}/evidence/sheets", data={"token": token}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize(("member", "told"), [(KIM, ["100000000000777"]), (SASHA, [])])
async def test_a_bag_names_another_account_only_where_its_alert_may_be_seen(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, member: Member, told: list[str]
):
    grave = await an_alert(home, member)
    light = (await home.happens(*a_strange_start(member)))[-1]
    assert light is not None and light.alert is not None
    other = Linked(account=an_account(id="100000000000777"), why=GIVEN_THERE, case=light.alert.id)

    async def joined(*_: object) -> tuple[Linked, ...]:
        return (other,)

    monkeypatch.setattr("screener.store.casebook.linked", joined)
    anna = await home.browser("anna")

    files = opened(await post(anna, f"/alerts/{grave}/evidence/export"), tmp_path)

    assert [each["id"] for each in json.loads(files["data/case.json"])["linked_accounts"]] == told


async def test_whoever_opens_the_sheets_is_noted_and_seen_by_the_person_they_are_about(home: Home):
    id = await an_alert(home, ROBIN)
    await home.person("robin", role="child", member=ROBIN.id)
    anna = await home.browser("anna")

    unasked = await anna.get(f"/alerts/{id}/evidence/sheets")
    page = await post(anna, f"/alerts/{id}/evidence/sheets")

    assert unasked.status_code == 405
    assert page.status_code == 200 and "100000000000666" in page.text
    async with home.store.engine.connect() as connection:
        noted = (await connection.execute(select(openings.c.by, openings.c.alert))).all()
    assert [tuple(row) for row in noted] == [("anna", id)]
    assert "anna" in (await (await home.browser("robin")).get("/me")).text


async def test_one_file_is_made_at_a_time_and_the_next_has_its_turn_after_it(
    home: Home, monkeypatch: pytest.MonkeyPatch
):
    id = await an_alert(home)
    anna = await home.browser("anna")
    token = token_of(await anna.get(f"/alerts/{id}/evidence"))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(*given: Any, **named: Any) -> Bag:
        begun.set()
        await go_on.wait()
        return await exported(*given, **named)

    async def taken_out() -> httpx.Response:
        return await anna.post(f"/alerts/{id}/evidence/export", data={"token": token})

    monkeypatch.setattr("screener.web.evidence.exported", slowly)
    first = asyncio.create_task(taken_out())
    await begun.wait()
    meanwhile = [await taken_out(), await taken_out()]
    go_on.set()

    assert [answer.status_code for answer in meanwhile] == [429, 429]
    assert "Another file is being made" in meanwhile[0].text
    assert (await first).status_code == 200
    assert (await taken_out()).status_code == 200


async def test_nothing_is_done_without_the_token_of_the_session(home: Home):
    id = await an_alert(home)
    anna = await home.browser("anna")

    answers = [
        await anna.post(f"/alerts/{id}/evidence/{what}", data={"sure": "yes", "rail": "none"})
        for what in ("export", "payment", "erase")
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


async def test_a_payment_is_kept_in_the_chain_and_makes_the_case_more_complete(home: Home, tmp_path: Path):
    id = await an_alert(home)
    anna = await home.browser("anna")

    answer = await post(
        anna, f"/alerts/{id}/evidence/payment",
        rail="transfer", number=" 012 345 6789 ", amount="150,50", currency="eur", at="2026-10-02T18:30", note="to M.",
    )  # fmt: skip
    page = (await anna.get(f"/alerts/{id}/evidence")).text

    assert answer.status_code == 303
    assert "012 345 6789" in page and "150.50 EUR" in page and "2026-10-02T18:30+01:00" in page
    assert "You have 7 of 12" in page
    files = opened(await post(anna, f"/alerts/{id}/evidence/export"), tmp_path)
    assert b"012 345 6789" in files["data/report.html"]
    assert wrongs(files) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rail": "barter"}, "Choose how"),
        ({"rail": "bank"}, "at least a number or an amount"),
        ({"rail": "bank", "amount": "1e5", "currency": "EUR"}, "in digits"),
        ({"rail": "bank", "amount": "-3", "currency": "EUR"}, "in digits"),
        ({"rail": "bank", "amount": "30"}, "currency"),
        ({"rail": "bank", "number": "7" * 121}, "too long"),
        ({"rail": "bank", "number": "7", "at": "2999-01-01T00:00"}, "in the future"),
        ({"rail": "bank", "number": "7", "at": "yesterday"}, "in the future"),
    ],
)
async def test_a_payment_that_can_not_be_right_is_not_kept(home: Home, fields: dict[str, str], said: str):
    id = await an_alert(home)
    anna = await home.browser("anna")

    answer = await post(anna, f"/alerts/{id}/evidence/payment", **fields)

    assert answer.status_code == 400
    assert said in answer.text


async def test_that_nothing_was_paid_is_an_answer_too(home: Home):
    id = await an_alert(home)
    anna = await home.browser("anna")

    await post(anna, f"/alerts/{id}/evidence/payment", rail="none")

    assert "You have 7 of 12" in (await anna.get(f"/alerts/{id}/evidence")).text
    assert "Nothing was paid." in (await post(anna, f"/alerts/{id}/evidence/sheets")).text


async def test_deleting_asks_first_and_is_complete(home: Home, tmp_path: Path):
    id = await an_alert(home)
    anna = await home.browser("anna")

    unsure = await post(anna, f"/alerts/{id}/evidence/erase")
    sure = await post(anna, f"/alerts/{id}/evidence/erase", sure="yes")

    assert (unsure.status_code, sure.status_code) == (400, 303)
    files = opened(await post(anna, f"/alerts/{id}/evidence/export"), tmp_path)
    assert wrongs(files) == []
    assert all(b"recorded everything" not in content for content in files.values())
    assert b"somebody of the family asked for it" in files["data/report.html"]
    async with home.store.engine.connect() as connection:
        did = (await connection.scalars(select(acts.c.did).where(acts.c.did == "erased"))).all()
    assert did == ["erased"]


async def test_a_sheet_has_the_permanent_id_and_every_place_that_takes_a_report(home: Home):
    id = await an_alert(home)
    anna = await home.browser("anna")

    page = (await post(anna, f"/alerts/{id}/evidence/sheets")).text

    assert "100000000000666" in page
    assert "Only the platform has it." in page


async def test_what_a_stranger_calls_himself_breaks_no_page(home: Home):
    account = an_account(id=KIM.accounts["facebook"][0])
    events = list(a_bad_story())
    stranger = events[0].contact
    await home.happens(*events)
    nasty = "</code><script>alert(1)</script>\u202e{{7*7}}%s"
    from dataclasses import replace

    contact = replace(stranger, name=nasty, handle=nasty, url="javascript:alert(1)")
    await home.happens(
        a_message(
            id="mid.$nasty", account=account, contact=contact, text="mail <b>a@example.com</b> =1+1", at=events[-1].at
        )
    )
    anna = await home.browser("anna")
    async with home.store.engine.connect() as connection:
        id = (await connection.scalars(select(alerts.c.id))).one()

    pages = [
        (await anna.get(f"/alerts/{id}/evidence")).text,
        (await post(anna, f"/alerts/{id}/evidence/sheets")).text,
    ]

    for page in pages:
        assert "<script>alert" not in page
        assert 'href="javascript' not in page
