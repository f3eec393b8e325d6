"""Both stores find the same around an event, with few look-ups, each on an index."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from screener.alerts import Alert
from screener.family import Member
from screener.folding import fold
from screener.levels import LevelName
from screener.relationships import Relationship
from screener.score import Score
from screener.store.base import Recalled, Store
from screener.store.memory import MemoryStore
from screener.store.sql import SqlStore
from screener.surroundings import MOST_NEAR, Surroundings, asking
from screener.web.deeds import Deeds
from tests.make import NOON, WINDOWS, a_contact, a_member, a_message, a_request

KIM = a_member()
SAM = a_member(id="member:Sam", name="Sam")


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = await SqlStore.opened(tmp_path / "screener.db")
    yield opened
    await opened.close()


async def kept(
    store: Store,
    event: Any,
    *,
    member: Member = KIM,
    known: bool = False,
    gave: tuple[str, ...] = (),
    level: LevelName | None = None,
) -> None:
    alert = Alert.opening(
        id=f"{member.id}{event.contact.id}", score=Score(points=50, level=level, stages=(), signals=()), at=event.at
    )
    async with store.transaction() as tx:
        before = (await tx.recall(member, event)).relationship
        relationship = before or Relationship.first(member=member, event=event, known=known)
        await tx.keep(member, event, Recalled(relationship=relationship.after(event, gave=gave), alert=alert))


async def around(store: Store, event: Any, *, member: Member = KIM, gave: tuple[str, ...] = ()) -> Surroundings:
    words = getattr(event, "text", None)
    async with store.transaction() as tx:
        before = (await tx.recall(member, event)).relationship
        folded = fold(words) if words else None
        return await tx.surroundings(asking(event, member, before, windows=WINDOWS, folded=folded, gave=gave))


def ids(found: Surroundings) -> set[str]:
    return {each.contact.id for each in found.near or ()}


@pytest.mark.parametrize(
    "contact",
    [
        {"name": "Мауа Rivers"},
        {"name": None, "handle": "maya_rivers.99"},
        {"name": None, "avatar": "a1"},
    ],
)
async def test_contacts_with_a_key_in_common_are_near_each_other(store: Store, contact: dict[str, Any]):
    await kept(store, a_message(contact=a_contact(id="1", name="Maya Rivers", handle="maya.rivers", avatar="a1")))
    await kept(
        store, a_message(id="m2", contact=a_contact(id="2", name="Somebody Else", handle="other.one", avatar="b"))
    )

    found = await around(store, a_request(contact=a_contact(id="3", **contact)))

    assert ids(found) == {"1"}


async def test_a_contact_is_not_near_itself_and_whoever_nobody_resembles_is_alone(store: Store):
    await kept(store, a_message(contact=a_contact(name="Maya Rivers")))

    assert ids(await around(store, a_message(contact=a_contact(name="Maya Rivers")))) == set()
    assert ids(await around(store, a_message(contact=a_contact(id="9", name=None)))) == set()


async def test_another_members_contact_is_near_too_under_that_members_name(store: Store):
    await kept(store, a_message(contact=a_contact(id="1", name="Maya Rivers")), member=SAM)

    found = await around(store, a_request(contact=a_contact(id="2", name="Maya Rivers")))

    assert [each.member.id for each in found.near or ()] == ["member:Sam"]


async def test_a_handle_that_was_given_is_found_from_either_end(store: Store):
    skype = a_contact(platform="skype", id="live:.cid.0123456789abcdef", name=None)
    await kept(store, a_message(contact=a_contact(id="1")), gave=(skype.id,))

    from_there = await around(store, a_message(id="m2", contact=skype))
    await kept(store, a_message(id="m2", contact=skype))
    from_here = await around(store, a_message(id="m3", contact=a_contact(id="1")))

    assert ids(from_there) == {"1"}
    assert ids(from_here) == {skype.id}


async def test_known_contacts_are_found_first_among_very_many(store: Store):
    await kept(store, a_message(contact=a_contact(id="old", name="Maya Rivers")), known=True)
    for number in range(40):
        event = a_message(
            id=f"m{number}", at=NOON + timedelta(hours=1), contact=a_contact(id=f"{number}", name="Maya Rivers")
        )
        await kept(store, event)

    found = (await around(store, a_request(contact=a_contact(id="new", name="Maya Rivers")))).near

    assert found is not None
    assert len(found) == MOST_NEAR
    assert found[0].contact.id == "old"


async def test_who_turned_to_the_family_lately_is_told_with_the_time_and_only_when_asked(store: Store):
    joined = NOON - timedelta(days=3)
    await kept(store, a_request(contact=a_contact(id="1", joined=joined)), member=SAM)
    await kept(store, a_request(id="r2", at=NOON - timedelta(hours=100), contact=a_contact(id="2")))
    await kept(store, a_message(id="m3", by="member", contact=a_contact(id="3")))

    found = await around(store, a_request(at=NOON + timedelta(hours=1), contact=a_contact(id="4")))
    own = await around(store, a_message(by="member", contact=a_contact(id="4")))

    assert [(each.member, each.contact, each.at, each.joined) for each in found.approaches or ()] == [
        ("member:Sam", "1", NOON, joined)
    ]
    assert own.approaches is None


async def test_names_of_friends_are_heard_in_a_strangers_words_only(store: Store):
    for number, name in enumerate(("Lena Hill", "Tom", "Zoë Park", "Unknown Person")):
        contact = a_contact(id=f"f{number}", name=name, is_friend=name != "Unknown Person")
        await kept(store, a_message(id=f"m{number}", contact=contact))
    words = "LENA, zoe and tom will see it, and so will unknown kim"

    from_stranger = await around(store, a_message(contact=a_contact(id="s"), text=words))
    from_member = await around(store, a_message(contact=a_contact(id="s"), text=words, by="member"))
    for_sam = await around(store, a_message(contact=a_contact(id="s"), text=words), member=SAM)

    assert from_stranger.named == {"lena", "zoe", "tom"}
    assert from_member.named is None
    assert for_sam.named == frozenset()


async def test_habits_are_read_from_what_happened_in_the_weeks_before(store: Store):
    for day in range(35, 0, -1):
        for number in range(3):
            event = a_message(
                id=f"m{day}.{number}", by="member", at=NOON - timedelta(days=day), contact=a_contact(id=f"{number}")
            )
            await kept(store, event)

    habits = (await around(store, a_message(by="member", contact=a_contact(id="0")))).habits

    assert habits is not None
    assert (round(habits.volume_times, 1), round(habits.share, 2), habits.night_times) == (0.8, 0.33, 1.0)


async def test_an_event_kept_twice_counts_once_in_the_habits(store: Store):
    for day in range(35, 0, -1):
        event = a_message(id=f"m{day}", by="member", at=NOON - timedelta(days=day))
        for _ in range(3):
            await kept(store, event)

    assert (await around(store, a_message(id="now", by="member"))).habits is None


async def test_the_same_persons_other_account_is_recalled_by_its_id(store: Store):
    await kept(store, a_message(contact=a_contact(platform="skype", id="live:x")))

    async with store.transaction() as tx:
        found = await tx.recall_account(KIM, "skype", "live:x", NOON)
        none = await tx.recall_account(SAM, "skype", "live:x", NOON)

    assert found.relationship is not None
    assert found.relationship.received == 1
    assert none == Recalled()


async def test_an_alert_about_another_stranger_is_remembered_for_a_while(store: Store):
    days = timedelta(days=1)
    for level, when in (("talk", 3), ("act", 20), ("look", 1)):
        event = a_message(id=f"m{when}", at=NOON - when * days, contact=a_contact(id=f"{when}"))
        await kept(store, event, level=level)  # type: ignore[arg-type]
    await kept(store, a_message(id="f", at=NOON - days, contact=a_contact(id="f")), level="talk", known=True)
    await kept(store, a_message(id="s", at=NOON - days, contact=a_contact(id="s")), level="act", member=SAM)

    new = await around(store, a_message(at=NOON, contact=a_contact(id="new")))
    itself = await around(store, a_message(at=NOON, contact=a_contact(id="3")))
    own_words = await around(store, a_message(at=NOON, contact=a_contact(id="new"), by="member"))
    earlier = await around(store, a_message(at=NOON - 5 * days, contact=a_contact(id="new")))

    assert (new.alarmed, itself.alarmed, own_words.alarmed) == (NOON - 3 * days, None, None)
    assert earlier.alarmed is None


async def test_an_alert_that_did_not_help_is_not_remembered_until_that_is_taken_back(tmp_path: Path):
    store = await SqlStore.opened(tmp_path / "screener.db")
    deeds = Deeds(engine=store.engine)
    await kept(store, a_message(at=NOON, contact=a_contact(id="1")), level="talk")
    later = [NOON + timedelta(hours=hour) for hour in range(6)]
    new = a_message(id="m2", at=later[5], contact=a_contact(id="new"))
    found = [(await around(store, new)).alarmed]

    unhelpful = await deeds.do("unhelpful", ["member:Kim1"], by="anna", at=later[1])
    found.append((await around(store, new)).alarmed)
    assert unhelpful is not None
    await deeds.undo(unhelpful.id, by="anna", at=later[2])
    found.append((await around(store, new)).alarmed)
    await deeds.do("closed", ["member:Kim1"], by="anna", at=later[3])
    found.append((await around(store, new)).alarmed)
    await store.close()

    assert found == [NOON, None, NOON, NOON]


async def test_somebody_in_touch_for_long_has_come_because_of_nobody(store: Store):
    await kept(store, a_message(at=NOON - timedelta(days=40), contact=a_contact(id="old")))
    await kept(store, a_message(id="m2", at=NOON - timedelta(days=1), contact=a_contact(id="1")), level="act")

    assert (await around(store, a_message(id="m3", at=NOON, contact=a_contact(id="old")))).alarmed is None


async def test_what_lies_around_is_looked_up_on_indexes(tmp_path: Path):
    store = await SqlStore.opened(tmp_path / "screener.db")
    await kept(store, a_message(contact=a_contact(name="Maya Rivers", handle="maya.rivers", avatar="a")))
    plans: list[str] = []

    async with store.engine.connect() as connection:
        for where in (
            "relationships WHERE name_key = 'a' OR avatar_key = 'b' OR handle_key IN ('c', 'd') OR called IN ('e') "
            "OR id IN (SELECT relationship FROM handles WHERE handle IN ('f'))",
            "relationships WHERE approached BETWEEN 1 AND 2 ORDER BY approached DESC",
            "relationships WHERE member = 'a' AND given_key IN ('b', 'c')",
            "events WHERE member = 'a' AND kind = 'message' AND at >= 1",
            "alerts WHERE member = 'a' AND height >= 2 AND updated BETWEEN 1 AND 2",
        ):
            rows = await connection.execute(text(f"EXPLAIN QUERY PLAN SELECT * FROM {where}"))  # our own words
            plans += [row.detail for row in rows]
    await store.close()

    assert plans
    assert not [plan for plan in plans if plan.startswith("SCAN")]
