"""Read away from home: only where somebody switched it on, never what was written, and gone with the log-out."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from screener.web.page import HERE
from tests.browser import chromium_path
from tests.web.conftest import FLAGS, PASSWORD, PHONE, served, token_of
from tests.web.house import KIM, Home, a_bad_story, a_home

KEPT = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const each of await cache.keys()) found[new URL(each.url).pathname] = await (await cache.match(each)).text();
  }
  return found;
}"""
AGED = """async (path) => {
  const pages = await caches.open("kept"), copy = await pages.match(path), headers = new Headers(copy.headers);
  headers.set("Kept-At", String(Date.now() - 12 * 60 * 60 * 1000 - 1000));
  await pages.put(path, new Response(await copy.text(), {headers}));
}"""
WORKERS = "async () => (await navigator.serviceWorker.getRegistrations()).length"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    await made.happens(*a_bad_story(KIM))
    yield made
    await made.close()


async def logged_in(browser: Browser, at: str) -> Page:
    page = await (await browser.new_context(viewport=PHONE)).new_page()
    await page.goto(f"{at}/login")
    await page.fill("#name", "anna")
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("1 thing needs you")
    return page


async def switch_on(page: Page, at: str) -> None:
    await page.goto(f"{at}/account")
    await page.check("#keep")
    await expect(page.locator("#keeping")).to_have_attribute("data-state", "on")


async def test_the_last_pages_are_read_where_the_dashboard_cant_be_reached(home: Home, browser: Browser):
    alert = (await home.desk.alerts())[0].id
    async with served(home.app) as at:
        page = await logged_in(browser, at)
        await switch_on(page, at)
        await page.goto(f"{at}/alerts/{alert}")
        await page.locator("text=Show what was written").first.click()
        await expect(page.locator(".written")).to_be_visible()
        kept = await page.evaluate(KEPT)
        assert {"/", f"/alerts/{alert}", "/offline", "/static/screener.css", "/static/live.js"} <= set(kept)
        assert not any("gift cards" in text or 'class="written"' in text for text in kept.values())

        await page.context.set_offline(True)
        await page.goto(at)
        await expect(page.locator("#away")).to_contain_text("This is what was known at")
        await expect(page.locator("h1")).to_have_text("1 thing needs you")
        await expect(page.locator("text=Log out")).to_be_hidden()
        await page.click(".card a")
        await expect(page.locator("#crisis")).to_have_text("Your child first")
        assert await page.locator("body").evaluate("(body) => getComputedStyle(body).display") == "flex"
        assert await page.locator("main form:visible").count() == 0
        await page.goto(f"{at}/notices")
        await expect(page.locator("h1")).to_have_text("The dashboard can’t be reached")
        await page.evaluate(AGED, "/")
        await page.goto(at)
        await expect(page.locator("h1")).to_have_text("The dashboard can’t be reached")

        await page.context.set_offline(False)
        await page.goto(at)
        await expect(page.locator("#away")).to_be_hidden()


async def test_without_the_switch_nothing_is_kept_and_after_the_log_out_nothing_is_left(home: Home, browser: Browser):
    async with served(home.app) as at:
        page = await logged_in(browser, at)
        assert (await page.evaluate(WORKERS), await page.evaluate(KEPT)) == (0, {})
        await switch_on(page, at)
        await page.goto(at)
        assert await page.evaluate(WORKERS) == 1

        await page.click("text=Log out")
        await expect(page.locator("h1")).to_have_text("Log in")

        assert (await page.evaluate(WORKERS), await page.evaluate(KEPT)) == (0, {})


@dataclass
class Held:
    """Answers whoever asks to be held only once it is let go."""

    app: ASGIApp
    asked: asyncio.Event
    go: asyncio.Event

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def later(message: Message) -> None:
            if (b"held", b"1") in scope.get("headers", ()):
                self.asked.set()
                await self.go.wait()
            await send(message)

        await self.app(scope, receive, later)


async def test_a_page_that_comes_after_the_log_out_is_not_kept(home: Home, browser: Browser):
    asked, go = asyncio.Event(), asyncio.Event()
    home.app.add_middleware(Held, asked=asked, go=go)
    async with served(home.app) as at:
        page = await logged_in(browser, at)
        await switch_on(page, at)
        other = await page.context.new_page()
        await other.goto(f"{at}/account")
        await other.evaluate("() => { window.late = fetch('/', {headers: {held: '1'}}).then((got) => got.text()); }")
        await asked.wait()

        await page.click("text=Log out")
        await expect(page.locator("h1")).to_have_text("Log in")
        go.set()
        assert "1 thing needs you" in await other.evaluate("() => window.late")
        await other.wait_for_timeout(500)

        assert await page.evaluate(KEPT) == {}


async def test_switched_off_again_nothing_is_left_and_who_was_logged_out_elsewhere_keeps_no_page(
    home: Home, browser: Browser
):
    async with served(home.app) as at:
        page = await logged_in(browser, at)
        await switch_on(page, at)
        await home.desk.end_sessions("anna")
        await page.goto(at)
        await expect(page.locator("h1")).to_have_text("Log in")
        assert "/" not in await page.evaluate(KEPT)

        await page.fill("#name", "anna")
        await page.fill("#password", PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("1 thing needs you")
        await page.goto(f"{at}/account")
        await expect(page.locator("#keep")).to_be_checked()
        await page.uncheck("#keep")
        await expect(page.locator("#keeping")).to_have_attribute("data-state", "off")

        assert (await page.evaluate(WORKERS), await page.evaluate(KEPT)) == (0, {})


SLOWLY = """() => {
  const put = Cache.prototype.put;
  self.puts = 0;
  Cache.prototype.put = async function (...what) {
    self.puts += 1;
    await new Promise((on) => setTimeout(on, 700));
    return put.apply(this, what);
  };
}"""


async def test_what_is_being_kept_when_it_is_switched_off_is_gone_too_and_it_can_be_switched_on_again(
    home: Home, browser: Browser
):
    async with served(home.app) as at:
        page = await logged_in(browser, at)
        await switch_on(page, at)
        worker = page.context.service_workers[0]
        await worker.evaluate(SLOWLY)
        await page.evaluate("fetch('/')")
        async with asyncio.timeout(20):
            while not await worker.evaluate("self.puts"):  # noqa: ASYNC110 - a worker tells nobody
                await asyncio.sleep(0.02)

        await page.uncheck("#keep")
        await expect(page.locator("#keeping")).to_have_attribute("data-state", "off")
        assert await page.evaluate(KEPT) == {}
        await page.evaluate("fetch('/')")
        await page.wait_for_timeout(1000)
        assert await page.evaluate(KEPT) == {}

        await page.check("#keep")
        await expect(page.locator("#keeping")).to_have_attribute("data-state", "on")
        async with asyncio.timeout(20):
            while not {"/", "/offline"} <= set(await page.evaluate(KEPT)):  # noqa: ASYNC110
                await asyncio.sleep(0.1)


async def test_a_phone_may_install_it(home: Home, tmp_path: Path):
    async with served(home.app) as at, async_playwright() as playwright:
        profile = str(tmp_path / "profile")
        context = await playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium_path(), chromium_sandbox=False, args=FLAGS
        )
        page = context.pages[0]
        await page.goto(f"{at}/login")
        ask = await context.new_cdp_session(page)

        manifest = await ask.send("Page.getAppManifest")
        errors = await ask.send("Page.getInstallabilityErrors")
        await context.close()

    assert json.loads(manifest["data"])["name"] == "Screener"
    assert (manifest["errors"], errors["installabilityErrors"]) == ([], [])


async def test_the_worker_comes_from_the_top_and_is_asked_for_anew_each_time(home: Home):
    worker = await home.stranger().get("/sw.js")

    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-store"
    assert "worker-src 'self'" in worker.headers["content-security-policy"]
    assert worker.text == (HERE / "static" / "worker.js").read_text()


async def test_the_page_for_what_was_not_kept_says_nothing_of_the_family(home: Home):
    anna = await home.browser("anna")

    page = await anna.get("/offline")

    assert page.status_code == 200
    assert "anna" not in page.text and "Kim" not in page.text


@pytest.mark.parametrize("path", ["/logout", "/account/logins/end"])
async def test_whoever_logs_out_has_the_browser_drop_all_of_it(home: Home, path: str):
    anna = await home.browser("anna")

    answer = await anna.post(path, data={"token": token_of(await anna.get("/account"))})

    assert answer.headers["clear-site-data"] == '"cache", "storage"'
