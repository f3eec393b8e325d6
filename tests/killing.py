"""Keeps evidence, is killed at any point, and goes on: `python -m tests.killing FOLDER KILLS [SEED]`.

One process forks many: each opens the store, looks that every chain is whole, goes on a little before where it stands,
as the spool would send again what may not have been kept, and is killed while it writes.
"""

import asyncio
import os
import random
import signal
import sqlite3
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import sqlalchemy
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import create_async_engine

from screener.events import Deleted, Edited, Event
from screener.pipeline import Pipeline
from screener.seal import Seal
from screener.store import file
from screener.store.casebook import SqlCases
from screener.store.sql import SqlStore
from screener.store.tables import alerts, events, links
from tests.make import NOON, RULES, a_message
from tests.web.house import EVERYBODY, KIM, a_bad_story

SEAL = Seal(key=b"k" * 32)
CONTACTS = 3
AGAIN = 6
"""So many events are sent once more after a start."""
ERASE_EVERY = 29
FIRST = 12
"""So many events happen before the first kill: nearly to the first alert, whose chain is then begun."""
LONGEST_SECONDS = 0.3
NOT_EVENTS = ("opened", "alert", "name", "profile", "found", "erased")


def event(number: int) -> Event:
    """The event with that number, always the same: a story with each of three contacts, then messages for ever."""
    turn, who = divmod(number, CONTACTS)
    story = a_bad_story(contact=f"10000000000066{who}")
    if turn < len(story):
        return story[turn]
    said = {
        "id": f"e{number}",
        "at": NOON + timedelta(hours=1, seconds=number),
        "account": story[0].account,
        "contact": story[0].contact,
    }
    if turn % 7 == 0:
        return Edited(message=story[-1].id, text=f"changed {number}", **said)
    if turn % 11 == 0:
        return Deleted(message=story[-2].id, **said)
    return a_message(text=f"message {number}, call +1 555 0100 now", **said)


def opened(folder: Path) -> SqlStore:
    """The store whose tables are there already: looking for migrations takes longer than all the rest."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder / 'screener.db'}", connect_args={"timeout": 30})
    sqlalchemy.event.listen(engine.sync_engine, "connect", file.prepare)
    return SqlStore(engine, SEAL)


async def whole(store: SqlStore) -> None:
    """Every chain is whole, and holds every event of its relationship once."""
    cases = SqlCases(engine=store.engine, seal=SEAL)
    async with store.engine.connect() as connection:
        ids = (await connection.execute(select(alerts.c.id, alerts.c.relationship))).all()
    for id, relationship in ids:
        found = await cases.faults(id)
        assert found == [], found
        async with store.engine.connect() as connection:
            query = select(links.c.event).where(links.c.case == id, links.c.kind.not_in(NOT_EVENTS))
            entered = (await connection.scalars(query)).all()
            query = select(events.c.id).where(events.c.relationship == relationship)
            happened = (await connection.scalars(query)).all()
        assert len(entered) == len(set(entered)), "an event was entered twice"
        assert set(entered) == set(happened), "an event is in one place and not in the other"


async def live(folder: Path, ready: int, until: int) -> None:
    """Goes on from where the last one was killed, for ever or until so many events are kept."""
    store = opened(folder)
    await whole(store)
    os.write(ready, b"r")
    pipeline = Pipeline(family=EVERYBODY, rulebook=RULES, store=store, since=NOON)
    async with store.engine.connect() as connection:
        there = (await connection.execute(select(func.count()).select_from(events))).scalar_one()
    number = max(there - AGAIN, 0)
    while not until or number < until:
        one = event(number)
        async with store.transaction() as tx:
            followed = await pipeline.follow(one, KIM, tx)
        number += 1
        if followed and followed.alert and number % ERASE_EVERY == 0:
            await SqlCases(engine=store.engine, seal=SEAL).erase(followed.alert.id, who="anna")
    await whole(store)
    await store.close()


def forked(folder: Path, until: int = 0) -> tuple[int, int]:
    """A process that lives; gives its id, and where it says that it is ready."""
    reads, writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(reads)
            asyncio.run(live(folder, writes, until))
            status = 0
        finally:
            os._exit(status)
    os.close(writes)
    return pid, reads


def main(folder: Path, kills: int, seed: int) -> int:
    dice = random.Random(seed)
    asyncio.run(made(folder))
    for number in range(kills):
        pid, ready = forked(folder)
        if os.read(ready, 1) != b"r":
            os.waitpid(pid, 0)
            print(f"after kill {number} of seed {seed}: what was kept is not whole", file=sys.stderr)
            return 1
        time.sleep(dice.uniform(0, LONGEST_SECONDS))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(ready)
    pid, ready = forked(folder, until=kept_so_far(folder) + 20)
    _, status = os.waitpid(pid, 0)
    os.close(ready)
    print(f"{kills} kills, {kept_so_far(folder)} events, every one entered once, every chain whole" * (status == 0))
    return int(status != 0)


async def made(folder: Path) -> None:
    """The store with its tables, and in it the stories: so that what is needed for them is there in every fork."""
    store = await SqlStore.opened(folder / "screener.db", SEAL)
    pipeline = Pipeline(family=EVERYBODY, rulebook=RULES, store=store, since=NOON)
    for number in range(FIRST):
        async with store.transaction() as tx:
            await pipeline.follow(event(number), KIM, tx)
    await store.close()


def kept_so_far(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "screener.db")) as database:
        return int(database.execute("SELECT count(*) FROM events").fetchone()[0])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1))
