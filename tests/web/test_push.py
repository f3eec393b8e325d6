"""A browser that is told: what the page asks of it, what is kept of it, and what it shows when a note comes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from screener.notify.people import People
from screener.notify.push import Subscription, own_key, public_half
from tests.notify.test_push import AUTH, ENDPOINT, RECEIVER
from tests.web.conftest import PASSWORD, PHONE, served, token_of
from tests.web.house import Home, a_home

# Where a browser may reach no service, as here, what it would be given stands in for it. All else is the browser's own.
GIVEN = f"""
  const bytes = (text) => Uint8Array.from(
    atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0)).buffer;
  PushManager.prototype.subscribe = async () => (
    {{ endpoint: "{ENDPOINT}", getKey: (name) => bytes(name === "auth" ? "{AUTH}" : "{RECEIVER}") }});
"""


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


async def offered(client: httpx.AsyncClient, **given: str) -> httpx.Response:
    fields = {"endpoint": ENDPOINT, "p256dh": RECEIVER, "auth": AUTH, "from_level": "talk"} | given
    return await client.post("/notices/push", data={"token": token_of(await client.get("/notices"))} | fields)


async def kept(home: Home) -> list[Any]:
    owner = await home.desk.user("anna")
    assert owner is not None
    people = People(engine=home.store.engine, seal=home.seal)
    return [(each, each.address(home.seal)) for each in await people.channels(owner.id)]


async def test_a_browser_is_kept_as_a_way_and_its_secrets_are_never_shown(home: Home):
    anna = await home.browser("anna")

    answer = await offered(anna)
    ((channel, address),) = await kept(home)
    page = (await anna.get("/notices")).text

    assert answer.status_code == 303 and channel.from_level == "talk" and address.knows_id
    assert Subscription.of(address.url).endpoint == ENDPOINT
    assert "web push: fcm.googleapis.com" in page
    assert not [secret for secret in (AUTH, RECEIVER, "abc:def") if secret in page]


@pytest.mark.parametrize("endpoint", ["https://192.168.1.1/x", "http://fcm.googleapis.com/x", "https://example.net/x"])
async def test_a_browser_that_names_another_place_is_refused(home: Home, endpoint: str):
    answer = await offered(await home.browser("anna"), endpoint=endpoint)

    assert answer.status_code == 400 and "can’t be used" in answer.text
    assert await kept(home) == []


async def on_the_notices(browser: Browser, at: str, *, permits: bool = True) -> Page:
    context = await browser.new_context(viewport=PHONE, permissions=["notifications"] if permits else [])
    await context.add_init_script(GIVEN)
    page = await context.new_page()
    await page.goto(f"{at}/login")
    await page.fill("#name", "anna")
    await page.fill("#password", PASSWORD)
    await page.get_by_role("button", name="Log in", exact=True).click()
    await page.goto(f"{at}/notices")
    return page


async def test_a_real_browser_asks_for_an_address_and_hands_it_over(home: Home, browser: Browser):
    async with served(home.app) as at:
        page = await on_the_notices(browser, at)
        said: list[str] = []
        page.on("console", lambda line: said.append(line.text))

        async with page.expect_navigation():
            await page.get_by_role("button", name="Tell me in this browser").click()

        await expect(page.locator(".channel .where")).to_have_text("web push: fcm.googleapis.com")
        assert said == []
    ((channel, address),) = await kept(home)
    assert channel.name and Subscription.of(address.url).p256dh == RECEIVER
    assert len(public_half(own_key(home.seal.key))) == 87


async def test_who_said_no_to_the_browser_is_told_how_to_say_yes(home: Home, browser: Browser):
    async with served(home.app) as at:
        page = await on_the_notices(browser, at, permits=False)

        await page.get_by_role("button", name="Tell me in this browser").click()

        await expect(page.locator("#push [data-when=refused]")).to_be_visible()
    assert await kept(home) == []


@asynccontextmanager
async def pushed_to(home: Home, browser: Browser) -> AsyncIterator[tuple[Page, Callable[..., Awaitable[None]]]]:
    """A browser that asked to be told, and what brings it notes as the browser's own service would."""
    async with served(home.app) as at:
        page = await on_the_notices(browser, at)
        session = await page.context.new_cdp_session(page)
        found: list[dict[str, Any]] = []
        session.on("ServiceWorker.workerRegistrationUpdated", lambda said: found.extend(said["registrations"]))
        await session.send("ServiceWorker.enable")
        async with page.expect_navigation():
            await page.get_by_role("button", name="Tell me in this browser").click()
        await page.wait_for_function(
            'navigator.serviceWorker.getRegistration("/push/").then((one) => Boolean(one?.active))'
        )
        registration = next(one["registrationId"] for one in found if one["scopeURL"].endswith("/push/"))

        async def push(*notes: dict[str, str]) -> None:
            for note in notes:
                await session.send(
                    "ServiceWorker.deliverPushMessage",
                    {"origin": at, "registrationId": registration, "data": json.dumps(note)},
                )

        yield page, push


async def test_the_note_is_shown_as_it_is_and_one_sent_again_takes_its_place(home: Home, browser: Browser):
    hostile = {"title": "x" * 5000, "body": "<img src=x onerror=alert(1)>", "id": "0" * 32, "level": "act"}
    async with pushed_to(home, browser) as (page, push):
        await push({"title": "Someone should look at Screener.", "id": "0" * 32}, hostile)

        notes = await stands(page, "x" * 300)

    assert notes == [["x" * 300, hostile["body"], "0" * 32, True]]


async def test_a_note_whose_icon_comes_late_does_not_take_the_place_of_a_newer_one(home: Home, browser: Browser):
    async with pushed_to(home, browser) as (page, push):
        worker = next(one for one in page.context.service_workers if one.url.endswith("/push/worker.js"))
        await worker.evaluate(
            """() => {
                const show = registration.showNotification.bind(registration);
                let wait = 500;
                self.count = 0;
                registration.showNotification = async (...note) => {
                    const late = wait;
                    wait = 0;
                    await new Promise((on) => setTimeout(on, late));
                    await show(...note);
                    self.count += 1;
                };
            }"""
        )

        await push({"title": "the older", "id": "0" * 32}, {"title": "the newer", "id": "0" * 32})
        async with asyncio.timeout(20):
            while await worker.evaluate("self.count") != 2:  # noqa: ASYNC110 - a worker tells nobody
                await asyncio.sleep(0.1)

        assert [note[0] for note in await stands(page, "the newer")] == ["the newer"]


async def stands(page: Page, title: str) -> list[list[Any]]:
    """The notices that stand on the screen, once the one of that title alone does, or after ten seconds."""
    notes = await shown(page)
    for _ in range(100):
        if [note[0] for note in notes] == [title]:
            break
        await asyncio.sleep(0.1)
        notes = await shown(page)
    return notes


async def shown(page: Page) -> list[list[Any]]:
    """The notices that stand on the screen."""
    found: list[list[Any]] = await page.evaluate(
        """navigator.serviceWorker.getRegistration("/push/").then((one) => one.getNotifications())
           .then((all) => all.map((one) => [one.title, one.body, one.tag, one.requireInteraction]))"""
    )
    return found
