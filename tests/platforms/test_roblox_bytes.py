"""Roblox: ids, letters and bounds, and any bytes give only events or a complaint."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.capture import Capture
from screener.errors import Unreadable
from screener.events import FriendRequest
from screener.platforms import Kept
from screener.platforms.wire import signalr
from screener.platforms.wire.roblox.objects import MOST_ROWS, account_of, person_id
from screener.platforms.wire.roblox.older import LONGEST_BODY, letter_text
from tests.platforms.roblox_captures import (
    AT,
    MAYA,
    OWN,
    a_conversation,
    a_frame,
    a_list,
    a_memory,
    a_push,
    an_answer,
    an_own_account,
    read,
)
from tests.platforms.signalr_writer import records


@pytest.mark.parametrize("value", [None, "", 0, -1, 1.5, True, "abc", "٣", "1" * 21, 10**4_000, [], {}])
def test_what_is_no_persons_id_is_unreadable(value: object) -> None:
    with pytest.raises(Unreadable):
        person_id(value, "id")


def test_a_row_without_names_says_nothing_of_the_badge_and_of_the_age() -> None:
    account = account_of({"id": 5, "name": " ", "created": "0001-01-01T00:00:00Z", "hasVerifiedBadge": False})

    assert (account.name, account.handle, account.joined, account.joined_basis, account.verified) == (None,) * 5


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a<br/>b<BR>c", "a\nb\nc"),
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ('see <a href="https://example.com/a">this</a> &lt;3', "see this <3"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("<" * 50_000, "<" * 50_000),
    ],
)
def test_a_letter_becomes_what_a_person_reads(markup: str, text: str) -> None:
    assert letter_text(markup) == text


def test_a_letter_longer_than_any_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="too long"):
        letter_text("x" * (LONGEST_BODY + 1))


def test_a_broken_record_spoils_no_other() -> None:
    good = a_push().response

    events, why = read(a_frame(good + b"{broken\x1e" + good + b'{"type":1,"target":"notif'), a_memory())

    assert [event.contact.id for event in events] == [MAYA, MAYA]
    assert why == ["the body is not JSON"]


def test_more_records_than_any_message_has_are_not_all_read() -> None:
    found = list(signalr.invocations(a_push().response * (signalr.MOST_RECORDS + 5)))

    assert len(found) == signalr.MOST_RECORDS + 1
    assert isinstance(found[-1], Unreadable)


def test_a_connection_of_which_nothing_ails_leaves_nothing_to_remember() -> None:
    memory = a_memory()

    read(a_push(), memory)

    assert not memory.stream


def test_what_is_remembered_of_strangers_does_not_push_out_whose_account_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Kept, "most", 500)
    memory = a_memory()

    for start in range(0, 3_000, 100):
        users = [{"id": 8_000_000_000 + start + n, "name": f"u{start + n}"} for n in range(100)]
        read(an_own_account(at=AT + timedelta(minutes=start)), memory)
        read(an_answer({"data": users}, host="users.roblox.com", path="/v1/users", method="POST"), memory)

    events, _ = read(a_push(), memory)
    assert len(memory.kept) <= 500
    assert [event.account.id for event in events] == [OWN]


def test_a_list_of_more_rows_than_any_page_has_is_read_to_its_bound() -> None:
    rows = [{"id": 7_000_000_000 + n, "name": "x"} for n in range(MOST_ROWS + 50)]

    events, _ = read(a_list(*rows), a_memory())

    assert len([event for event in events if isinstance(event, FriendRequest)]) == MOST_ROWS


@pytest.mark.parametrize(
    "hostile",
    [
        b"[" * 10_000,
        b'{"data":' * 10_000,
        b'{"data":[{"id":' + b"9" * 5_000 + b"}]}",
        b'{"data":[{"id":1,"created":' + b"1" * 4_000 + b',"friendRequest":{"sentAt":' + b"1" * 4_000 + b"}}]}",
        b"\xff\xfe\x00",
        b'{"data":[{"id":"\\ud800","name":"\\ud800"}]}',
        b'{"data":{"0":{}}}',
    ],
)
def test_hostile_bytes_give_only_events_or_unreadable(hostile: bytes) -> None:
    for capture in (*(replace(a, response=hostile, request=hostile) for a in everything()), a_frame(hostile)):
        _, why = read(capture, a_memory())

        assert not [one for one in why if one.startswith("the decoder failed")]


def everything() -> list[Capture]:
    """A capture for each reader but the push's."""
    places = [
        ("users.roblox.com", "GET", "/v1/users/authenticated"),
        ("users.roblox.com", "GET", f"/v1/users/{MAYA}"),
        ("users.roblox.com", "POST", "/v1/users"),
        ("economy.roblox.com", "GET", f"/v1/users/{OWN}/currency"),
        ("friends.roblox.com", "GET", "/v1/my/friends/requests"),
        ("friends.roblox.com", "GET", "/v1/my/trusted-friends/requests"),
        ("friends.roblox.com", "GET", f"/v1/users/{OWN}/friends"),
        ("friends.roblox.com", "GET", f"/v1/users/{OWN}/friends/statuses"),
        ("friends.roblox.com", "GET", f"/v1/my/friends/{MAYA}/status"),
        ("friends.roblox.com", "GET", f"/v1/users/{MAYA}/friends/count"),
        ("friends.roblox.com", "POST", f"/v1/users/{MAYA}/request-friendship"),
        ("apis.roblox.com", "GET", "/user-blocking-api/v1/users/get-blocked-users"),
        ("apis.roblox.com", "POST", "/user-blocking-api/v1/users/batch-check-reciprocal-block"),
        ("apis.roblox.com", "POST", "/user-profile-api/v1/user/profiles/get-profiles"),
        ("apis.roblox.com", "POST", "/profile-platform-api/v1/profiles/get"),
        ("apis.roblox.com", "GET", "/platform-chat-api/v1/get-user-conversations"),
        ("apis.roblox.com", "GET", "/platform-chat-api/v1/get-conversation-messages"),
        ("apis.roblox.com", "POST", "/platform-chat-api/v1/get-conversations-participants-metadata"),
        ("apis.roblox.com", "POST", "/platform-chat-api/v1/send-messages"),
        ("chat.roblox.com", "GET", "/v2/get-user-conversations"),
        ("chat.roblox.com", "GET", "/v2/get-messages"),
        ("chat.roblox.com", "GET", "/v2/multi-get-latest-messages"),
        ("chat.roblox.com", "POST", "/v2/send-message"),
        ("privatemessages.roblox.com", "GET", "/v1/messages"),
        ("privatemessages.roblox.com", "GET", "/v1/messages/5"),
        ("privatemessages.roblox.com", "POST", "/v1/messages/send"),
    ]
    query = "conversation_id=c-1&conversationId=55"
    return [an_answer(None, host=host, method=method, path=path, query=query) for host, method, path in places]


KEYS = ["data", "id", "userId", "friendRequest", "sentAt", "mutualFriendsList", "status", "conversations", "messages"]
KEYS += ["participant_user_ids", "user_data", "sender_user_id", "content", "created_at", "type", "replies_to"]
KEYS += ["profileDetails", "names", "components", "UserProfileHeader", "counts", "collection", "sender", "recipient"]
KEYS += ["conversation_id", "conversation_participants_metadata", "participants_metadata", "blockedUsers", "users"]
KEYS += ["chatMessages", "conversationId", "participants", "targetId", "recipientId", "requesterUserId", "is_deleted"]
leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([OWN, MAYA, 7000000001])
json_values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)


@given(
    st.sampled_from(everything()),
    st.binary(max_size=100) | json_values.map(lambda value: json.dumps(value).encode()),
    json_values.map(lambda value: json.dumps(value).encode()),
)
def test_any_answer_gives_events_or_unreadable(capture: Capture, body: bytes, asked: bytes) -> None:
    memory = a_memory()
    read(a_conversation(), memory)

    _, why = read(replace(capture, response=body, request=asked), memory)

    assert not [one for one in why if one.startswith("the decoder failed")]
    json.dumps(memory.kept)


@given(st.binary(max_size=200) | st.lists(json_values, max_size=3).map(records), st.sampled_from(["client", "server"]))
def test_any_push_gives_events_or_unreadable(body: bytes, side: str) -> None:
    _, why = read(a_frame(body, side=side, request=body), a_memory())

    assert not [one for one in why if one.startswith("the decoder failed")]


@given(json_values, json_values)
def test_any_details_of_a_push_give_events_or_unreadable(kind: Any, told: Any) -> None:
    details = {"Type": kind if isinstance(kind, str) else "FriendshipCreated", "EventArgs": told}

    _, why = read(a_frame(records([{"push": ["FriendshipNotifications", details]}])), a_memory())

    assert not [one for one in why if one.startswith("the decoder failed")]
