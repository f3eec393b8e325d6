"""The desk on the real store shows what the pipeline kept, and keeps what a parent did."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from screener import rulebook
from screener.alerts import Alert
from screener.capture import Capture
from screener.events import Account
from screener.family import Family
from screener.pipeline import Pipeline
from screener.platforms import Decoded, Memory
from screener.relationships import Relationship
from screener.resources import shipped
from screener.rules import Signal
from screener.score import Score
from screener.spool import Reader, Writer
from screener.store.base import Issue, Recalled
from screener.store.sql import SqlStore
from screener.web.base import Change
from screener.web.deeds import Deeds
from screener.web.desk import SqlDesk, set_password
from tests.make import NOON, a_contact, a_member, a_request

KIM = a_member()


class Office:
    """A desk, and the store and spool it looks into."""

    def __init__(self, folder: Path, store: SqlStore) -> None:
        self.store = store
        self.reader = Reader(folder / "spool.db")
        self.enrolled = {"192.0.2.9"}
        self.desk = SqlDesk(store, self.reader, enrolled=lambda: self.enrolled)

    async def keep(self, contact: Account, level: str, id: str, points: int = 50) -> None:
        event = a_request(id=id, contact=contact)
        signal = Signal(
            rule="secrecy",
            stage="isolate",
            points=20.4,
            because="A reason.",
            advice="",
            event=id,
            at=NOON,
            file="r.yaml:1",
        )
        score = Score(points=points, level=level, stages=("isolate",), signals=(signal,))
        alert = Alert.opening(id=id, score=score, at=NOON)
        relationship = Relationship.first(member=KIM, event=event).after(event)
        async with self.store.transaction() as tx:
            await tx.keep(KIM, event, Recalled(relationship=relationship, signals=(signal,), alert=alert))


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    store = await SqlStore.opened(tmp_path / "screener.db")
    office = Office(tmp_path, store)
    yield office
    office.reader.close()
    await store.close()


async def test_open_alerts_come_worst_first_with_who_and_why(office: Office):
    contact = a_contact(
        name="Maya R.", handle="maya.example", joined=datetime(2026, 9, 1, tzinfo=UTC), joined_basis="id"
    )
    await office.keep(a_contact(id="2"), "look", "a1")
    await office.keep(contact, "act", "a2", points=90)

    worst, other = await office.desk.alerts(state="open")

    assert (worst.level, other.level) == ("act", "look")
    assert (worst.member_name, worst.contact.id, worst.contact.names) == ("Kim", contact.id, ("Maya R.",))
    assert ("Account opened", "2026-09-01", "read from the id") in [
        (fact.label, fact.value, fact.basis) for fact in worst.contact.facts
    ]
    assert [(s.because, s.points, s.rule_file) for s in worst.signals] == [("A reason.", 20, "r.yaml:1")]
    assert "encrypted" in worst.unseen


async def test_a_closed_alert_leaves_the_open_ones_and_an_unseen_one_can_be_seen(office: Office):
    await office.keep(a_contact(id="1"), "talk", "a1")
    await office.keep(a_contact(id="2"), "talk", "a2")

    deeds = Deeds(engine=office.store.engine)
    await deeds.do("seen", ["a1"], by="parent", at=NOON)
    await deeds.do("closed", ["a2"], by="parent", at=NOON)
    await deeds.do("seen", ["a2"], by="parent", at=NOON)

    assert [(alert.id, alert.state) for alert in await office.desk.alerts(state="open")] == [("a1", "seen")]
    assert [(alert.id, alert.state) for alert in await office.desk.alerts(state="closed")] == [("a2", "closed")]


async def test_every_open_page_hears_of_a_change_and_one_that_left_costs_nothing(office: Office):
    async def heard() -> Change:
        async for change in office.desk.changes():
            return change
        raise AssertionError

    pages = [asyncio.create_task(heard()) for _ in range(2)]
    await asyncio.sleep(0)
    change = Change(alert="a1", level="act", what="opened")
    for _ in range(500):
        office.desk.announce(change)

    assert await asyncio.gather(*pages) == [change, change]


async def test_the_first_user_can_be_added_only_once(office: Office):
    first = await office.desk.add_first_user("ada", "hash")
    second = await office.desk.add_first_user("eve", "hash")

    assert (first, second, await office.desk.users()) == (True, False, 1)
    assert await office.desk.user("eve") is None


async def test_a_name_is_given_only_once(office: Office):
    await office.desk.add_user("ada", "hash")

    with pytest.raises(ValueError, match="taken"):
        await office.desk.add_user("ada", "other")


async def test_a_new_password_ends_every_session(office: Office):
    await office.desk.add_user("ada", "hash")

    changed = await set_password(office.store.engine, "ada", "new")
    unknown = await set_password(office.store.engine, "eve", "new")

    user = await office.desk.user("ada")
    assert user is not None
    assert (changed, unknown, user.password_hash, user.epoch) == (True, False, "new", 1)


async def test_failed_log_ins_are_remembered_across_a_restart(office: Office, tmp_path: Path):
    await office.desk.record_failure("name:ada", NOON)
    await office.desk.record_failure("name:ada", NOON + timedelta(seconds=1))
    store = await SqlStore.opened(tmp_path / "screener.db")
    again = SqlDesk(store, office.reader)

    before = await again.failures("name:ada")
    await again.clear_failures("name:ada")

    assert before == (NOON + timedelta(seconds=1), NOON)
    assert await again.failures("name:ada") == ()
    await store.close()


async def test_a_proxy_that_does_not_answer_is_an_issue_and_one_that_beats_is_not(office: Office, tmp_path: Path):
    silent = await office.desk.issues()

    writer = Writer(tmp_path / "spool.db")
    for _ in range(200):
        if office.reader.counters().get("heartbeat"):
            break
        await asyncio.sleep(0.05)
    beating = await office.desk.issues()
    writer.close()

    assert [issue.key for issue in silent] == ["proxy:silent"]
    assert beating == []


async def test_what_could_not_be_read_is_an_issue_until_it_has_long_stopped(office: Office):
    now = datetime.now(UTC)
    old = Issue(key="old", severity="warning", what="Something.", mend="Mend it.", at=now - timedelta(days=9))
    new = Issue(key="new", severity="warning", what="Something.", mend="Mend it.", at=now)
    async with office.store.transaction() as tx:
        for trouble in (old, new, new):
            await tx.note(trouble)

    assert "new" in [issue.key for issue in await office.desk.issues()]
    assert "old" not in [issue.key for issue in await office.desk.issues()]


async def test_a_platform_that_was_read_is_covered_and_one_that_refuses_us_is_blind(office: Office, tmp_path: Path):
    async with office.store.transaction() as tx:
        await tx.read("192.0.2.7", "facebook", "Kim", NOON)
    writer = Writer(tmp_path / "spool.db")
    writer.saw("192.0.2.7", "discord.com", "refused")
    writer.close()

    office.enrolled = {"192.0.2.7"}

    found = {(each.platform, each.state, each.member) for each in await office.desk.coverage()}

    assert found == {("facebook", "reads", "Kim"), ("discord", "blind", "")}


async def test_a_device_that_is_looked_after_is_shown_before_anything_was_read_on_it(office: Office):
    found = [(each.device, each.platform, each.state) for each in await office.desk.coverage()]

    assert found == [("192.0.2.9", "", "waiting")]


async def test_a_device_without_our_certificate_is_not_taken_for_an_app_that_keeps_us_out(
    office: Office, tmp_path: Path
):
    writer = Writer(tmp_path / "spool.db")
    for device in ("192.0.2.7", "192.0.2.9"):
        writer.saw(device, "discord.com", "unenrolled")
    writer.close()

    found = {(each.device, each.state) for each in await office.desk.coverage()}

    assert found == {("192.0.2.7", "unenrolled"), ("192.0.2.9", "waiting")}


async def test_two_members_on_one_device_are_both_covered(office: Office):
    async with office.store.transaction() as tx:
        await tx.read("192.0.2.7", "facebook", "Kim", NOON)
        await tx.read("192.0.2.7", "facebook", "Sam", NOON)
    office.enrolled = {"192.0.2.7"}

    assert {each.member for each in await office.desk.coverage()} == {"Kim", "Sam"}


async def test_an_app_that_keeps_us_out_is_shown_beside_the_browser_that_was_read(office: Office, tmp_path: Path):
    async with office.store.transaction() as tx:
        await tx.read("192.0.2.7", "facebook", "Kim", NOON)
    writer = Writer(tmp_path / "spool.db")
    writer.saw("192.0.2.7", "edge-chat.facebook.com", "refused")
    writer.close()
    office.enrolled = {"192.0.2.7"}

    assert {each.state for each in await office.desk.coverage()} == {"reads", "blind"}


async def test_a_platform_that_changed_its_layout_is_an_issue_within_the_day(office: Office):
    now = datetime.now(UTC)
    pipeline = Pipeline(family=Family(), rulebook=rulebook.load(shipped("rules")), store=office.store, since=now)
    capture = Capture(id="c1", at=now, device="192.0.2.7", host="www.facebook.com", path="/api/graphql/")

    for number in range(12):
        why = ("node is missing",) if number else ()
        decoded = Decoded(
            platform="facebook", endpoint="graphql", unreadable=why, events=() if number else (a_request(),)
        )
        at = now + timedelta(minutes=2 * number)
        await pipeline.screen(replace(capture, at=at), decoded, Memory())

    found = {issue.key: issue for issue in await office.desk.issues()}
    assert "Since " in found["canary:facebook:graphql"].what
    assert found["canary:facebook:graphql"].severity == "error"
