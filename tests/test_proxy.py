"""The proxy as a process: it starts or says why, it stops when told, and whatever kills it, its spool stays whole."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
import websockets
from cryptography import x509

from screener.spool import Frame, Reader, discard, place
from tests.addons.rig import Authority, Origin, Rig, an_authority, an_origin

ROOT = Path(__file__).resolve().parents[1]
HOST = "gateway.discord.gg"


@pytest.fixture(autouse=True)
def _tidy(tmp_path: Path) -> Iterator[None]:
    yield
    discard(tmp_path / "home")


@asynccontextmanager
async def a_process(home: Path, *arguments: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The proxy as the supervisor starts it."""
    prepare(home)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "screener.proxy", "--home", str(home), *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "SCREENER_SUPERVISED": "1", **environment},
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def prepare(home: Path) -> None:
    home.mkdir(mode=0o700, exist_ok=True)
    if not (home / "config.yaml").exists():
        (home / "config.yaml").write_text("proxy:\n  port: 0\n")


async def ready(process: asyncio.subprocess.Process) -> int:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 60)
    assert line.split()[:1] == [b"ready"], line
    return int(line.split()[1])


async def soon(what: Callable[[], bool]) -> bool:
    for _ in range(200):
        if what():
            return True
        await asyncio.sleep(0.02)
    return False


def for_tests(origin: Origin, authority: Authority) -> tuple[str, ...]:
    steer = json.dumps({HOST: ["127.0.0.1", origin.port]})
    return ("--steer", steer, "--upstream-ca", str(authority.certificate), "--enrolled", "127.0.0.1")


def frames(reader: Reader) -> list[Frame]:
    return [frame for _, frame in reader.batch(0, 10_000)]


async def test_after_kill_9_the_spool_is_readable_and_the_next_proxy_closes_what_was_open(tmp_path: Path) -> None:
    authority, home = an_authority(tmp_path, HOST), tmp_path / "home"
    async with an_origin(authority) as origin:
        arguments = for_tests(origin, authority)
        with Reader(place_of(home)) as reader:
            async with a_process(home, *arguments) as process:
                rig = Rig(home=home, port=await ready(process), origin=origin, authority=authority, reader=reader)
                how: dict[str, Any] = {"proxy": rig.proxy, "ssl": rig.trust(origins=False), "open_timeout": 20}
                async with websockets.connect(f"wss://{HOST}/?v=9&encoding=json", **how) as line:
                    await line.send("before the kill")
                    await line.recv()
                    assert await soon(lambda: reader.depth() >= 2)
                    process.kill()
                    await process.wait()
            after_kill = [frame.kind for frame in frames(reader)]
            async with a_process(home, *arguments) as process:
                await ready(process)
                assert await soon(lambda: reader.depth() > len(after_kill))
                found = frames(reader)

    assert after_kill[:2] == ["open", "client"]
    assert (found[1].body, found[1].text) == (b"before the kill", True)
    assert [(frame.kind, frame.stream) for frame in found[-2:]] == [
        ("gap", found[0].stream),
        ("close", found[0].stream),
    ]
    assert found[-2].meta["why"] == "restart"


def place_of(home: Path) -> Path:
    home.mkdir(mode=0o700, exist_ok=True)
    return place(home)


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "the supervisor is gone"])
async def test_it_stops_when_told_and_writes_what_it_has_first(tmp_path: Path, how: str) -> None:
    authority, home = an_authority(tmp_path, HOST), tmp_path / "home"
    async with an_origin(authority) as origin, a_process(home, *for_tests(origin, authority)) as process:
        with Reader(place_of(home)) as reader:
            rig = Rig(home=home, port=await ready(process), origin=origin, authority=authority, reader=reader)
            settings: dict[str, Any] = {"proxy": rig.proxy, "ssl": rig.trust(origins=False), "open_timeout": 20}
            async with websockets.connect(f"wss://{HOST}/?v=9", **settings) as line:
                await line.send("the last word")
                await line.recv()
                if how == "the supervisor is gone":
                    assert process.stdin is not None
                    process.stdin.close()
                else:
                    process.send_signal(signal.Signals[how])
                status = await asyncio.wait_for(process.wait(), 15)

            said = [frame.body for frame in frames(reader) if frame.kind == "client"]
            counted = reader.counters()

    assert status == 0
    assert said == [b"the last word"]
    assert counted["offered"] == counted["written"] + counted["dropped"]


async def test_a_busy_port_is_told_in_one_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        (home / "config.yaml").write_text(f"proxy:\n  port: {port}\n")

        async with a_process(home) as process:
            said, complained = await asyncio.wait_for(process.communicate(), 60)

    assert process.returncode == 2
    assert said == b""
    assert complained.decode() == (
        f"proxy 127.0.0.1:{port}: another program listens there; perhaps Screener runs already. "
        "Stop it, or name another port in config.yaml.\n"
    )


async def test_the_family_has_an_authority_of_its_own_that_only_this_user_can_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with a_process(home) as process:
        await ready(process)
    first = (home / "ca" / "mitmproxy-ca-cert.pem").read_bytes()
    async with a_process(home) as process:
        await ready(process)

    certificate = x509.load_pem_x509_certificate(first)
    assert "CN=Screener family CA" in certificate.subject.rfc4514_string()
    assert (home / "ca" / "mitmproxy-ca-cert.pem").read_bytes() == first
    assert (home / "ca").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (home / "ca").iterdir()} == {0o600}


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)


def test_a_loop_that_stands_still_ends_the_process() -> None:
    found = run_python(
        "import asyncio, time\n"
        "from screener.proxy import watch_loop\n"
        "async def main():\n"
        "    watch_loop(asyncio.get_running_loop(), still_seconds=1.5)\n"
        "    await asyncio.sleep(3)\n"
        "    print('alive', flush=True)\n"
        "    time.sleep(30)\n"
        "asyncio.run(main())\n"
    )

    assert found.returncode == 70
    assert found.stdout == "alive\n"


def test_the_proxy_opens_no_database_of_the_family() -> None:
    found = run_python(
        "import sys, screener.proxy\n"
        "print([name for name in ('sqlalchemy', 'aiosqlite', 'alembic', 'fastapi') if name in sys.modules])"
    )

    assert found.stdout == "[]\n"
