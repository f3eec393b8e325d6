"""What Discord's decoder remembers from one answer for another: persons, writers, occasions, resumed sessions."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from screener.capture import Capture
from screener.platforms import Kept, Memory
from screener.unpack import MAX_BYTES
from tests.platforms.test_discord import (
    ASKED,
    CHANNEL,
    ENCODINGS,
    KIM,
    MAYA,
    OPENED,
    READY,
    SAID,
    a_message,
    a_story,
    dispatch,
    read,
)
from tests.platforms.wire.test_gateway import WRITERS

SINCE = "2026-10-02T17:58:00+00:00"
# More than is kept of a message: what a member of many servers is told when the page opens.
SERVERS = [{"id": str(number), "name": f"server {number}", "roles": ["x" * 900]} for number in range(2_600)]


def answered(method: str, path: str, *, request: Any = None, response: Any = None, minutes: float = 0) -> Capture:
    def body(document: Any) -> bytes:
        return b"" if document is None else json.dumps(document).encode()

    return replace(
        a_message(body(response), minutes=minutes, query=""),
        via="http",
        host="discord.com",
        method=method,
        path=f"/api/v9/{path}",
        status=200 if response is not None else 204,
        request=body(request),
    )


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("compress", ["zlib-stream", "zstd-stream"])
def test_of_a_beginning_too_large_to_be_kept_the_people_are_read(encoding: str, compress: str) -> None:
    encode: Callable[[Any], bytes] = ENCODINGS[encoding]
    write, query = WRITERS[compress](), f"encoding={encoding}&compress={compress}"
    ready = READY | {"relationships": [ASKED | {"since": SINCE}], "private_channels": [OPENED], "guilds": SERVERS}
    story = [dispatch("READY", ready), dispatch("MESSAGE_CREATE", SAID)]
    assert len(encode(story[0])) > MAX_BYTES

    events, unreadable = read((a_message(write(encode(packet)), query=query) for packet in story), Memory())

    assert [(event.kind, event.account.id) for event in events] == [("friend_request", KIM), ("message", KIM)]
    assert not unreadable


def test_a_beginning_in_which_the_servers_stand_first_says_that_it_was_not_read_whole() -> None:
    write, query = WRITERS["zlib-stream"](), "compress=zlib-stream"
    ready = dispatch("READY", READY | {"guilds": SERVERS, "relationships": [ASKED], "private_channels": []})
    other = dispatch("GUILD_CREATE", {"members": SERVERS})

    pieces = (a_message(write(json.dumps(packet).encode()), query=query) for packet in (ready, other))
    memory = Memory()
    events, unreadable = read(pieces, memory)

    assert not events
    assert memory.stream["own"] == KIM
    assert unreadable == [f"a message unpacks to more than {MAX_BYTES} bytes"] * 2


def test_a_request_pushed_listed_and_made_by_the_page_is_one_request() -> None:
    kept, asked = Kept(), {"id": MAYA, "type": 4, "since": SINCE}
    read(a_story([dispatch("READY", READY | {"relationships": []})]), Memory(kept=kept))

    made, _ = read(iter([answered("PUT", f"users/@me/relationships/{MAYA}", request={})]), Memory(kept=kept))
    pushed, _ = read(a_story([dispatch("READY", READY), dispatch("RELATIONSHIP_ADD", asked)]), Memory(kept=kept))
    listed, _ = read(iter([answered("GET", "users/@me/relationships", response=[asked])]), Memory(kept=kept))

    assert len({event.id for event in (*made, *pushed, *listed)}) == 1
    assert [event.by for event in (*made, *pushed, *listed)] == ["member"] * 3


def test_a_second_request_after_the_first_was_refused_is_another_one_however_it_is_told() -> None:
    kept = Kept()
    first = [dispatch("READY", READY), dispatch("RELATIONSHIP_ADD", ASKED | {"since": SINCE})]
    read(a_story(first), Memory(kept=kept))
    refusal = answered("DELETE", f"users/@me/relationships/{MAYA}", minutes=5)
    read(iter([refusal]), Memory(kept=kept))

    later = ASKED | {"since": "2026-10-02T18:30:00+00:00"}
    again, _ = read(a_story([dispatch("RELATIONSHIP_ADD", later)], start=30), Memory(kept=kept))
    let_in = answered("PUT", f"users/@me/relationships/{MAYA}", request={}, minutes=31)
    accepted, _ = read(iter([let_in]), Memory(kept=kept))

    assert [event.id.rpartition("2026")[2] for event in (*again, *accepted)] == ["-10-02T18:30:00+00:00"] * 2
    assert [(event.kind, event.by) for event in accepted] == [("accepted", "member")]


def test_a_request_remembered_by_an_earlier_version_is_still_the_same_one() -> None:
    asked = dispatch("READY", READY | {"relationships": [ASKED | {"since": SINCE}]})
    kept = Kept({f"relation/{KIM}/{MAYA}": {"type": 3, "since": SINCE, "after": None, "closed": None}})

    new, _ = read(a_story([asked]), Memory())
    old, _ = read(a_story([asked]), Memory(kept=kept))

    assert [event.id for event in new] == [event.id for event in old]


def test_accepted_by_the_page_and_told_by_the_platform_is_accepted_once_by_the_member() -> None:
    kept, friend = Kept(), dispatch("RELATIONSHIP_ADD", {"id": MAYA, "type": 1, "since": "2026-10-02T18:05:00+00:00"})
    read(a_story([dispatch("READY", READY), dispatch("RELATIONSHIP_ADD", ASKED | {"since": SINCE})]), Memory(kept=kept))
    made = answered("PUT", f"users/@me/relationships/{MAYA}", request={})
    either = {"first": Kept(kept), "last": Kept(kept)}

    page_first = [
        *read(iter([made]), Memory(kept=either["first"]))[0],
        *read(a_story([friend]), Memory(kept=either["first"]))[0],
    ]
    page_last = [
        *read(a_story([friend]), Memory(kept=either["last"]))[0],
        *read(iter([made]), Memory(kept=either["last"]))[0],
    ]

    assert len({event.id for event in (*page_first, *page_last)}) == 1
    assert {event.by for event in (*page_first, *page_last)} == {"member"}


def test_who_wrote_is_remembered_of_the_last_messages_only() -> None:
    kept = Kept()
    said = [dispatch("MESSAGE_CREATE", SAID | {"id": str(1310000000000000100 + number)}) for number in range(200)]
    read(a_story([dispatch("READY", READY), dispatch("CHANNEL_CREATE", OPENED), *said]), Memory(kept=kept))
    gone = [
        dispatch("MESSAGE_DELETE", {"id": id, "channel_id": CHANNEL})
        for id in ("1310000000000000100", "1310000000000000299")
    ]

    events, unreadable = read(a_story([dispatch("READY", READY), *gone]), Memory(kept=kept))

    assert [(event.kind, event.id, event.by) for event in events] == [
        ("deleted", "1310000000000000299:deleted", "contact")
    ]
    assert unreadable == ["who wrote the message is not known yet"]
    assert len(kept[f"writers/{KIM}/{CHANNEL}"]) == 40


def test_what_the_platform_itself_wrote_and_took_back_is_nobodys_doing() -> None:
    note = SAID | {"author": {"id": "9", "bot": True, "system": True}}
    gone = {"id": SAID["id"], "channel_id": CHANNEL}
    story = [dispatch("READY", READY), dispatch("MESSAGE_CREATE", note), dispatch("MESSAGE_DELETE", gone)]

    events, unreadable = read(a_story(story), Memory())

    assert (events, unreadable) == ([], [])


def test_names_learnt_before_are_known_on_a_resumed_connection() -> None:
    kept = Kept()
    read(a_story([dispatch("READY", READY), dispatch("CHANNEL_CREATE", OPENED)]), Memory(kept=kept))
    resume = a_message(b"", request=json.dumps({"op": 6, "d": {"session_id": "session-1", "seq": 2}}).encode())
    own = dispatch("MESSAGE_CREATE", SAID | {"author": {"id": KIM}})

    read_again = Memory(kept=Kept(json.loads(json.dumps(kept))))
    events, _ = read(iter([replace(resume, side="client"), *a_story([own])]), read_again)

    assert [(event.by, event.contact.handle) for event in events] == [("member", "maya.r.example")]


def test_what_is_known_of_one_account_is_not_told_of_by_another() -> None:
    kept = Kept()
    page = {"user": {"id": MAYA, "username": "maya.r.example"}, "mutual_friends": [], "mutual_guilds": []}
    read(a_story([dispatch("READY", READY)]), Memory(kept=kept))
    read(iter([answered("GET", f"users/{MAYA}/profile", response=page)]), Memory(kept=kept))
    other = [
        dispatch("READY", {"user": {"id": "1100000000000000002"}, "session_id": "b"}),
        dispatch("RELATIONSHIP_ADD", ASKED),
    ]

    events, _ = read(a_story(other), Memory(kept=kept))

    assert [event.contact.mutual_friends for event in events] == [None]


@pytest.mark.parametrize("path", ["users/@me/relationships/x", f"users/@me/relationships/{MAYA}/ignore"])
def test_a_path_that_names_nobody_gives_nothing(path: str) -> None:
    kept = Kept()
    read(a_story([dispatch("READY", READY)]), Memory(kept=kept))

    events, unreadable = read(iter([answered("PUT", path, request={"type": 2})]), Memory(kept=kept))

    assert (events, unreadable) == ([], [])


def test_nothing_hostile_grows_what_is_remembered_without_bound() -> None:
    kept = Kept()
    long = "9" * 190
    ready = READY | {"session_id": "s" * 9_000, "users": [{"id": str(n), "username": "u" * 9_000} for n in range(300)]}
    story = [dispatch("READY", ready)]
    story += [dispatch("MESSAGE_CREATE", SAID | {"id": f"{n}{long}", "author": {"id": MAYA}}) for n in range(100)]
    group: dict[str, Any] = {"id": CHANNEL, "type": 3, "recipient_ids": [str(n) for n in range(5_000)]}

    read(a_story([*story, dispatch("CHANNEL_CREATE", group)]), Memory(kept=kept))

    assert max(len(json.dumps(value)) for value in kept.values()) < 2_000
    assert max(map(len, kept)) < 300
