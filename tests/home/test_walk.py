"""A newcomer's way from the first command to a green check page, in a real browser; and the way out again."""

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import BrowserContext, Page

from tests.demo.chromium import browsing
from tests.notify.servers import free_port

# Several Python processes and a browser start meanwhile, on a machine that may be busy.
PATIENCE_SECONDS = 300


def settings() -> str:
    """Ports of its own: what looks from outside whether Screener runs must know them beforehand."""
    return f"proxy: {{port: {free_port()}}}\ndashboard: {{port: {free_port()}}}\n"


def as_somebody(user: Path) -> dict[str, str]:
    return {**os.environ, "HOME": str(user), "PYTHONUNBUFFERED": "1"}


@contextlib.asynccontextmanager
async def up(home: Path, user: Path) -> AsyncIterator[dict[str, str]]:
    """`screener up` for somebody with this home folder: the address of the dashboard, and the claim code."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "screener", "up", "--home", str(home)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        stdin=asyncio.subprocess.DEVNULL,
        env=as_somebody(user),
    )
    assert process.stdout is not None
    said = ""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "Ctrl-C stops it" not in said:
                line = await process.stdout.readline()
                assert line, said
                said += line.decode()
        found = re.search(r"Dashboard +(\S+)", said), re.search(r"Claim code +(\S+)", said)
        assert found[0] and found[1]
        yield {"dashboard": found[0][1], "code": found[1][1]}
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)


async def screener(user: Path, *words: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "screener", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=as_somebody(user),
    )
    said, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    return process.returncode or 0, said.decode()


def everything(user: Path) -> set[str]:
    return {str(path.relative_to(user)) for path in user.rglob("*") if "profile" not in path.parts}


async def claims(page: Page, where: dict[str, str]) -> None:
    await page.goto(where["dashboard"])
    await page.fill("#code", where["code"])
    await page.fill("#name", "anna")
    await page.fill("#password", "four words in a row")
    await page.click("text=Make the account")


async def sets_up(page: Page) -> None:
    await page.click("nav >> text=Set up")
    await page.fill("#name", "Kim")
    await page.fill("#born", "2014-05-01")
    await page.click("button:text-is('Add')")
    await page.click("text=Set up this computer")
    await page.get_by_text("This computer’s browsers were set up.").wait_for()


async def gives(page: Page, dashboard: str) -> None:
    await page.goto(f"{dashboard}/devices")
    # Whatever else is in the network of the machine that runs the tests stands there as well.
    row = page.locator("#new ~ ul > li", has_text="127.0.0.1")
    await row.locator("summary").click()
    await row.locator("select").select_option(label="Kim")
    await row.get_by_role("button", name="Keep this").click()
    await page.locator("#known ~ ul").get_by_text("This is").wait_for()


async def opened(context: BrowserContext, url: str) -> Page:
    page = await context.new_page()
    await page.goto(url)
    return page


async def test_from_the_first_command_to_a_green_page_a_call_for_help_and_out_again(tmp_path: Path) -> None:
    home, user = tmp_path / "screener", tmp_path / "user"
    home.mkdir(mode=0o700)
    (home / "config.yaml").write_text(settings())
    user.mkdir()
    before = await asyncio.to_thread(everything, user)

    began = time.monotonic()
    async with up(home, user) as where:
        async with browsing(user) as context:
            page = await context.new_page()
            await claims(page, where)
            await sets_up(page)
            await gives(page, where["dashboard"])
        pac = f"{where['dashboard']}/proxy.pac"
        # The desktop would hand the address on; where tests run there is none.
        async with browsing(user, f"--proxy-pac-url={pac}") as context:
            sign = await opened(context, "https://screener.home.arpa/")
            said = await sign.inner_text("body")
            # Not a test of speed: what a machine needs for it, without whoever reads and types.
            print(f"from the first command to a green page: {time.monotonic() - began:.0f} s")
            await sign.click("button:has-text('Tell anna')")
            told = await sign.inner_text("#help")
            parent = await opened(context, where["dashboard"])
            await parent.get_by_text("asked you for help").wait_for()
            heard = await parent.inner_text("section.cries")
        running, complained = await screener(user, "uninstall", "--home", str(home), "--yes")
        healthy, seen = await screener(user, "doctor", "--home", str(home))

    left, words = await screener(user, "uninstall", "--home", str(home), "--yes", "--and-all-records")

    assert "This device is looked after by Screener" in said
    assert "Screener knows this device as Kim’s." in said, said
    assert "It is on its way." in told
    assert "Kim" in heard
    assert (running, "Stop it first" in complained) == (2, True)
    assert "the family certificate is for the watched platforms alone" in seen
    assert (left, words.splitlines()[-1]) == (0, "Looked at again: nothing is left.")
    assert not home.exists()
    # A browser keeps files of its own, whoever set it up.
    browsers = (".cache", ".config/chromium", "profile")
    left_over = {each for each in await asyncio.to_thread(everything, user) - before if not each.startswith(browsers)}
    assert left_over <= {".config", ".local", ".local/share"}, left_over
    assert healthy in (0, 1)


def test_uninstall_says_what_it_would_do_and_does_nothing(tmp_path: Path) -> None:
    home = tmp_path / "screener"
    home.mkdir()

    done = subprocess.run(
        [sys.executable, "-m", "screener", "uninstall", "--home", str(home), "--and-all-records"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert f"would be deleted: {home}" in done.stdout and "Nothing was changed." in done.stdout
    assert home.exists()
