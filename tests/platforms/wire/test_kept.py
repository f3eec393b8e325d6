"""What decoders remember, when there is no more room for it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from screener.capture import Capture
from screener.memories import Memories
from screener.platforms import Kept
from screener.store.memory import MemoryStore

ROOM = 10


@pytest.fixture(autouse=True)
def little_room(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Kept, "most", ROOM)
    yield


def test_what_was_written_longest_ago_goes_first() -> None:
    kept = Kept()

    for n in range(ROOM + 1):
        kept[f"thread/{n}"] = n

    assert [*kept] == [f"thread/{n}" for n in range(1, ROOM + 1)]


def test_what_is_written_again_is_young_again_even_if_it_says_the_same() -> None:
    kept = Kept()
    for n in range(ROOM):
        kept[f"thread/{n}"] = n

    kept["thread/0"] = 0
    kept["thread/new"] = 1

    assert "thread/0" in kept
    assert "thread/1" not in kept


def test_one_account_can_not_push_out_what_is_remembered_of_another() -> None:
    kept = Kept()
    for n in range(ROOM // 2):
        kept[f"person/kim/{n}"] = n

    for n in range(100):
        kept[f"person/alex/{n}"] = n

    assert len(kept) == ROOM
    assert [key for key in kept if "/kim/" in key] == [f"person/kim/{n}" for n in range(ROOM // 2)]
    assert "person/alex/99" in kept


def test_an_account_that_has_more_than_its_share_gives_way_to_one_that_comes_later() -> None:
    kept = Kept()
    for n in range(ROOM):
        kept[f"person/alex/{n}"] = n

    for n in range(ROOM):
        kept[f"person/kim/{n}"] = n

    assert sum("/alex/" in key for key in kept) == ROOM // 2


def test_what_there_is_most_of_does_not_push_out_what_there_is_little_of() -> None:
    kept = Kept({"thread/kim/1": 1})

    for n in range(100):
        kept[f"sent/kim/{n}"] = n

    assert "thread/kim/1" in kept


def test_keys_without_an_account_do_not_push_out_those_of_one() -> None:
    kept = Kept({"accounts": {"ids": ["kim"]}, "person/kim/1": 1, "person/kim/2": 2})

    for n in range(100):
        kept[f"user/{n}"] = n

    assert {"accounts", "person/kim/1", "person/kim/2"} <= set(kept)


def test_the_store_hears_of_what_went_and_of_everything_in_the_order_of_its_last_writing() -> None:
    kept = Kept({f"thread/{n}": n for n in range(ROOM)})

    kept["thread/1"] = "other"
    kept["thread/zzz"] = 1
    kept["thread/aaa"] = 1

    # The first to go were those that were not written again.
    assert kept.changes() == [
        ("thread/1", "other"),
        ("thread/zzz", 1),
        ("thread/0", None),
        ("thread/aaa", 1),
        ("thread/2", None),
    ]


def test_while_there_is_room_the_store_does_not_hear_of_what_says_the_same() -> None:
    kept = Kept({"thread/1": 1})

    kept["thread/1"] = 1

    assert kept.changes() == []


def test_when_room_grows_scarce_the_store_hears_of_what_is_young_again() -> None:
    kept = Kept({f"thread/{n}": n for n in range(ROOM)})

    kept["thread/0"] = 0

    assert kept.changes() == [("thread/0", 0)]


def test_a_copy_that_holds_more_than_there_is_room_for_shrinks_with_the_next_write() -> None:
    kept = Kept({f"thread/{n}": n for n in range(ROOM * 2)})

    kept["thread/new"] = 1

    assert len(kept) == ROOM
    assert "thread/new" in kept


async def test_what_an_earlier_version_stored_is_read_and_goes_on_in_its_order(tmp_path: Path) -> None:
    store = MemoryStore()
    old = [(f"person/kim/{n}", {"name": "Maya"}) for n in range(ROOM)]
    async with store.transaction() as tx:
        await tx.remember("discord", "device-1", old)
    capture = Capture(
        id="c", at=datetime(2026, 10, 2, tzinfo=UTC), device="device-1", host="discord.com", path="/api/v9/users/@me",
        method="GET", via="http",
    )  # fmt: skip

    memory = await Memories(store=store).of(capture, late=False)
    memory.kept["person/kim/new"] = {}

    assert memory.kept.changes() == [("person/kim/new", {}), ("person/kim/0", None)]
    assert json.loads(json.dumps(memory.kept)) == {**dict(old[1:]), "person/kim/new": {}}
