"""A save counts within a second in the running screener, which forgets nothing; a broken one changes nothing."""

import asyncio
import contextlib
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from screener.home.folder import Home
from screener.spool import Writer, place
from tests.test_own_rules import base
from tests.test_reading import READY, asked, opened, said

__all__ = ["base"]

PATIENCE = 60
A_SECOND = 1.0

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
        assert self.writer.offer(said("s", asked(str(1401234567890123456 + number))))

    def points(self) -> list[int]:
        with contextlib.closing(sqlite3.connect(self.home / "screener.db")) as kept:
            return [row[0] for row in kept.execute("SELECT points FROM alerts ORDER BY opened, rowid")]

    async def points_of(self, alerts: int) -> list[int]:
        ends = time.monotonic() + PATIENCE
        while len(found := self.points()) < alerts:
            assert time.monotonic() < ends, f"no alert came; it said {self.told}"
            await asyncio.sleep(0.05)
        return found

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
def home(base: Path) -> Iterator[Path]:
    """A home judged by a few shipped rules, so that it starts quickly."""
    folder = base.parent / "home"
    folder.mkdir()
    (folder / "config.yaml").write_text("rules: ../shipped\ndashboard: {port: 0}\n")
    (base / "isolate" / "asks-to-be-friends.yaml").write_text(REQUEST)

    Home(folder=folder).made()
    yield folder


async def test_a_save_counts_for_the_next_event_within_a_second_and_the_open_connection_goes_on(home: Path):
    async with running(home) as screener:
        screener.writer.offer(opened("s"))
        screener.writer.offer(said("s", READY))
        screener.ask(1)
        await screener.points_of(1)

        screener.save("overrides.yaml", "rules: {asks-to-be-friends: {points: 40}}\n")
        await asyncio.sleep(A_SECOND)
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
        screener.save("isolate/asks-too.yaml", REQUEST.replace("asks-to-be-friends", "asks-too").replace("30", "31"))
        await asyncio.sleep(A_SECOND)
        screener.save("isolate/asks-too.yaml", "title: [")
        await screener.hears("home/rules/isolate/asks-too.yaml:1: this is not YAML")

    async with running(home) as screener:
        await screener.hears("home/rules/isolate/asks-too.yaml:1: this is not YAML")
        screener.writer.offer(opened("s"))
        screener.writer.offer(said("s", READY))
        screener.ask(1)
        await screener.points_of(1)
        with contextlib.closing(sqlite3.connect(home / "screener.db")) as kept:
            reasons = kept.execute("SELECT body FROM alerts").fetchone()[0]

    assert "asks-too" in str(reasons)
