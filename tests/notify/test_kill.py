"""Killed at any point, each notice reaches the server once, as far as its id tells."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

from screener.notify.dispatch import note_id
from tests.notify.process import SEAL
from tests.notify.rig import a_place
from tests.notify.servers import MailServer, NtfyServer

ALERTS = 12
POINTS = ("before", "taken", "after")
BY_CHANCE = 2
LONGEST_SECONDS = 600.0


class Killer:
    """Kills the process at the given steps of the server, each once, and at some other times."""

    def __init__(self) -> None:
        self.points = list(POINTS)
        self.random = random.Random(5)
        self.pid = 0
        self.kills = 0
        self.steps = 0

    def at(self, step: str) -> None:
        self.steps += 1
        if self.points and self.pid and step == self.points[0] and self.steps % 2:
            self.points.pop(0)
            self.kill()

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.pid, self.kills = 0, self.kills + 1


async def run_until_done(folder: Path, killer: Killer) -> None:
    """Starts the process again each time it was killed, until it is done."""
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.notify.process", str(folder), str(ALERTS), stdout=asyncio.subprocess.PIPE
        )
        killer.pid = process.pid
        # More kills come from nowhere: while it starts, and while it writes.
        by_chance = asyncio.create_task(asyncio.sleep(killer.random.uniform(1.0, 4.0)))
        out = asyncio.create_task(process.communicate())
        await asyncio.wait({by_chance, out}, return_when=asyncio.FIRST_COMPLETED)
        if not out.done() and not killer.points and killer.kills < len(POINTS) + BY_CHANCE and killer.pid:
            killer.kill()
        said, _ = await out
        by_chance.cancel()
        killer.pid = 0
        if said.strip() == b"done":
            return


async def told(folder: Path, killer: Killer, url: str) -> list[tuple[str, str, str]]:
    """Lives through it; gives the id, the state and the alert of every notice in the end."""
    async with a_place(folder, seal=SEAL) as place:
        await place.channel("u-anna", url)
    await asyncio.wait_for(run_until_done(folder, killer), LONGEST_SECONDS)
    with closing(sqlite3.connect(folder / "screener.db")) as database:
        rows = database.execute("SELECT key, state, alert FROM notices ORDER BY id").fetchall()
    return [(note_id(SEAL, key), state, alert) for key, state, alert in rows]


def check(rows: list[tuple[str, str, str]], received: list[str], killer: Killer) -> None:
    """Every alert is told; whatever arrived more than once did so because of a kill, under one id."""
    assert killer.points == [] and killer.kills >= len(POINTS)
    assert {alert for _, _, alert in rows} == {f"kim{n:06}" for n in range(ALERTS)}
    assert {state for _, state, _ in rows} <= {"sent", "merged"}
    ids = Counter(received)
    assert {id for id, state, _ in rows if state == "sent"} <= set(ids) <= {id for id, _, _ in rows}
    assert sum(ids.values()) - len(ids) <= killer.kills


async def test_mail_of_a_process_that_is_killed_again_and_again(tmp_path: Path):
    killer = Killer()
    with MailServer(at=killer.at).up() as server:
        rows = await told(tmp_path, killer, server.url)

    check(rows, [id.partition("@")[0].strip("<") for id in server.ids], killer)
    assert len({(mail["Message-ID"], mail.get_content()) for mail in server.mails}) == len(set(server.ids))


async def test_ntfy_of_a_process_that_is_killed_again_and_again(tmp_path: Path):
    killer = Killer()
    with NtfyServer(at=killer.at).up() as server:
        rows = await told(tmp_path, killer, server.url)

    check(rows, server.ids, killer)
