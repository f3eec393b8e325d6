"""axe-core finds nothing on any page: WCAG 2.2 AA as far as a machine can tell, phone and desk, by day and night."""

import hashlib
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from tests.web.conftest import DESK, PHONE
from tests.web.tour import Stop, tour

VENDOR = Path(__file__).parent / "vendor"
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# By night only colours differ, and the whole takes seconds on a long page.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# What a template left unfilled, and the words of a programming language.
UNFILLED = ("%(", "{{", "}}", "{%", "None", "undefined", "NaN", "<bdi")

RUN = """async (rules) => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
  const found = await axe.run({runOnly: rules, resultTypes: ["violations"]});
  return found.violations.map((v) => [v.id, v.nodes.map((n) => [n.target.join(" "), n.failureSummary]).slice(0, 4)]);
}"""


async def violations(page: Page, stop: Stop) -> list[Any]:
    """What axe finds in each of the four ways in which a page is seen."""
    await page.evaluate((VENDOR / "axe.min.js").read_text(encoding="utf-8"))
    found: list[Any] = []
    for size in (PHONE, DESK):
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme="light")
        found += [(stop.path, stop.by, size["width"], "day", *v) for v in await page.evaluate(RUN, RULES)]
        await page.emulate_media(color_scheme="dark")
        found += [(stop.path, stop.by, size["width"], "night", *v) for v in await page.evaluate(RUN, COLOURS)]
    return found


async def test_axe_finds_nothing_on_any_page(tmp_path: Path, browser: Browser):
    # The policy keeps axe out, as it keeps out everything that is not ours. Colours that fade would be seen half-way.
    page = await browser.new_page(bypass_csp=True, viewport=PHONE, reduced_motion="reduce")
    found: list[Any] = []
    async with tour(tmp_path) as there:
        async for stop in there.walk(page):
            found += await violations(page, stop)
            said = await page.locator("body").inner_text()
            found += [(stop.path, stop.by, "unfilled", each) for each in UNFILLED if each in said]

    assert found == []


def test_axe_is_the_file_that_we_looked_at_and_comes_with_its_licence():
    written = dict(reversed(line.split()) for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
    names = ("axe.min.js", "LICENSE.axe")

    assert {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in names} == written
    assert "`axe.min.js`" in (VENDOR / "README.md").read_text()
