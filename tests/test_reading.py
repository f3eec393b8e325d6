"""The screener's end of the spool: nothing read is lost and nothing counts twice, whenever it is killed."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from screener import reading, rulebook
from screener.family import Family
from screener.pipeline import Followed, Pipeline
from screener.reading import Reading
from screener.resources import shipped
from screener.spool import Frame, Reader, Writer
from screener.store.sql import SqlStore
from tests.make import NOON, a_member

RULES = rulebook.load(shipped("rules"))
DEVICE = "192.0.2.7"


class House:
    """A spool, a store and what reads one into the other; `restarted` is the same house after a kill."""

    def __init__(self, folder: Path, store: SqlStore) -> None:
        self.folder, self.store = folder, store
        self.family = Family()
        self.told: list[Followed] = []
        self.writer = Writer(folder / "spool.db")
        self.readers: list[Reader] = []
        self.reading = self._reading()

    def _reading(self) -> Reading:
        async def tell(step: Followed) -> None:
            self.told.append(step)

        pipeline = Pipeline(family=self.family, rulebook=RULES, store=self.store, since=NOON)
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


async def test_what_was_followed_lies_nowhere_in_the_files_of_the_spool_any_more(house: House):
    marked = asked("1401234567890123456")
    house.write(opened("s"), said("s", READY), said("s", marked), closed("s"))
    lay_there = b"1401234567890123456" in everything_of_the_spool(house.folder)

    await house.read_all()

    assert lay_there
    assert ("friend_request" in [kind for kind, _ in await house.events()], house.readers[-1].depth()) == (True, 0)
    assert b"1401234567890123456" not in everything_of_the_spool(house.folder)


def everything_of_the_spool(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("spool.db*")))


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


def spoke(channel: str, contact: str, text: str) -> dict[str, Any]:
    author = {"id": contact, "username": "maya.example"}
    told = {"id": "1601234567890123456", "channel_id": channel, "channel_type": 1, "content": text, "author": author}
    return {"op": 0, "t": "MESSAGE_CREATE", "s": 3, "d": told | {"timestamp": "2026-10-02T17:05:00+00:00", "type": 0}}


async def test_while_the_store_can_not_be_written_a_capture_waits_and_is_not_lost(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reading, "RETRY_SECONDS", 0.01)
    house.write(opened("s"), said("s", READY), said("s", asked("1401234567890123456")), closed("s"))
    async with house.store.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE events RENAME TO elsewhere"))

    following = asyncio.create_task(house.read_all())
    await asyncio.sleep(0.3)
    waiting = not following.done() and house.reading.reader.depth() == 4
    async with house.store.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO events"))
    await asyncio.wait_for(following, 20)

    assert waiting
    assert [kind for kind, _ in await house.events()] == ["friend_request"]
    assert house.reading.reader.depth() == 0


async def test_a_capture_that_breaks_the_following_becomes_an_issue_and_the_next_one_goes_on(house: House):
    # No settings file lets such a time zone through.
    broken = a_member(timezone="Nowhere/At-all", accounts={"discord": (READY["d"]["user"]["id"],)})
    house.family = Family(members=(broken,))
    house.restarted()
    house.write(opened("s"), said("s", READY), said("s", spoke("1501234567890123456", "1401234567890123456", "hello")))
    house.write(said("s", asked("1401234567890123457")))

    await house.read_all()

    async with house.store.engine.connect() as connection:
        (row,) = await connection.execute(text("SELECT * FROM issues"))
    assert row.key == "unreadable:discord:internal: ZoneInfoNotFoundError"
    assert "hello" not in row.what + row.mend
    assert [kind for kind, _ in await house.events()] == ["friend_request"]


async def test_an_event_that_breaks_us_takes_no_other_of_the_same_page_with_it(house: House):
    async with house.store.engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE TRIGGER poison BEFORE INSERT ON events WHEN NEW.id LIKE '%:1401234567890123457:%'"
                " BEGIN SELECT RAISE(ABORT, 'poison'); END"
            )
        )
    inbox = [asked(f"140123456789012345{n}")["d"] for n in (6, 7, 8)]
    house.write(opened("s"), said("s", READY | {"d": READY["d"] | {"relationships": inbox}}))

    await house.read_all()

    async with house.store.engine.connect() as connection:
        keys = [row.key for row in await connection.execute(text("SELECT * FROM issues"))]
    assert [id.split(":")[2][-1] for _, id in await house.events()] == ["6", "8"]
    assert keys == ["unreadable:discord:internal: IntegrityError"]


async def test_while_the_store_can_not_be_written_a_gap_waits_too(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "RETRY_SECONDS", 0.01)
    house.write(Frame(stream="x", kind="gap", at=NOON.timestamp(), meta={"why": "full", "count": 7, "device": DEVICE}))
    async with house.store.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE issues RENAME TO elsewhere"))

    following = asyncio.create_task(house.read_all())
    await asyncio.sleep(0.3)
    waiting = not following.done()
    async with house.store.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO issues"))
    await asyncio.wait_for(following, 20)

    async with house.store.engine.connect() as connection:
        row = (await connection.execute(text("SELECT * FROM issues"))).one()
    assert waiting
    assert (row.key, row.count) == ("gap:full", 7)
