"""`screener up`: two processes that start together, survive each other, and end with Ctrl-C."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from screener.home.folder import Home
from tests.notify.servers import free_port

# Two Python processes start meanwhile, on a machine that may be busy.
PATIENCE = 90


class Running:
    """`screener up` in a home of its own, and what it printed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []

    async def until(self, words: str) -> str:
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while line := (await self.process.stdout.readline()).decode():
                self.lines.append(line.rstrip())
                if words in line:
                    return line.rstrip()
        raise AssertionError(f"it ended without saying {words!r}: {self.lines}")

    async def ended(self) -> int:
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()


@contextlib.asynccontextmanager
async def up(home: Path) -> AsyncIterator[Running]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "screener", "up", "--home", str(home),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    running = Running(process)
    try:
        yield running
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
            await running.ended()
        assert process.stdout is not None
        await process.stdout.read()


def settings(home: Path, text: str = "proxy: {port: 0}\ndashboard: {port: 0}\n") -> Path:
    home.mkdir(exist_ok=True)
    (home / "config.yaml").write_text(text)
    return home


def children(pid: int) -> dict[str, int]:
    """The proxy's and the screener's process ids."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_bytes().decode().split("\0")
            # One that has just ended, or has not begun yet, has no command.
            if parent == pid and len(command) > 2:
                found[command[2].removeprefix("screener.")] = int(entry.name)
    return found


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until(holds: Callable[[], bool]) -> None:
    """Processes of others tell nobody when they start or end, so they are looked for."""
    ends = asyncio.get_running_loop().time() + PATIENCE
    while not holds():
        assert asyncio.get_running_loop().time() < ends, f"it did not happen in {PATIENCE} seconds"
        await asyncio.sleep(0.1)


async def gone(*pids: int) -> None:
    await until(lambda: not any(is_alive(pid) for pid in pids))


async def test_it_says_where_the_dashboard_is_and_the_code_opens_the_first_account(tmp_path: Path):
    async with up(settings(tmp_path / "home")) as running:
        await running.until("Ctrl-C stops it.")
        said = "\n".join(running.lines)
        dashboard = re.search(r"Dashboard\s+(http://\S+)", said)
        code = re.search(r"Claim code\s+(\S+)", said)
        pac = re.search(r"PAC address\s+(\S+)", said)
        assert dashboard and code and pac

        async with httpx.AsyncClient(base_url=dashboard[1], headers={"Origin": dashboard[1]}) as browser:
            asked = await browser.get("/", follow_redirects=True)
            file = await browser.get("/proxy.pac")

    assert asked.status_code == 200 and "claim" in asked.text.lower()
    assert pac[1] == f"{dashboard[1]}/proxy.pac"
    assert "FindProxyForURL" in file.text and '"www.facebook.com"' in file.text
    assert file.headers["content-type"].startswith("application/x-ns-proxy-autoconfig")


async def test_ctrl_c_ends_both_processes_and_a_second_start_keeps_everything(tmp_path: Path):
    home = settings(tmp_path / "home")
    async with up(home) as running:
        await running.until("Ctrl-C stops it.")
        pids = children(running.process.pid)
        running.process.send_signal(signal.SIGINT)
        status = await running.ended()
    certificate = (home / "ca" / "mitmproxy-ca-cert.pem").read_bytes()

    async with up(home) as again:
        await again.until("Ctrl-C stops it.")

    assert status == 0
    assert set(pids) == {"proxy", "serve"}
    assert not any(is_alive(pid) for pid in pids.values())
    assert (home / "ca" / "mitmproxy-ca-cert.pem").read_bytes() == certificate


@pytest.mark.parametrize("name", ["proxy", "serve"])
async def test_a_process_that_is_killed_is_started_again_and_the_other_one_stays(tmp_path: Path, name: str):
    async with up(settings(tmp_path / "home")) as running:
        await running.until("Ctrl-C stops it.")
        before = children(running.process.pid)
        os.kill(before[name], signal.SIGKILL)
        await running.until("is started again")
        await until(lambda: children(running.process.pid).get(name, before[name]) != before[name])
        after = children(running.process.pid)

    other = ({"proxy", "serve"} - {name}).pop()
    assert after[other] == before[other]


async def test_when_the_supervisor_is_killed_both_processes_end_so_that_browsers_go_direct(tmp_path: Path):
    async with up(settings(tmp_path / "home")) as running:
        await running.until("Ctrl-C stops it.")
        pids = children(running.process.pid)
        running.process.kill()
        await running.ended()

        await gone(*pids.values())


@pytest.mark.parametrize("section", ["proxy", "dashboard"])
async def test_a_busy_port_is_named_with_its_mend_and_nothing_is_left_running(tmp_path: Path, section: str):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        other = {"proxy": "dashboard", "dashboard": "proxy"}[section]
        home = settings(tmp_path / "home", f"{section}: {{port: {port}}}\n{other}: {{port: 0}}\n")
        async with up(home) as running:
            status = await running.ended()
            assert running.process.stdout is not None
            said = (await running.process.stdout.read()).decode()

    assert status == 2
    assert re.search(rf"{section}.* {port}\b.+\. .+\.|{section}.*:{port}: .+\. .+\.", said), said
    assert "Traceback" not in said


async def test_a_mistake_in_the_settings_is_named_by_its_line(tmp_path: Path):
    home = settings(tmp_path / "home", "proxy:\n  prot: 1\n")
    async with up(home) as running:
        status = await running.ended()
        assert running.process.stdout is not None
        said = (await running.process.stdout.read()).decode()

    assert status == 2
    assert 'config.yaml:2: "proxy.prot" is not known here. Did you mean "port"?' in said


@pytest.mark.parametrize(("passphrase", "starts"), [("four words in a row", True), ("four other words", False)])
async def test_with_a_locked_key_it_starts_with_the_passphrase_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passphrase: str, starts: bool
):
    home = Home(folder=settings(tmp_path / "home"))
    home.made()
    home.lock("four words in a row")
    monkeypatch.setenv("SCREENER_PASSPHRASE", passphrase)

    async with up(home.folder) as running:
        await running.until("Screener is running." if starts else "the passphrase is another one")
        status = None if starts else await running.ended()

    assert status == (None if starts else 2)


async def test_what_is_pressed_on_set_up_is_in_force_after_both_were_started_again(tmp_path: Path):
    proxy, dashboard = free_port(), free_port()
    home = settings(
        tmp_path / "home",
        f"proxy: {{host: 0.0.0.0, port: {proxy}}}\n"
        f"dashboard: {{host: 0.0.0.0, port: {dashboard}, https_port: 0}} # ours\n",
    )
    async with up(home) as running:
        await running.until("Ctrl-C stops it.")
        before = children(running.process.pid)
        code = re.search(r"Claim code\s+(\S+)", "\n".join(running.lines))
        assert code is not None
        open_to_others = [reachable("127.0.0.2", port) for port in (proxy, dashboard)]

        url = f"http://127.0.0.1:{dashboard}"
        async with httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=60) as browser:
            fields = {"code": code[1], "name": "anna", "password": "four words in a row", "member": ""}
            await browser.post("/claim", data=fields)
            token = re.search(r'name="token" value="([^"]+)"', (await browser.get("/setup")).text)
            assert token is not None
            answer = await browser.post(
                "/setup/others", data={"token": token[1], "address": "", "password": fields["password"]}
            )
            await running.until("settings have changed")
            await until(lambda: not set(before.values()) & set(children(running.process.pid).values()))
            await until(lambda: all(reachable("127.0.0.1", port) for port in (proxy, dashboard)))
            again = await browser.get("/setup")
        after = children(running.process.pid)
        still_open = [reachable("127.0.0.2", port) for port in (proxy, dashboard)]

    assert "starts again" in answer.text
    assert again.status_code == 200, "whoever was logged in still is"
    assert not set(before.values()) & set(after.values())
    assert (open_to_others, still_open) == ([True, True], [False, False])
    assert "127.0.0.1" in (home / "config.yaml").read_text() and "# ours" in (home / "config.yaml").read_text()


def reachable(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True
