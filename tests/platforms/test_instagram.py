"""What cases can't say about the Instagram decoder: any bytes, one person under several numbers, and many turns.

The gateway's frames and the changes in them are proven by nothing that others wrote: tests/platforms/proof says of what
there is a proof.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.events import Event, Message
from screener.platforms import Memory, decode, endpoints
from screener.platforms.base import Kept
from screener.platforms.wire.instagram.about import _month
from screener.platforms.wire.instagram.content import text_of
from screener.platforms.wire.instagram.countries import code_of
from screener.platforms.wire.instagram.objects import account_of, count, flag, is_friend, when
from screener.platforms.wire.written import MOST_MESSAGES
from tests.platforms.bodies import Writer
from tests.platforms.cases import Played, capture, play
from tests.platforms.instagram_writer import block, number
from tests.platforms.test_cases import assert_well_formed

OWN, OTHER, MAYA = "5550001", "5550002", "5550777"
OWN_NUMBER, MAYA_NUMBER = "17840000000000001", "17840000000000777"
GATEWAY = "wss://gateway.instagram.com/ws/lightspeed"
SOCKETS = [GATEWAY, "wss://gateway.threads.com/ws/mqttbypass", "wss://edge-chat.instagram.com/chat"]
PENDING = "https://www.instagram.com/api/v1/friendships/pending/"
INBOX = "https://www.instagram.com/api/v1/direct_v2/inbox/"
GRAPHQL = "https://www.instagram.com/api/graphql"


def received(*raws: dict[str, Any]) -> Played:
    return play([(capture({"account": OWN, **raw}, Writer(), number), False) for number, raw in enumerate(raws)])


def answered(url: str, document: Any, **more: Any) -> dict[str, Any]:
    return {"url": url, "response": {"json": document}, **more}


def a_list(*handles: str) -> dict[str, Any]:
    return answered(PENDING, {"users": [{"pk": MAYA, "username": handle} for handle in handles], "status": "ok"})


def a_thread(**more: Any) -> dict[str, Any]:
    users = [{"pk": MAYA, "username": "maya.example", "interop_messaging_user_fbid": MAYA_NUMBER}]
    row = {"thread_fbid": "17850000000000555", "is_group": False, "users": users, "system_folder": "PENDING", **more}
    return answered(GRAPHQL, {"data": {"node": {"as_ig_direct_thread": row}}}, method="POST")


def pushed(id: str, number: str, text_body: str = "hi", **more: Any) -> dict[str, Any]:
    message = {"message_id": id, "sender_fbid": number, "timestamp_ms": "1790963990000", "text_body": text_body}
    change = {"__typename": "SlideUQPPNewMessage", "thread_fbid": "17850000000000555", "message": message}
    return {"url": GATEWAY, "body": {"instagram_slide": [{"data": 1, "deltas": [change]}]}, **more}


def blanked(path: str, sent: bytes) -> bytes:
    endpoint = endpoints().find(host="www.instagram.com", method="POST", path=path, via="http")
    assert endpoint is not None
    return endpoint.blanked(sent)


@pytest.mark.parametrize("address", SOCKETS)
@pytest.mark.parametrize("side", ["client", "server"])
@given(bodies=st.lists(st.binary(max_size=80), max_size=4))
def test_any_bytes_on_a_socket_give_events_or_unreadable(address: str, side: str, bodies: list[bytes]) -> None:
    raws = [{"url": address, "side": side, "body": {"hex": body.hex()}} for body in bodies]

    assert_well_formed(received(*raws))


@given(content=st.binary(max_size=120))
def test_any_protobuf_in_a_frame_gives_events_or_unreadable(content: bytes) -> None:
    answer = block(2, block(3, number(1, 223) + block(2, content))).hex()

    bare = {"url": GATEWAY, "body": {"dgw": [{"data": 1, "hex": answer}]}}
    wrapped = {"url": GATEWAY, "body": {"dgw": [{"data": 1, "json": {"payload": content.hex()}}]}}

    assert_well_formed(received(bare, wrapped))


KEYS = re.findall(
    r"\w+",
    "users pk id inbox threads thread items item_id user_id users viewer data user node args timestamp "
    "as_ig_direct_thread slide_messages edges slide_delta_processor message message_id sender sender_fbid "
    "thread_fbid __typename content video_call_event item_type new_stories friendship_status "
    "xdt_activity_inbox username follower_count payload",
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(document=JSON)
def test_any_document_in_any_answer_gives_events_or_unreadable(document: Any) -> None:
    raws = [
        answered(PENDING, document),
        answered(INBOX, document),
        answered("https://www.instagram.com/api/v1/news/inbox/", document),
        answered(f"https://www.instagram.com/api/v1/users/{MAYA}/info/", document),
        answered(f"https://www.instagram.com/api/v1/friendships/approve/{MAYA}/", document, method="POST"),
        answered(GRAPHQL, {"data": document}, method="POST"),
        {"url": GATEWAY, "body": {"instagram_slide": [{"data": 1, "deltas": document}]}},
    ]

    assert_well_formed(received(*raws))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000,
        '{"users":' + "[" * 10_000 + "]" * 10_000 + "}",
        '{"users":[{"pk":' + "9" * 5_000 + "}]}",
        '{"inbox":{"threads":[{"thread_id":"1","users":[],"items":[{"item_id":' + "9" * 5_000 + "}]}]}}",
        '{"data":{"as_ig_direct_thread":{"thread_fbid":' + "9" * 5_000 + "}}}",
        '{"data":{"as_ig_direct_thread":' * 3_000,
    ],
)
def test_hostile_texts_give_events_or_unreadable(text: str) -> None:
    urls = [(PENDING, "GET"), (INBOX, "GET"), (GRAPHQL, "POST")]

    assert_well_formed(received(*({"url": url, "method": m, "response": {"text": text}} for url, m in urls)))


def test_a_list_that_is_too_long_is_cut_and_the_cut_is_told() -> None:
    users = [{"pk": 10**9 + n, "username": "somebody"} for n in range(30_000)]

    played = received(answered(PENDING, {"users": users, "status": "ok"}))

    assert len(played.events) == 2_000
    assert played.unreadable == ["too many events in one answer"]


def test_one_person_has_one_id_in_every_surface() -> None:
    row = {"item_id": "9", "user_id": int(MAYA_NUMBER), "timestamp": 1790963990000000, "item_type": "text", "text": "x"}
    old = {"thread_id": "340282366841710300949128000000000000001", "users": [{"pk": MAYA}], "items": [row]}

    played = received(
        a_list("maya.example"),
        answered(f"https://i.instagram.com/api/v1/users/{MAYA}/info/", {"user": {"pk": int(MAYA), "username": "m"}}),
        a_thread(),
        pushed("mid.$1", MAYA_NUMBER),
        answered(INBOX, {"inbox": {"threads": [old]}}),
    )

    assert [event.kind for event in played.events] == ["friend_request", "profile", "message", "message"]
    assert {event.contact.id for event in played.events} == {MAYA}
    assert not played.unreadable


def test_a_pushed_message_carries_what_a_profile_told_before() -> None:
    user = {"id": MAYA, "eimu_id": MAYA_NUMBER, "username": "maya.example", "edge_followed_by": {"count": 3}}
    page = answered(
        "https://www.instagram.com/api/v1/users/web_profile_info/", {"data": {"user": {**user, "full_name": "Maya"}}}
    )

    _, message = received(page, pushed("mid.$1", MAYA_NUMBER)).events

    assert (message.contact.id, message.contact.name, message.contact.friends) == (MAYA, "Maya", 3)


def test_somebody_who_is_named_less_fully_later_keeps_the_name_and_takes_the_new_handle() -> None:
    named = answered(PENDING, {"users": [{"pk": MAYA, "username": "maya.example", "full_name": "Maya"}]})

    first, second = received(named, a_list("maya.new")).events

    assert (first.contact.name, second.contact.name, second.contact.handle) == ("Maya", "Maya", "maya.new")


def test_what_was_told_in_one_account_is_not_known_in_the_other() -> None:
    events: list[Event] = []
    kept = Kept()
    for account, raw in (
        (OWN, a_thread()),
        (OWN, pushed("mid.$1", MAYA_NUMBER)),
        (OTHER, pushed("mid.$2", MAYA_NUMBER)),
    ):
        decoded = decode(capture({**raw, "account": account}, Writer()), Memory(kept=kept))
        assert decoded
        events += decoded.events

    mine, theirs = events
    assert (mine.account.id, mine.pending, mine.contact.handle) == (OWN, True, "maya.example")
    assert (theirs.account.id, theirs.pending, theirs.contact.handle) == (OTHER, None, None)
    # Which numbers mean one person is the same for everybody.
    assert theirs.contact.id == MAYA


def test_a_writer_who_is_not_known_yet_is_told_and_counted_once_the_thread_is_loaded() -> None:
    node = {"message_id": "mid.$1", "sender_fbid": MAYA_NUMBER, "timestamp_ms": "1790963990000", "text_body": "hi"}

    played = received(pushed("mid.$1", MAYA_NUMBER), a_thread(slide_messages={"edges": [{"node": node}]}))

    assert played.unreadable == ["who wrote the message is not known yet"]
    assert [(event.id, event.contact.id, event.history) for event in played.events] == [("mid.$1", MAYA, False)]


def test_a_request_made_again_after_a_refusal_is_another_request() -> None:
    refused = {"url": f"https://www.instagram.com/api/v1/friendships/ignore/{MAYA}/", "method": "POST"}

    first, again, _, second = received(a_list("m"), a_list("m"), refused, a_list("m")).events

    assert first.id == again.id
    assert second.id != first.id


def test_a_request_that_the_feed_still_shows_after_its_answer_is_not_another_one() -> None:
    refused = {"url": f"https://www.instagram.com/api/v1/friendships/ignore/{MAYA}/", "method": "POST"}
    args = {"profile_id": MAYA, "profile_name": "m", "timestamp": 1790963000}
    feed = {"old_stories": [{"notif_name": "private_user_follow_request", "args": args}]}

    played = received(a_list("m"), refused, answered("https://www.instagram.com/api/v1/news/inbox/", feed))

    assert [event.kind for event in played.events] == ["friend_request", "declined"]


def test_what_is_remembered_stays_bounded() -> None:
    kept = Kept()

    for turn in range(45):
        users = [{"pk": 10**9 + turn * 500 + n, "username": "x", "fbid_v2": 10**16 + turn} for n in range(500)]
        decode(capture({**answered(PENDING, {"users": users}), "account": OWN}, Writer()), Memory(kept=kept))

    assert len(kept) == Kept.most


def test_the_authors_of_a_long_conversation_stay_bounded_and_those_of_the_latest_messages_are_known() -> None:
    memory = Memory()
    decode(capture({**a_thread(), "account": OWN}, Writer()), memory)

    for turn in (3, 0, 1, 2):
        changes = [
            {
                "__typename": "SlideUQPPNewMessage",
                "thread_fbid": "17850000000000555",
                "message": {
                    "message_id": f"mid.${turn}.{n}",
                    "sender_fbid": MAYA_NUMBER,
                    "text_body": "x",
                    "timestamp_ms": str(1790960000000 + turn * 1_000_000 + n * 1_000),
                },
            }
            for n in range(1_000)
        ]
        body = {"instagram_slide": [{"data": 1, "deltas": changes}]}
        decode(capture({"url": GATEWAY, "account": OWN, "body": body}, Writer()), memory)

    kept = memory.kept[f"wrote/{OWN}/17850000000000555"]
    assert len(kept) == MOST_MESSAGES
    assert set(kept) == {f"mid.$3.{n}" for n in range(1_000 - MOST_MESSAGES, 1_000)}


def test_no_words_are_remembered_of_a_message() -> None:
    played = received(a_thread(), pushed("mid.$1", MAYA_NUMBER, text_body="nobody else reads this"))

    assert len(played.events) == 1
    assert "nobody else" not in json.dumps(played.kept)


def test_an_account_is_new_for_the_day_on_which_the_page_says_so() -> None:
    user = {"id": MAYA, "username": "maya.example", "edge_followed_by": {"count": 3}}
    url = "https://www.instagram.com/api/v1/users/web_profile_info/"
    answers = [
        answered(url, {"data": {"user": {**user, "is_joined_recently": told}}}, at=f"2026-10-0{day}T18:00:00Z")
        for day, told in ((2, True), (2, True), (3, True), (4, None), (5, False), (6, "no"))
    ]

    events = received(*answers).events

    assert [(event.contact.joined_recently, event.contact.joined_recently_at) for event in events] == [
        (True, datetime(2026, 10, 2, tzinfo=UTC)),
        (True, datetime(2026, 10, 3, tzinfo=UTC)),
        (False, datetime(2026, 10, 5, tzinfo=UTC)),
    ]
    assert all(event.contact.joined is None for event in events)


@pytest.mark.parametrize("name", ["fbid", "fbid_v2"])
def test_a_number_that_is_not_for_messages_does_not_make_the_members_own_known(name: str) -> None:
    user = {"pk": OWN, "username": "kim.example", name: "17841000000000001", "follower_count": 3}
    page = answered(f"https://i.instagram.com/api/v1/users/{OWN}/info/", {"user": user})

    played = received(page, a_thread(), pushed("mid.$1", OWN_NUMBER))

    assert played.unreadable == ["who wrote the message is not known yet"]
    assert not played.events


def test_the_address_of_a_page_does_not_name_the_account_holder() -> None:
    url = f"{PENDING}?x-dgw-uuid={OWN}"
    raw = answered(url, {"users": [{"pk": MAYA, "username": "maya.example"}], "status": "ok"})

    played = play([(capture(raw, Writer()), False)])

    assert not played.events
    assert played.unreadable == ["whose account it is, is missing"]


def test_half_a_character_in_a_text_can_be_written_to_a_file() -> None:
    raw = pushed("mid.$1", MAYA_NUMBER)
    raw["body"]["instagram_slide"][0]["deltas"][0]["message"]["text_body"] = "hi \ud83d"

    _, message = [None, *received(a_thread(), raw).events]

    assert isinstance(message, Message)
    assert message.text == "hi \ufffd"


def test_the_tokens_of_a_form_are_blanked_and_its_fields_stay() -> None:
    sent = (
        b"av=17841&fb_dtsg=NAfOsecret%3A12&lsd=AVsecret_9&jazoest=2secret&fb_api_req_friendly_name=X&variables=%7B%7D"
    )
    app = b"signed_body=SIGNATURE.%7B%22_csrftoken%22%3A%22secret123%22%7D"

    found = blanked("/api/graphql", sent)

    assert b"secret" not in found
    assert found.endswith(b"&fb_api_req_friendly_name=X&variables=%7B%7D")
    assert b"secret" not in blanked("/api/v1/direct_v2/threads/broadcast/text/", app)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("August 2026", (2026, 8)),
        ("März 2014", (2014, 3)),
        ("agosto de 2019", (2019, 8)),
        ("2023年1月", (2023, 1)),
        ("2023년 12월", (2023, 12)),
        ("2023年13月", None),
        ("Smarch 2014", None),
        ("August 1999", None),
        ("posted in August 2026", None),
        ("x" * 50_000, None),
    ],
)
def test_the_month_of_an_account_is_read_in_several_languages(text: str, month: tuple[int, int] | None) -> None:
    assert _month(text) == (datetime(*month, 1, tzinfo=UTC) if month else None)


@pytest.mark.parametrize(
    ("name", "code"), [("Germany", "DE"), (" united states ", "US"), ("Côte d'Ivoire", "CI"), ("Not shared", None)]
)
def test_a_country_is_told_by_its_english_name(name: str, code: str | None) -> None:
    assert code_of(name) == code


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ("https://l.instagram.com/?u=https%3A%2F%2Fa.example.com%2Fx&e=1", "https://a.example.com/x"),
        ("https://a.example.com/y", "https://a.example.com/y"),
        ("https://www.instagram.com/p/abc/", None),
        ("https://l.instagram.com/?u=https%3A%2F%2Fwww.instagram.com%2Fp%2F1", None),
        ("https://instagram.com.evil.example/p/", "https://instagram.com.evil.example/p/"),
        ("javascript:alert(1)", None),
        ("https://[", None),
        ("https://a.example.com/\n", None),
        ("https://l.instagram.com/?" + "&" * 1_900, None),
        (3, None),
    ],
)
def test_only_addresses_that_lead_elsewhere_are_kept(link: object, text: str | None) -> None:
    content = {"__typename": "SlideMessageXMAContent", "xma": {"target_url": link}}

    assert text_of({"content": content}) == text


@pytest.mark.parametrize(
    ("status", "friend"),
    [
        ({"following": True, "followed_by": True}, True),
        ({"following": True}, None),
        ({"following": True, "followed_by": False}, False),
        ({"following": False}, False),
        ({"following": "yes"}, None),
        (None, None),
    ],
)
def test_friends_follow_each_other(status: object, friend: bool | None) -> None:
    assert is_friend({"friendship_status": status}) is friend


def test_counts_that_are_missing_are_unknown_and_not_zero() -> None:
    account = account_of({"pk": MAYA})

    assert (account.friends, account.following, account.posts, account.mutual_friends) == (None,) * 4
    assert (account.verified, account.picture, account.is_friend, account.name) == (None,) * 4


@pytest.mark.parametrize("value", [1790964000, "1790964000", 1790964000.7, 1790964000123, 1790964000123456])
def test_seconds_milliseconds_and_microseconds_are_told_by_their_size(value: object) -> None:
    found = when(value)

    assert found is not None
    assert found.replace(microsecond=0) == datetime(2026, 10, 2, 18, tzinfo=UTC)


@pytest.mark.parametrize("value", [True, None, "", "x", -1, 10**30, float("inf"), float("nan"), "9" * 5_000, [], {}])
def test_what_is_no_time_and_no_count_is_refused(value: object) -> None:
    assert when(value) is None
    assert count(value) is None
    assert flag(value) in (None, True)
    json.dumps(count(value))
