"""Stories are read as the replay contract says, and their mistakes are named."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from screener import story
from screener.errors import Mistake
from screener.events import Deleted, FriendRequest, Message

HEAD = """
title: A stranger hurries
member: {name: Kim, age: 13, timezone: Europe/London, country: GB}
contacts:
  maya: {platform: facebook, id: "100000000000000", joined: 2026-10-01, mutual_friends: 0, says: {age: 14}}
"""


def told(tmp_path: Path, rest: str, head: str = HEAD) -> story.Story:
    path = tmp_path / "x.story.yaml"
    path.write_text(head + rest, encoding="utf-8")
    return story.load(path)


def test_times_are_absolute_or_after_the_event_before(tmp_path: Path):
    found = told(
        tmp_path,
        """
events:
  - {at: "2026-10-02T18:03:00+01:00", kind: friend_request, contact: maya}
  - {at: "+4m", kind: accepted, contact: maya}
  - {at: "+1d", kind: message, contact: maya, from: contact, text: hey}
  - {at: 2026-10-05T00:00:00+00:00, kind: message, contact: maya, from: member, text: hi}
""",
    )

    times = [each.event.at for each in found.events]

    start = datetime(2026, 10, 2, 17, 3, tzinfo=UTC)
    assert times == [
        start,
        start + timedelta(minutes=4),
        start + timedelta(minutes=4, days=1),
        datetime(2026, 10, 5, tzinfo=UTC),
    ]


def test_sides_default_as_the_contract_says(tmp_path: Path):
    found = told(
        tmp_path,
        """
events:
  - {at: "2026-10-02T18:03:00Z", kind: friend_request, contact: maya}
  - {at: "+4m", kind: accepted, contact: maya}
  - {at: "+4m", kind: call, contact: maya, call: video}
""",
    )

    assert [each.event.by for each in found.events] == ["contact", "member", "contact"]


def test_what_is_absent_is_unknown_and_what_is_written_is_a_fact(tmp_path: Path):
    found = told(tmp_path, 'events: [{at: "2026-10-02T18:03:00Z", kind: friend_request, contact: maya}]')

    event = found.events[0].event
    assert isinstance(event, FriendRequest)
    assert event.contact.joined == datetime(2026, 10, 1, tzinfo=UTC)
    assert (event.contact.mutual_friends, event.contact.age, event.contact.friends) == (0, 14, None)


def test_an_event_on_another_platform_belongs_to_another_account_without_the_first_ones_facts(tmp_path: Path):
    found = told(
        tmp_path,
        """
events:
  - {at: "2026-10-02T18:03:00Z", kind: message, contact: maya, from: contact, text: hi,
     platform: skype, id: "live:.cid.0000000000000000"}
""",
    )

    contact = found.events[0].event.contact
    assert (contact.platform, contact.id, contact.joined) == ("skype", "live:.cid.0000000000000000", None)


def test_a_deleted_message_names_the_message(tmp_path: Path):
    found = told(
        tmp_path,
        """
events:
  - {at: "2026-10-02T18:03:00Z", kind: message, contact: maya, from: contact, text: hi, id: m1}
  - {at: "+1m", kind: deleted, contact: maya, id: m1}
""",
    )

    first, second = (each.event for each in found.events)
    assert isinstance(first, Message) and isinstance(second, Deleted)
    assert (first.id, second.message, second.contact.id) == ("m1", "m1", first.contact.id)


def test_an_event_of_another_member_belongs_to_that_member(tmp_path: Path):
    found = told(
        tmp_path,
        """
others: [{name: Sam, age: 41}]
events: [{at: "2026-10-02T18:03:00Z", kind: friend_request, contact: maya, of: Sam}]
""",
    )

    assert (found.events[0].member.name, found.events[0].member.role) == ("Sam", "adult")


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ('events: [{at: "+4m", kind: accepted, contact: maya}]', "event 0: the first event needs a date"),
        ('events: [{at: "2026-10-02T18:03:00Z", kind: message, contact: maya, text: hi}]', "a message needs from"),
        ('events: [{at: "2026-10-02T18:03:00Z", kind: accepted, contact: mia}]', '"mia" is not a contact'),
        ('events: [{at: "yesterday", kind: accepted, contact: maya}]', "at is not a time"),
        ('events: [{at: "+99999999999d", kind: accepted, contact: maya}]', "needs a date"),
        ('events: [{at: "2026-10-02T18:03:00Z", kind: wave, contact: maya}]', "kind"),
        ("events: [", "this is not YAML"),
        ("events: " + "[" * 5000, "x.story.yaml:"),
        ("titel: x", "events"),
    ],
)
def test_a_mistake_says_where_what_and_how_to_mend_it(tmp_path: Path, rest: str, words: str):
    with pytest.raises(Mistake) as caught:
        told(tmp_path, rest)

    assert words in str(caught.value)
    assert "x.story.yaml" in str(caught.value)


def test_an_unknown_time_zone_is_refused_with_the_nearest_one(tmp_path: Path):
    with pytest.raises(Mistake, match='Did you mean "Europe/London"'):
        told(tmp_path, "events: []", head=HEAD.replace("Europe/London", "Europe/Londn"))
