"""A child's real browsers: set up as a family does, the check page is green; without the proxy pages load direct."""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import BrowserContext

from screener.home import authority, pc
from screener.home.folder import Home
from screener.home.pac import pac
from screener.proxy import ProxySettings
from tests.addons.rig import HOST, PROBE, TABLE, Authority, Origin, a_proxy, an_authority, an_origin
from tests.demo.chromium import browsing, trusting
from tests.firefox import firefox
from tests.home.thief import a_folder


@dataclass(frozen=True, kw_only=True)
class Street:
    """A home, and a platform outside it with a certificate of its own."""

    home: Home
    origin: Origin
    authority: Authority

    @property
    def page(self) -> str:
        return f"https://{HOST}:{self.origin.port}/json"


@contextlib.asynccontextmanager
async def a_street(folder: Path) -> AsyncIterator[Street]:
    origins = an_authority(folder, HOST)
    home = a_folder(folder / "screener")
    authority.ensure(home, TABLE)
    async with an_origin(origins) as origin:
        yield Street(home=home, origin=origin, authority=origins)


@contextlib.asynccontextmanager
async def a_pac(port: int) -> AsyncIterator[str]:
    """The address of the PAC file, as the dashboard serves it."""
    text = pac(f"127.0.0.1:{port}", exact=TABLE.exact, below=TABLE.below).encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            kind = b"Content-Type: application/x-ns-proxy-autoconfig\r\nConnection: close\r\n"
            writer.write(b"HTTP/1.1 200 OK\r\n" + kind + b"Content-Length: %d\r\n\r\n" % len(text) + text)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/proxy.pac"
    finally:
        server.close()


def proxy_of(street: Street) -> ProxySettings:
    steer = {HOST: ("127.0.0.1", street.origin.port)}
    return ProxySettings(home=street.home.folder, port=0, steer=steer, upstream_ca=street.authority.certificate)


async def text_of(context: BrowserContext, url: str) -> str:
    page = await context.new_page()
    await page.goto(url)
    return await page.inner_text("body")


async def test_a_set_up_chromium_is_green_and_goes_direct_when_the_proxy_is_gone(tmp_path: Path) -> None:
    async with a_street(tmp_path) as street:
        user = await trusting(tmp_path / "user", [street.authority.certificate])
        async with contextlib.AsyncExitStack() as stack:
            port, reader = await stack.enter_async_context(a_proxy(proxy_of(street), TABLE))
            address = await stack.enter_async_context(a_pac(port))
            put = await asyncio.to_thread(pc.set_up, street.home, address, user=user)
            direct = f"--host-resolver-rules=MAP {HOST} 127.0.0.1"
            async with browsing(user, f"--proxy-pac-url={address}", direct) as context:
                sign = await text_of(context, f"https://{PROBE}/")
                through = await text_of(context, street.page)
                asked = len(street.origin.asked)
                decrypted = reader.coverage()
                await stack.aclose()
                alone = await text_of(context, street.page)
        await asyncio.to_thread(pc.taken_out, street.home)

    assert "This device is looked after by Screener" in sign
    assert through == alone and "see you at the match" in alone
    assert asked and (HOST, "read") in {(seen.host, seen.state) for seen in decrypted}
    assert street.home.enrolled_devices() == {"127.0.0.1"}
    assert pc.left_over(put) == ()


async def test_a_set_up_firefox_is_green_and_goes_direct_when_the_proxy_is_gone(tmp_path: Path) -> None:
    user = tmp_path / "user"
    profile = user / ".mozilla/firefox/child.default"
    async with a_street(tmp_path) as street, contextlib.AsyncExitStack() as stack:
        port, reader = await stack.enter_async_context(a_proxy(proxy_of(street), TABLE))
        address = await stack.enter_async_context(a_pac(port))
        await asyncio.to_thread(_a_used_profile, profile, street.authority.certificate)
        put = await asyncio.to_thread(pc.set_up, street.home, address, user=user)
        async with firefox(user, profile=profile, **{"network.dns.forceResolve": "127.0.0.1"}) as window:
            await window.open(f"https://{PROBE}/")
            sign = await window.text()
            await window.picture(tmp_path / "sign.png")
            await window.open(street.page)
            through = await window.evaluate("document.documentElement.textContent")
            decrypted = reader.coverage()
            await stack.aclose()
            await window.open(street.page)
            alone = await window.evaluate("document.documentElement.textContent")
        await asyncio.to_thread(pc.taken_out, street.home)
    prefs = await asyncio.to_thread((profile / "prefs.js").read_text)

    assert "This device is looked after by Screener" in sign
    assert "see you at the match" in through and "see you at the match" in alone
    assert (HOST, "read") in {(seen.host, seen.state) for seen in decrypted}
    assert "autoconfig_url" not in prefs
    assert pc.left_over(put) == ()


def _a_used_profile(profile: Path, authority: Path) -> None:
    profile.mkdir(parents=True)
    (profile / "prefs.js").write_text('user_pref("browser.startup.page", 0);\n')
    subprocess.run(["certutil", "-d", f"sql:{profile}", "-N", "--empty-password"], check=True)
    add = ["certutil", "-d", f"sql:{profile}", "-A", "-t", "C,,", "-n", "origins", "-i", str(authority)]
    subprocess.run(add, check=True)
