"""Facts that need more than one relationship: copies, sweeps, people who come back, names of friends."""

from datetime import timedelta
from typing import Any

import pytest

from screener.events import Blocked
from screener.heuristics import Value, gather
from screener.relationships import Relationship
from screener.remembered import Twin
from screener.surroundings import Approach, Habits, Surroundings, keys_of
from tests.make import NOON, a_contact, a_member, a_message, a_moment, a_request, an_account

MAYA = {"id": "1", "name": "Maya Rivers"}


def an_other(*, known: bool = False, blocked: bool = False, member: Any = None, **contact: Any) -> Relationship:
    event = a_message(contact=a_contact(**(MAYA | contact)))
    relationship = Relationship.first(member=member or a_member(), event=event, known=known).after(event)
    if blocked:
        block = Blocked(id="b", at=NOON - timedelta(days=3), account=an_account(), contact=event.contact)
        relationship = relationship.after(block)
    return relationship


def facts_near(*near: Relationship, known: bool = False, **contact: Any) -> dict[str, Value]:
    event = a_request(contact=a_contact(**({"id": "2", "name": "Maya Rivers"} | contact)))
    relationship = Relationship.first(member=a_member(), event=event, known=known).after(event)
    return gather(a_moment(event, relationship, around=Surroundings(near=near)))


def test_the_name_of_a_known_contact_on_another_account_is_a_copy():
    assert facts_near(an_other(known=True))["contact.clone_of_known"] is True
    assert facts_near(an_other(is_friend=True), name="Mауa R i v e r s")["contact.clone_of_known"] is True


def test_a_namesake_of_a_stranger_or_a_common_first_name_is_no_copy():
    assert facts_near(an_other())["contact.clone_of_known"] is False
    assert facts_near(an_other(known=True, name="Maya"), name="Maya")["contact.clone_of_known"] is False
    assert facts_near(an_other(known=True, platform="discord"))["contact.clone_of_known"] is False


def test_the_known_contact_is_not_a_copy_of_its_copy():
    assert facts_near(an_other(is_friend=True), known=True)["contact.clone_of_known"] is False


def test_the_picture_of_a_known_contact_is_a_copy_whatever_the_name():
    facts = facts_near(an_other(known=True, avatar="a1"), name="Else", avatar="a1")

    assert facts["contact.clone_of_known"] is True
    assert facts["contact.picture_elsewhere"] is True


def test_what_was_not_looked_up_is_unknown():
    facts = gather(a_moment(a_request()))

    assert "contact.clone_of_known" not in facts
    assert "contact.picture_elsewhere" not in facts
    assert "request.in_burst" not in facts
    assert "message.friends_named" not in facts


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"handle": "maya_rivers.1"}, {"name": "New Name", "handle": "maya.rivers_22"}),
        ({}, {}),
        ({"avatar": "a1"}, {"name": "New Name", "avatar": "a1"}),
    ],
)
def test_who_was_turned_away_and_comes_back_is_recognised(before: dict[str, Any], now: dict[str, Any]):
    assert facts_near(an_other(blocked=True, **before), **now)["contact.back_after_refusal"] is True


def test_who_was_turned_away_by_another_member_or_never_is_not_back():
    sam = a_member(id="member:Sam", name="Sam")

    assert facts_near(an_other(blocked=True, member=sam))["contact.back_after_refusal"] is False
    assert facts_near(an_other())["contact.back_after_refusal"] is False


def test_a_handle_on_another_platform_is_told_without_making_one_person_of_two():
    facts = facts_near(an_other(platform="discord", handle="maya.r_08"), handle="@Maya.R_08")

    assert facts["contact.handle_elsewhere"] is True
    assert facts["contact.accounts"] == 1


def test_accounts_that_were_joined_are_counted():
    event = a_request()
    relationship = Relationship.first(member=a_member(), event=event).after(event)

    joined = relationship.with_twins((Twin("skype", "live:x", "w"), Twin("skype", "live:x", "again")))

    assert gather(a_moment(event, joined))["contact.accounts"] == 2


def an_approach(contact: str, *, hours_ago: float = 2, member: str = "member:Kim", **about: Any) -> Approach:
    who = a_contact(**({"id": contact, "name": None} | about))
    at = NOON - timedelta(hours=hours_ago)
    return Approach(
        member=member, platform="facebook", contact=contact, at=at, keys=keys_of(who), joined=about.get("joined")
    )


def swept(*approaches: Approach, **contact: Any) -> dict[str, Value]:
    event = a_request(contact=a_contact(**({"id": "2", "handle": "maya_08"} | contact)))
    return gather(a_moment(event, around=Surroundings(approaches=approaches)))


def test_one_contact_that_asks_several_of_the_family_is_counted_by_members():
    facts = swept(an_approach("2", member="member:Sam"), an_approach("2", member="member:Ada"), an_approach("2"))

    assert facts["request.family_asked"] == 2
    assert facts["request.of_kind"] == 0


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"handle": "maya.r.99"}, {"handle": "mayar_08"}),
        ({"avatar": "a1"}, {"avatar": "a1"}),
        ({"joined": NOON - timedelta(days=5)}, {"joined": NOON - timedelta(days=2)}),
    ],
)
def test_contacts_of_one_kind_are_told_by_handle_picture_or_the_day_they_were_opened(theirs: Any, ours: Any):
    facts = swept(an_approach("8", **theirs), an_approach("9", member="member:Sam", **theirs), **ours)

    assert (facts["request.of_kind"], facts["request.family_asked"]) == (1, 1)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"handle": "tom.hill"}, {}),
        ({"joined": NOON - timedelta(days=500)}, {"joined": NOON - timedelta(days=501)}),
        ({}, {"handle": None, "name": None}),
    ],
)
def test_other_contacts_are_of_another_kind(theirs: Any, ours: Any):
    assert swept(an_approach("8", **theirs), **ours)["request.of_kind"] == 0


def test_a_burst_counts_moments_so_that_a_list_opened_once_counts_as_one():
    listed = [an_approach(f"{number}", hours_ago=1) for number in range(10, 30)]
    spread = [an_approach(f"{number}", hours_ago=number) for number in range(2, 40, 2)]

    assert swept(*listed)["request.in_burst"] == 2
    assert swept(*spread)["request.in_burst"] == 13
    assert swept(*spread)["request.in_sweep"] == 20


def test_names_of_friends_are_counted():
    around = Surroundings(named=frozenset({"lena", "tom", "zoe"}))

    assert gather(a_moment(a_message(), around=around))["message.friends_named"] == 3


def test_what_was_said_from_another_account_of_the_same_person_counts_here():
    event = a_message()
    there = Relationship.first(member=a_member(), event=event).after(event, frozenset({"wants-picture"}))

    facts = gather(a_moment(event, heard=frozenset({"guilt"}), around=Surroundings(others=(there,))))

    assert facts["contact.has_said"] == {"wants-picture", "guilt"}


def test_habits_are_told_as_they_were_found():
    habits = Habits(volume_times=0.2, night_times=4.0, people_times=0.5, share=0.9)

    facts = gather(a_moment(a_message(by="member"), around=Surroundings(habits=habits)))

    assert facts["member.volume_times"] == 0.2
    assert facts["member.night_times"] == 4.0
    assert facts["member.people_times"] == 0.5
    assert facts["relationship.share_of_week"] == 0.9
