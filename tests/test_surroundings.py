"""What lies around an event: who resembles whom, which accounts are one person, and what is a habit."""

from datetime import timedelta
from typing import Any

import pytest

from screener.habits import Habits, Written, habits_of
from screener.relationships import Relationship
from screener.surroundings import (
    answered,
    asking,
    given_key,
    handle_key,
    is_distinct,
    name_key,
    twins,
    with_strangeness,
)
from tests.make import NOON, WINDOWS, a_contact, a_member, a_message, a_request

KIM = a_member()


def a_relationship(*, known: bool = False, member: Any = KIM, heard: Any = (), gave: Any = (), **contact: Any) -> Any:
    event = a_message(contact=a_contact(**contact))
    relationship = Relationship.first(member=member, event=event, known=known)
    return relationship.after(event, frozenset(heard), gave=tuple(gave))


def a_question(event: Any, relationship: Relationship | None = None, **changes: Any) -> Any:
    return asking(event, KIM, relationship, windows=WINDOWS, **changes)


@pytest.mark.parametrize(
    "other",
    ["maya rivers", "Maya  Rivers!", "Máya Rivers", "Мауа Rivers", "M a y a Rivers", "Maya R1vers", "Maya Rivers 🌸"],
)
def test_names_that_look_alike_have_one_key(other: str):
    assert name_key(other) == name_key("Maya Rivers")


@pytest.mark.parametrize("other", ["Mara Rivers", "Maya", "Rivers", "Maya Riverson"])
def test_other_names_have_other_keys(other: str):
    assert name_key(other) != name_key("Maya Rivers")


def test_what_is_too_short_to_tell_apart_has_no_key():
    assert (name_key("Jo"), name_key(None), handle_key("jo.1"), given_key("J. R.")) == (None, None, None, None)


def test_a_handle_is_its_letters():
    assert handle_key("maya.rivers_08") == handle_key("Maya_Rivers99") != handle_key("maya.roberts")


def test_a_first_name_alone_is_borne_by_many():
    assert not is_distinct("Alex")
    assert is_distinct("Alex Rivers")
    assert is_distinct("Bartholomew")


def test_an_account_that_was_named_is_the_same_persons():
    discord = a_relationship(platform="discord", id="77", gave=["live:.cid.0123456789abcdef"])
    event = a_message(contact=a_contact(platform="skype", id="live:.cid.0123456789abcdef", name="M"))

    (twin,) = twins(a_question(event), event.contact, (discord,))

    assert twin == ("discord", "77", "this account was given there")


def test_an_account_is_found_from_either_end():
    skype = a_relationship(platform="skype", id="live:.cid.0123456789abcdef")
    event = a_message(contact=a_contact(platform="discord", id="77"))

    (twin,) = twins(a_question(event, gave=("live:.cid.0123456789abcdef",)), event.contact, (skype,))

    assert twin == ("skype", "live:.cid.0123456789abcdef", "that account was given here")


def test_the_same_name_never_joins_two_accounts():
    other = a_relationship(platform="discord", id="77", name="Maya Rivers", handle="maya.r", heard=["flattery"])
    event = a_request(contact=a_contact(name="Maya Rivers"))

    assert twins(a_question(event), event.contact, (other,)) == ()


def test_the_same_name_joins_two_accounts_right_after_a_move_was_asked():
    asked = a_relationship(platform="discord", id="77", name="Maya Rivers", heard=["wants-other-app"])
    known = a_relationship(platform="discord", id="78", name="Maya Rivers", heard=["wants-other-app"], known=True)
    soon = a_request(at=NOON + timedelta(days=1), contact=a_contact(name="Maya Rivers"))
    late = a_request(at=NOON + timedelta(days=90), contact=a_contact(name="Maya Rivers"))

    assert [twin.id for twin in twins(a_question(soon), soon.contact, (asked, known))] == ["77"]
    assert twins(a_question(late), late.contact, (asked,)) == ()


def test_the_same_handle_joins_two_accounts_only_after_a_move_was_asked():
    event = a_request(contact=a_contact(name="M. R.", handle="maya.rivers_08"))
    elsewhere = {"platform": "discord", "id": "77", "handle": "maya.rivers_08"}
    asked = a_relationship(**elsewhere, heard=["wants-other-app"])
    silent = a_relationship(**elsewhere)
    alike = a_relationship(**{**elsewhere, "handle": "maya.rivers_09"}, heard=["wants-other-app"])

    assert twins(a_question(event), event.contact, (asked,))[0].why == "same handle, after asking to go on elsewhere"
    assert twins(a_question(event), event.contact, (silent,)) == ()
    assert twins(a_question(event), event.contact, (alike,)) == ()


def test_the_same_name_and_picture_join_two_accounts_but_not_a_copy_with_its_original():
    event = a_request(contact=a_contact(name="Maya Rivers", avatar="a1"))
    second = a_relationship(id="9", name="Maya Rivers", avatar="a1")
    original = a_relationship(id="9", name="Maya Rivers", avatar="a1", known=True)

    assert [twin.why for twin in twins(a_question(event), event.contact, (second,))] == ["same name and same picture"]
    assert twins(a_question(event), event.contact, (original,)) == ()


def test_a_picture_that_everybody_has_is_no_evidence():
    event = a_request(contact=a_contact(name="Maya Rivers", avatar="default"))
    others = tuple(a_relationship(id=f"9{n}", name="Maya Rivers", avatar="default") for n in range(6))

    assert twins(a_question(event), event.contact, others) == ()


def test_another_members_dealings_are_not_joined_to_ours():
    sams = a_relationship(member=a_member(id="member:Sam", name="Sam"), platform="discord", gave=["100000000000002"])

    assert twins(a_question(a_request()), a_request().contact, (sams,)) == ()


def test_strangeness_is_carried_over_and_familiarity_is_not():
    here = a_relationship(platform="skype", id="live:x")
    stranger = a_relationship(mutual_friends=0)
    friend = a_relationship(mutual_friends=9)

    assert with_strangeness(here, [stranger]).contact.is_stranger is True
    assert with_strangeness(here, [friend]) is here
    assert with_strangeness(a_relationship(mutual_friends=2), [stranger]).contact.is_stranger is None


def test_what_was_not_asked_stays_unknown():
    question = a_question(a_message(by="member"), a_relationship())

    around = answered(question, near=())

    assert (around.approaches, around.named, around.habits) == (None, None, None)


def weeks(count: int, *, hour: int = 16, contacts: int = 4, a_day: int = 2, until: float = 7) -> list[Written]:
    """Messages of the member on every day of so many weeks, the last of them so many days ago."""
    first = NOON.replace(hour=hour) - timedelta(days=until + 7 * count)
    return [
        Written(int((first + timedelta(days=day)).timestamp()) // 3600, "facebook", str(contact), a_day)
        for day in range(7 * count)
        for contact in range(contacts)
    ]


def habits_with(written: list[Written], contact: str = "new") -> Habits | None:
    return habits_of(written, member=KIM, contact=("facebook", contact), at=NOON, windows=WINDOWS)


def lately(contact: str, *, hour: int = 16, a_day: int = 8) -> list[Written]:
    days = (NOON.replace(hour=hour) - timedelta(days=day) for day in range(1, 7))
    return [Written(int(day.timestamp()) // 3600, "facebook", contact, a_day) for day in days]


def test_habits_are_the_members_own_and_need_weeks_to_be_known():
    assert habits_with([]) is None
    assert habits_with(weeks(1)) is None
    assert habits_with(weeks(4)) is not None


def test_a_new_contact_that_takes_over_at_night_is_seen():
    habits = habits_with([*weeks(4), *lately("new", hour=23)], contact="new")

    assert habits is not None
    assert habits.share == 1.0
    assert habits.night_times > 10
    assert habits.people_times < 0.5
    assert 0.7 < habits.volume_times < 1.3


def test_a_member_who_falls_silent_is_seen():
    habits = habits_with([*weeks(4), *lately("0", a_day=1)[:2]], contact="0")

    assert habits is not None
    assert habits.volume_times < 0.1


def test_a_week_like_the_others_is_no_change():
    habits = habits_with([*weeks(4), *weeks(1, until=0)], contact="0")

    assert habits is not None
    assert 0.8 < habits.volume_times < 1.2
    assert habits.night_times == 1.0
    assert 0.8 < habits.people_times < 1.3
