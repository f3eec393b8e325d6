"""A real Chromium without a window, which trusts what it is told to trust and finds the proxy by a PAC file."""

import asyncio
import base64
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from playwright.async_api import BrowserContext, Page, async_playwright

from screener.demo.base import Answer, Ask
from screener.demo.tabs.facebook import FacebookTab
from screener.events import Accepted, Event, Message
from tests.browser import chromium_path

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
)
PATIENCE_MS = 30_000


async def trusting(folder: Path, authorities: Sequence[Path]) -> Path:
    """A home folder whose browser trusts these certificates, as a family would install them."""
    certutil = shutil.which("certutil")
    assert certutil, "certutil is missing. Run: apt install libnss3-tools"
    base = folder / ".pki" / "nssdb"
    base.mkdir(parents=True)
    await _run(certutil, "-d", f"sql:{base}", "-N", "--empty-password")
    for number, authority in enumerate(authorities):
        await _run(certutil, "-d", f"sql:{base}", "-A", "-t", "C,,", "-n", f"authority-{number}", "-i", str(authority))
    return folder


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, errors = await process.communicate()
    assert process.returncode == 0, f"{command[0]}: {errors.decode()}"


@contextlib.asynccontextmanager
async def browsing(home: Path, *flags: str, width: int = 1280, height: int = 900) -> AsyncIterator[BrowserContext]:
    """A browser with a fresh profile in `home`."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            str(home / "profile"),
            executable_path=await asyncio.to_thread(chromium_path),
            args=[*FLAGS, *flags],
            env={**_environment(), "HOME": str(home)},
            chromium_sandbox=False,
            viewport={"width": width, "height": height},
        )
        context.set_default_timeout(PATIENCE_MS)
        try:
            yield context
        finally:
            await context.close()


def pac_flag(text: str) -> str:
    return f"--proxy-pac-url=data:application/x-ns-proxy-autoconfig;base64,{base64.b64encode(text.encode()).decode()}"


def _environment() -> Mapping[str, str | float | bool]:
    return {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}


class WindowPage:
    """The simulated Facebook in a real browser: the member clicks and types, the page's own script does the rest."""

    def __init__(self, page: Page, account: str) -> None:
        self.tab = FacebookTab(account)
        self._page = page

    async def opened(self) -> None:
        await self._page.goto(f"https://www.facebook.com/login?as={self.tab.account}")
        await self._page.get_by_text("connected", exact=True).wait_for()

    async def picture(self, path: Path) -> None:
        await self._page.screenshot(path=path)

    async def asks(self, ask: Ask) -> Answer:
        """The member opens the stranger's profile; whatever else there is, the browser asks for itself."""
        if ask.path == "/profile.php":
            async with self._page.context.expect_page() as opened:
                await self._page.get_by_role("link", name="See profile").first.click()
            profile = await opened.value
            await profile.wait_for_load_state()
            await profile.close()
        return Answer(status=200, headers={}, body=b"")

    async def acts(self, event: Event) -> None:
        if isinstance(event, Accepted):
            await self._page.get_by_role("button", name="Confirm").first.click()
            await self._page.get_by_text("is your friend").first.wait_for()
        elif isinstance(event, Message):
            await self._page.get_by_label("Answer").fill(event.text or "")
            await self._page.get_by_role("button", name="Send").click()
            await self._page.locator("li.own").get_by_text(event.text or "", exact=True).wait_for()
        else:
            raise AssertionError(f"nobody can do {event.kind} on this page")
