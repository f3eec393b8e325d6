"""A thousand hostile strings on every page of a real Chromium: nothing runs, nothing is reported, the layout holds."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.async_api import Browser, Page

from screener.web.hostile import clear
from screener.web.overview import MOST_SHOWN
from tests.web.conftest import PASSWORD, PHONE, served
from tests.web.house import a_bad_story, a_home
from tests.web.mischief import a_hostile_home
from tests.web.strings import SOME, THOUSAND

# Runs before anything of the page, outside its policy: whoever breaks the policy is written down.
LISTENING = """
window.broken = [];
addEventListener("securitypolicyviolation", (event) => window.broken.push(event.violatedDirective + event.blockedURI));
"""
# What a page must still be: ours on top and in its place, nothing past the edge, nothing foreign in it.
WHOLE = """(wide) => {
  const found = [...window.broken];
  for (const folded of document.querySelectorAll("details")) folded.open = true;
  if (window.hit !== undefined) found.push("ran");
  if (document.documentElement.scrollWidth > wide) found.push("too wide: " + document.documentElement.scrollWidth);
  const main = document.querySelector("main");
  const foreign = main.querySelectorAll("iframe, script, img, object, embed, video, audio, base, meta, style, dialog");
  if (foreign.length) found.push("foreign: " + foreign[0].outerHTML.slice(0, 99));
  const led = [...document.querySelectorAll("a[href], form[action], button[formaction], [hx-get]")]
    .map((each) => each.getAttribute("hx-get") ?? each.formAction ?? each.action ?? each.href);
  const strange = led.filter((to) => !["127.0.0.1", "localhost"].includes(new URL(to, location).hostname));
  if (strange.length) found.push("leads to: " + strange[0]);
  const seen = (element) => {
    element.scrollIntoView({block: "center"});
    const box = element.getBoundingClientRect();
    const at = document.elementFromPoint(box.left + Math.min(box.width / 2, 20), box.top + Math.min(box.height / 2, 8));
    return box.width > 0 && box.left >= 0 && box.right <= wide && (element.contains(at) || at?.contains(element));
  };
  for (const heading of document.querySelectorAll("h1, h2, h3, main button, header.top, .steps li")) {
    if (heading.checkVisibility() && !heading.matches(".aloud") && !seen(heading)) {
      found.push("covered: " + heading.outerHTML.slice(0, 120));
    }
  }
  scrollTo(0, 0);
  const top = document.querySelector("header.top");
  if (top && (top.getBoundingClientRect().top !== 0 || top.offsetHeight > 260)) found.push("header moved");
  if (document.querySelector("h1").offsetHeight > 200) found.push("the heading is endless");
  for (const each of document.querySelectorAll("h3, dd, .because")) {
    if (each.offsetHeight > 700) found.push("endless: " + each.className);
  }
  return found;
}"""


@dataclass(kw_only=True)
class Watch:
    """A browser at a hostile home, and everything that went wrong in it."""

    page: Page
    at: str
    wrong: list[Any] = field(default_factory=list)

    async def look(self, path: str) -> str:
        """Opens a page, looks whether it is whole, and gives what stands on it."""
        answer = await self.page.goto(self.at + path)
        assert answer and answer.status in (200, 404), (path, answer and answer.status)
        return await self.whole(path)

    async def whole(self, path: str) -> str:
        self.wrong += [(path, each) for each in await self.page.evaluate(WHOLE, PHONE["width"])]
        return await self.page.locator("main").inner_text()


async def watched(browser: Browser, at: str) -> Watch:
    page = await browser.new_page(viewport=PHONE)
    watch = Watch(page=page, at=at)
    await page.add_init_script(LISTENING)
    page.on(
        "console",
        lambda said: said.text.startswith("Failed to load resource") or watch.wrong.append(f"{said.type}: {said.text}"),
    )
    page.on("pageerror", lambda error: watch.wrong.append(f"error: {error}"))
    page.on("dialog", lambda dialog: watch.wrong.append(f"dialog: {dialog.message}"))
    page.on("request", lambda asked: asked.url.startswith(at) or watch.wrong.append(f"went to {asked.url}"))
    page.on("popup", lambda other: watch.wrong.append(f"opened {other.url}"))
    return watch


def squeezed(text: str) -> str:
    return "".join(text.split())


async def test_a_thousand_hostile_strings_run_nowhere_and_break_no_page(tmp_path: Path, browser: Browser):
    home, packed = await a_hostile_home(tmp_path)
    said: list[str] = []
    async with served(home.app) as at:
        watch = await watched(browser, at)
        page = watch.page
        for name in SOME[:60:20]:
            await page.goto(f"{at}/login?next={quote(name[:99], errors='replace')}")
            await page.fill("#name", name)
            await page.fill("#password", PASSWORD)
            async with page.expect_navigation():
                await page.keyboard.press("Enter")
            await watch.whole("/login")
        await page.goto(f"{at}/login")
        await page.fill("#name", "anna")
        await page.fill("#password", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#desk")

        account = ("/account", "/account/passkeys", "/account/codes", "/account/password")
        for path in ("/", "/closed", "/help", "/people", *account, "/notices", "/devices", "/setup", "/rules"):
            said.append(await watch.look(path))
        for number in range(1, 10):
            said.append(await watch.look(f"/search?page={number}"))
        for text in SOME[::8]:
            await watch.look(f"/search?text={quote(text[:150], errors='replace')}")
            await watch.look(f"/{quote(text[:150], safe='', errors='replace')}")
        for n, id in enumerate(packed):
            path = f"/alerts/{quote(id, safe='')}"
            if n % 9 == 0:
                await watch.look(f"{path}/steps")
                await watch.look(f"{path}/evidence")
            said.append(await watch.look(path))
            if n % 4 == 0:
                async with page.expect_navigation():
                    await page.locator("text=Show what was written").first.click()
                said.append(await watch.whole(f"{path}/words"))

        # The same again as a part that htmx fetches, parses and puts in by itself.
        await page.goto(at)
        async with page.expect_response(lambda answer: answer.url == f"{at}/"):
            await page.evaluate("document.body.dispatchEvent(new CustomEvent('changed'))")
        await page.locator(".card").nth(MOST_SHOWN - 1).wait_for()
        await watch.whole("/ again")

        kim = await home.browser("kim")
        await page.context.clear_cookies()
        await page.context.add_cookies([{"name": key, "value": value, "url": at} for key, value in kim.cookies.items()])
        said.append(await watch.look("/me"))
    await home.close()

    assert watch.wrong == []
    shown = squeezed("".join(said))
    assert [text[:40] for text in THOUSAND if squeezed(clear(text, 30)).rstrip("…") not in shown] == []


async def test_half_a_character_in_a_name_hides_nobody(tmp_path: Path):
    home = await a_home(tmp_path)
    story = [
        replace(each, contact=replace(each.contact, name="Maya\udfff", handle="maya\ud800")) for each in a_bad_story()
    ]

    await home.happens(*story)

    assert [alert.level for alert in await home.desk.alerts()] == ["act"]
    await home.close()
