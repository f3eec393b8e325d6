"""A cry for help: one press tells whom one chose, it stays on top until somebody is on it, and no words are kept."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, async_playwright, expect
from sqlalchemy import select

from screener.family import Family
from screener.store.people import cries
from tests.browser import chromium_path
from tests.web.conftest import FLAGS, PHONE, served, token_of
from tests.web.house import ALEX, KIM, PASSWORD, Home, a_home


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path, family=Family(members=(replace(KIM, country="IE"), ALEX)))
    await made.person("ben", role="parent")
    await made.person("gran", role="viewer")
    await made.person("kim", role="child", member=KIM.id)
    yield made
    await made.close()


async def cry(browser: httpx.AsyncClient, to: str) -> httpx.Response:
    return await browser.post("/me/help", data={"token": token_of(await browser.get("/me")), "to": to})


async def kept(home: Home) -> list[tuple[str, str, bool]]:
    async with home.store.engine.connect() as connection:
        rows = await connection.execute(select(cries).order_by(cries.c.id))
        return [(row.member, row.to, row.heard is not None) for row in rows]


async def heard(browser: httpx.AsyncClient) -> httpx.Response:
    page = await browser.get("/")
    path = page.text.split('action="/cries/')[1].split('"')[0]
    return await browser.post(f"/cries/{path}", data={"token": token_of(page)})


async def test_one_press_tells_the_parent_whom_one_chose(home: Home):
    kim, anna, ben = [await home.browser(name) for name in ("kim", "anna", "ben")]

    answer = await cry(kim, "anna")

    assert (answer.status_code, answer.headers["location"]) == (303, "/me#help")
    assert await kept(home) == [(KIM.id, "anna", False)]
    assert "<strong><bdi>Kim</bdi></strong> asked you for help" in (await anna.get("/")).text
    assert "asked you for help" not in (await ben.get("/")).text


async def test_the_cry_is_above_everything_else_and_nothing_says_that_all_is_calm(home: Home):
    kim, anna = await home.browser("kim"), await home.browser("anna")
    await cry(kim, "anna")

    page = (await anna.get("/")).text
    desk = page[page.index('id="desk"') :]

    assert desk.index("Somebody needs you now") < desk.index("<h2", desk.index("Somebody needs you now") + 1)
    assert desk.index("Somebody needs you now") < desk.index("section", desk.index("</section>") + 10)
    assert "Nothing needs you" not in page


async def test_it_stays_until_somebody_is_on_it_and_the_child_sees_who(home: Home):
    kim, anna = await home.browser("kim"), await home.browser("anna")
    await cry(kim, "anna")
    home.clock.later(hours=2)
    before, waiting = (await anna.get("/")).text, (await kim.get("/me")).text

    answer = await heard(anna)

    assert "asked you for help" in before
    assert "<strong><bdi>anna</bdi> was told</strong>" in waiting
    assert answer.status_code == 303
    assert "asked you for help" not in (await anna.get("/")).text
    assert "<strong><bdi>anna</bdi> is on it.</strong>" in (await kim.get("/me")).text


async def test_when_all_were_told_one_who_is_on_it_is_enough(home: Home):
    kim, anna, ben = [await home.browser(name) for name in ("kim", "anna", "ben")]
    await cry(kim, "everybody")
    both = [(await parent.get("/")).text for parent in (anna, ben)]

    await heard(ben)

    assert all("asked you for help" in page for page in both)
    assert "asked you for help" not in (await anna.get("/")).text


async def test_pressing_again_and_again_tells_once_and_later_tells_anew(home: Home):
    kim = await home.browser("kim")

    for _ in range(5):
        await cry(kim, "anna")
    once = await kept(home)
    home.clock.later(minutes=5)
    await cry(kim, "anna")

    assert len(once) == 1
    assert len(await kept(home)) == 2


async def test_only_owners_and_parents_can_be_told(home: Home):
    kim = await home.browser("kim")

    page = (await kim.get("/me")).text
    answers = [(await cry(kim, name)).status_code for name in ("gran", "kim", "nobody", "")]

    assert "Tell <bdi>anna</bdi>" in page and "Tell <bdi>ben</bdi>" in page
    assert "gran" not in page
    assert answers == [404] * 4
    assert await kept(home) == []


async def test_who_is_no_member_has_no_cry(home: Home):
    anna, gran = await home.browser("anna"), await home.browser("gran")
    token = token_of(await gran.get("/"))

    answer = await gran.post("/me/help", data={"token": token, "to": "anna"})

    assert answer.status_code == 404
    assert "asked you for help" not in (await anna.get("/")).text


async def test_nobody_else_says_that_they_are_on_it(home: Home):
    kim, ben, gran = [await home.browser(name) for name in ("kim", "ben", "gran")]
    await cry(kim, "anna")

    for browser in (ben, gran, kim):
        token = token_of(await browser.get("/help"))
        assert (await browser.post("/cries/1/heard", data={"token": token})).status_code == 404
    for id in ("99999999999999999999999", "none", "-1", "0"):
        token = token_of(await ben.get("/help"))
        assert (await ben.post(f"/cries/{id}/heard", data={"token": token})).status_code == 404
    assert await kept(home) == [(KIM.id, "anna", False)]


async def test_helplines_of_the_country_are_there_before_and_after(home: Home):
    kim = await home.browser("kim")

    before = (await kim.get("/me")).text
    await cry(kim, "anna")
    after = (await kim.get("/me")).text

    for page in (before, after):
        assert "112 / 999" in page and "1800 66 66 66" in page
        assert "Not checked lately: look it up first." in page


async def test_a_cry_is_never_logged_with_words(home: Home, caplog: pytest.LogCaptureFixture):
    kim, anna = await home.browser("kim"), await home.browser("anna")

    with caplog.at_level(logging.DEBUG, logger="screener"):
        await cry(kim, "anna")
        await heard(anna)

    assert not [record for record in caplog.records if "Kim" in record.getMessage() or "anna" in record.getMessage()]
    assert {column.name for column in cries.columns} == {"id", "member", "to", "at", "heard"}


async def logged_in(page: Page, at: str, name: str) -> None:
    await page.goto(f"{at}/login")
    await page.fill("#name", name)
    await page.fill("#password", PASSWORD)
    await page.click("text=Log in >> nth=-1")
    await expect(page.locator("#live")).to_have_attribute("data-state", "on")


async def test_one_tap_on_a_phone_reaches_the_open_overview_by_itself(home: Home):
    async with served(home.app) as at, async_playwright() as playwright:
        path = await asyncio.to_thread(chromium_path)
        browser = await playwright.chromium.launch(executable_path=path, chromium_sandbox=False, args=FLAGS)
        parents = await browser.new_page()
        phone = await (await browser.new_context(viewport=PHONE, has_touch=True)).new_page()  # type: ignore[arg-type]
        await logged_in(parents, at, "anna")
        await logged_in(phone, at, "kim")

        button = phone.get_by_role("button", name="Tell anna")
        box = await button.bounding_box()
        await button.tap()

        await expect(phone.locator(".told")).to_contain_text("anna was told")
        await expect(parents.locator(".cries")).to_contain_text("Kim asked you for help")
        assert box is not None and box["height"] >= 44 and box["width"] >= 150
        await parents.get_by_role("button", name="I’m on it").click()
        await expect(parents.locator(".cries")).to_have_count(0)
        await phone.reload()
        await expect(phone.locator(".told")).to_contain_text("anna is on it.")
        await browser.close()
