"""Facts measure one moment; what the platform or the family has not told stays unknown."""

import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given as given_by_hypothesis
from hypothesis import strategies as st

from screener import entities as entities_module
from screener.entities import domains, entities, found, given
from screener.events import Account, Event
from screener.heuristics import FACTS, Value, gather
from screener.relationships import Relationship
from screener.rulebook.facts_page import page
from tests.make import NOON, a_call, a_contact, a_member, a_message, a_moment, a_request, an_acceptance


def facts_of(
    *events: Event, heard: frozenset[str] = frozenset(), known: bool = False, **member: object
) -> dict[str, Value]:
    relationship = Relationship.first(member=a_member(**member), event=events[0], known=known)
    for event in events:
        relationship = relationship.after(event, heard if event is events[-1] else frozenset())
    return gather(a_moment(events[-1], relationship, heard=heard))


def test_a_bare_contact_leaves_every_fact_about_the_profile_unknown():
    bare = Account(platform="facebook", id="2")

    facts = facts_of(a_request(contact=bare), country=None, age=None)

    # What was said or meant is known to be nothing; of who it is, nothing is known.
    told = {name for name in facts if name.startswith("contact.") and FACTS[name].kind != "set"}
    assert told <= {"contact.known", "contact.accounts"}
    assert "member.age" not in facts


@pytest.mark.parametrize(
    ("fact", "contact", "value"),
    [
        ("contact.account_days", {"joined": NOON - timedelta(days=12, hours=5)}, 12),
        ("contact.account_days", {"joined": NOON + timedelta(hours=2)}, 0),
        ("contact.mutual_friends", {"mutual_friends": 0}, 0),
        ("contact.following_ratio", {"following": 800, "friends": 0}, 800.0),
        ("contact.posts", {"posts": 2}, 2),
        ("contact.no_picture", {"picture": False}, True),
        ("contact.handle_digits", {"handle": "maya_88121"}, 5),
        ("contact.other_country", {"country": "ph"}, True),
        ("contact.handle_shape", {"handle": "maya_88121"}, "letters, then digits"),
        ("contact.handle_shape", {"handle": "m4ya"}, "mixed"),
        (
            "contact.bio_domains",
            {"bio": "more on https://t.me/maya_r and www.example.co.uk/x"},
            {"t.me", "example.co.uk"},
        ),
        ("contact.age_gap", {"age": 26}, 13),
        ("contact.name_disguised", {"name": "Mаya"}, True),
        ("contact.is_stranger", {"mutual_friends": 0}, True),
        ("contact.is_stranger", {"is_stranger": True}, True),
        ("contact.is_stranger", {"mutual_friends": 3, "is_stranger": True}, False),
    ],
)
def test_a_fact_about_the_profile_is_measured(fact: str, contact: dict[str, object], value: Value):
    facts = facts_of(a_request(contact=a_contact(**contact)), country="GB")

    assert facts[fact] == value


@pytest.mark.parametrize(
    ("told", "days", "value"),
    [(True, 0, True), (True, 29, True), (True, 31, None), (True, -40, True), (False, 0, False), (False, 900, False)],
)
def test_an_account_that_was_opened_lately_is_so_for_thirty_days_and_an_old_one_stays_old(
    told: bool, days: int, value: bool | None
):
    contact = a_contact(joined_recently=told, joined_recently_at=NOON - timedelta(days=days))

    assert facts_of(a_request(contact=contact)).get("contact.joined_recently") is value


def test_where_the_day_is_known_it_is_not_asked_whether_the_account_was_opened_lately():
    contact = a_contact(joined_recently=True, joined_recently_at=NOON, joined=NOON - timedelta(days=3))

    facts = facts_of(a_request(contact=contact))

    assert "contact.joined_recently" not in facts
    assert facts["contact.account_days"] == 3


def test_where_a_contact_came_from_and_whether_it_is_taken_for_spam_is_only_what_the_platform_says():
    told = facts_of(a_request(contact=a_contact(origin="game", spam=True)))
    untold = facts_of(a_request())

    assert (told["contact.asked_from"], told["contact.taken_for_spam"]) == ("game", True)
    assert not {"contact.asked_from", "contact.taken_for_spam"} & set(untold)


def test_half_a_pair_of_numbers_makes_no_ratio():
    facts = facts_of(a_request(contact=a_contact(following=800)))

    assert "contact.following_ratio" not in facts


def test_a_known_contact_is_no_stranger():
    facts = facts_of(a_request(contact=a_contact(mutual_friends=0)), known=True)

    assert facts["contact.is_stranger"] is False
    assert facts["contact.known"] is True


def test_the_time_to_the_first_message_counts_from_the_acceptance_and_only_if_the_contact_began():
    accepted = an_acceptance()
    wrote = a_message(at=NOON + timedelta(seconds=90))
    answered = a_message(at=NOON + timedelta(seconds=90), by="member")

    assert facts_of(accepted, wrote)["relationship.minutes_to_first_message"] == 1.5
    assert "relationship.minutes_to_first_message" not in facts_of(accepted, answered)
    assert "relationship.minutes_to_first_message" not in facts_of(wrote)


def test_the_share_of_the_night_is_unknown_before_there_is_enough_to_share():
    midnight = NOON.replace(hour=23)
    few = [a_message(at=midnight) for _ in range(4)]

    assert "relationship.night_share" not in facts_of(*few)
    assert facts_of(*few, a_message(at=NOON))["relationship.night_share"] == 0.8


def test_somebody_who_sleeps_while_the_member_is_awake_lives_far_away():
    awake = [a_message(at=NOON.replace(hour=hour)) for hour in (20, 21, 22, 23, 0, 1, 2, 3, 4, 5) for _ in range(4)]
    alike = [a_message(at=NOON.replace(hour=hour)) for hour in range(8, 22) for _ in range(4)]

    assert facts_of(*awake)["contact.hours_apart"] >= 6
    assert facts_of(*alike)["contact.hours_apart"] <= 3
    assert "contact.hours_apart" not in facts_of(*alike[:10])


def test_friends_in_common_that_were_gained_are_counted_within_a_week_and_only_if_seen_before():
    def seen(days: float, count: int) -> Event:
        return a_request(at=NOON + timedelta(days=days), mutual_friends=count)

    assert "contact.mutual_friends_gained" not in facts_of(seen(0, 5))
    assert facts_of(seen(0, 0), seen(3, 5))["contact.mutual_friends_gained"] == 5
    assert facts_of(seen(0, 5), seen(30, 5))["contact.mutual_friends_gained"] == 0
    assert facts_of(seen(0, 1), seen(10, 4), seen(30, 6))["contact.mutual_friends_gained"] == 2


def test_a_slow_trickle_over_two_months_is_counted():
    trickle = [a_message(at=NOON + timedelta(days=day, hours=hour)) for day in range(60) for hour in (0, 3, 6)]

    facts = facts_of(*trickle)

    assert facts["relationship.received_60d"] == 180
    assert facts["relationship.received_30d"] == 90
    assert facts["relationship.busy_days"] == 60
    assert facts["relationship.received_2h"] == 1


def test_a_first_message_at_night_is_told_by_the_members_clock():
    late = a_message(at=NOON.replace(hour=21, minute=30))  # half past ten in London's summer

    assert facts_of(late)["relationship.began_at_night"] is True
    assert facts_of(late, timezone="America/New_York")["relationship.began_at_night"] is False
    assert "relationship.began_at_night" not in facts_of(a_message(by="member"))


def test_no_network_is_asked_where_a_link_leads(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    entities_module._suffixes.cache_clear()

    assert domains("https://www.example.co.uk/x") == {"example.co.uk"}


def test_links_are_told_by_the_domain_that_they_lead_to():
    facts = facts_of(a_message(text="https://bit.ly.example.co.uk/x, bit.ly/abc and www.example.com"))

    assert facts["message.domains"] == {"example.co.uk", "bit.ly", "example.com"}


def test_messages_of_the_last_hour_are_counted():
    times = [0, 10, 65, 70, 71]

    facts = facts_of(*(a_message(at=NOON + timedelta(minutes=minutes)) for minutes in times))

    assert facts["relationship.received_per_hour"] == 3


def test_messages_before_the_first_ask_are_counted():
    facts = facts_of(a_message(), a_message(), a_message(), heard=frozenset({"wants-picture"}))

    assert facts["relationship.messages_before_ask"] == 2
    assert "relationship.messages_before_ask" not in facts_of(a_message())


def test_a_list_heard_again_after_a_no_is_told_apart_from_one_heard_first():
    asks, refuses = frozenset({"wants-picture"}), frozenset({"member-refuses"})
    first = Relationship.first(member=a_member(), event=a_message())
    asked = first.after(a_message(), asks)
    again = asked.after(a_message(by="member"), refuses).after(a_message(), asks)

    assert gather(a_moment(a_message(), asked, heard=asks))["message.says_again"] == frozenset()
    assert gather(a_moment(a_message(), again, heard=asks))["message.says_again"] == asks


def test_a_call_is_told_to_come_after_a_refusal():
    refuses = frozenset({"member-refuses"})
    relationship = Relationship.first(member=a_member(), event=a_message())
    relationship = relationship.after(a_message(), frozenset({"wants-camera"})).after(a_message(by="member"), refuses)
    call = a_call(at=NOON + timedelta(hours=1))

    facts = gather(a_moment(call, relationship.after(call)))

    assert facts["call.after_refusal"] is True
    assert facts["call.video"] is True
    assert "message.says" not in facts


def test_a_message_without_words_leaves_what_it_says_unknown():
    facts = facts_of(a_message(text=None, encrypted=True, media=("image",)))

    assert {name for name in facts if name.startswith("message.")} == {"message.by", "message.has_media"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("add me live:.cid.0123456789abcdef", "skype-id"),
        ("see https://example.com/x", "link"),
        ("hxxps://example.com", "link"),
        ("kim@example.com", "email"),
        ("call +44 7700 900123", "phone"),
        ("GB33BUKB20201555555555", "iban"),
        ("4111 1111 1111 1111", "card"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "wallet"),
        ("the steam code is ABCDE-FGHJK-LMNPQ", "gift-code"),
        ("western union, the MTCN is 012 345 6789", "transfer-number"),
        ("my insta is @kim.example", "handle"),
        ("send it to $kimexample", "cash-tag"),
        ("look at bit.ly/abc", "link"),
    ],
)
def test_an_entity_is_found_by_its_shape(text: str, kind: str):
    assert kind in entities(text)


def test_entities_are_told_with_the_place_where_they_stand():
    text = "pay $kimexample or 4111 1111 1111 1111, then write live:kim.example"

    told = {each.kind: (each.value, text[each.start : each.end]) for each in found(text)}

    assert told["cash-tag"] == ("$kimexample", "$kimexample")
    assert told["card"] == ("4111 1111 1111 1111",) * 2
    assert told["skype-id"] == ("live:kim.example",) * 2


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("my snap is maya.r_08 ok", ("maya.r_08",)),
        ("insta: mayarose", ("mayarose",)),
        ("Add me live:.cid.0123456789abcdef", ("live:.cid.0123456789abcdef",)),
        ("t.me/maya_rose or 1301234567890123456", ("maya_rose", "1301234567890123456")),
        ("see you at 7 then, ok", ()),
    ],
)
def test_what_may_be_a_handle_is_taken_from_a_text(text: str, handles: tuple[str, ...]):
    assert given(text) == handles


@given_by_hypothesis(st.text(st.characters(exclude_categories=())))
def test_entities_of_any_text_lie_inside_it(text: str):
    for each in found(text):
        assert 0 <= each.start < each.end <= len(text)
    given(text), domains(text)


@pytest.mark.parametrize(
    "text",
    [
        "see you at 7 on 12.10.2026",
        "4111 1111 1111 1112",  # the check digit is wrong
        "GB34BUKB20201555555555",  # so are these
        "we won 3:2, page 123 to 145",
        "order number 1234567890",
        "insta is down",
    ],
)
def test_ordinary_numbers_and_words_are_no_entities(text: str):
    assert entities(text) == frozenset()


def test_every_fact_has_a_dotted_name_a_kind_and_a_sentence():
    assert len(FACTS) >= 25
    for name, fact in FACTS.items():
        assert "." in name
        assert fact.help.endswith(".")


def test_the_page_of_facts_is_current():
    written = Path(__file__).parent.parent / "docs" / "facts.md"

    assert written.read_text() == page(), "run: python -m screener.rulebook.facts_page > docs/facts.md"


def test_the_page_of_facts_is_written_by_its_command():
    said = subprocess.run([sys.executable, "-m", "screener.rulebook.facts_page"], capture_output=True, text=True)

    assert said.stdout == page()
