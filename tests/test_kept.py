"""From the first sign of danger on everything about a contact is kept, once, in order, and nothing of whom we know."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from screener import chain
from screener.events import Blocked, Deleted, Edited, Event
from screener.kept import Entry
from screener.pipeline import Pipeline
from screener.seal import Seal
from screener.store import kept
from screener.store.casebook import SqlCases
from screener.store.sql import SqlStore
from screener.store.tables import alerts, chains, events, links
from screener.store.times import micros
from tests.make import NOON, RULES, a_call, a_contact, a_message, a_profile, a_request, an_acceptance, an_account
from tests.web.house import EVERYBODY, KIM, a_bad_story

SEAL = Seal(key=b"k" * 32)
STORY = a_bad_story()
CONTACT, ACCOUNT = STORY[0].contact, STORY[0].account
FRIEND = replace(CONTACT, is_friend=True, friend_since=NOON - timedelta(days=400))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    opened = await SqlStore.opened(tmp_path / "screener.db", SEAL)
    yield opened
    await opened.close()


def cases_of(store: SqlStore) -> SqlCases:
    return SqlCases(engine=store.engine, seal=SEAL)


async def happens(store: SqlStore, *several: Event) -> None:
    pipeline = Pipeline(family=EVERYBODY, rulebook=RULES, store=store, since=NOON)
    for event in several:
        async with store.transaction() as tx:
            await pipeline.follow(event, KIM, tx)


async def the_case(store: SqlStore) -> str:
    async with store.engine.connect() as connection:
        return (await connection.execute(select(alerts.c.id))).scalar_one()


async def the_chain(store: SqlStore) -> list[Entry]:
    """Every entry of the one case, after looking that it is whole."""
    id = await the_case(store)
    assert await cases_of(store).faults(id) == []
    return [entry async for entry in cases_of(store).entries(id)]


def later(event: type[Event], id: str, minutes: float, **more: object) -> Event:
    return event(id=id, at=NOON + timedelta(minutes=minutes), account=ACCOUNT, contact=CONTACT, **more)


def kinds(chain: list[Entry]) -> list[str]:
    return [entry.kind for entry in chain if entry.kind not in ("alert", "name", "profile", "found")]


async def test_before_the_first_sign_there_is_no_case(store: SqlStore):
    await happens(store, STORY[0])

    async with store.engine.connect() as connection:
        assert (await connection.execute(select(chains))).all() == []


async def test_what_was_before_the_first_sign_is_entered_with_it_both_sides_in_order(store: SqlStore):
    answer = a_message(id="answer", at=NOON + timedelta(seconds=200), account=ACCOUNT, contact=CONTACT,
                       by="member", text="who are you?")  # fmt: skip
    call = a_call(id="call", at=NOON + timedelta(seconds=220), account=ACCOUNT, contact=CONTACT, seconds=250)

    await happens(store, *STORY[:3], answer, call, *STORY[3:])

    entries = await the_chain(store)
    before = [(entry.kind, entry.by, entry.event) for entry in entries if entry.body and entry.body.get("before")]
    said = {entry.event: entry.body.get("text") for entry in entries if entry.body and entry.kind == "message"}
    (rang,) = (entry.body for entry in entries if entry.kind == "call")
    assert before == [
        ("friend_request", "contact", STORY[0].id),
        ("accepted", "member", STORY[1].id),
        ("message", "contact", STORY[2].id),
        ("message", "member", "answer"),
        ("call", "contact", "call"),
    ]
    assert said == {"answer": "who are you?"} | {event.id: event.text for event in STORY[2:]}
    assert (rang["call"], rang["seconds"]) == ("video", 250)
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))


async def test_what_changes_later_stands_beside_what_was_seen_then(store: SqlStore):
    threat, other = STORY[-1], STORY[-2]
    await happens(
        store,
        *STORY,
        later(Edited, "edit", 20, message=threat.id, text="only joking"),
        later(Deleted, "gone", 21, message=other.id),
        later(Blocked, "blocked", 22, by="contact"),
    )

    entries = await the_chain(store)
    by_event = {entry.event: entry for entry in entries if entry.kind not in ("found", "alert")}
    assert by_event["edit"].body == {
        "message": threat.id, "entry": by_event[threat.id].number, "text": "only joking"
    }  # fmt: skip
    assert by_event["gone"].body == {"message": other.id, "entry": by_event[other.id].number}
    assert by_event[other.id].body == {"text": other.text}
    assert (by_event["blocked"].kind, by_event["blocked"].by) == ("blocked", "contact")


async def test_every_name_stands_with_when_it_was_first_and_last_seen(store: SqlStore):
    renamed = replace(CONTACT, name="Maja", handle="maja9", url="https://example.com/maja9", country="PH")
    await happens(
        store,
        *STORY,
        a_profile(id="p1", at=NOON + timedelta(hours=2), account=ACCOUNT, contact=renamed),
        a_profile(id="p2", at=NOON + timedelta(hours=5), account=ACCOUNT, contact=renamed),
    )

    case = await cases_of(store).case(await the_case(store))
    entries = await the_chain(store)
    assert case is not None
    assert case.contact.id == CONTACT.id
    assert [(one.kind, one.value, one.first, one.last) for one in case.names] == [
        ("name", "Maya R.", NOON, STORY[-1].at),
        ("name", "Maja", NOON + timedelta(hours=2), NOON + timedelta(hours=5)),
        ("handle", "maja9", NOON + timedelta(hours=2), NOON + timedelta(hours=5)),
        ("url", "https://example.com/maja9", NOON + timedelta(hours=2), NOON + timedelta(hours=5)),
    ]
    assert [entry.body["instead_of"] for entry in entries if entry.event == "p1" and "instead_of" in entry.body] == [
        "Maya R."
    ]
    assert [entry.body for entry in entries if entry.kind == "profile"][-1] == {"now": {"country": "PH"}}


async def test_what_comes_again_is_entered_once(store: SqlStore):
    profile = a_profile(id="p1", at=NOON + timedelta(hours=2), account=ACCOUNT, contact=replace(CONTACT, country="PH"))
    await happens(store, *STORY, profile)
    once = len(await the_chain(store))

    await happens(store, *STORY, profile, profile)

    assert len(await the_chain(store)) == once


async def test_what_can_be_followed_up_stands_with_the_event_it_was_in(store: SqlStore):
    text = "add live:maya.r_77 and pay, MTCN 123-456-7890"
    await happens(store, *STORY, later(type(a_message()), "pay", 30, text=text))

    (found,) = (entry for entry in await the_chain(store) if entry.kind == "found" and entry.event == "pay")
    assert [(one["kind"], text[one["start"] : one["end"]]) for one in found.body["entities"]] == [
        ("skype-id", "live:maya.r_77"),
        ("transfer-number", "MTCN 123-456-7890"),
    ]


async def test_of_somebody_the_family_knows_no_word_is_kept_even_where_he_threatens(store: SqlStore):
    await happens(
        store,
        a_message(id="1", account=ACCOUNT, contact=FRIEND, text="are you home?"),
        replace(STORY[-1], contact=FRIEND),
        later(Edited, "edit", 20, message=STORY[-1].id, text="only joking"),
        a_request(id="note", at=NOON + timedelta(minutes=30), account=ACCOUNT, contact=FRIEND, note="again me"),
    )

    entries = await the_chain(store)
    assert kinds(entries) == ["opened", "message", "message", "edited", "friend_request"]
    assert all(entry.body["known"] for entry in entries if entry.event and entry.kind != "alert")
    whole = b"".join(chain.canonical(entry.body) for entry in entries)
    assert not any(word in whole for word in (b"home?", b"gift cards", b"joking", b"again me"))
    assert b"told Kim that pictures or chats go to others" in whole


async def test_an_event_and_its_entry_are_kept_together_or_not_at_all(store: SqlStore):
    pipeline = Pipeline(family=EVERYBODY, rulebook=RULES, store=store, since=NOON)
    await happens(store, *STORY[:-1])
    before = len(await the_chain(store))

    with pytest.raises(RuntimeError):
        async with store.transaction() as tx:
            await pipeline.follow(STORY[-1], KIM, tx)
            raise RuntimeError

    assert len(await the_chain(store)) == before


async def test_an_alert_from_before_there_were_chains_gets_one_with_the_next_start(store: SqlStore, tmp_path: Path):
    await happens(store, *STORY)
    async with store.engine.begin() as connection:
        await connection.execute(delete(links))
        await connection.execute(delete(chains))

    again = await SqlStore.opened(tmp_path / "screener.db", SEAL)

    entries = await the_chain(again)
    await again.close()
    assert kinds(entries) == ["opened", "friend_request", "accepted", *["message"] * 6]
    assert entries[-1].body == {"text": STORY[-1].text, "before": True}


async def test_of_very_many_events_the_latest_are_entered_and_how_many_were_before_is_said(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(kept, "MOST_BEFORE", 500)
    await happens(store, *STORY[:2])
    async with store.engine.begin() as connection:
        row = (await connection.execute(select(events).limit(1))).one()._asdict()
        old = micros(NOON) - 1_000_000
        await connection.execute(
            insert(events), [row | {"id": f"old:{n}", "kind": "message", "at": old + n} for n in range(500)]
        )

    await happens(store, *STORY[2:])

    entries = await the_chain(store)
    assert entries[0].body["left_out"] == 3
    assert sum(1 for entry in entries if entry.body.get("before")) == 500


@pytest.mark.parametrize("text", ["x" * 5_000, "half a letter \ud83d", "\u202e\x00\x1b[31m", '{"a": "b"}\n' * 300])
async def test_whatever_a_stranger_writes_is_kept_as_it_was_as_far_as_there_is_room(store: SqlStore, text: str):
    await happens(store, *STORY, later(type(a_message()), "hostile", 30, text=text))

    (entry,) = (entry for entry in await the_chain(store) if entry.event == "hostile" and entry.kind == "message")
    assert entry.body["text"] == text[:4_000]
    assert entry.body.get("cut", False) == (len(text) > 4_000)


async def test_a_contact_who_takes_a_thousand_names_fills_no_memory(store: SqlStore):
    names = [later(type(a_profile()), f"p{n}", 30 + n / 10) for n in range(250)]
    await happens(
        store, *STORY, *(replace(event, contact=replace(CONTACT, name=f"Name {event.id}")) for event in names)
    )

    case = await cases_of(store).case(await the_case(store))
    entries = await the_chain(store)
    assert case is not None
    assert len(case.names) == 200
    assert sum(1 for entry in entries if entry.kind == "name") == 251


async def test_a_payment_that_a_parent_writes_down_is_entered(store: SqlStore):
    await happens(store, *STORY)
    cases, id = cases_of(store), await the_case(store)

    number = await cases.add(id, "payment", {"rail": "transfer", "number": "1234567890"}, who="anna", at=NOON)

    last = (await the_chain(store))[-1]
    assert (last.number, last.kind, last.at) == (number, "payment", NOON)
    assert last.body == {"rail": "transfer", "number": "1234567890", "who": "anna"}
    with pytest.raises(ValueError, match="too long"):
        await cases.add(id, "payment", {"note": "x" * 30_000}, who="anna")
    with pytest.raises(KeyError):
        await cases.add("nobody", "payment", {}, who="anna")


@pytest.mark.parametrize("column", ["sealed", "at", "event", "kind", "digest", "link", "by"])
async def test_a_row_that_somebody_changed_in_the_database_is_found(store: SqlStore, column: str):
    await happens(store, *STORY)
    id = await the_case(store)
    async with store.engine.begin() as connection:
        other = (await connection.execute(select(links.c[column]).where(links.c.number == 5))).scalar_one()
        other = "contact" if column == "by" else other
        await connection.execute(update(links).where(links.c.number == 7).values({column: other}))
        if column == "by":
            await connection.execute(update(links).where(links.c.number == 7).values(by="member"))

    assert 7 in {fault.number for fault in await cases_of(store).faults(id)}


async def test_words_that_were_taken_out_of_the_database_are_missed(store: SqlStore):
    await happens(store, *STORY)
    id = await the_case(store)
    async with store.engine.begin() as connection:
        await connection.execute(update(links).where(links.c.number == 7).values(sealed=None))

    faults = await cases_of(store).faults(id)

    assert [(fault.number, "nothing says" in fault.why) for fault in faults] == [(7, True)]


async def test_what_passed_is_entered_with_the_time_of_this_home_and_how_far_the_clocks_were_apart(store: SqlStore):
    pipeline = Pipeline(family=EVERYBODY, rulebook=RULES, store=store, since=NOON)
    await happens(store, *STORY[:-1])

    async with store.transaction() as tx:
        await tx.passed(NOON + timedelta(hours=9), -1_250)
        await pipeline.follow(STORY[-1], KIM, tx)

    last = next(entry for entry in await the_chain(store) if entry.event == STORY[-1].id)
    assert (last.at, last.captured, last.offset_ms) == (STORY[-1].at, NOON + timedelta(hours=9), -1_250)


async def test_a_stranger_is_not_confused_with_another_one(store: SqlStore):
    other = [replace(event, contact=a_contact(id="100000000000999"), id=f"other:{event.id}") for event in STORY]
    mixed = [event for pair in zip(STORY, other, strict=True) for event in pair]
    await happens(store, *mixed)

    async with store.engine.connect() as connection:
        ids = (await connection.scalars(select(alerts.c.id))).all()
    found = [[entry.event async for entry in cases_of(store).entries(id) if entry.event] for id in ids]
    assert len(ids) == 2
    assert [await cases_of(store).faults(id) for id in ids] == [[], []]
    assert all(len({each.startswith("other:") for each in one}) == 1 for one in found)


async def test_an_acceptance_from_nobody_is_entered_as_such(store: SqlStore):
    accepted = an_acceptance(id="a", account=an_account(id=ACCOUNT.id), contact=CONTACT, asked=False)
    await happens(store, accepted, *STORY[2:])

    (entry,) = (entry for entry in await the_chain(store) if entry.kind == "accepted")
    assert entry.body["asked"] is False
