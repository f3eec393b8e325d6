"""What cases can't say about the Facebook decoder: any bytes on any socket, and many turns of one request."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.events import Accepted, FriendRequest, Message
from screener.platforms import Memory, decode
from screener.platforms.base import Kept
from screener.platforms.wire import friending
from screener.platforms.wire.meta import Place, facebook_address, is_id, stamp
from tests.platforms.bodies import Writer
from tests.platforms.cases import Played, capture, play
from tests.platforms.meta_writers import mqtt
from tests.platforms.test_cases import assert_well_formed

MEMBER, MAYA = "100000000000001", "100000000000777"
NOON = datetime(2026, 10, 2, 12, tzinfo=UTC)
ADDRESSES = [
    "wss://gateway.facebook.com/ws/realtime",
    "wss://gateway.facebook.com/ws/lightspeed",
    "wss://edge-chat.facebook.com/chat",
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
