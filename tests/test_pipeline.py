"""One event's way to its alert: what is known counts once, old friends are known, and nothing is lost half-way."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from screener.capture import Capture
from screener.events import Accepted, Edited
from screener.family import Family
from screener.pipeline import Pipeline
from screener.platforms import Decoded, Memory
from screener.store.base import Recalled
from screener.store.memory import MemoryStore
from tests.make import NOON, RULES, a_contact, a_member, a_message, a_profile, a_request, an_account

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


SKYPE = a_contact(platform="skype", id="live:.cid.0123456789abcdef", name="M")
OURS_ON_SKYPE = an_account(platform="skype", id="live:kim.example")
HOOK = [
    "hi, saw you in the group. how old are you?",
    "you're so mature for your age",
    "do your parents check your phone?",
    "do you have skype? add me there: live:.cid.0123456789abcdef",
]


async def hooked(pipeline: Pipeline) -> Any:
    """A stranger on Facebook who asks to go on in Skype, and the first words there."""
    stranger = a_contact(mutual_friends=0)
    for number, text in enumerate(HOOK):
        await followed(
            pipeline, a_message(id=f"f{number}", at=NOON + timedelta(minutes=number), contact=stranger, text=text)
        )
    return a_message(
        id="s1", at=NOON + timedelta(hours=1), account=OURS_ON_SKYPE, contact=SKYPE, text="send me a pic of you"
    )


async def test_an_account_that_was_named_elsewhere_carries_what_was_seen_there():
    pipeline = a_pipeline(member=KIM)

    (step,) = await followed(pipeline, await hooked(pipeline))

    assert step.alert is not None
    carried = [signal for signal in step.alert.signals if signal.because.startswith("On Facebook")]
    assert {"asks-who-looks", "moves-to-another-app"} <= {signal.rule for signal in carried}
    assert step.relationship.twins == (("facebook", "100000000000002", "this account was given there"),)
    assert "isolate" in step.alert.stages


async def test_what_is_carried_is_not_kept_as_if_it_had_been_seen_here():
    store = MemoryStore()
    pipeline = a_pipeline(member=KIM, store=store)
    event = await hooked(pipeline)
    await followed(pipeline, event)

    kept = await store.recall(KIM, event)

    assert kept.signals
    assert not [signal for signal in kept.signals if signal.because.startswith("On Facebook")]


async def test_an_account_of_which_nothing_was_seen_alerts_for_nothing_that_was_seen_elsewhere():
    pipeline = a_pipeline(member=KIM, rulebook=replace(RULES, rules=()))
    threat = a_message(id="f0", contact=a_contact(), text=f"{THREAT} live:.cid.0123456789abcdef")
    await followed(replace(pipeline, rulebook=RULES), threat)

    (step,) = await followed(pipeline, a_message(id="s1", account=OURS_ON_SKYPE, contact=SKYPE, text="ok"))

    assert step.relationship.twins
    assert step.alert is None


async def test_a_threat_elsewhere_is_a_sign_here_and_does_not_alert_here_alone():
    pipeline = a_pipeline(member=KIM)
    await followed(pipeline, a_message(id="f0", text=f"{THREAT} live:.cid.0123456789abcdef"))

    (step,) = await followed(
        pipeline, a_message(id="s1", account=OURS_ON_SKYPE, contact=SKYPE, text="ok", pending=True)
    )

    alone = [signal for signal in step.alert.signals if signal.alone] if step.alert else []
    assert alone == []


async def test_the_same_name_on_another_platform_stays_another_person():
    pipeline = a_pipeline(member=KIM)
    await followed(pipeline, a_message(id="f0", contact=a_contact(name="Maya Rivers"), text=THREAT))
    namesake = a_contact(platform="discord", id="77", name="Maya Rivers")

    (step,) = await followed(pipeline, a_message(id="d1", contact=namesake, text="hello"))

    assert step.relationship.twins == ()


async def rules_that_held(store: MemoryStore, member: Any, event: Any) -> set[str]:
    return {signal.rule for signal in (await store.recall(member, event)).signals}


async def test_a_copy_of_a_friend_is_told_from_the_friend():
    store = MemoryStore()
    pipeline = a_pipeline(member=KIM, store=store)
    friend = a_contact(id="1", name="Lena Hill", is_friend=True, friend_since=NOON - timedelta(days=400))
    await followed(pipeline, a_profile(contact=friend))

    copy = a_request(contact=a_contact(id="2", name="Lеna Hill", mutual_friends=0))
    await followed(pipeline, copy)

    assert "copies-a-friend" in await rules_that_held(store, KIM, copy)
    assert "copies-a-friend" not in await rules_that_held(store, KIM, a_profile(contact=friend))


async def test_a_stranger_who_asks_brother_and_sister_is_seen_by_the_second():
    sam = a_member(id="member:Sam", name="Sam", accounts={"facebook": ("100000000000009",)})
    store = MemoryStore()
    pipeline = a_pipeline(family=Family(members=(KIM, sam)), store=store)
    stranger = a_contact(mutual_friends=0)
    await followed(pipeline, a_request(id="r1", contact=stranger))
    to_sam = a_request(
        id="r2", at=NOON + timedelta(hours=5), account=an_account(id="100000000000009"), contact=stranger
    )

    await followed(pipeline, to_sam)

    assert "asks-several-of-family" in await rules_that_held(store, sam, to_sam)


async def test_a_signal_knows_which_words_it_heard():
    store, text = MemoryStore(), "hey you. do y o u r parents check your phone? lol"
    event = a_message(contact=a_contact(mutual_friends=0), text=text)
    await followed(a_pipeline(member=KIM, store=store), event)

    words = {signal.rule: signal.words for signal in (await store.recall(KIM, event)).signals}

    assert words["asks-who-looks"] is not None
    assert "parents check your phone" in text[slice(*words["asks-who-looks"])]
    assert words["no-mutual-friends"] is None


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
