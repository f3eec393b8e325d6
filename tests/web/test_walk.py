"""One evening with Screener, from the first start to a second parent, in a real Chromium: on a desk and on a phone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect

from screener.events import Event
from screener.web.base import Change
from tests.web.conftest import DESK, PHONE, served
from tests.web.house import KIM, PASSWORD, SASHA, Clock, Home, a_bad_story, a_home, a_strange_start

if TYPE_CHECKING:
    from playwright.async_api import ViewportSize

SCREENS = {"desk": DESK, "phone": PHONE}


async def press(page: Page, words: str) -> None:
    await page.get_by_role("button", name=words, exact=True).click()


async def follow(page: Page, words: str) -> None:
    await page.get_by_role("link", name=words, exact=True).first.click()


async def opened(home: Home, *story: Event) -> str:
    """The id of the alert that these events lead to."""
    last = (await home.happens(*story))[-1]
    assert last is not None and last.alert is not None
    return last.alert.id


async def claims(page: Page, home: Home, at: str) -> None:
    await page.goto(at)
    await page.get_by_label("Claim code").fill(home.claim.code)
    await page.get_by_label("Your name").fill("Anna")
    await page.get_by_label("Password").fill(PASSWORD)
    await press(page, "Make the account")


async def invites(page: Page, name: str, *, role: str = "", member: str = "") -> str:
    """Makes a log-in for somebody; gives the code."""
    await follow(page, "People")
    await page.get_by_label("Name to log in with").fill(name)
    if member:
        await page.get_by_label("Who it is").select_option(label=member)
    if role:
        await page.get_by_label("Role").last.select_option(value=role)
    await page.get_by_label("Your own password").fill(PASSWORD)
    await press(page, "Make the code")
    return await page.locator("#invitation").inner_text()


async def joins(browser: Browser, at: str, code: str, screen: "ViewportSize") -> Page:
    """Somebody types the code they were given, in a browser of their own."""
    page = await browser.new_page(viewport=screen)
    await page.goto(f"{at}/login")
    await follow(page, "I have an invitation")
    await page.get_by_label("Invitation code").fill(code)
    await press(page, "Go on")
    await page.get_by_label("Password").fill(PASSWORD)
    await press(page, "Go on")
    return page


@pytest.mark.parametrize("screen", SCREENS)
async def test_from_the_first_start_to_a_second_parent(tmp_path: Path, browser: Browser, screen: str):
    now = datetime.now(UTC)
    home = await a_home(tmp_path, clock=Clock(now), claimed=False)
    async with served(home.app) as at:
        anna = await browser.new_page(viewport=SCREENS[screen])

        # The first start: an account, and a page that claims nothing it does not know.
        await claims(anna, home, at)
        await expect(anna.locator("#live")).to_have_attribute("data-state", "on")
        await expect(anna.locator("h1")).not_to_have_text("Nothing needs you")

        # The first alert comes by itself.
        alert = await opened(home, *a_bad_story(KIM, at=now - timedelta(hours=1)))
        home.desk.announce(Change(alert=alert, level="act", what="opened"))
        await expect(anna.locator("h1")).to_have_text("1 thing needs you")
        await follow(anna, "Maya R.")
        await expect(anna.locator("#crisis")).to_have_text("Your child first")
        await expect(anna.locator("main")).to_contain_text("100000000000666")
        await press(anna, "I’ve seen this")

        # Somebody whom the family knows, and then not.
        await home.happens(*a_strange_start(KIM, at=now - timedelta(hours=1)))
        await follow(anna, "Overview")
        await follow(anna, "Sky W.")
        await anna.get_by_text("I know this person", exact=True).click()
        await press(anna, "For 30 days")
        await expect(anna.locator(".undo")).to_contain_text("know")
        assert {alert.state for alert in await home.desk.alerts() if "Sky W." in alert.contact.names} == {"closed"}
        await press(anna, "Undo")
        assert {alert.state for alert in await home.desk.alerts() if "Sky W." in alert.contact.names} == {"new"}

        # Quiet hours are kept.
        await follow(anna, "Notices")
        await anna.get_by_label("From", exact=True).fill("21:30")
        await anna.get_by_label("To", exact=True).fill("06:30")
        await anna.locator("form:has(#quiet_from) button").first.click()
        await expect(anna.get_by_label("From", exact=True)).to_have_value("21:30")

        # A second parent sees the same, and can't invite.
        ben = await joins(browser, at, await invites(anna, "ben"), SCREENS[screen])
        await expect(ben.locator("h1")).to_contain_text("need you")
        await expect(ben.get_by_role("link", name="People", exact=True)).to_have_count(0)

        # The child sees what is about her, and nothing else.
        kim = await joins(browser, at, await invites(anna, "kim", role="child", member="Kim"), SCREENS[screen])
        await expect(kim.locator("h1")).to_have_text("About me")
        await expect(kim.locator("#noticed + article, #noticed ~ article").first).to_contain_text("Maya R.")
        assert (await kim.request.get(f"{at}/people")).status == 404

        # Of a seventeen-year-old, parents are told only what is urgent.
        strange = a_strange_start(SASHA, at=now - timedelta(hours=1), contact="100000000000707")
        bad = a_bad_story(SASHA, at=now - timedelta(hours=1), contact="100000000000708")
        cards = [f"#card-{await opened(home, *story)}" for story in (strange, bad)]
        await anna.goto(at)
        await expect(anna.locator(cards[1])).to_contain_text("Sasha")
        await expect(anna.locator(cards[0])).to_have_count(0)

        # A code from the phone from now on.
        await follow(anna, "You")
        await follow(anna, "Switch codes on")
        await anna.get_by_label("Your password").fill(PASSWORD)
        await press(anna, "Begin")
        secret = (await anna.locator("#secret").inner_text()).replace(" ", "")
        await anna.get_by_label("Code").fill(pyotp.TOTP(secret).at(home.clock()))
        await press(anna, "Switch codes on")
        await anna.goto(at)
        await press(anna, "Log out")
        await anna.get_by_label("Name").fill("anna")
        await anna.get_by_label("Password").fill(PASSWORD)
        await press(anna, "Log in")
        await anna.get_by_label("Code").fill(pyotp.TOTP(secret).at(home.clock.later(seconds=31)))
        await press(anna, "Go on")
        await expect(anna.locator("h1")).to_contain_text("need you")
        assert await anna.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await home.close()
