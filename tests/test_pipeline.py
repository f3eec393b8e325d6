"""One event's way to its alert: what is known counts once, old friends are known, and nothing is lost half-way."""

from datetime import timedelta
from typing import Any

import pytest

from screener import rulebook
from screener.capture import Capture
from screener.events import Accepted, Edited
from screener.family import Family
from screener.pipeline import Pipeline
from screener.platforms import Decoded, Memory
from screener.resources import shipped
from screener.store.base import Recalled
from screener.store.memory import MemoryStore
from tests.make import NOON, a_contact, a_member, a_message, a_profile, a_request, an_account

RULES = rulebook.load(shipped("rules"))
KIM = a_member(accounts={"facebook": ("100000000000001",)})
THREAT = "pay me 200 pounds or i post the pictures so your whole school sees them"


def a_pipeline(**changes: Any) -> Pipeline:
    defaults = {"family": Family(members=(KIM,)), "rulebook": RULES, "store": MemoryStore(), "since": NOON}
    return Pipeline(**(defaults | changes))


def a_capture() -> Capture:
    return Capture(id="c1", at=NOON, device="192.0.2.7", host="www.facebook.com", path="/api/graphql/")


async def followed(pipeline: Pipeline, *events: Any) -> list[Any]:
    decoded = Decoded(platform="facebook", events=events)
    return await pipeline.screen(a_capture(), decoded, Memory())


async def test_an_event_belongs_to_the_member_whose_account_it_came_to():
    (step,) = await followed(a_pipeline(), a_request())

    assert step.member == KIM


async def test_an_account_that_nobody_claimed_is_looked_after_under_its_own_name():
    (step,) = await followed(a_pipeline(family=Family()), a_request())

    assert step.member.name == "the facebook account 100000000000001"


async def test_an_inbox_sent_again_leads_to_nothing():
    pipeline = a_pipeline()

    first = await followed(pipeline, a_message(id="m1"), a_message(id="m2"))
    again = await followed(pipeline, a_message(id="m1"), a_message(id="m2"))

    assert (len(first), again) == (2, [])


async def test_a_profile_sent_again_still_brings_what_is_new_in_it():
    pipeline = a_pipeline()

    await followed(pipeline, a_profile())
    (step,) = await followed(pipeline, a_profile(contact=a_contact(friends=7)))

    assert step.again
    assert step.relationship.contact.friends == 7


async def test_a_threat_is_news_once_and_its_alert_is_one_that_grows():
    pipeline = a_pipeline()

    (first,) = await followed(pipeline, a_message(id="m1", text=THREAT))
    (second,) = await followed(pipeline, a_message(id="m2", text=THREAT, at=NOON + timedelta(minutes=1)))

    assert first.alert is not None and second.alert is not None
    assert (first.is_news, first.grew, first.alert.level) == (True, False, "act")
    assert (second.is_news, second.grew, second.alert.id) == (False, True, first.alert.id)


@pytest.mark.parametrize(("days", "known"), [(400, True), (31, True), (29, False)])
async def test_who_was_a_friend_a_month_before_we_came_is_known(days: int, known: bool):
    friend = a_contact(is_friend=True, friend_since=NOON - timedelta(days=days))

    (step,) = await followed(a_pipeline(), a_profile(contact=friend))

    assert step.relationship.known is known


async def test_known_is_not_forgotten_when_later_events_say_nothing_of_it():
    pipeline = a_pipeline()
    await followed(pipeline, a_profile(contact=a_contact(is_friend=True, friend_since=NOON - timedelta(days=400))))

    (step,) = await followed(pipeline, a_message())

    assert step.relationship.known


async def test_a_threat_put_into_an_old_message_is_heard():
    pipeline = a_pipeline()
    await followed(pipeline, a_message(id="m1", text="hello"))
    edit = Edited(id="m1:edited", message="m1", at=NOON, account=an_account(), contact=a_contact(), text=THREAT)

    (step,) = await followed(pipeline, edit)

    assert step.alert is not None
    assert step.alert.level == "act"


async def test_what_a_stranger_says_of_friendship_elsewhere_does_not_make_him_known():
    stranger = a_contact(is_friend=None, friend_since=NOON - timedelta(days=400))

    (step,) = await followed(a_pipeline(), a_request(contact=stranger))

    assert not step.relationship.known


def test_judging_changes_nothing_of_what_was_recalled():
    pipeline = a_pipeline()
    before = pipeline.judge(a_request(), KIM, Recalled())
    copy = pipeline.judge(a_request(), KIM, Recalled())

    pipeline.judge(a_message(text=THREAT), KIM, before)

    assert before.relationship == copy.relationship
    assert before.signals == copy.signals


async def test_a_request_older_than_we_are_does_not_make_an_old_friend_of_a_stranger_when_it_is_accepted():
    pipeline = a_pipeline()
    # Discord gives the day of the request as that of the friendship.
    asked = NOON - timedelta(days=90)
    friend = a_contact(is_friend=True, friend_since=asked)
    accepted = Accepted(id="accepted:1", at=NOON, account=an_account(), contact=friend)

    await followed(pipeline, a_request(at=asked), accepted, a_profile(contact=friend))
    (step,) = await followed(pipeline, a_message(text=THREAT + " haha"))

    assert not step.relationship.known


async def test_a_profile_that_tells_nothing_new_is_not_judged_again():
    pipeline = a_pipeline()
    (first,) = await followed(pipeline, a_profile())

    (again,) = await followed(pipeline, a_profile(at=NOON + timedelta(days=3)))

    assert again.again
    assert again.relationship == first.relationship


async def test_a_hundred_parts_that_can_not_be_read_are_one_issue_counted_a_hundred_times():
    noted: list[Any] = []

    class Noting(MemoryStore):
        async def note(self, issue: Any) -> None:
            noted.append(issue)

    decoded = Decoded(platform="facebook", unreadable=("id is missing",) * 100)

    await a_pipeline(store=Noting()).screen(a_capture(), decoded, Memory())

    assert [issue.count for issue in noted] == [100]
