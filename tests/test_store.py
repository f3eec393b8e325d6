"""Both stores keep the same promises: an event counts once, and what belongs together is kept together."""

import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from screener.alerts import Alert
from screener.errors import Mistake
from screener.relationships import Relationship
from screener.rules import Signal
from screener.score import Score
from screener.store.base import Recalled, Store
from screener.store.devices import metadata
from screener.store.memory import MemoryStore
from screener.store.sql import SqlStore
from tests.make import NOON, a_member, a_message, a_request

KIM = a_member()


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = await SqlStore.opened(tmp_path / "screener.db")
    yield opened
    await opened.close()


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def recalled_after(event: object) -> Recalled:
    return Recalled(relationship=Relationship.first(member=KIM, event=event).after(event))


def a_signal() -> Signal:
    return Signal(rule="r", stage="pressure", points=50, because="A reason.", advice="", event="mid.$1", at=NOON)


def an_alert(level: str = "talk", points: int = 50) -> Alert:
    score = Score(points=points, level=level, stages=("pressure",), signals=(a_signal(),))
    alert = Alert.opening(id="a1", score=score, at=NOON)
    assert alert is not None
    return alert


async def test_an_event_is_known_once_it_was_kept(store: Store):
    event = a_message()

    async with store.transaction() as tx:
        before = await tx.knows(event)
        await tx.keep(KIM, event, recalled_after(event))
    async with store.transaction() as tx:
        after = await tx.knows(event)

    assert (before, after) == (False, True)


async def test_the_same_event_on_another_account_of_ours_is_another_event(store: Store):
    event = a_message()
    async with store.transaction() as tx:
        await tx.keep(KIM, event, recalled_after(event))

    other = a_message(account=event.contact, contact=event.account)

    async with store.transaction() as tx:
        assert not await tx.knows(other)


async def test_what_was_kept_of_a_relationship_is_recalled_with_its_signals_and_its_alert(store: Store):
    event = a_request()
    kept = Recalled(relationship=recalled_after(event).relationship, signals=(a_signal(),), alert=an_alert())

    async with store.transaction() as tx:
        await tx.keep(KIM, event, kept)
    async with store.transaction() as tx:
        found = await tx.recall(KIM, event)

    assert found == kept


async def test_another_member_has_another_relationship_with_the_same_contact(store: Store):
    event = a_request()
    async with store.transaction() as tx:
        await tx.keep(KIM, event, recalled_after(event))

    async with store.transaction() as tx:
        found = await tx.recall(a_member(id="member:Sam", name="Sam"), event)

    assert found == Recalled()


async def test_a_decoder_finds_again_what_it_remembered_but_not_what_it_forgot(store: Store):
    async with store.transaction() as tx:
        await tx.remember("discord", "192.0.2.1", [("user/1", {"name": "Ada"}), ("user/2", "x")])
        await tx.remember("discord", "192.0.2.1", [("user/2", None)])

    assert await store.remembered("discord", "192.0.2.1") == {"user/1": {"name": "Ada"}}
    assert await store.remembered("discord", "192.0.2.2") == {}


async def test_nothing_of_a_transaction_that_failed_is_kept(tmp_path: Path):
    store = await SqlStore.opened(tmp_path / "screener.db")
    event = a_message()

    with pytest.raises(RuntimeError):
        async with store.transaction() as tx:
            await tx.keep(KIM, event, Recalled(relationship=recalled_after(event).relationship, alert=an_alert()))
            raise RuntimeError

    async with store.transaction() as tx:
        assert not await tx.knows(event)
        assert await tx.recall(KIM, event) == Recalled()
    await store.close()


async def test_an_alert_that_a_parent_closed_stays_closed_until_its_level_rises(tmp_path: Path):
    store = await SqlStore.opened(tmp_path / "screener.db")
    event = a_request()
    relationship = recalled_after(event).relationship

    async def kept(alert: Alert) -> str:
        async with store.transaction() as tx:
            await tx.keep(KIM, event, Recalled(relationship=relationship, alert=alert))
        async with store.transaction() as tx:
            found = (await tx.recall(KIM, event)).alert
        assert found is not None
        return found.state

    await kept(an_alert())
    async with store.engine.begin() as connection:
        await connection.execute(text("UPDATE alerts SET state = 'closed'"))

    assert await kept(an_alert(points=60)) == "closed"
    assert await kept(an_alert(level="act", points=90)) == "new"
    await store.close()


async def test_the_migrations_make_the_tables_that_the_code_expects(tmp_path: Path):
    store = await SqlStore.opened(tmp_path / "screener.db")

    async with store.engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)
        )

    assert differences == []
    await store.close()


async def test_the_database_of_an_earlier_version_is_taken_along(tmp_path: Path):
    path = tmp_path / "screener.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript((Path(__file__).parent / "store_versions" / "0001.sql").read_text())

    store = await SqlStore.opened(path)
    async with store.transaction() as tx:
        recalled = await tx.recall_account(KIM, "facebook", "100000000000001", NOON)
    async with store.engine.connect() as connection:
        found_by = (await connection.execute(text("SELECT called, name_key, last FROM relationships"))).all()
        whose = (await connection.execute(text("SELECT DISTINCT member FROM events"))).all()

    assert recalled.relationship is not None
    assert (recalled.relationship.received, recalled.relationship.names) == (16, ("Maya R.",))
    assert recalled.alert is not None
    assert (recalled.alert.level, len(recalled.alert.signals)) == ("act", 2)
    assert [tuple(row) for row in found_by] == [("100000000000001", "mayar", 1_791_149_880_000_000)]
    assert [tuple(row) for row in whose] == [("member:Kim",)]
    await store.close()


async def test_the_database_is_for_our_eyes_only_and_every_commit_reaches_the_disk(tmp_path: Path):
    store = await SqlStore.opened(tmp_path / "screener.db")

    async with store.engine.connect() as connection:
        synchronous = (await connection.execute(text("PRAGMA synchronous"))).scalar()

    assert (tmp_path / "screener.db").stat().st_mode & 0o777 == 0o600
    assert synchronous == 2  # FULL
    await store.close()


@pytest.mark.parametrize("what", ["a folder", "a text file", "in a missing folder"])
async def test_a_database_that_cannot_be_used_is_named_with_its_mend(tmp_path: Path, what: str):
    path = tmp_path / "screener.db"
    if what == "a folder":
        path.mkdir()
    elif what == "a text file":
        path.write_text("This is not a database at all, but it is longer than a hundred bytes. " * 4)
    else:
        path = tmp_path / "missing" / "screener.db"

    with pytest.raises(Mistake, match=r"screener\.db: .+\. .+\."):
        await SqlStore.opened(path)


async def test_no_text_of_a_message_is_in_the_database(tmp_path: Path):
    store = await SqlStore.opened(tmp_path / "screener.db")
    event = a_message(text="a marked sentence 4711")

    async with store.transaction() as tx:
        await tx.keep(KIM, event, recalled_after(event))
    await store.close()

    assert b"marked sentence" not in everything_in(tmp_path)


async def test_a_full_disk_is_not_taken_for_a_foreign_file(tmp_path: Path):
    (tmp_path / "screener.db").touch()  # an empty file gets its tables here and now
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, hard))
    try:
        with pytest.raises(Mistake, match=r"can't be written .* Make room on the disk"):
            await SqlStore.opened(tmp_path / "screener.db")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
