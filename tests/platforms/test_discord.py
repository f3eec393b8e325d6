"""Discord, where a case can't say it: every encoding, split messages, restarts, two tabs or accounts, any bytes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.capture import Capture
from screener.events import Event
from screener.platforms import Kept, Memory, decode
from tests.platforms.wire.terms import written
from tests.platforms.wire.test_gateway import WRITERS

AT = datetime(2026, 10, 2, 18, tzinfo=UTC)
KIM, MAYA, CHANNEL = "1100000000000000001", "1301234567890123456", "1310000000000000009"
READY = {"user": {"id": KIM, "username": "kim.example"}, "session_id": "session-1"}
ASKED = {"id": MAYA, "type": 3, "user": {"id": MAYA, "username": "maya.r.example"}}
OPENED = {"id": CHANNEL, "type": 1, "recipients": [{"id": MAYA, "username": "maya.r.example"}]}
SAID = {"id": "1310000000000000010", "channel_id": CHANNEL, "channel_type": 1, "author": {"id": MAYA}, "content": "hi"}


def dispatch(name: str, told: Any) -> dict[str, Any]:
    return {"op": 0, "t": name, "s": 1, "d": told}


STORY = [
    dispatch("READY", READY),
    dispatch("RELATIONSHIP_ADD", ASKED),
    dispatch("RELATIONSHIP_ADD", {"id": MAYA, "type": 1}),
    dispatch("CHANNEL_CREATE", OPENED),
    dispatch("MESSAGE_CREATE", SAID),
    dispatch("RELATIONSHIP_REMOVE", {"id": MAYA, "type": 1}),
]


def a_message(body: bytes, *, minutes: float = 0, query: str = "encoding=json", **more: Any) -> Capture:
    return replace(
        Capture(
            id="capture",
            at=AT + timedelta(minutes=minutes),
            device="device",
            host="gateway.discord.gg",
            path="/",
            query=query,
            via="websocket",
            response=body,
        ),
        **more,
    )


def a_story(story: list[dict[str, Any]], *, start: float = 0, query: str = "encoding=json") -> Iterator[Capture]:
    for number, packet in enumerate(story):
        yield a_message(json.dumps(packet).encode(), minutes=start + number, query=query)


def read(captures: Iterator[Capture], memory: Memory) -> tuple[list[Event], list[str]]:
    events: list[Event] = []
    unreadable: list[str] = []
    for capture in captures:
        decoded = decode(capture, memory)
        assert decoded is not None
        events += decoded.events
        unreadable += decoded.unreadable
    return events, unreadable


ENCODINGS: dict[str, Callable[[Any], bytes]] = {"json": lambda packet: json.dumps(packet).encode(), "etf": written}


@pytest.mark.parametrize(("encoding", "compress"), list(product(ENCODINGS, WRITERS)))
def test_every_encoding_and_compression_gives_the_same_events(encoding: str, compress: str) -> None:
    encode, write = ENCODINGS[encoding], WRITERS[compress]()
    query = f"v=9&encoding={encoding}" + (f"&compress={compress}" if compress else "")
    plain, _ = read(a_story(STORY, query=query), Memory())

    packed = (a_message(write(encode(one)), minutes=number, query=query) for number, one in enumerate(STORY))
    events, unreadable = read(packed, Memory())

    assert [event.kind for event in events] == ["friend_request", "accepted", "profile", "message", "removed"]
    assert events == plain
    assert not unreadable


def test_ids_that_are_numbers_and_ids_that_are_text_are_the_same() -> None:
    numbers = written(dispatch("RELATIONSHIP_ADD", {"id": int(MAYA), "type": 3, "user": {"id": int(MAYA)}}))
    memory = Memory()
    read(a_story(STORY[:1]), memory)

    events, _ = read(iter([a_message(numbers)]), memory)

    assert events[0].contact.id == MAYA


def test_a_message_split_over_two_is_read_when_it_is_whole() -> None:
    write, memory = WRITERS["zlib-stream"](), Memory()
    query = "encoding=json&compress=zlib-stream"
    packed = [write(json.dumps(packet).encode()) for packet in STORY]
    halves = [half for piece in packed for half in (piece[:9], piece[9:])]

    events, unreadable = read((a_message(half, query=query) for half in halves), memory)

    assert len(events) == 5
    assert not unreadable


def test_a_hole_in_a_compressed_connection_is_said_once_and_the_next_connection_is_read() -> None:
    write, memory, query = WRITERS["zstd-stream"](), Memory(), "compress=zstd-stream"
    packed = [a_message(write(json.dumps(packet).encode()), query=query) for packet in STORY]
    before, _ = read(iter(packed[:2]), memory)

    memory.late = True
    after, unreadable = read(iter(packed[3:]), memory)
    again, _ = read(a_story(STORY), Memory(kept=memory.kept))

    assert [event.kind for event in before] == ["friend_request"]
    assert not after
    assert unreadable == ["joined in the middle of a compressed connection"]
    assert len(again) == 5


def test_a_message_whose_end_was_not_copied_loses_the_compressed_connection() -> None:
    write, memory, query = WRITERS["zlib-stream"](), Memory(), "compress=zlib-stream"
    packed = [a_message(write(json.dumps(packet).encode()), query=query) for packet in STORY]

    events, unreadable = read(iter([packed[0], replace(packed[1], cut=True), packed[2]]), memory)

    assert not events
    assert len(unreadable) == 1


def test_no_token_is_remembered() -> None:
    memory = Memory()
    identify = {"op": 2, "d": {"token": "a-secret-token", "capabilities": 22525}}
    resume = {"op": 6, "d": {"token": "a-secret-token", "session_id": "session-1", "seq": 1}}
    ready = dispatch("READY", READY | {"auth_token": "a-secret-token", "analytics_token": "a-secret-token"})

    sent = [a_message(b"", request=json.dumps(one).encode(), side="client") for one in (identify, resume)]
    read(iter([*sent, *a_story([ready])]), memory)

    assert memory.stream["capabilities"] == 22525
    assert "a-secret-token" not in json.dumps(memory.kept) + repr(memory.stream)


def test_a_connection_fed_again_after_a_restart_gives_the_same_events() -> None:
    kept = Kept()
    first, _ = read(a_story(STORY), Memory(kept=kept))

    again, _ = read(a_story(STORY), Memory(kept=Kept(json.loads(json.dumps(kept)))))

    assert [event.id for event in again] == [event.id for event in first]


def test_two_windows_of_one_account_count_once() -> None:
    kept = Kept()
    windows = Memory(kept=kept), Memory(kept=kept)

    ids = [[event.id for capture in a_story(STORY) for event in read(iter([capture]), memory)[0]] for memory in windows]
    beside = [
        {event.id for memory in windows for event in read(iter([capture]), memory)[0]} for capture in a_story(STORY[1:])
    ]

    assert ids[0] == ids[1]
    assert all(len(same) == 1 for same in beside)


def test_a_request_without_a_time_after_the_first_was_declined_is_another_one() -> None:
    story = [
        dispatch("READY", READY),
        dispatch("RELATIONSHIP_ADD", ASKED),
        dispatch("RELATIONSHIP_REMOVE", {"id": MAYA, "type": 3}),
        dispatch("RELATIONSHIP_ADD", ASKED),
        dispatch("RELATIONSHIP_REMOVE", {"id": MAYA, "type": 3}),
    ]

    events, _ = read(a_story(story), Memory())

    assert [event.kind for event in events] == ["friend_request", "declined", "friend_request", "declined"]
    assert len({event.id for event in events}) == 4


def test_a_page_of_two_accounts_is_whose_conversation_it_is() -> None:
    kept, other = Kept(), "1100000000000000002"
    read(a_story(STORY), Memory(kept=kept))
    read(a_story([dispatch("READY", {"user": {"id": other}, "session_id": "b"})]), Memory(kept=kept))
    page = Capture(
        id="page",
        at=AT,
        device="device",
        host="discord.com",
        path=f"/api/v9/channels/{CHANNEL}/messages",
        status=200,
        response=json.dumps([SAID]).encode(),
    )
    friends = replace(page, path="/api/v9/users/@me/relationships", response=json.dumps([ASKED | {"id": "9"}]).encode())

    said, _ = read(iter([page]), Memory(kept=kept))
    asked, unreadable = read(iter([friends]), Memory(kept=kept))

    assert [event.account.id for event in said] == [KIM]
    assert not asked
    assert unreadable == ["whose account it is, is missing"]


def test_a_relationship_row_that_cannot_be_read_does_not_hide_the_others() -> None:
    ready = READY | {"users": [{"id": []}, None], "relationships": [{"type": 3}, None, ASKED], "private_channels": [7]}

    events, unreadable = read(a_story([dispatch("READY", ready)]), Memory())

    assert [event.kind for event in events] == ["friend_request"]
    assert len(unreadable) == 3


def test_an_account_as_old_as_the_platform_or_with_no_number_has_no_invented_age() -> None:
    story = [dispatch("READY", READY), dispatch("RELATIONSHIP_ADD", {"id": "not-a-number", "type": 3})]

    events, _ = read(a_story(story), Memory())

    assert events[0].contact.joined is None
    assert events[0].contact.joined_basis is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([KIM, MAYA, CHANNEL]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "user", "author", "channel_id", "recipients", "users", "content", "since"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)
OTHERS = ["CALL_CREATE", "CALL_UPDATE", "CALL_DELETE", "VOICE_STATE_UPDATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"]
OTHERS += ["CHANNEL_RECIPIENT_ADD", "CHANNEL_RECIPIENT_REMOVE", "GAME_RELATIONSHIP_ADD", "READY_SUPPLEMENTAL"]
names = st.sampled_from([*(str(packet["t"]) for packet in STORY), *OTHERS])


@given(st.lists(st.tuples(names, json_values), max_size=4))
def test_any_packet_gives_events_or_unreadable(packets: list[tuple[str, Any]]) -> None:
    story = [dispatch("READY", READY), *(dispatch(name, told) for name, told in packets)]

    _, unreadable = read(a_story(story), Memory())

    assert not [why for why in unreadable if why.startswith("the decoder failed")]


@given(st.sampled_from(["", "compress=zlib-stream", "compress=zstd-stream", "encoding=etf"]), st.binary(max_size=300))
def test_any_bytes_on_the_socket_give_events_or_unreadable(query: str, body: bytes) -> None:
    captures = iter([a_message(body, query=query), a_message(b"", request=body, side="client", query=query)])

    _, unreadable = read(captures, Memory())

    assert not [why for why in unreadable if why.startswith("the decoder failed")]


PATHS = [
    ("GET", "users/@me"),
    ("GET", "users/@me/relationships"),
    ("GET", "users/@me/channels"),
    ("GET", f"channels/{CHANNEL}/messages"),
    ("POST", f"channels/{CHANNEL}/messages"),
    ("GET", f"users/{MAYA}/profile"),
    ("GET", f"users/{MAYA}/relationships"),
    ("PUT", f"users/@me/relationships/{MAYA}"),
    ("PUT", f"channels/{CHANNEL}/recipients/@me"),
    ("PUT", "channels/recipients/@me/batch-reject"),
    ("GET", "users/@me/message-requests/supplemental-data"),
    ("PATCH", f"channels/{CHANNEL}/messages/1310000000000000010"),
]


@given(st.sampled_from(PATHS), st.binary(max_size=100) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_answer_gives_events_or_unreadable(where: tuple[str, str], body: bytes) -> None:
    method, path = where
    kept = Kept()
    read(a_story(STORY), Memory(kept=kept))
    answer = replace(a_message(body, request=body), via="http", host="discord.com", method=method, status=200)

    _, unreadable = read(iter([replace(answer, path=f"/api/v9/{path}")]), Memory(kept=kept))

    assert not [why for why in unreadable if why.startswith("the decoder failed")]
