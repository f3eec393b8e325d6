"""What is deleted is gone: from the database, its log, the spool and everything else in the home; the chain says so."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from screener.config import Config
from screener.feedback import Trust
from screener.seal import Seal
from screener.store import answers, texts
from screener.store.casebook import SqlCases
from screener.store.people import acts
from screener.store.sql import SqlStore
from screener.store.tables import alerts, details, links, relationships
from screener.store.tables import texts as written
from tests.make import NOON
from tests.test_kept import STORY, happens, kinds
from tests.web.house import KIM

SEAL = Seal(key=b"k" * 32)
MONTH = datetime.now(UTC) + timedelta(days=31)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    opened = await SqlStore.opened(tmp_path / "screener.db", SEAL)
    await happens(opened, *STORY)
    yield opened
    await opened.close()


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def sealed(store: SqlStore) -> list[bytes]:
    """Every piece of what is sealed, as it lies in the file."""
    async with store.engine.connect() as connection:
        return [
            bytes(each)
            for table in (links, written, details)
            for each in (await connection.scalars(select(table.c.sealed))).all()
            if each is not None
        ]


async def the_case(store: SqlStore) -> str:
    async with store.engine.connect() as connection:
        return (await connection.execute(select(alerts.c.id))).scalar_one()


async def closed(store: SqlStore, *did: str) -> str:
    """The one case, closed, with what a parent did."""
    id = await the_case(store)
    async with store.engine.begin() as connection:
        await connection.execute(update(alerts).values(state="closed"))
        for each in did:
            await connection.execute(insert(acts).values(alert=id, by="anna", did=each, at=0))
    return id


def cases_of(store: SqlStore) -> SqlCases:
    return SqlCases(engine=store.engine, seal=SEAL)


async def test_evidence_that_a_parent_deletes_is_nowhere_in_the_files(store: SqlStore, tmp_path: Path):
    before, id = await sealed(store), await the_case(store)
    held = everything_in(tmp_path)
    assert len(before) > 20 and all(each in held for each in before)

    gone = await cases_of(store).erase(id, who="anna", at=NOON)

    left = everything_in(tmp_path)
    assert gone > 10
    assert [each for each in before if each in left] == []
    assert await sealed(store) == []


async def test_what_was_deleted_leaves_a_link_that_says_so_and_a_chain_that_is_whole(store: SqlStore):
    id = await the_case(store)
    whole = await cases_of(store).case(id)
    await cases_of(store).erase(id, who="anna", at=NOON)

    entries = [entry async for entry in cases_of(store).entries(id)]
    after = await cases_of(store).case(id)

    assert whole is not None and after is not None
    assert await cases_of(store).faults(id) == []
    assert {entry.body is None and entry.salt is None for entry in entries[:-1]} == {True}
    assert entries[-1].kind == "erased"
    assert entries[-1].body == {"entries": [[1, whole.count]], "why": "asked", "who": "anna"}
    assert entries[whole.count - 1].link == whole.head
    assert (after.count, after.names) == (whole.count + 1, ())


async def test_deleting_again_deletes_nothing_and_says_nothing_more(store: SqlStore):
    id = await the_case(store)
    await cases_of(store).erase(id, who="anna", at=NOON)
    once = await cases_of(store).case(id)

    assert await cases_of(store).erase(id, who="anna", at=NOON) == 0
    assert await cases_of(store).erase("nobody", who="anna", at=NOON) == 0
    assert await cases_of(store).case(id) == once


async def test_what_comes_after_a_deletion_is_kept_again(store: SqlStore):
    id = await the_case(store)
    await cases_of(store).erase(id, who="anna", at=NOON)

    again = STORY[-1].__class__(**{**vars(STORY[-1]), "id": "again", "at": NOON + timedelta(hours=1)})
    await happens(store, again)

    entries = [entry async for entry in cases_of(store).entries(id)]
    assert await cases_of(store).faults(id) == []
    assert [entry.body["text"] for entry in entries if entry.event == "again" and "text" in entry.body] == [again.text]


@pytest.mark.parametrize("state", ["new", "seen"])
async def test_evidence_of_an_open_case_outlives_the_month(store: SqlStore, state: str):
    before = await sealed(store)
    async with store.engine.begin() as connection:
        await connection.execute(update(alerts).values(state=state))

    await texts.purge(store.engine, MONTH)

    assert await sealed(store) == before


async def test_evidence_of_a_closed_case_that_a_parent_keeps_outlives_the_month(store: SqlStore):
    before = await sealed(store)
    await closed(store, "kept")

    await texts.purge(store.engine, MONTH)

    assert await sealed(store) == before


async def test_evidence_of_a_closed_case_goes_after_a_month_and_its_chain_says_why(store: SqlStore, tmp_path: Path):
    before, id = await sealed(store), await closed(store, "kept", "let go")

    await texts.purge(store.engine, datetime.now(UTC) + timedelta(days=29))
    early = await sealed(store)
    await texts.purge(store.engine, MONTH)

    entries = [entry async for entry in cases_of(store).entries(id)]
    left = everything_in(tmp_path)
    assert early == before
    assert [each for each in before if each in left] == []
    assert await cases_of(store).faults(id) == []
    assert kinds(entries) == ["opened", "friend_request", "accepted", *["message"] * 6, "erased"]
    assert entries[-1].body["why"] == "retention"


@pytest.mark.parametrize(("days", "left"), [({}, True), ({"member:Robin": 7}, True), ({KIM.id: 7}, False)])
async def test_for_a_member_words_can_go_sooner(store: SqlStore, days: dict[str, int], left: bool):
    await closed(store)

    await texts.purge(store.engine, datetime.now(UTC) + timedelta(days=8), days)

    assert bool(await sealed(store)) is left


def test_how_long_is_said_in_the_settings_and_never_longer_than_a_month():
    settings = Config.model_validate({"family": {"members": [{"name": "Kim", "keep_days": 7}, {"name": "Robin"}]}})

    assert settings.keep_days() == {"member:Kim": 7}
    with pytest.raises(ValueError, match="less than or equal to 30"):
        Config.model_validate({"family": {"members": [{"name": "Kim", "keep_days": 31}]}})


async def test_what_is_kept_of_somebody_goes_at_once_when_a_parent_knows_them(store: SqlStore, tmp_path: Path):
    before, id = await sealed(store), await the_case(store)

    async with store.engine.begin() as connection:
        whose = (await connection.execute(select(relationships.c.id))).scalar_one()
        await answers.answer(connection, whose, Trust(), by="anna", at=NOON)
    await texts.scrub(store.engine)

    entries = [entry async for entry in cases_of(store).entries(id)]
    left = everything_in(tmp_path)
    assert [each for each in before if each in left] == []
    assert await cases_of(store).faults(id) == []
    assert (entries[-1].body["why"], entries[-1].body["who"]) == ("known", "anna")


async def test_what_another_key_sealed_is_not_taken_for_deleted(store: SqlStore):
    id = await the_case(store)
    other = SqlCases(engine=store.engine, seal=Seal(key=b"x" * 32))

    faults = await other.faults(id)

    assert {fault.why for fault in faults} == {"its words were changed"}
