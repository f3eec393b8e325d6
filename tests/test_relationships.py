"""A relationship remembers what happened between two, in a small space, and changes nothing it was given."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from screener.events import Blocked, Edited
from screener.relationships import Relationship
from screener.remembered import MOST_NAMES, Heard
from tests.make import NOON, a_call, a_contact, a_member, a_message, a_request, an_acceptance, an_account


def a_relationship(**changes: object) -> Relationship:
    return Relationship.first(member=a_member(), event=a_request(), **changes)


def heard(*names: str) -> frozenset[str]:
    return frozenset(names)


def test_a_first_relationship_has_counted_nothing_yet():
    relationship = a_relationship()

    assert (relationship.received, relationship.sent, relationship.requested_by) == (0, 0, None)


def test_a_request_seen_twice_counts_once():
    once = a_relationship().after(a_request(), heard("flattery"))

    twice = once.after(a_request(at=NOON + timedelta(days=9)), heard("flattery"))

    assert twice.requested_at == once.requested_at == NOON


def test_who_asked_is_told_by_the_acceptance_where_the_request_was_not_seen():
    accepted_by_us = a_relationship().after(an_acceptance(by="member"))
    accepted_by_them = a_relationship().after(an_acceptance(by="contact"))

    assert (accepted_by_us.requested_by, accepted_by_them.requested_by) == ("contact", "member")


def test_an_acceptance_that_nobody_is_known_to_have_asked_for_makes_nobody_the_one_who_asked():
    accepted = a_relationship().after(an_acceptance(by="contact", asked=None))
    asked_before = a_relationship().after(a_request(by="member")).after(an_acceptance(by="contact", asked=None))

    assert (accepted.requested_by, accepted.accepted_at) == (None, NOON)
    assert asked_before.requested_by == "member"


def test_facts_about_the_contact_are_joined_and_what_is_unknown_erases_nothing():
    joined = datetime(2026, 9, 1, tzinfo=UTC)
    relationship = a_relationship().after(a_request(contact=a_contact(joined=joined), mutual_friends=0))

    after = relationship.after(a_message(contact=a_contact(friends=12)))

    assert (after.contact.joined, after.contact.friends, after.contact.mutual_friends) == (joined, 12, 0)


def test_names_are_remembered_once_each_and_only_the_last_twenty():
    relationship = a_relationship()

    for number in range(30):
        relationship = relationship.after(a_message(contact=a_contact(name=f"Name {number}")))
        relationship = relationship.after(a_message(contact=a_contact(name=f"Name {number}")))

    assert len(relationship.names) == MOST_NAMES
    assert relationship.names[-1] == "Name 29"


def test_messages_are_counted_by_side_and_by_the_members_own_night():
    midnight_in_london = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # 23:30 in summer

    relationship = (
        a_relationship()
        .after(a_message(at=midnight_in_london))
        .after(a_message(at=NOON))
        .after(a_message(at=NOON, by="member"))
        .after(a_message(at=NOON))
    )

    assert (relationship.received, relationship.sent, relationship.hours.counts[23]) == (3, 1, 1)
    assert relationship.unanswered == 1
    assert relationship.first_message_by == "contact"


def test_a_message_sent_again_from_the_past_can_turn_out_to_be_the_first():
    now = a_relationship().after(a_message(at=NOON))

    after = now.after(a_message(at=NOON - timedelta(days=2), by="member", history=True))

    assert after.first_message_by == "member"
    assert (after.first_at, after.last_at) == (NOON - timedelta(days=2), NOON)


def test_a_no_answers_what_was_asked_shortly_before():
    asked = a_relationship().after(a_message(), heard("wants-picture", "flattery"))

    refused = asked.after(a_message(by="member"), heard("member-refuses"))

    assert refused.refusals(10) == {"wants-picture": NOON}
    assert refused.refused_at(10) == NOON


def test_a_no_without_a_question_refuses_nothing():
    chatting = a_relationship().after(a_message(), heard("flattery"))

    after = chatting.after(a_message(by="member"), heard("member-refuses"))

    assert (after.refusals(10), after.refused_at(10)) == ({}, None)


def test_a_no_long_after_the_question_is_about_something_else():
    relationship = a_relationship().after(a_message(), heard("wants-picture"))
    for _ in range(12):
        relationship = relationship.after(a_message())

    after = relationship.after(a_message(by="member"), heard("member-refuses"))

    assert after.refusals(10) == {}
    assert after.refusals(20) == {"wants-picture": NOON}


def test_being_blocked_by_the_member_is_a_refusal_and_by_the_contact_is_not():
    account, contact = an_account(), a_contact()
    by_member = Blocked(id="b", at=NOON, account=account, contact=contact)
    by_contact = Blocked(id="b", at=NOON, account=account, contact=contact, by="contact")

    assert a_relationship().after(by_member).refused_at(10) == NOON
    assert a_relationship().after(by_contact).refused_at(10) is None


def test_what_was_said_is_forgotten_after_its_time():
    relationship = a_relationship().after(a_message(at=NOON), heard("secrecy"))

    assert relationship.said("contact", since=NOON - timedelta(days=60)) == {"secrecy"}
    assert relationship.said("contact", since=NOON + timedelta(days=1)) == frozenset()
    assert relationship.said("member", since=NOON - timedelta(days=60)) == frozenset()


def test_the_relationship_before_an_event_is_left_as_it_was():
    before = a_relationship().after(a_message(), heard("secrecy"))
    kept = before.to_json()

    before.after(a_message(), heard("flattery")).after(a_call())

    assert before.to_json() == kept


def test_what_is_written_down_is_read_back_the_same():
    relationship = (
        a_relationship(known=True)
        .after(a_request(contact=a_contact(joined=NOON, bio="Hello", is_friend=False)))
        .after(a_request(contact=a_contact(joined_recently=True, joined_recently_at=NOON)))
        .after(an_acceptance())
        .after(a_message(at=NOON + timedelta(hours=1)), heard("wants-picture", "flattery"))
        .after(a_message(by="member", at=NOON + timedelta(hours=2)), heard("member-refuses"))
        .after(a_call(at=NOON + timedelta(hours=3)))
    )

    read = Relationship.from_json(json.loads(json.dumps(relationship.to_json())), member=a_member())

    assert read == relationship


def test_judging_state_stays_within_two_kilobytes_however_much_is_heard():
    relationship = a_relationship()

    for number in range(500):
        name = f"a-word-list-with-a-rather-long-name-{number % 90}"
        side = "contact" if number % 2 else "member"
        relationship = relationship.after(a_message(at=NOON + timedelta(hours=number), by=side), heard(name))

    assert len(json.dumps(relationship.state(), separators=(",", ":"))) <= 2_048


def test_the_list_heard_last_is_the_last_to_be_forgotten():
    relationship = a_relationship().after(a_message(), heard("secrecy"))
    for number in range(100):
        relationship = relationship.after(a_message(), heard(f"list-{number}", "secrecy"))

    read = Relationship.from_json(relationship.to_json(), member=a_member())

    assert "secrecy" in read.contact_said
    assert read.contact_said["secrecy"].first == 1


def test_a_very_long_profile_text_is_cut_when_it_is_kept():
    relationship = a_relationship().after(a_message(contact=a_contact(bio="x" * 100_000)))

    assert len(json.dumps(relationship.to_json())) < 3_000


@pytest.mark.parametrize("unknown", [{}, {"received": 3}])
def test_a_state_with_missing_parts_is_read_as_unknown(unknown: dict[str, int]):
    kept = {"account": {"platform": "x", "id": "1"}, "contact": {"platform": "x", "id": "2"}, "state": unknown}

    read = Relationship.from_json(kept, member=a_member())

    assert (read.received, read.contact_said, read.last_at) == (unknown.get("received", 0), {}, None)


def test_heard_counts_from_the_first_message_of_that_side():
    relationship = a_relationship().after(a_message()).after(a_message(), heard("secrecy"))

    assert relationship.contact_said["secrecy"] == Heard(first=2, last=2, day=int(NOON.timestamp() // 86_400))


def test_words_put_into_a_message_later_are_remembered_as_said():
    began = Relationship.first(member=a_member(), event=a_message()).after(a_message())
    edit = Edited(id="e1", message="m1", at=NOON, account=an_account(), contact=a_contact(), text="changed")

    after = began.after(edit, frozenset({"recorded"}))

    assert after.said("contact", since=NOON) == {"recorded"}
    assert after.received == 1
