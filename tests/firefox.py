"""A real Firefox without a window, driven over WebDriver BiDi: where it is, what it trusts, and what it shows."""

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import websockets

NAMES = ("firefox-esr", "firefox")
PATIENCE_SECONDS = 60.0
QUIET: Mapping[str, Any] = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "devtools.jsonview.enabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    # Loopback is what these tests go through the proxy for.
    "network.proxy.allow_hijacking_localhost": True,
    "network.trr.mode": 5,
    "remote.active-protocols": 1,
    "services.settings.server": "http://127.0.0.1:1/",
    "toolkit.telemetry.server": "",
}


def firefox_path() -> str:
    named = os.environ.get("SCREENER_FIREFOX")
    for path in (named,) if named else map(shutil.which, NAMES):
        if path:
            return path
    raise FileNotFoundError("Firefox: none was found. Run: make test-setup, or name one in SCREENER_FIREFOX")


class Refused(Exception):
    """The page was not shown; the text is Firefox's own reason."""


class Window:
    """One tab."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket, self._numbers, self._context = socket, itertools.count(1), ""

    async def begin(self) -> None:
        await self._ask("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": False}})
        self._context = (await self._ask("browsingContext.create", type="tab"))["context"]

    async def open(self, url: str) -> None:
        """Raises Refused when Firefox shows an error in place of the page."""
        await self._ask("browsingContext.navigate", context=self._context, url=url, wait="complete")

    async def text(self) -> str:
        return str(await self._script("document.body.innerText"))

    async def evaluate(self, code: str) -> Any:
        return await self._script(code)

    async def picture(self, path: Path, *, width: int = 1180, height: int = 900) -> None:
        await self._ask(
            "browsingContext.setViewport", context=self._context, viewport={"width": width, "height": height}
        )
        found = await self._ask("browsingContext.captureScreenshot", context=self._context, origin="document")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(found["data"]))

    async def _script(self, code: str) -> Any:
        target = {"context": self._context}
        found = await self._ask("script.evaluate", expression=code, target=target, awaitPromise=True)
        return found["result"].get("value")

    async def _ask(self, method: str, **values: Any) -> dict[str, Any]:
        number = next(self._numbers)
        await self._socket.send(json.dumps({"id": number, "method": method, "params": values}))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (answer := json.loads(await self._socket.recv())).get("id") != number:
                pass
        if answer["type"] == "error":
            raise Refused(answer["message"])
        return dict(answer["result"])


@contextlib.asynccontextmanager
async def firefox(
    folder: Path, *, profile: Path | None = None, authorities: Sequence[Path] = (), **settings: Any
) -> AsyncIterator[Window]:
    """A Firefox with a fresh profile, or with the one given; `authorities` are put where its own import puts them."""
    profile = profile or folder / "firefox"
    profile.mkdir(parents=True, exist_ok=True)
    lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in {**QUIET, **settings}.items()]
    with (profile / "user.js").open("a") as file:
        file.write("\n".join(lines) + "\n")
    for number, authority in enumerate(authorities):
        await _run("certutil", "-d", f"sql:{profile}", "-N", "--empty-password") if not number else None
        name = f"authority-{number}"
        await _run("certutil", "-d", f"sql:{profile}", "-A", "-t", "C,,", "-n", name, "-i", str(authority))
    process = await asyncio.create_subprocess_exec(
        *(firefox_path(), "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"),
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        env={**{k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}, "HOME": str(folder)},
    )
    try:
        address = await asyncio.wait_for(_address(process), PATIENCE_SECONDS)
        async with websockets.connect(f"{address}/session", max_size=None, proxy=None) as socket:
            window = Window(socket)
            await window.begin()
            draining = asyncio.create_task(_drain(process))
            yield window
            draining.cancel()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 15)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    while line := await process.stderr.readline():
        _, found, address = line.decode("utf-8", "replace").partition("WebDriver BiDi listening on ")
        if found:
            return address.strip()
    raise AssertionError("Firefox ended before it could be driven")


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    while await process.stderr.read(4096):
        pass


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, errors = await process.communicate()
    assert process.returncode == 0, f"{command[0]}: {errors.decode()}"
