"""Texts are sealed, kept for a month, deleted once the family knows the contact, and then nowhere in the files."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from screener.events import Edited, Event
from screener.feedback import Trust
from screener.pipeline import Pipeline
from screener.seal import Seal
from screener.store import answers, texts
from screener.store.people import acts
from screener.store.sql import SqlStore
from screener.store.tables import alerts, relationships
from screener.store.tables import texts as table
from tests.make import NOON, RULES, a_call, a_contact, a_message
from tests.web.house import EVERYBODY, KIM, a_bad_story

MARKED = "a marked sentence 4711"
SEAL = Seal(key=b"k" * 32)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    opened = await SqlStore.opened(tmp_path / "screener.db", SEAL)
    yield opened
    await opened.close()


async def happens(store: SqlStore, *events: Event) -> None:
    pipeline = Pipeline(family=EVERYBODY, rulebook=RULES, store=store, since=NOON)
    for event in events:
        async with store.transaction() as tx:
            await pipeline.follow(event, KIM, tx)


async def kept(store: SqlStore) -> list[str | None]:
    async with store.engine.connect() as connection:
        rows = (await connection.execute(select(table).order_by(table.c.at))).all()
    return [SEAL.opened(row.sealed, about=texts.place(row.platform, row.account, row.id)) for row in rows]


async def sealed(store: SqlStore) -> Sequence[bytes]:
    async with store.engine.connect() as connection:
        return (await connection.scalars(select(table.c.sealed))).all()


async def change(store: SqlStore, **values: object) -> None:
    async with store.engine.begin() as connection:
        await connection.execute(update(alerts).values(**values))


def everything_in(folder: Path) -> bytes:
    """The database, its log and its journal, as they lie on the disk."""
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


async def test_what_a_stranger_writes_and_what_is_answered_is_kept_sealed(store: SqlStore, tmp_path: Path):
    later = NOON + timedelta(minutes=1)
    await happens(
        store,
        a_message(id="1", text=MARKED),
        a_message(id="2", text="and an answer", by="member", at=later),
        Edited(id="3", at=later + timedelta(minutes=1), account=a_message().account, contact=a_contact(),
               message="1", text="put in later"),
    )  # fmt: skip

    assert await kept(store) == [MARKED, "and an answer", "put in later"]
    assert b"marked sentence" not in everything_in(tmp_path)


async def test_nothing_is_kept_without_words_and_only_the_beginning_of_very_many(store: SqlStore):
    await happens(
        store,
        a_message(id="1", text=None, media=("image",)),
        a_call(id="2"),
        a_message(id="3", text="x" * 5_000),
    )

    assert await kept(store) == ["x" * 4_000]


async def test_nothing_is_kept_of_somebody_the_family_knows(store: SqlStore):
    friend = a_contact(is_friend=True, friend_since=NOON - timedelta(days=400))

    await happens(store, a_message(contact=friend, text=MARKED))

    assert await kept(store) == []


async def test_without_a_seal_nothing_is_kept(tmp_path: Path):
    store = await SqlStore.opened(tmp_path / "screener.db")

    await happens(store, a_message(text=MARKED))

    assert await kept(store) == []
    await store.close()


async def test_texts_go_at_once_when_the_platform_tells_of_an_old_friendship(store: SqlStore):
    await happens(store, a_message(id="1", text=MARKED))

    friend = a_contact(is_friend=True, friend_since=NOON - timedelta(days=400))
    await happens(store, a_message(id="2", text="hello", contact=friend, at=NOON + timedelta(minutes=1)))

    assert await kept(store) == []


async def test_texts_go_at_once_when_a_parent_knows_the_contact_and_none_come_after(store: SqlStore):
    story = a_bad_story()
    await happens(store, *story[:-1])
    assert len(await kept(store)) == 5

    async with store.engine.begin() as connection:
        id = (await connection.execute(select(relationships.c.id))).scalar_one()
        await answers.answer(connection, id, Trust(), by="anna", at=NOON)
    at_once = await kept(store)
    await happens(store, story[-1])

    assert (at_once, await kept(store)) == ([], [])


async def test_an_answer_that_comes_while_an_event_is_judged_still_keeps_its_text_out(store: SqlStore):
    story = a_bad_story()
    await happens(store, *story[:-1])
    pipeline = Pipeline(family=EVERYBODY, rulebook=RULES, store=store, since=NOON)

    async with store.transaction() as tx:
        before = await tx.recall(KIM, story[-1])
        async with store.engine.begin() as connection:
            id = (await connection.execute(select(relationships.c.id))).scalar_one()
            await answers.answer(connection, id, Trust(), by="anna", at=NOON)
        await tx.keep(KIM, story[-1], pipeline.judge(story[-1], KIM, before))

    assert await kept(store) == []


async def test_after_a_month_texts_are_gone_from_the_files_too(store: SqlStore, tmp_path: Path):
    await happens(store, a_message(text=MARKED))
    (blob,) = await sealed(store)
    assert blob in everything_in(tmp_path)

    early = await texts.purge(store.engine, datetime.now(UTC) + timedelta(days=29))
    late = await texts.purge(store.engine, datetime.now(UTC) + timedelta(days=31))

    assert (early, late) == (0, 1)
    assert blob not in everything_in(tmp_path)
    assert b"marked sentence" not in everything_in(tmp_path)


@pytest.mark.parametrize(("state", "left"), [("new", 6), ("seen", 6), ("closed", 0)])
async def test_texts_of_an_open_case_stay_for_longer(store: SqlStore, state: str, left: int):
    await happens(store, *a_bad_story())
    await change(store, state=state)

    await texts.purge(store.engine, datetime.now(UTC) + timedelta(days=31))

    assert len(await kept(store)) == left


@pytest.mark.parametrize(("did", "left"), [(["kept"], 6), (["kept", "let go"], 0)])
async def test_texts_of_a_closed_case_stay_as_long_as_its_evidence_is_kept(store: SqlStore, did: list[str], left: int):
    await happens(store, *a_bad_story())
    await change(store, state="closed")
    async with store.engine.begin() as connection:
        id = (await connection.execute(select(alerts.c.id))).scalar_one()
        for each in did:
            await connection.execute(insert(acts).values(alert=id, by="anna", did=each, at=0))

    await texts.purge(store.engine, datetime.now(UTC) + timedelta(days=31))

    assert len(await kept(store)) == left
