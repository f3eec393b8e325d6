"""Tuning the rules in a real Chromium: from an alert to a change and back, points, and a broken rule."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.web.conftest import DESK, PASSWORD, served
from tests.web.house import KIM, Home, a_home, a_strange_start

SHOTS = os.environ.get("SCREENER_SHOTS")


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    await made.happens(*a_strange_start())
    yield made
    await made.close()


async def log_in(page: Page, at: str) -> None:
    await page.goto(f"{at}/login")
    await page.fill("#name", "anna")
    await page.fill("#password", PASSWORD)
    await page.click("text=Log in >> nth=-1")
    await expect(page.locator("#live")).to_have_attribute("data-state", "on")


async def shot(page: Page, name: str) -> None:
    """The page fits a phone; and a picture of it, where somebody wants to look."""
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    if SHOTS:
        for size, scheme in ((page.viewport_size, "light"), (DESK, "dark")):
            before = page.viewport_size
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await page.set_viewport_size(size)  # type: ignore[arg-type]
            await page.screenshot(path=f"{SHOTS}/{name}-{scheme}.png", full_page=True)
            await page.set_viewport_size(before)  # type: ignore[arg-type]
        await page.emulate_media(color_scheme="light")


def overrides(home: Home) -> Path:
    return home.folder / "rules" / "overrides.yaml"


async def test_from_an_alert_that_did_not_help_to_a_change_and_back(home: Home, page: Page, complaints: list[str]):
    async with served(home.app) as at:
        await log_in(page, at)
        await page.click(".card a")
        await page.click("text=This was not helpful")
        await expect(page.locator("h1")).to_have_text("What would have kept it quiet")
        await expect(page.locator(".option").first).to_contain_text("+0 / −1")
        await expect(page.locator(".differences").first).to_contain_text("Sky W.")
        await shot(page, "proposals")

        lighter = page.locator(".option", has_text="weighs").first
        await lighter.locator("button").click()
        await expect(page.locator(".deal")).to_contain_text("anna changed the rules because of this alert")
        await expect(page.locator("header.case")).to_contain_text("This alert is closed.")
        await shot(page, "accepted")
        assert "members:\n  Kim:" in overrides(home).read_text()
        assert (await home.happens(*a_strange_start(KIM, contact="100000000000779")))[-1].alert is not None

        await page.click("text=Take the change back")
        await expect(page.locator(".deal")).not_to_contain_text("changed the rules")
        assert not overrides(home).exists()
        assert complaints == []


async def test_points_are_changed_only_after_what_that_would_have_done_was_shown(
    home: Home, page: Page, complaints: list[str]
):
    async with served(home.app) as at:
        await log_in(page, at)
        await page.click("nav >> text=Rules")
        await shot(page, "rules")
        await page.click("text=Asks whether somebody is alone")
        await expect(page.locator(".bench")).to_contain_text("told 1, not helpful 0")
        await page.fill("#points", "1")
        await page.select_option("#whose", "Kim")
        await shot(page, "rule")
        await page.click("text=See what it would have done")
        await expect(page.locator(".sum")).to_contain_text("+0 / −1 alerts in the last 30 days")
        assert not overrides(home).exists()
        await shot(page, "trial")
        await page.click("text=Save the change")
        await expect(page.locator("dl")).to_contain_text("For Kim")
        assert home.live().of("Kim", "facebook").rules != home.live().of("Robin", "facebook").rules

        await page.goto(f"{at}/rules/changes")
        await expect(page.locator(".changes")).to_contain_text("points: 1")
        await shot(page, "changes")
        await page.click("text=Undo")
        await expect(page.locator(".changes")).to_contain_text("Taken back.")
        assert not overrides(home).exists()
        assert complaints == []


async def test_a_broken_rule_shows_line_and_mend_and_the_last_good_ones_go_on(
    home: Home, page: Page, complaints: list[str]
):
    overrides(home).parent.mkdir()
    overrides(home).write_text("# ours\nrules:\n  secrecy: {points: 3}   # too many\n")
    await home.live.read()
    async with served(home.app) as at:
        await log_in(page, at)
        await page.goto(f"{at}/rules/edit")
        editor = page.locator(".cm-content")
        await expect(editor).to_contain_text("too many")
        await editor.click()
        await page.keyboard.press("Control+End")
        await page.keyboard.type("  secrecyy: {points: 3}")
        await expect(page.locator("#checked")).to_have_text("Written wrong: 1")
        await page.locator(".cm-lint-marker-error").hover()
        await expect(page.locator(".cm-tooltip")).to_contain_text('Did you mean "secrecy"?')
        await shot(page, "editor-broken")
        await page.click("#editor button")
        await expect(page.locator("#wrong")).to_contain_text('overrides.yaml:4: "secrecyy" is not a rule. Did you mean')
        await shot(page, "refused")
        assert next(rule for rule in home.live().rules if rule.id == "secrecy").points == 3
        assert "secrecyy" not in overrides(home).read_text()
        assert [said for said in complaints if "400" not in said] == []


async def test_the_editor_completes_what_is_known_and_saves_what_is_right(
    home: Home, page: Page, complaints: list[str]
):
    async with served(home.app) as at:
        await log_in(page, at)
        await page.set_viewport_size(DESK)
        await page.goto(f"{at}/rules/edit")
        await page.locator(".cm-content").click()
        await page.keyboard.type("rul")
        await expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("rules")
        await shot(page, "completing")
        await page.keyboard.type("es:")
        # What stands below is moved in by itself.
        await page.keyboard.press("Enter")
        await page.keyboard.type("secrec")
        await expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("secrecy")
        await page.keyboard.press("Escape")
        await page.keyboard.type("y: {points: 2}")
        await expect(page.locator("#checked")).to_have_text("Nothing is wrong with it.")
        await page.click("#editor button")
        await page.click("text=Save the change")
        await expect(page.locator(".changes")).to_contain_text("secrecy: {points: 2}")
        said = list(complaints)
    assert overrides(home).read_text() == "rules:\n  secrecy: {points: 2}\n"
    assert said == []


async def test_without_script_a_file_is_written_in_a_plain_field(home: Home, page: Page):
    async with served(home.app) as at:
        await log_in(page, at)
        state = await page.context.storage_state()
        assert page.context.browser is not None
        context = await page.context.browser.new_context(java_script_enabled=False, storage_state=state)
        plain = await context.new_page()
        await plain.goto(f"{at}/rules/edit?stage=isolate&name=My%20own")
        await plain.locator("#editor button").click()
        await plain.locator("text=Save the change").click()
        await expect(plain.locator(".changes")).to_contain_text("isolate/my-own.yaml")
        await context.close()
    assert (home.folder / "rules" / "isolate" / "my-own.yaml").exists()
    assert any(rule.id == "my-own" for rule in home.live().rules)
