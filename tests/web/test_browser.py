"""The dashboard in a real Chromium, under its real policy."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.async_api import Page, expect

from screener.rules import STAGES
from screener.web.claim import Claim
from screener.web.nav import ways
from tests.web.conftest import PASSWORD, served
from tests.web.house import a_bad_story, a_home
from tests.web.memory import MemoryDesk, a_signal, an_alert, coverage_that_is_good


async def log_in(page: Page, at: str) -> None:
    await page.goto(f"{at}/login")
    await page.fill("#name", "anna")
    await page.fill("#password", PASSWORD)
    await page.click("text=Log in >> nth=-1")
    await expect(page.locator("#live")).to_have_attribute("data-state", "on")


async def width(page: Page) -> int:
    return int(await page.evaluate("document.documentElement.scrollWidth"))


async def test_from_the_claim_to_an_alert_that_appears_by_itself(
    app: FastAPI, desk: MemoryDesk, claim: Claim, page: Page, complaints: list[str]
):
    desk.rows = coverage_that_is_good()
    async with served(app) as at:
        await page.goto(at)
        await page.fill("#code", claim.code)
        await page.fill("#name", "Anna")
        await page.fill("#password", PASSWORD)
        await page.click("text=Make the account")
        await expect(page.locator("h1")).to_have_text("Nothing needs you")
        await expect(page.locator("#live")).to_have_text("live")
        await page.evaluate("window.sameDocument = true")

        desk.put(an_alert("a1", level="talk"))
        await expect(page.locator("#card-a1")).to_be_visible()
        await expect(page).to_have_title("(1) Screener")
        desk.put(an_alert("a2", level="act", stages=STAGES))
        await expect(page.locator("h1")).to_have_text("2 things need you")
        assert await page.evaluate("window.sameDocument") is True

        await page.click("#card-a2 a")
        await expect(page.locator("#crisis")).to_have_text("Your child first")
        await page.click("text=I’ve seen this")
        await expect(page.locator("text=I’ve seen this")).to_have_count(0)
        assert desk.all["a2"].state == "seen"

        assert complaints == []


async def test_an_open_alert_grows_before_ones_eyes(app: FastAPI, desk: MemoryDesk, page: Page, password_hash: str):
    await desk.add_user("anna", password_hash)
    desk.put(an_alert("a1", level="look"))
    async with served(app) as at:
        await log_in(page, at)
        await page.goto(f"{at}/alerts/a1")
        await expect(page.locator("#live")).to_have_attribute("data-state", "on")

        grown = an_alert("a1", level="act", signals=(a_signal("pressure", "Sky Walden asked for money."),))
        desk.put(grown)

        await expect(page.locator(".reasons")).to_contain_text("Sky Walden asked for money.")
        await expect(page.locator("p.level")).to_have_text("Act now")


async def test_a_page_says_when_it_is_cut_off_and_joins_again_by_itself(
    app: FastAPI, desk: MemoryDesk, page: Page, password_hash: str
):
    await desk.add_user("anna", password_hash)
    async with served(app) as at:
        await log_in(page, at)
        await page.context.set_offline(True)
        app.state.streams.stop()
        await expect(page.locator("#live")).to_have_text("not connected")
        desk.put(an_alert("a1"))

        app.state.streams.stopping = False
        await page.context.set_offline(False)

        await expect(page.locator("#card-a1")).to_be_visible(timeout=15_000)
        await expect(page.locator("#live")).to_have_text("live")


async def test_who_was_logged_out_elsewhere_is_led_to_the_log_in(
    app: FastAPI, desk: MemoryDesk, page: Page, password_hash: str
):
    await desk.add_user("anna", password_hash)
    async with served(app) as at:
        await log_in(page, at)

        await desk.end_sessions("anna")
        desk.put(an_alert("a1"))

        await expect(page.locator("h1")).to_have_text("Log in")


@pytest.mark.parametrize(("wide", "scheme"), [(360, "light"), (390, "dark"), (768, "dark"), (1280, "light")])
async def test_every_page_fits_its_screen(
    app: FastAPI, desk: MemoryDesk, page: Page, complaints: list[str], password_hash: str, wide: int, scheme: str
):
    await desk.add_user("anna", password_hash)
    desk.put(an_alert("a1", level="act", stages=STAGES))
    desk.rows = coverage_that_is_good()
    await page.set_viewport_size({"width": wide, "height": 800})
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    async with served(app) as at:
        await log_in(page, at)
        for path in ("/", "/alerts/a1", "/closed", "/help"):
            await page.goto(f"{at}{path}")

            assert await width(page) <= wide, path
            faint = await page.evaluate(FAINT)
            assert faint == [], path

        assert complaints == []


# Every visible text against the background behind it, as WCAG 2.2 counts contrast; AA asks for 4.5, large text for 3.
FAINT = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = (c) => {
    const [r, g, b] = c.slice(0, 3).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const chain = []; for (let at = element; at; at = at.parentElement) chain.unshift(at);
    return chain.reduce((below, at) => over(rgba(getComputedStyle(at).backgroundColor), below), [255, 255, 255, 1]);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element), back = behind(element);
    const [a, b] = [light(over(rgba(style.color), back)), light(back)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) faint.add(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return [...faint];
}"""


async def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    app: FastAPI, desk: MemoryDesk, page: Page, password_hash: str
):
    await desk.add_user("anna", password_hash)
    desk.put(an_alert("a1"))
    async with served(app) as at:
        await log_in(page, at)
        reached = []
        expected = [
            "Skip to content", "Screener", *(way.words for way in ways("owner")), "Log out", "Sky Walden",
        ]  # fmt: skip
        for _ in expected:
            await page.keyboard.press("Tab")
            reached.append(
                await page.evaluate(
                    """() => {
                      const at = document.activeElement, shows = at.closest('.card') ?? at;
                      return [at.textContent.trim(), getComputedStyle(shows).outlineStyle];
                    }"""
                )
            )

        assert [name for name, _ in reached] == expected
        assert {outline for _, outline in reached} == {"solid"}
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("Sky Walden")
        assert await page.locator("header.top, nav, main, footer, aside").count() == 5
        unnamed = await page.locator("input:not([type=hidden])").count()
        assert unnamed == 0


# What has the focus, whether that is seen, and whether it is on the screen and on top.
FOCUS = """() => {
  const at = document.activeElement, label = at.labels?.[0];
  const shows = at.matches(".card h3 a") ? at.closest(".card") : at;
  const style = getComputedStyle(shows), box = shows.getBoundingClientRect();
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const there = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return [(label ?? at).textContent.trim(), seen && there, at.outerHTML.slice(0, 99)];
}"""


async def tab_to(page: Page, words: str) -> None:
    """Presses Tab until these words have the focus; it is seen at every step on the way."""
    for _ in range(150):
        await page.keyboard.press("Tab")
        at, seen, html = await page.evaluate(FOCUS)
        assert seen or html.startswith(("<body", "<html")), html
        if at == words:
            return
    raise AssertionError(f"{words}: never reached with the Tab key")


async def test_from_log_in_to_log_out_without_a_mouse(tmp_path: Path, page: Page):
    home = await a_home(tmp_path)
    await home.happens(*a_bad_story())
    alert = (await home.desk.alerts())[0].id
    async with served(home.app) as at:
        await page.goto(at)
        await page.keyboard.type("anna")
        await tab_to(page, "Password")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("1 thing needs you")

        await tab_to(page, "Maya R.")
        await page.keyboard.press("Enter")
        await expect(page.locator("#crisis")).to_be_visible()
        await tab_to(page, "I’ve seen this")
        await page.keyboard.press("Enter")
        await expect(page.locator(".undo")).to_contain_text("Marked as seen.")
        await tab_to(page, "Close this alert")
        await page.keyboard.press("Enter")
        await expect(page.locator(".undo")).to_contain_text("Closed.")
        assert (await home.desk.alerts())[0].state == "closed"
        await tab_to(page, "Undo")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(f"{at}/alerts/{alert}")
        assert (await home.desk.alerts())[0].state == "seen"

        await tab_to(page, "Overview")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(f"{at}/")
        await tab_to(page, "Search all alerts")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("Search")
        await tab_to(page, "Name, handle, id or member")
        await page.keyboard.type("maya")
        await page.keyboard.press("Enter")
        await expect(page.locator("#found")).to_have_text("1 alert")
        await tab_to(page, "Log out")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("Log in")
    await home.close()
