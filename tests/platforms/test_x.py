"""X, where a case can't say it: ids, times, layouts, whose account it is, what is remembered, and any bytes."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.capture import Capture
from screener.errors import Unreadable
from screener.events import Event, FriendRequest, Message
from screener.platforms import Memory, decode, endpoints
from screener.platforms.wire.x.objects import account_of, media_of, text_of, thread, written
from screener.platforms.wire.x.session import MOST_SEEN, named_in
from tests.platforms.thrift_writer import binary

AT = datetime(2026, 10, 2, 18, tzinfo=UTC)
SAM, MAYA, ADA, BO = "2101", "1975000000000000001", "3303", "4404"
COOKIE = f"u%3D{SAM}"
POLL, INBOX = "/i/api/1.1/dm/user_updates.json", "/i/api/1.1/dm/inbox_initial_state.json"


def an_answer(document: Any, *, path: str = POLL, method: str = "GET", **more: Any) -> Capture:
    return replace(
        Capture(
            id="capture",
            at=AT,
            device="device",
            host="x.com",
            path=path,
            method=method,
            status=200,
            account=COOKIE,
            response=json.dumps(document).encode(),
        ),
        **more,
    )


def a_message(id: str, sender: str, other: str, text: str = "hi", **more: Any) -> dict[str, Any]:
    return {
        "message": {
            "id": id,
            "time": str(int((AT - timedelta(seconds=5)).timestamp() * 1000)),
            "conversation_id": f"{sender}-{other}",
            "message_data": {"sender_id": sender, "recipient_id": other, "text": text},
            **more,
        }
    }


def a_poll(*entries: dict[str, Any], users: Any = None, conversations: Any = None, **more: Any) -> Capture:
    inner = {"entries": list(entries), "users": users or {}, "conversations": conversations or {}}
    return an_answer({"user_events": inner}, **more)


def a_page(id: str, **more: Any) -> Capture:
    user = {"__typename": "User", "rest_id": id, "core": {"name": "Maya R.", "screen_name": "maya_r"}, **more}
    return an_answer({"data": {"user": {"result": user}}}, path="/i/api/graphql/abc/UserByRestId")


def read(capture: Capture, memory: Memory | None = None) -> tuple[list[Event], list[str]]:
    decoded = decode(capture, memory or Memory())
    assert decoded is not None
    return list(decoded.events), list(decoded.unreadable)


@pytest.mark.parametrize(
    ("cookie", "id"),
    [
        ("u%3D2101", "2101"),
        ("u=2101", "2101"),
        ('"u=2101"', "2101"),
        ("2101", "2101"),
        ("u%3D", None),
        ("u%3Dmaya", None),
        ("", None),
        (None, None),
    ],
)
def test_the_cookie_names_the_account_holder(cookie: str | None, id: str | None) -> None:
    assert named_in(cookie) == id


@pytest.mark.parametrize(
    ("written_as", "name"),
    [
        ("2101-3303", "2101-3303"),
        ("3303-2101", "2101-3303"),
        ("2101:3303", "2101-3303"),
        ("10-9", "9-10"),
        ("g1976000000000000001", "1976000000000000001"),
        (1976000000000000001, "1976000000000000001"),
    ],
)
def test_a_conversation_has_one_name_wherever_it_is_named(written_as: Any, name: str) -> None:
    assert thread(written_as) == name


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("Wed Oct 02 17:00:00 +0000 2024", datetime(2024, 10, 2, 17, tzinfo=UTC)),
        ("Wed Oct 02 17:00:00 +0230 2024", datetime(2024, 10, 2, 14, 30, tzinfo=UTC)),
        ("Wed Oct 32 17:00:00 +0000 2024", None),
        ("Wed Xyz 02 17:00:00 +0000 2024", None),
        ("Wed Oct 02 17:00:00 +9900 2024", None),
        ("Wed Oct 02 17:00:00 +0000 0001", None),
        ("2024-10-02T17:00:00Z", None),
        (1727888400, None),
    ],
)
def test_a_time_in_words_is_read_whatever_the_machines_language(words: Any, at: datetime | None) -> None:
    assert written(words) == at


def test_a_person_without_an_id_or_with_a_name_for_one_is_unreadable() -> None:
    for user in ({}, {"rest_id": "maya"}, {"id": True}, {"id_str": 1.5}, None, [], "7"):
        with pytest.raises(Unreadable):
            account_of(user)


def test_what_a_person_does_not_say_stays_unknown() -> None:
    account = account_of({"rest_id": ADA})

    assert (account.friends, account.following, account.posts, account.mutual_friends) == (None, None, None, None)
    assert (account.picture, account.verified, account.is_friend, account.joined) == (None, None, None, None)


def test_a_hint_of_no_friends_in_common_is_not_taken_for_none() -> None:
    assert account_of({"id_str": ADA, "connecting_user_count": 0}).mutual_friends is None
    assert account_of({"id_str": ADA, "connecting_user_count": 4}).mutual_friends == 4


@pytest.mark.parametrize(
    ("following", "followed_by", "is_friend"),
    [(True, True, True), (True, False, False), (False, None, False), (True, None, None), (None, None, None)],
)
def test_a_friend_is_who_follows_and_is_followed(
    following: bool | None, followed_by: bool | None, is_friend: bool | None
) -> None:
    user = {"rest_id": ADA, "relationship_perspectives": {"following": following, "followed_by": followed_by}}

    assert account_of(user).is_friend is is_friend


def test_links_are_written_out_and_the_pictures_own_are_left_out() -> None:
    links = [{"url": "https://t.co/a", "expanded_url": "https://example.com/a"}, {"url": 7}, None]
    row = {
        "text": "see &lt;this&gt; https://t.co/a https://t.co/p",
        "entities": {"urls": links},
        "attachment": {"photo": {"url": "https://t.co/p"}, "card": {"url": "https://t.co/a"}},
    }

    assert text_of(row) == "see <this> https://example.com/a"
    assert media_of(row) == ("image",)


def test_a_text_of_many_links_does_not_grow_without_end() -> None:
    links = [{"url": "h", "expanded_url": "h" * 2_000} for _ in range(100)]

    assert len(text_of({"text": "h" * 100_000, "entities": {"urls": links}}) or "") <= 100_000


def test_one_account_in_every_talk_of_an_inbox_is_the_holder_and_one_talk_is_not_enough() -> None:
    def an_inbox(*names: str) -> Capture:
        talks = {name: {"conversation_id": name, "type": "ONE_TO_ONE"} for name in names}
        inner = {"entries": [a_message("1", ADA, SAM)], "conversations": talks}
        return an_answer({"inbox_initial_state": inner}, path=INBOX, account=None)

    both, _ = read(an_inbox(f"{SAM}-{ADA}", f"{SAM}-{BO}"))
    alone, why = read(an_inbox(f"{SAM}-{ADA}", f"{ADA}-{SAM}"))
    strangers, _ = read(an_inbox(f"{SAM}-{ADA}", "77-88"))

    assert [(event.account.id, event.contact.id) for event in both] == [(SAM, ADA)]
    assert not alone
    assert why == ["whose account it is, is missing"]
    assert not strangers


def test_of_two_accounts_on_one_device_the_one_in_the_conversation_is_meant() -> None:
    memory = Memory()
    read(a_poll(a_message("1", ADA, SAM)), memory)
    read(a_poll(a_message("2", ADA, BO), account=f"u%3D{BO}"), memory)

    sams, _ = read(a_poll(a_message("3", MAYA, SAM), account=None), memory)
    bos, _ = read(a_poll(a_message("4", MAYA, BO), account=None), memory)
    nobodys, why = read(a_poll(a_message("5", MAYA, "9909"), account=None), memory)

    assert [event.account.id for event in (*sams, *bos)] == [SAM, BO]
    assert not nobodys
    assert why == ["whose account it is, is missing"]


def test_a_conversation_of_two_others_is_not_the_account_holders() -> None:
    events, unreadable = read(a_poll(a_message("1", ADA, BO)))

    assert not events
    assert unreadable == ["the account is not in the conversation"]


def test_notes_to_oneself_are_no_messages_to_anybody() -> None:
    events, unreadable = read(a_poll(a_message("1", SAM, SAM)))

    assert not events
    assert not unreadable


def test_a_stated_age_is_not_lost_to_the_one_read_off_the_number() -> None:
    memory = Memory()
    page = a_page(MAYA, core={"name": "Maya", "screen_name": "m", "created_at": "Wed Oct 08 00:00:00 +0000 2025"})
    read(page, memory)
    read(a_page(MAYA), memory)

    (message,), _ = read(a_poll(a_message("1", MAYA, SAM)), memory)

    assert message.contact.joined == datetime(2025, 10, 8, tzinfo=UTC)
    assert message.contact.joined_basis == "stated"
    assert message.contact.name == "Maya R."


def test_only_the_last_few_profiles_that_were_looked_at_are_remembered() -> None:
    memory = Memory()

    for number in range(MOST_SEEN + 10):
        events, _ = read(a_page(str(5_000 + number)), memory)
        assert not events

    assert len(memory.kept[f"seen/{SAM}"]) == MOST_SEEN


def test_a_request_that_was_refused_and_made_again_is_another_one() -> None:
    memory = Memory()
    asked = an_answer({"ids": [ADA]}, path="/i/api/1.1/friendships/incoming.json")
    deny = an_answer({}, path="/i/api/1.1/friendships/deny.json", method="POST", request=f"user_id={ADA}".encode())

    first, _ = read(asked, memory)
    same, _ = read(asked, memory)
    read(deny, memory)
    later, _ = read(replace(asked, at=AT + timedelta(days=1)), memory)

    assert first[0].id == same[0].id != later[0].id


def test_whoever_was_let_in_is_not_counted_again_as_a_follower() -> None:
    memory = Memory()
    item = {
        "timestamp_ms": "1790963980000",
        "template": {"from_users": [{"user_results": {"result": {"rest_id": ADA}}}]},
    }
    notice = {"clientEventInfo": {"element": "users_followed_you"}, "itemContent": item}
    notices = an_answer({"data": {"x": [notice]}}, path="/i/api/graphql/abc/NotificationsTimeline")
    accept = an_answer({}, path="/i/api/1.1/friendships/accept.json", method="POST", request=f"user_id={ADA}".encode())
    read(an_answer({"ids": [ADA]}, path="/i/api/1.1/friendships/incoming.json"), memory)

    accepted, _ = read(accept, memory)
    told, _ = read(notices, memory)
    unknown, _ = read(notices)

    assert [event.kind for event in accepted] == ["accepted"]
    assert not told
    assert [(event.kind, event.pending) for event in unknown if isinstance(event, FriendRequest)] == [
        ("friend_request", False)
    ]


def test_a_list_of_shared_followers_that_goes_on_counts_nobody() -> None:
    memory = Memory()
    read(a_poll(a_message("1", MAYA, SAM)), memory)
    entry = {"content": {"user_results": {"result": {"rest_id": ADA, "core": {"screen_name": "ada"}}}}}
    page = an_answer(
        {"data": {"instructions": [{"type": "TimelineAddEntries", "entries": [entry]}]}},
        path="/i/api/graphql/abc/FollowersYouKnow",
        query=f"variables=%7B%22userId%22%3A%22{MAYA}%22%7D",
    )

    events, unreadable = read(page, memory)

    assert not events
    assert not unreadable


def test_an_encrypted_chat_without_a_known_holder_is_told_once() -> None:
    event = {1: "7", 3: ADA, 4: f"{SAM}:{ADA}", 7: {1: {100: "x", 101: "1"}}}
    encoded = [base64.b64encode(binary({**event, 1: str(number)})).decode() for number in range(20)]
    page = an_answer(
        {"data": {"get_conversation_page": {"encoded_message_events": encoded}}},
        path="/graphql/abc/GetConversationPageQuery",
        host="api.x.com",
        account=None,
    )

    events, unreadable = read(page)

    assert not events
    assert unreadable == ["whose account it is, is missing"]


def test_the_token_of_an_encrypted_chat_is_blanked_and_the_rest_stays() -> None:
    endpoint = endpoints().find(host="api.x.com", method="POST", path="/graphql/abc/SendMessageMutation", via="http")
    assert endpoint is not None
    sent = b'{"variables":{"conversation_id":"1:2","conversation_token":"AbC.123_secret","message_id":"m"}}'

    found = endpoint.blanked(sent)

    assert b"secret" not in found
    assert json.loads(found)["variables"] | {"conversation_token": ""} == {
        "conversation_id": "1:2",
        "conversation_token": "",
        "message_id": "m",
    }


def test_a_poll_of_ten_thousand_rows_is_bounded() -> None:
    entries = [a_message(str(number + 1), ADA, SAM) for number in range(10_000)]

    events, _ = read(a_poll(*entries))

    assert 0 < len(events) <= 1_001


@pytest.mark.parametrize(
    "body", [b"[" * 10_000 + b"]" * 10_000, b"9" * 5_000, b"\xff\xfe", b"", b"null", b"[]", b'"x"']
)
def test_a_strange_body_is_unreadable_or_empty_everywhere(body: bytes) -> None:
    for host, method, path in PATHS:
        _, unreadable = read(an_answer(None, host=host, method=method, path=path, response=body, request=body))

        assert not [why for why in unreadable if why.startswith("the decoder failed")]


PATHS = [
    ("x.com", "GET", INBOX),
    ("x.com", "GET", POLL),
    ("x.com", "GET", "/i/api/1.1/dm/inbox_timeline/untrusted.json"),
    ("x.com", "GET", f"/i/api/1.1/dm/conversation/{SAM}-{ADA}.json"),
    ("x.com", "POST", f"/i/api/1.1/dm/conversation/{SAM}-{ADA}/accept.json"),
    ("x.com", "POST", "/i/api/1.1/dm/new2.json"),
    ("x.com", "POST", "/i/api/graphql/a/useSendMessageMutation"),
    ("x.com", "GET", "/i/api/1.1/friendships/incoming.json"),
    ("x.com", "POST", "/i/api/1.1/friendships/create.json"),
    ("x.com", "GET", "/i/api/graphql/a/NotificationsTimeline"),
    ("x.com", "GET", "/i/api/2/notifications/all.json"),
    ("x.com", "GET", "/i/api/graphql/a/UserByRestId"),
    ("x.com", "GET", "/i/api/graphql/a/FollowersYouKnow"),
    ("api.x.com", "GET", "/1.1/account/settings.json"),
    ("api.x.com", "GET", "/graphql/a/GetInitialXChatPageQuery"),
    ("api.x.com", "POST", "/graphql/a/SendMessageMutation"),
]
KEYS = ["user_events", "inbox_initial_state", "conversation_timeline", "entries", "conversations", "users", "message"]
KEYS += ["message_data", "id", "id_str", "rest_id", "sender_id", "conversation_id", "screen_name", "core", "legacy"]
KEYS += ["data", "viewer", "user_results", "result", "clientEventInfo", "element", "itemContent", "template", "ids"]
KEYS += ["from_users", "globalObjects", "notifications", "encoded_message_events", "request_id", "variables", "text"]
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["2101-3303", "users_followed_you", "3303", "CwABAAAAATcA"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)


@given(
    st.sampled_from(PATHS),
    st.binary(max_size=100) | json_values.map(lambda value: json.dumps(value).encode()),
    json_values.map(lambda value: json.dumps(value).encode()),
)
def test_any_answer_gives_events_or_unreadable(where: tuple[str, str, str], body: bytes, asked: bytes) -> None:
    host, method, path = where
    capture = an_answer(None, host=host, method=method, path=path, response=body, request=asked)

    _, unreadable = read(capture)

    assert not [why for why in unreadable if why.startswith("the decoder failed")]


@given(st.dictionaries(st.sampled_from(["message", "message_edit", "end_av_broadcast", "message_delete"]), json_values))
def test_any_row_of_the_inbox_gives_events_or_unreadable(entry: dict[str, Any]) -> None:
    events, unreadable = read(a_poll(entry, a_message("1", ADA, SAM)))

    assert not [why for why in unreadable if why.startswith("the decoder failed")]
    assert "1" in [event.id for event in events if isinstance(event, Message)]


@given(st.binary(max_size=200) | st.binary(max_size=80).map(lambda rest: b"\x0c\x00\x01\x0b\x00\x01" + rest))
def test_any_frame_of_the_chats_socket_gives_events_or_unreadable(frame: bytes) -> None:
    capture = an_answer(None, host="chat-ws.x.com", path="/ws", via="websocket", response=frame)

    _, unreadable = read(capture)

    assert not [why for why in unreadable if why.startswith("the decoder failed")]
