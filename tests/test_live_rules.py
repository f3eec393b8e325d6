"""A save counts at once in the running screener, which forgets nothing; a broken one changes nothing."""

import asyncio
import contextlib
import json
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from screener.home.folder import Home
from screener.spool import Frame, Writer, place

# Two Python processes start meanwhile, on a machine that may be busy.
PATIENCE = 180

REQUEST = """\
title: Asks to be friends
id: asks-to-be-friends
status: stable
when: friend_request
if:
  contact.known: false
points: 30
because: "{contact.name} asked {member.name} to be friends."
advice: Ask {member.name} who this is.
also_innocent: Somebody from school.
examples:
  alerts:
    - {contact.known: false}
  stays_quiet:
    - {contact.known: true}
"""

LEVELS = Path(__file__).parent.parent / "rules" / "levels.yaml"
AT = datetime(2026, 10, 2, 12, 0, tzinfo=UTC).timestamp()
OPENED: dict[str, Any] = {
    "via": "websocket",
    "device": "192.0.2.7",
    "method": "GET",
    "host": "gateway.discord.gg",
    "path": "/",
    "query": "v=9&encoding=json",
    "headers": {},
    "account": None,
}
READY = {
    "op": 0,
    "t": "READY",
    "s": 1,
    "d": {
        "user": {"id": "1301234567890123456", "username": "kim"},
        "session_id": "s1",
        "relationships": [],
        "private_channels": [],
        "users": [],
    },
}


def said(document: Any) -> Frame:
    return Frame(stream="s", kind="server", at=AT, body=json.dumps(document).encode(), text=True)


def asked(contact: str) -> Frame:
    user = {"id": contact, "username": "maya.example", "global_name": "Maya R."}
    since = "2026-10-02T17:03:00+00:00"
    asks = {"type": 3, "id": contact, "user": user, "since": since, "stranger_request": True}
    return said({"op": 0, "t": "RELATIONSHIP_ADD", "s": 2, "d": asks})


class Screener:
    """The screener process over a spool that a test writes, in a home of its own."""

    def __init__(self, home: Path, process: asyncio.subprocess.Process) -> None:
        self.home, self.process = home, process
        self.rules = home / "rules"
        self.writer = Writer(place(home))
        self.told: list[str] = []

    def save(self, place: str, text: str) -> None:
        path = self.rules / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def ask(self, number: int) -> None:
        """Somebody new asks, on the connection that is open."""
        assert self.writer.offer(asked(str(1401234567890123456 + number)))

    def connect(self) -> None:
        """The member's browser opens the connection that stays open."""
        assert self.writer.offer(Frame(stream="s", kind="open", at=AT, meta=OPENED))
        assert self.writer.offer(said(READY))

    def points(self) -> list[int]:
        with contextlib.closing(sqlite3.connect(self.home / "screener.db")) as kept:
            return [row[0] for row in kept.execute("SELECT points FROM alerts ORDER BY opened, rowid")]

    async def points_of(self, alerts: int) -> list[int]:
        ends = time.monotonic() + PATIENCE
        while len(found := self.points()) < alerts:
            assert time.monotonic() < ends, f"no alert came; it said {self.told}"
            await asyncio.sleep(0.05)
        return found

    async def takes(self, place: str, text: str) -> None:
        """Saves a file, and waits until it is in force: then its copy lies among the last good ones."""
        self.save(place, text)
        copy = self.home / "rules-last-good" / "own" / place
        ends = time.monotonic() + PATIENCE
        while not copy.exists() or copy.read_text() != text:
            assert time.monotonic() < ends, f"it was not taken; it said {self.told}"
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)  # from the copy to the pipeline is one turn of its loop

    async def hears(self, words: str) -> float:
        """Seconds until it says these words."""
        began = time.monotonic()
        assert self.process.stderr is not None
        async with asyncio.timeout(PATIENCE):
            while line := (await self.process.stderr.readline()).decode():
                self.told.append(line.rstrip())
                if words in line:
                    return time.monotonic() - began
        raise AssertionError(f"it ended without saying {words!r}: {self.told}")


@contextlib.asynccontextmanager
async def running(home: Path) -> AsyncIterator[Screener]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "screener.serve", "--home", str(home),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    screener = Screener(home, process)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            assert (await process.stdout.readline()).startswith(b"ready")
        yield screener
    finally:
        screener.writer.close()
        if process.returncode is None:
            process.terminate()
        await process.wait()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home judged by one rule, so that it starts quickly."""
    folder, base = tmp_path / "home", tmp_path / "shipped"
    for file, text in {
        "levels.yaml": LEVELS.read_text(),
        "isolate/asks-to-be-friends.yaml": REQUEST,
        "lists/secrecy.yaml": "title: Secrecy\nsays: Asks for secrecy.\n",
        "lists/en/secrecy.yaml": "phrases: [our secret]\n",
    }.items():
        (base / file).parent.mkdir(parents=True, exist_ok=True)
        (base / file).write_text(text)
    folder.mkdir()
    (folder / "config.yaml").write_text("rules: ../shipped\ndashboard: {port: 0}\n")
    Home(folder=folder).made()
    return folder


async def test_a_save_counts_for_the_next_event_and_the_open_connection_goes_on(home: Path):
    async with running(home) as screener:
        screener.connect()
        screener.ask(1)
        await screener.points_of(1)

        await screener.takes("overrides.yaml", "rules: {asks-to-be-friends: {points: 40}}\n")
        screener.ask(2)
        await screener.points_of(2)

        screener.save("overrides.yaml", "rules: {asks-to-be-friends: {points: [\n")
        await screener.hears("home/rules/overrides.yaml:1: this is not YAML")
        screener.ask(3)
        found = await screener.points_of(3)

        assert screener.process.returncode is None

    assert found == [33, 44, 44]


async def test_the_last_good_version_is_in_force_after_a_restart_too_and_the_mistake_is_told_again(home: Path):
    async with running(home) as screener:
        await screener.takes("isolate/asks-too.yaml", REQUEST.replace("asks-to-be-friends", "asks-too"))
        screener.save("isolate/asks-too.yaml", "title: [")
        await screener.hears("home/rules/isolate/asks-too.yaml:1: this is not YAML")

    async with running(home) as screener:
        await screener.hears("home/rules/isolate/asks-too.yaml:1: this is not YAML")
        screener.connect()
        screener.ask(1)
        await screener.points_of(1)
        with contextlib.closing(sqlite3.connect(home / "screener.db")) as kept:
            reasons = kept.execute("SELECT body FROM alerts").fetchone()[0]

    assert "asks-too" in str(reasons)
