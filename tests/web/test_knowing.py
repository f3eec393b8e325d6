"""What an answer to an alert would do is shown before it is given, and nobody has to wait for that."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from screener.web import trials
from tests.web.house import ALEX, KIM, ROBIN, Home, a_bad_story, a_home, a_strange_start
from tests.web.test_rules import said, token, tried


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


async def test_that_one_knows_somebody_is_tried_first_and_then_one_press_away(home: Home):
    await home.happens(*a_strange_start(KIM), *a_strange_start(ROBIN, contact="100000000000779"))
    alert = next(each for each in await home.desk.alerts() if each.member == KIM.id)
    browser = await home.browser("anna")
    mine = await token(browser)

    page = await tried(browser, await browser.post(f"/alerts/{alert.id}/tried", data={"token": mine}))
    before = (await home.desk.alert(alert.id)).state  # type: ignore[union-attr]
    await browser.post(f"/alerts/{alert.id}/trust", data={"token": mine, "for": "30"})

    assert "You know Sky W." in said(page) and "+0 / −1" in said(page)
    assert f'action="/alerts/{alert.id}/trust"' in page.text
    # Of the other members nothing is looked at for it.
    assert "of 1 contacts" in said(page)
    assert before == "new" and (await home.desk.alert(alert.id)).state == "closed"  # type: ignore[union-attr]
    case = said(await browser.get(f"/alerts/{alert.id}"))
    assert "anna said that you know this person, until" in case and "Take that back" in case


async def test_a_threat_stays_told_and_that_is_seen_before(home: Home):
    await home.happens(*a_bad_story(KIM))
    (alert,) = await home.desk.alerts()
    browser = await home.browser("anna")

    begun = await browser.post(f"/alerts/{alert.id}/tried", data={"token": await token(browser)})

    page = said(await tried(browser, begun))
    assert "+0 / −0 alerts in the last 30 days, one at another level" in page
    assert "“Act now” becomes “Have a look”" in page and "or that held a threat" in page


async def test_a_sign_between_two_is_tried_the_same_way_and_no_threat_is(home: Home):
    await home.happens(*a_bad_story(KIM))
    (alert,) = await home.desk.alerts()
    browser = await home.browser("anna")
    mine = await token(browser)
    alone = next(rule.id for rule in home.live().rules if rule.alone and rule.id in {s.rule for s in alert.signals})

    begun = await browser.post(f"/alerts/{alert.id}/tried", data={"token": mine, "rule": "asks-if-alone"})
    page = await tried(browser, begun)
    threat = await browser.post(f"/alerts/{alert.id}/tried", data={"token": mine, "rule": alone})

    assert "“Asks whether somebody is alone” no longer counts between these two" in said(page)
    assert 'name="rule" value="asks-if-alone"' in page.text and f'action="/alerts/{alert.id}/mute"' in page.text
    assert threat.status_code == 400


async def test_whoever_is_in_a_hurry_presses_before_it_is_found_out(home: Home, monkeypatch: pytest.MonkeyPatch):
    never = asyncio.Event()

    async def slow(*_: Any, **more: Any) -> Any:
        more["progress"](0.4)
        await never.wait()

    monkeypatch.setattr(trials, "dry_run", slow)
    monkeypatch.setattr(trials, "SOON_SECONDS", 0.05)
    await home.happens(*a_strange_start(KIM))
    (alert,) = await home.desk.alerts()
    browser = await home.browser("anna")
    mine = await token(browser)

    begun = await browser.post(f"/alerts/{alert.id}/tried", data={"token": mine})
    page = await browser.get(begun.headers["location"])
    done = await browser.post(f"/alerts/{alert.id}/trust", data={"token": mine, "for": "good"})

    assert '<progress value="40"' in page.text and "You need not wait for it." in said(page)
    assert f'action="/alerts/{alert.id}/trust"' in page.text
    assert done.status_code == 303 and (await home.desk.alert(alert.id)).state == "closed"  # type: ignore[union-attr]
    never.set()


async def test_an_adult_tries_their_own_and_nobody_elses(home: Home):
    await home.person("alex", role="adult", member=ALEX.id)
    await home.person("vera", role="viewer")
    await home.happens(*a_strange_start(ALEX), *a_strange_start(KIM, contact="100000000000778"))
    alerts = {alert.member: alert.id for alert in await home.desk.alerts()}
    alex, anna, vera = [await home.browser(name) for name in ("alex", "anna", "vera")]

    begun = await alex.post(f"/alerts/{alerts[ALEX.id]}/tried", data={"token": await token(alex)})
    page = await tried(alex, begun)
    theirs = await alex.post(f"/alerts/{alerts[KIM.id]}/tried", data={"token": await token(alex)})
    hers = await anna.post(f"/alerts/{alerts[ALEX.id]}/tried", data={"token": await token(anna)})
    looks = await vera.post(f"/alerts/{alerts[KIM.id]}/tried", data={"token": await token(vera)})

    assert "+0 / −1" in said(page) and "of 1 contacts" in said(page)
    assert (theirs.status_code, hers.status_code, looks.status_code) == (404, 404, 403)
    assert (await anna.get(begun.headers["location"])).status_code == 404
    taken = await anna.post(begun.headers["location"], data={"token": await token(anna)})
    assert taken.status_code == 404


async def test_what_is_looked_at_and_counted_is_only_of_those_for_whom_one_may_tune(home: Home):
    await home.person("alex", role="parent", member=ALEX.id)
    await home.happens(
        *a_strange_start(ALEX), *a_strange_start(KIM, contact="100000000000778"),
        *a_bad_story(ALEX, contact="100000000000780"),
    )  # fmt: skip
    anna, alex = await home.browser("anna"), await home.browser("alex")
    asked = {"points": "1", "status": "stable"}

    pages = {}
    for name, browser in (("anna", anna), ("alex", alex)):
        begun = await browser.post("/rules/of/asks-if-alone", data=asked | {"token": await token(browser)})
        pages[name] = said(await tried(browser, begun))
        pages[f"{name} rule"] = said(await browser.get("/rules/of/asks-if-alone"))

    assert "of 1 contacts of the last 30 days (3 events)" in pages["anna"] and "Of 2 messages" in pages["anna"]
    assert "of 3 contacts of the last 30 days (14 events)" in pages["alex"]
    assert "told 1, not helpful 0" in pages["anna rule"]
    assert "told 3, not helpful 0" in pages["alex rule"]
