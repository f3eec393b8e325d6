"""The same addons in a plain mitmdump, which knows nothing of Screener."""

import asyncio
import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from screener.spool import Reader, discard, place

ROOT = Path(__file__).resolve().parents[2]
PROBE = "screener.home.arpa"


@pytest.fixture(autouse=True)
def _tidy(tmp_path: Path) -> Iterator[None]:
    yield
    discard(tmp_path / "home")


@contextmanager
def a_mitmdump(folder: Path, *scripts: str) -> Iterator[int]:
    """A real mitmdump with these scripts, on a free port, as soon as it listens."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "home").mkdir(mode=0o700)
    program = [str(Path(sys.executable).with_name("mitmdump")), "-q", "-p", str(port), "--listen-host", "127.0.0.1"]
    options = ["--set", f"confdir={folder / 'ca'}", "--set", f"screener_home={folder / 'home'}"]
    arguments = [argument for script in scripts for argument in ("-s", str(ROOT / script))]
    process = subprocess.Popen([*program, *options, *arguments], cwd=folder)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(20)


async def until(client: httpx.AsyncClient, url: str) -> httpx.Response:
    """The first answer of a proxy that is still starting."""
    for _ in range(300):
        try:
            return await client.get(url)
        except httpx.HTTPError:
            await asyncio.sleep(0.1)
    raise AssertionError("mitmdump does not answer")


@pytest.mark.parametrize("scripts", [("addons/gate.py",), ("addons/tap.py", "addons/gate.py")])
async def test_gate_and_tap_run_as_plain_scripts(tmp_path: Path, scripts: tuple[str, ...]) -> None:
    with a_mitmdump(tmp_path, *scripts) as port:
        async with httpx.AsyncClient(proxy=f"http://127.0.0.1:{port}", trust_env=False) as client:
            page = await until(client, f"http://{PROBE}/")
            refused = await client.get(f"http://127.0.0.1:{port}/")
        context = ssl.create_default_context(cafile=tmp_path / "ca" / "mitmproxy-ca-cert.pem")
        async with httpx.AsyncClient(proxy=f"http://127.0.0.1:{port}", verify=context, trust_env=False) as client:
            enrolled = await client.get(f"https://{PROBE}/")
    # Written beside the traffic, and at the latest when the program ends.
    devices = (tmp_path / "home" / "enrolled.json").read_text()

    assert "Is this device looked after?" in page.text
    assert refused.status_code == 502
    assert "looked after by Screener" in enrolled.text
    assert list(json.loads(devices)["devices"]) == ["127.0.0.1"]


async def test_the_tap_as_a_plain_script_begins_a_spool(tmp_path: Path) -> None:
    with a_mitmdump(tmp_path, "addons/tap.py") as port:
        async with httpx.AsyncClient(proxy=f"http://127.0.0.1:{port}", trust_env=False) as client:
            await until(client, "http://127.0.0.1:9/")
        with Reader(place(tmp_path / "home")) as reader:
            for _ in range(100):
                if reader.counters():
                    break
                await asyncio.sleep(0.05)
            counted = reader.counters()

    assert counted["offered"] == 0
    assert counted["heartbeat"] > 0
