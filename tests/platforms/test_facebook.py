"""What cases can't say about the Facebook decoder: any bytes on any socket, and many turns of one request."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.events import Accepted, Account, Call, FriendRequest, Message, Profile
from screener.platforms import Memory, decode, endpoints
from screener.platforms.base import Kept
from screener.platforms.wire import friending, written
from screener.platforms.wire.facebook import conversations, facts
from screener.platforms.wire.facebook.known import known, learned
from screener.platforms.wire.meta import Place, facebook_address, is_id, stamp
from tests.platforms.bodies import Writer
from tests.platforms.cases import Played, capture, play
from tests.platforms.meta_writers import mqtt
from tests.platforms.test_cases import assert_well_formed

MEMBER, MAYA, OTHER = "100000000000001", "100000000000777", "100000000000888"
NOON = datetime(2026, 10, 2, 12, tzinfo=UTC)
ADDRESSES = [
    "wss://gateway.facebook.com/ws/realtime",
    "wss://gateway.facebook.com/ws/lightspeed",
    "wss://edge-chat.facebook.com/chat",
    "wss://gateway.facebook.com/ws/rpsignaling",
]


def received(address: str, bodies: list[bytes], *, late: bool = False, side: str = "server") -> Played:
    raw = {"url": address, "account": MEMBER, "side": side}
    captures = [capture({**raw, "body": {"hex": body.hex()}}, Writer(), number) for number, body in enumerate(bodies)]
    return play([(one, late) for one in captures])


def a_place(kept: Kept, at: datetime = NOON) -> Place:
    return Place(account=MEMBER, at=at, capture="c", kept=kept)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("side", ["client", "server"])
@given(bodies=st.lists(st.binary(max_size=80), max_size=4))
def test_any_bytes_on_a_socket_give_events_or_unreadable(address: str, side: str, bodies: list[bytes]) -> None:
    assert_well_formed(received(address, bodies, side=side))


@given(st.integers(1, 200), st.integers(1, 200))
def test_a_packet_in_three_pieces_gives_its_event_once(first: int, second: int) -> None:
    notice = {"publish": "/legacy_web", "json": {"type": "jewel_requests_add", "from": MAYA}}
    whole = mqtt([notice, {"pingreq": None}, notice])
    pieces = [whole[:first], whole[first : first + second], whole[first + second :]]

    played = received(ADDRESSES[2], pieces)

    assert {event.id for event in played.events} == {f"friend_request:{MEMBER}:{MAYA}"}
    assert not played.unreadable


def test_half_a_packet_at_the_start_of_a_missed_connection_is_told_and_spoils_nothing_after_it() -> None:
    half = b'\x30\xff\x7f/legacy_web{"type":'
    whole = mqtt([{"publish": "/legacy_web", "json": {"type": "jewel_requests_add", "from": MAYA}}])

    played = received(ADDRESSES[2], [half, whole], late=True)

    assert [type(event) for event in played.events] == [FriendRequest]
    assert len(played.unreadable) == 1


def test_the_two_sides_of_a_socket_do_not_mix() -> None:
    whole = mqtt([{"publish": "/legacy_web", "json": {"type": "jewel_requests_add", "from": MAYA}}])
    raw = {"url": ADDRESSES[2], "account": MEMBER}
    bodies = [("server", whole[:5]), ("client", b"\xc0\x00"), ("server", whole[5:])]
    captures = [
        capture({**raw, "side": side, "body": {"hex": body.hex()}}, Writer(), number)
        for number, (side, body) in enumerate(bodies)
    ]

    played = play([(one, False) for one in captures])

    assert [type(event) for event in played.events] == [FriendRequest]


def test_two_accounts_on_one_device_do_not_share_their_threads() -> None:
    row = {"insertMessage": {0: "hi", 3: int(MAYA), 5: 1790963990000, 8: "mid.$1", 10: int(MAYA)}}
    folder = {"deleteThenInsertThread": {7: int(MAYA), 9: 1, 10: "pending"}}
    url = "wss://gateway.facebook.com/ws/lightspeed?x-dgw-uuid="
    captures = [
        capture(
            {"url": url + account, "stream": account, "body": {"dgw": [{"data": 1, "lightspeed": {"calls": calls}}]}},
            Writer(),
        )
        for account, calls in ((MEMBER, [folder, row]), ("100000000000002", [row]))
    ]

    played = play([(one, False) for one in captures])

    messages = [event for event in played.events if isinstance(event, Message)]
    assert [(event.account.id, event.pending) for event in messages] == [(MEMBER, True), ("100000000000002", None)]


def test_a_request_made_again_after_a_refusal_is_another_request() -> None:
    kept = Kept()
    first = friending.request_id(a_place(kept), MAYA, None)
    again = friending.request_id(a_place(kept, NOON + timedelta(hours=1)), MAYA, None)
    list(friending.decline(a_place(kept), MAYA))

    second = friending.request_id(a_place(kept, NOON + timedelta(days=1)), MAYA, None)

    assert first == again
    assert second != first


def test_a_request_keeps_its_id_when_its_time_is_learned_later_and_when_it_is_listed_after_the_answer() -> None:
    kept = Kept()
    first = friending.request_id(a_place(kept), MAYA, None)

    named = friending.request_id(a_place(kept), MAYA, NOON - timedelta(seconds=4))
    (accepted,) = friending.accept(a_place(kept), MAYA)
    stale = friending.request_id(a_place(kept), MAYA, NOON - timedelta(seconds=4))

    assert first == named == stale
    assert isinstance(accepted, Accepted)
    assert accepted.id == f"accepted:{MEMBER}:{MAYA}"


def test_a_request_with_a_new_time_is_another_request() -> None:
    kept = Kept()
    first = friending.request_id(a_place(kept), MAYA, NOON)

    later = friending.request_id(a_place(kept, NOON + timedelta(days=9)), MAYA, NOON + timedelta(days=9))

    assert later != first


def test_what_is_remembered_stays_bounded() -> None:
    kept = Kept()

    for turn in range(8):
        calls = [{"deleteThenInsertThread": {7: 10**9 + turn * 3_000 + n, 9: 1, 10: "inbox"}} for n in range(3_000)]
        body = {"dgw": [{"data": 1, "lightspeed": {"calls": calls}}]}
        decode(capture({"url": ADDRESSES[1], "account": MEMBER, "body": body}, Writer()), Memory(kept=kept))

    assert len(kept) == Kept.most


def test_a_contact_sent_again_is_news_only_when_it_changed() -> None:
    def contact(name: str) -> dict[str, Any]:
        call = {"verifyContactRowExists": {0: int(MAYA), 3: name, 19: 1}}
        return {"url": ADDRESSES[1], "account": MEMBER, "body": {"dgw": [{"data": 1, "lightspeed": {"calls": [call]}}]}}

    played = play([(capture(contact(name), Writer()), False) for name in ("Maya", "Maya", "Maya R.", "Maya")])

    assert [event.contact.name for event in played.events] == ["Maya", "Maya R.", "Maya"]


def test_a_long_list_of_contacts_does_not_push_a_message_out() -> None:
    calls: list[dict[str, Any]] = [
        {"verifyContactRowExists": {0: 10**9 + n, 3: "Somebody", 19: 3}} for n in range(5_000)
    ]
    calls += [{"verifyContactRowExists": {0: int(MAYA), 3: "Maya", 19: 1}}]
    calls += [{"insertMessage": {0: "hi", 3: int(MAYA), 5: 1790963990000, 8: "mid.$1", 10: int(MAYA)}}]
    raw = {"url": ADDRESSES[1], "account": MEMBER, "body": {"dgw": [{"data": 1, "lightspeed": {"calls": calls}}]}}

    played = play([(capture(raw, Writer()), False)])

    assert [event.kind for event in played.events[:2]] == ["profile", "message"]


def test_half_a_character_in_a_text_can_be_written_to_a_file() -> None:
    call = {"insertMessage": {0: "hi \ud83d", 3: int(MAYA), 5: 1790963990000, 8: "mid.$1", 10: int(MAYA)}}
    raw = {"url": ADDRESSES[1], "account": MEMBER, "body": {"dgw": [{"data": 1, "lightspeed": {"calls": [call]}}]}}

    (message,) = play([(capture(raw, Writer()), False)]).events

    assert isinstance(message, Message)
    assert message.text == "hi \ufffd"


@pytest.mark.parametrize(
    "address",
    [
        "https://facebook.com.evil.example/maya",
        "javascript:alert(1)",
        "https://evil.example/?facebook.com",
        "//facebook.com/x",
        "https://user@evilfacebook.com/",
        "https://[",
        "https://www.facebook.com/\n",
        "x" * 600,
        3,
        None,
    ],
)
def test_an_address_elsewhere_is_not_a_profile(address: object) -> None:
    assert facebook_address(address) is None


@pytest.mark.parametrize("value", [True, 0, -1, 10**20, "", "01", "1a", "１２３４５", "9" * 5000, 1.0, None, [], {}])
def test_what_is_no_id_is_refused(value: object) -> None:
    assert not is_id(value)


@pytest.mark.parametrize("value", [1790964000, "1790964000", 1790964000000, "1790964000000"])
def test_seconds_and_milliseconds_are_told_by_their_size(value: object) -> None:
    assert stamp(value) == datetime(2026, 10, 2, 18, tzinfo=UTC)


def asked(document: Any, *, about: str = MAYA) -> dict[str, Any]:
    """A question about a person on one of Facebook's pages, and its answer."""
    return {
        "method": "POST",
        "url": "https://www.facebook.com/api/graphql/",
        "account": MEMBER,
        "request": {"form": {"variables": {"userID": about}}},
        "response": {"json": document},
    }


def profiles(*documents: Any) -> list[Profile]:
    played = play([(capture(asked(document), Writer(), number), False) for number, document in enumerate(documents)])
    assert not played.unreadable
    return [event for event in played.events if isinstance(event, Profile)]


def collection(number: int, count: object) -> dict[str, Any]:
    id = b64encode(f"app_collection:{MAYA}:2356318349:{number}".encode()).decode()
    return {"data": {"node": {"id": id, "items": {"count": count}, "pageItems": {"edges": []}}}}


def head(**user: Any) -> dict[str, Any]:
    return {"data": {"user": {"profile_header_renderer": {"user": {"id": MAYA, **user}}}}}


@pytest.mark.parametrize(
    ("number", "count"), [(2, 0), (32, 0), (3, -1), (3, None), (3, "0"), (3, 10**30), (1, 5), (3, True)]
)
def test_an_empty_list_that_may_be_hidden_is_no_zero(number: int, count: object) -> None:
    assert profiles(collection(number, count)) == []


def test_friends_in_common_are_never_hidden_so_none_is_a_zero() -> None:
    (told,) = profiles(collection(3, 0))

    assert told.contact.mutual_friends == 0


@pytest.mark.parametrize(
    ("uri", "field"),
    [
        ("https://www.facebook.com/maya.example/friends_mutual/", "mutual_friends"),
        ("https://www.facebook.com/profile.php?id=100000000000777&sk=friends_mutual", "mutual_friends"),
        ("https://www.facebook.com/maya.example/friends", "friends"),
        ("https://www.facebook.com/maya.example/followers/?x=1", "friends"),
        ("https://www.facebook.com/maya.example/following", "following"),
    ],
)
def test_a_counted_line_is_told_by_where_it_leads_in_any_language(uri: str, field: str) -> None:
    (told,) = profiles(head(profile_social_context={"content": [{"text": {"text": "١٬٢٣٤ شخص"}, "uri": uri}]}))

    assert getattr(told.contact, field) == 1234


def test_a_counted_line_that_leads_elsewhere_counts_no_friends() -> None:
    uri = "https://www.facebook.com/maya.example/friends_likes/"

    (told,) = profiles(head(name="Maya", profile_social_context={"content": [{"text": {"text": "7"}, "uri": uri}]}))

    assert (told.contact.friends, told.contact.following, told.contact.mutual_friends) == (None, None, None)


@pytest.mark.parametrize("stamp", [NOON.timestamp() + 9e6, 0, -5, 10**40, True, "1789948800", None])
def test_a_day_of_joining_that_can_not_be_is_none(stamp: object) -> None:
    seller = {"data": {"marketplace_listing_seller": {"id": MAYA, "name": "Maya", "join_time": stamp}}}
    value = int(stamp) if isinstance(stamp, float) else stamp
    seller["data"]["marketplace_listing_seller"]["join_time"] = value

    assert all(event.contact.joined is None for event in profiles(seller))


def test_the_grey_head_that_stands_for_no_picture_is_no_picture() -> None:
    assert facts.has_picture("https://example.com/v/t1.30497-1/84_17_97_n.png?x") is False
    assert facts.has_picture("https://example.com/v/t39.30808-1/84_17_97_n.jpg?x") is True
    assert facts.has_picture("https://example.com/picture.jpg") is None
    assert facts.has_picture(None) is None


def test_what_is_known_of_a_person_is_told_once_and_grows() -> None:
    place = a_place(Kept())
    first = Account(
        platform="facebook", id=MAYA, name="Maya", joined=datetime(2026, 9, 1, tzinfo=UTC), joined_basis="stated"
    )
    exact = Account(platform="facebook", id=MAYA, joined=datetime(2026, 9, 21, tzinfo=UTC), joined_basis="stated")

    told = [event for each in (first, first, exact, first) for event in learned(place, each)]

    assert [event.contact.joined for event in told] == [first.joined, exact.joined]
    assert known(place, MAYA).name == "Maya"
    assert known(place, MAYA).joined == exact.joined


def test_the_member_is_no_contact_of_themselves() -> None:
    own = {"data": {"user": {"profile_header_renderer": {"user": {"id": MEMBER, "name": "Kim"}}}}}

    assert profiles(own) == []


def test_whoever_asks_now_is_no_friend_whatever_a_page_told_before() -> None:
    list_ = {"data": {"viewer": {"friending_possibilities": {"edges": [{"node": {"id": MAYA}, "time": 1790963880}]}}}}

    played = play([(capture(asked(document), Writer()), False) for document in (head(is_viewer_friend=True), list_)])

    assert [event.contact.is_friend for event in played.events] == [True, None]


def test_two_accounts_on_one_device_do_not_share_what_was_told() -> None:
    kept = Kept()
    list(learned(a_place(kept), Account(platform="facebook", id=MAYA, mutual_friends=0)))

    other = Place(account="100000000000002", at=NOON, capture="c", kept=kept)

    assert known(other, MAYA).mutual_friends is None


def test_another_call_an_hour_later_is_another_call() -> None:
    kept, state = Kept(), {}
    first = conversations.ring(a_place(kept), state, "call:1")
    same = conversations.ring(a_place(kept, NOON + timedelta(seconds=90)), state, "call:2")

    second = conversations.ring(a_place(kept, NOON + timedelta(hours=1)), state, "call:3")

    assert (first, same, second) == ("call:1", "call:1", "call:3")
    assert conversations.ended(state, NOON + timedelta(hours=2)) == "call:3"
    assert conversations.ended(state, NOON + timedelta(days=3)) is None


def test_a_call_in_a_group_that_is_not_named_is_in_no_conversation() -> None:
    body = {"dgw": [{"data": 0, "call": {"ring": {"caller": MAYA, "type": 3}}}]}

    (call,) = play([(capture({"url": ADDRESSES[3], "account": MEMBER, "body": body}, Writer()), False)]).events

    assert isinstance(call, Call)
    assert (call.group, call.conversation, call.call) == (True, None, "video")


def test_only_the_latest_messages_of_a_conversation_are_remembered_for_their_changes() -> None:
    place = a_place(Kept())

    for number in reversed(range(200)):
        at = NOON + timedelta(seconds=number)
        written.remember(place, MAYA, f"mid.{number}", author=MAYA, at=at, id=f"mid.{number}", texts=["hi"])
    written.remember(place, OTHER, "mid.other", author=OTHER, at=NOON, id="mid.other", texts=[])

    latest = written.find(place, MAYA, "mid.199")
    assert latest is not None
    assert (latest.author, latest.is_new(" hi "), latest.is_new("other"), latest.is_new(None)) == (
        MAYA,
        False,
        True,
        False,
    )
    assert written.find(place, MAYA, "mid.99") is None
    assert len(place.kept[f"wrote/{MEMBER}/{MAYA}"]) == written.MOST_MESSAGES
    assert {
        message: each.thread for message, each in written.find_all(place, {"mid.150", "mid.other", "x"}).items()
    } == {
        "mid.150": MAYA,
        "mid.other": OTHER,
    }


def test_a_message_that_is_changed_again_and_again_stays_bounded() -> None:
    place = a_place(Kept())

    for number in range(50):
        written.remember(place, MAYA, "mid.1", author=MAYA, at=None, id="mid.1", texts=[f"wording {number}"])

    found = written.find(place, MAYA, "mid.1")
    assert found is not None
    assert len(found.marks) == written.MOST_VERSIONS
    assert not found.is_new("wording 49")


def test_a_page_with_a_hundred_thousand_lines_is_read_in_a_moment() -> None:
    line = {"timeline_context_list_item_type": "JOINED_FACEBOOK", "title": {"text": "x" * 300}}
    tiles = {"data": {"user": {"id": MAYA, "profile_tile_sections": {"edges": [line] * 100_000}}}}
    sellers = {"data": [{"marketplace_listing_seller": {"id": MAYA, "join_time": n}} for n in range(50_000)]}

    began = process_time()
    played = play([(capture(asked(document), Writer()), False) for document in (tiles, sellers)])

    assert_well_formed(played)
    assert process_time() - began < 20


def test_the_password_of_a_calls_connection_is_blanked() -> None:
    endpoint = endpoints().find(host="gateway.facebook.com", method="GET", path="/ws/rpsignaling", via="websocket")
    assert endpoint is not None

    blanked = endpoint.blanked(b"v=0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\na=mid:0")

    assert blanked == b"v=0\r\na=ice-ufrag:abcd\r\na=ice-pwd:**********************\r\na=mid:0"


def test_what_people_write_of_themselves_is_no_count_of_shared_friends_and_no_date():
    place = a_place(Kept())

    boasted = facts.sentences(
        place, MAYA, ["Works at 37 Mutual Friends", "Studied at Member since Facebook January 2009"]
    )
    told = facts.sentences(place, MAYA, ["12 mutual friends", "Joined Facebook in January 2009"])

    assert (boasted.mutual_friends, boasted.joined) == (None, None)
    assert (told.mutual_friends, told.joined) == (12, datetime(2009, 1, 1, tzinfo=UTC))
