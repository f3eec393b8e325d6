"""The screener's end of the spool: nothing read is lost and nothing counts twice, whenever it is killed."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from screener import rulebook
from screener.family import Family
from screener.pipeline import Followed, Pipeline
from screener.reading import Reading
from screener.resources import shipped
from screener.spool import Frame, Reader, Writer
from screener.store.sql import SqlStore
from tests.make import NOON

RULES = rulebook.load(shipped("rules"))
DEVICE = "192.0.2.7"


class House:
    """A spool, a store and what reads one into the other; `restarted` is the same house after a kill."""

    def __init__(self, folder: Path, store: SqlStore) -> None:
        self.folder, self.store = folder, store
        self.told: list[Followed] = []
        self.writer = Writer(folder / "spool.db")
        self.readers: list[Reader] = []
        self.reading = self._reading()

    def _reading(self) -> Reading:
        async def tell(step: Followed) -> None:
            self.told.append(step)

        pipeline = Pipeline(family=Family(), rulebook=RULES, store=self.store, since=NOON)
        self.readers.append(Reader(self.folder / "spool.db"))
        return Reading(reader=self.readers[-1], pipeline=pipeline, tell=tell)

    def restarted(self) -> None:
        self.reading = self._reading()

    def write(self, *frames: Frame) -> None:
        """Returns when the frames lie in the spool."""
        there = self.readers[-1].depth()
        for frame in frames:
            assert self.writer.offer(frame)
        ends = time.monotonic() + 20
        while self.readers[-1].depth() < there + len(frames):
            assert time.monotonic() < ends, "the writer wrote nothing for 20 seconds"
            time.sleep(0.01)

    def begun_anew(self) -> None:
        """The proxy found its spool damaged, set it aside and began another."""
        self.writer.close()
        for path in self.folder.glob("spool.db*"):
            path.unlink()
        self.writer = Writer(self.folder / "spool.db")

    def close(self) -> None:
        self.writer.close()
        for reader in self.readers:
            reader.close()

    async def read_all(self) -> None:
        while await self.reading.step():
            pass

    async def events(self) -> list[tuple[str, str]]:
        async with self.store.engine.connect() as connection:
            rows = await connection.execute(text("SELECT kind, id FROM events ORDER BY at, id"))
            return [(row.kind, row.id) for row in rows]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store = await SqlStore.opened(tmp_path / "screener.db")
    house = House(tmp_path, store)
    yield house
    house.close()
    await store.close()


def opened(stream: str, **meta: Any) -> Frame:
    defaults = {
        "via": "websocket",
        "device": DEVICE,
        "method": "GET",
        "host": "gateway.discord.gg",
        "path": "/",
        "query": "v=9&encoding=json",
        "headers": {},
        "account": None,
    }
    return Frame(stream=stream, kind="open", at=NOON.timestamp(), meta=defaults | meta)


def said(stream: str, document: Any) -> Frame:
    return Frame(stream=stream, kind="server", at=NOON.timestamp(), body=json.dumps(document).encode(), text=True)


def closed(stream: str) -> Frame:
    return Frame(stream=stream, kind="close", at=NOON.timestamp())


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


def asked(contact: str) -> dict[str, Any]:
    since = "2026-10-02T17:03:00+00:00"
    user = {"id": contact, "username": "maya.example", "global_name": "Maya R."}
    return {
        "op": 0,
        "t": "RELATIONSHIP_ADD",
        "s": 2,
        "d": {"type": 3, "id": contact, "user": user, "since": since, "stranger_request": True},
    }


async def test_a_request_on_a_socket_is_kept_while_the_socket_is_still_open(house: House):
    house.write(opened("s"), said("s", READY), said("s", asked("1401234567890123456")))

    await house.read_all()

    assert [kind for kind, _ in await house.events()] == ["friend_request"]


async def test_after_a_kill_an_open_connection_goes_on_and_nothing_counts_twice(house: House):
    house.write(opened("s"), said("s", READY), said("s", asked("1401234567890123456")))
    await house.read_all()

    house.restarted()
    house.write(said("s", asked("1401234567890123457")))
    await house.read_all()

    events = await house.events()
    assert [kind for kind, _ in events] == ["friend_request", "friend_request"]
    assert len(set(events)) == 2


async def test_frames_read_but_not_kept_before_a_kill_are_read_again(house: House):
    house.write(opened("s"), said("s", READY), said("s", asked("1401234567890123456")))
    house.reading.reader.batch(0)

    house.restarted()
    await house.read_all()

    assert len(await house.events()) == 1


async def test_a_closed_connection_leaves_nothing_in_the_spool(house: House):
    house.write(opened("s"), said("s", READY), closed("s"))

    await house.read_all()

    assert house.reading.reader.depth() == 0


async def test_frames_of_a_stream_whose_beginning_was_lost_do_not_pile_up(house: House):
    house.write(said("unknown", READY), said("unknown", READY))

    await house.read_all()

    assert house.reading.reader.depth() == 0


async def test_an_http_exchange_cut_by_a_kill_is_followed_when_its_end_comes(house: House):
    body = json.dumps([{"id": "1401234567890123456", "type": 3, "since": "2026-10-02T17:03:00+00:00",
                        "user": {"id": "1401234567890123456", "username": "maya.example"}}]).encode()  # fmt: skip
    at = NOON.timestamp()
    house.write(opened("s"), said("s", READY), closed("s"))
    house.write(
        opened("h", via="http", host="discord.com", path="/api/v9/users/@me/relationships", query=""),
        Frame(stream="h", kind="head", at=at, meta={"status": 200, "headers": {"content-type": "application/json"}}),
        Frame(stream="h", kind="response", at=at, body=body[:40]),
    )
    await house.read_all()

    house.restarted()
    house.write(Frame(stream="h", kind="response", at=at, body=body[40:]), closed("h"))
    await house.read_all()

    assert [kind for kind, _ in await house.events()] == ["friend_request"]


async def test_a_gap_becomes_an_issue_with_its_mend(house: House):
    house.write(Frame(stream="x", kind="gap", at=NOON.timestamp(), meta={"why": "full", "count": 7, "device": DEVICE}))

    await house.read_all()

    async with house.store.engine.connect() as connection:
        row = (await connection.execute(text("SELECT * FROM issues"))).one()
    assert (row.key, row.count) == ("gap:full", 7)
    assert "spool_megabytes" in row.mend


async def test_a_spool_that_was_begun_anew_is_read_from_its_beginning(house: House):
    house.write(*[opened(f"s{n}") for n in range(5)], *[closed(f"s{n}") for n in range(5)])
    await house.read_all()

    house.begun_anew()
    house.write(opened("s"), said("s", READY), said("s", asked("1401234567890123456")))
    await house.read_all()
    await house.read_all()

    assert len(await house.events()) == 1


async def test_a_parent_is_told_only_when_an_alert_opens_or_rises(house: House):
    house.write(opened("s"), said("s", READY), said("s", asked("1401234567890123456")))
    await house.read_all()

    house.restarted()
    await house.read_all()

    heights = [step.alert.level for step in house.told if step.alert]
    assert len(heights) == len(set(heights))
