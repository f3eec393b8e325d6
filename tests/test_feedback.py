"""What a parent answered counts from then on, in both stores, until it ends or is taken back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from screener.events import Event
from screener.feedback import Feedback, Mute, Trust, is_trusted
from screener.pipeline import Followed, Pipeline
from screener.store import answers
from screener.store.base import Recalled, Store
from screener.store.memory import MemoryStore
from screener.store.people import feedback
from screener.store.sql import SqlStore
from screener.store.tables import relationships
from tests.make import NOON, RULES, a_contact, a_message
from tests.web.house import EVERYBODY, KIM, a_bad_story

STRANGER = "100000000000666"
BEFORE_THE_THREAT = a_bad_story()[:-1]

type Say = Callable[..., Awaitable[None]]


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = await SqlStore.opened(tmp_path / "screener.db")
    yield opened
    await opened.close()


@pytest.fixture
def say(store: Store) -> Say:
    """Answers to Kim's alert about the stranger."""

    async def said(*each: Feedback) -> None:
        if isinstance(store, MemoryStore):
            store.answer(KIM, "facebook", STRANGER, *each)
            return
        assert isinstance(store, SqlStore)
        async with store.engine.begin() as connection:
            id = (await connection.execute(select(relationships.c.id))).scalar_one()
            for one in (await connection.execute(select(feedback.c.id))).scalars().all():
                await answers.take_back(connection, one, at=NOON)
            for answer in each:
                await answers.answer(connection, id, answer, by="anna", at=NOON)

    return said


async def happens(store: Store, *events: Event) -> Followed:
    pipeline = Pipeline(family=EVERYBODY, rulebook=RULES, store=store, since=NOON - timedelta(days=400))
    step: Followed | None = None
    for event in events:
        async with store.transaction() as tx:
            step = await pipeline.follow(event, KIM, tx)
    assert step is not None
    return step


async def recalled(store: Store, *, days: float = 0) -> Recalled:
    event = a_message(id="look", at=NOON + timedelta(days=days), contact=a_contact(id=STRANGER))
    async with store.transaction() as tx:
        return await tx.recall(KIM, event)


def another(text: str, *, days: float = 1) -> Event:
    return a_message(
        id=f"later:{text}", at=NOON + timedelta(days=days), contact=a_contact(id=STRANGER, name="Maya R."), text=text
    )


async def test_somebody_a_parent_knows_is_known_from_then_on(store: Store, say: Say):
    await happens(store, *BEFORE_THE_THREAT)

    await say(Trust())
    step = await happens(store, another("dont tell your parents about it"))

    assert step.relationship.known
    assert (await recalled(store)).feedback == (Trust(),)


async def test_what_somebody_known_says_weighs_less_than_the_same_from_a_stranger(store: Store, say: Say):
    begins, goes_on = a_bad_story()[:4], a_bad_story()[4:-1]
    before = await happens(store, *begins)
    await say(Trust())

    step = await happens(store, *goes_on)
    stranger = await happens(MemoryStore(), *begins, *goes_on)

    assert before.alert is not None and step.alert is not None and stranger.alert is not None
    assert step.alert.points == before.alert.points < stranger.alert.points


async def test_two_signs_of_pressure_from_somebody_known_need_a_parent_now(store: Store, say: Say):
    await happens(store, *BEFORE_THE_THREAT)
    await say(Trust())

    await happens(store, another("pay me 200 pounds or i post the pictures so your whole school sees them", days=1))
    step = await happens(store, another("don't you dare block me", days=1.1))

    assert step.relationship.known and step.alert is not None
    assert step.alert.level == "act"


async def test_trust_that_has_ended_counts_no_more(store: Store, say: Say):
    await happens(store, *BEFORE_THE_THREAT)
    await say(Trust(until=NOON + timedelta(days=30)))

    within = await happens(store, another("hello", days=29))
    after = await happens(store, another("hello again", days=31))

    assert (within.relationship.known, after.relationship.known) == (True, False)


async def test_trust_that_was_taken_back_counts_no_more(store: Store, say: Say):
    await happens(store, *BEFORE_THE_THREAT)
    await say(Trust())
    await happens(store, another("hello"))

    await say()
    step = await happens(store, another("hello again"))

    assert not step.relationship.known
    assert (await recalled(store)).feedback == ()


async def test_a_muted_rule_weighs_nothing_there_until_its_date(store: Store, say: Say):
    asked = another("are your parents home? who checks your phone?", days=2)
    first = await happens(store, *a_bad_story()[:4])
    rule = next(signal.rule for signal in first.alert.signals if signal.event.endswith(".1")) if first.alert else ""

    await say(Mute(rule=rule, until=NOON + timedelta(days=10)))
    muted = await recalled(store, days=2)
    ended = await recalled(store, days=11)

    assert muted.feedback[0].holds(asked.at)
    assert not ended.feedback[0].holds(NOON + timedelta(days=11))
    step = await happens(store, asked)
    assert step.alert is not None and first.alert is not None
    assert step.alert.points == first.alert.points


async def test_a_threat_can_not_be_muted(store: Store, say: Say):
    await happens(store, *BEFORE_THE_THREAT)
    threats = [rule.id for rule in RULES.rules if rule.alone]

    await say(*(Mute(rule=rule) for rule in threats))
    step = await happens(store, a_bad_story()[-1])

    assert step.alert is not None and step.alert.level == "act"


def test_trust_holds_to_its_end_and_not_beyond():
    trust = Trust(until=NOON)

    assert is_trusted((trust,), NOON - timedelta(seconds=1))
    assert not is_trusted((trust,), NOON)
