"""Teams Free, where a case can't say it: Trouter's packing, whose account it is, calls told thrice, and any bytes."""

import base64
import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.capture import Capture
from screener.errors import Unreadable
from screener.events import Call, Event, Message
from screener.platforms import Kept, Memory, decode, endpoints
from screener.platforms.wire.skype import people
from screener.platforms.wire.skype.markup import call_note, said_in
from screener.platforms.wire.skype.trouter import pushed
from tests.platforms.trouter_writer import frame

AT = datetime(2026, 10, 2, 18, tzinfo=UTC)
SAM, MAYA = "live:sam.example", "live:.cid.0123456789abcdef"
SOCKET = "trouter2-euwe-1-a.trouter.teams.microsoft.com"
PAGE = "teams.live.com"
CHATS = "/api/chatsvc/consumer/v1/users/ME/conversations"


def an_answer(document: Any, *, path: str, method: str = "GET", host: str = PAGE, **more: Any) -> Capture:
    return replace(
        Capture(
            id="capture",
            at=AT,
            device="device",
            host=host,
            path=path,
            method=method,
            status=200,
            response=json.dumps(document).encode(),
            response_headers={"content-type": "application/json"},
        ),
        **more,
    )


def a_push(push: Any, *, to: str = "/messaging", **more: Any) -> Capture:
    packing, at = more.pop("packing", None), more.pop("at", AT)
    body = more.pop("body", None) or frame({"to": to, "push": push, "packing": packing})
    return Capture(
        id="capture",
        at=at,
        device="device",
        host=SOCKET,
        path="/socket.io/1/websocket/abc",
        via="websocket",
        stream="s",
        response=body,
        **more,
    )


def a_message(number: int, *, sender: str = MAYA, where: str = f"8:{MAYA}", **more: Any) -> dict[str, Any]:
    at = AT + timedelta(minutes=number)
    return {
        "id": str(int(at.timestamp() * 1000)),
        "from": f"https://msgapi.teams.live.com/v1/users/ME/contacts/8:{sender}",
        "conversationLink": f"https://msgapi.teams.live.com/v1/users/ME/conversations/{where}",
        "messagetype": "RichText/Html",
        "content": f"<p>{number}</p>",
        "originalarrivaltime": at.isoformat().replace("+00:00", ".0000000Z"),
        **more,
    }


def news(resource: Any, kind: str = "NewMessage") -> dict[str, Any]:
    return {"type": "EventMessage", "resourceType": kind, "resource": resource}


def a_ring(*, caller: str = MAYA, called: str = SAM, id: str = "c1") -> dict[str, Any]:
    ring = {"from": {"id": f"8:{caller}", "displayName": "Maya R."}, "to": {"id": f"8:{called}"}}
    return {"callNotification": ring, "debugContent": {"callId": id}}


def of(*accounts: str) -> Memory:
    return Memory(kept=Kept({"accounts": {"ids": list(accounts), "day": "2026-10-02"}}))


def read(capture: Capture, memory: Memory | None = None) -> tuple[list[Event], list[str]]:
    decoded = decode(capture, memory or of(SAM))
    assert decoded is not None
    assert decoded.platform == "teams"
    return list(decoded.events), list(decoded.unreadable)


@pytest.mark.parametrize("packing", [None, "body", "cp", "gp"])
def test_a_push_reads_the_same_however_it_is_packed(packing: str | None) -> None:
    events, unreadable = read(a_push(news(a_message(0)), packing=packing))

    assert [(event.id.rpartition("/")[0], event.contact.id) for event in events] == [(f"8:{MAYA}", MAYA)]
    assert not unreadable


def test_a_body_that_is_packed_and_not_said_to_be_is_read() -> None:
    body = base64.b64encode(gzip.compress(json.dumps(news(a_message(0))).encode())).decode()
    request = {"id": 1, "method": "POST", "url": "/v4/f/x/messaging", "body": body}

    events, _ = read(a_push(None, body=b"3:::" + json.dumps(request).encode()))

    assert len(events) == 1


@pytest.mark.parametrize("body", [b"1::", b"2::", b"5:1+::{}", b"6:1::", b"8::", b'3:::{"id":1,"status":200}'])
def test_a_frame_that_pushes_nothing_is_silent(body: bytes) -> None:
    assert pushed(body) is None


@pytest.mark.parametrize("body", [b"", b"hello", b"\xff\xfe", b"3::", b"3:::", b"3:::{", b"12345:::{}"])
def test_a_frame_of_another_layout_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        pushed(body)


def test_a_bomb_in_a_push_is_unreadable() -> None:
    packed = base64.b64encode(gzip.compress(b" " * 50_000_000)).decode()
    bodies = [packed, json.dumps({"cp": packed}), json.dumps({"gp": "!" * 100})]

    for body in bodies:
        with pytest.raises(Unreadable):
            pushed(b"3:::" + json.dumps({"id": 1, "method": "POST", "body": body}).encode())


def test_whose_account_it_is_is_said_once_a_connection() -> None:
    memory = Memory()
    thread = "19:many@thread.v2"

    told = [read(a_push(news(a_message(n, where=thread))), memory)[1] for n in range(3)]

    assert told == [["whose account it is, is missing"], [], []]


def test_of_two_accounts_the_one_that_knows_the_conversation_is_meant() -> None:
    memory = of(SAM, "live:kim.example")
    thread = {"id": "19:many@thread.v2", "properties": {"productThreadType": "Chat"}}
    rows = [{"id": f"8:{SAM}", "isSelf": True}, {"id": f"8:{MAYA}", "friendlyName": "Maya R."}]

    path = "/api/chatsvc/consumer/v1/threads/19:many@thread.v2"
    read(an_answer({**thread, "members": rows}, path=path), memory)
    events, unreadable = read(a_push(news(a_message(0, where="19:many@thread.v2"))), memory)

    assert [(event.account.id, event.contact.name, event.group) for event in events] == [(SAM, "Maya R.", True)]
    assert not unreadable


def test_a_call_is_told_of_thrice_and_counts_once() -> None:
    memory = of(SAM)
    note = f'<ended/><partlist alt="" count="2"><part identity="{MAYA}"><duration>290</duration></part></partlist>'
    log = {"callId": "x", "callDirection": "incoming", "originator": f"8:{MAYA}", "target": f"8:{SAM}"}
    log["startTime"] = "2026-10-02T18:00:02Z"

    rang, _ = read(a_push(a_ring(), to="/", packing="gp"), memory)
    ended, _ = read(a_push(news(a_message(5, messagetype="Event/Call", content=note))), memory)
    logged, _ = read(a_push(news({"id": "9", "messagetype": "Text", "properties": {"call-log": log}})), memory)

    assert {event.id for event in (*rang, *ended, *logged)} == {"c1"}


def test_two_calls_within_a_minute_are_two() -> None:
    memory = of(SAM)

    first, _ = read(a_push(a_ring(id="c1"), to="/"), memory)
    second, _ = read(a_push(a_ring(id="c2"), to="/", at=AT + timedelta(seconds=40)), memory)

    assert [event.id for event in (*first, *second)] == ["c1", "c2"]


def test_a_call_between_two_others_is_nobodys() -> None:
    events, unreadable = read(a_push(a_ring(called="live:kim.example"), to="/"))

    assert not events
    assert unreadable == ["whose account it is, is missing"]


def test_a_call_from_a_chat_that_waits_is_kept_apart_too() -> None:
    memory = of(SAM)
    chat = {"id": "19:uni01_x@thread.v2", "isOneOnOne": True, "relationshipState": {"inQuarantine": True}}
    chat["members"] = [{"mri": f"8:{MAYA}"}]

    read(an_answer({"chats": [chat]}, path="/api/csa/api/v3/teams/users/me"), memory)
    events, _ = read(a_push(a_ring(), to="/"), memory)

    assert [(event.pending, event.conversation) for event in events] == [(True, "19:uni01_x@thread.v2")]


def test_an_inbox_loaded_again_gives_the_same_ids() -> None:
    memory = of(SAM)
    page = an_answer(
        {"messages": [a_message(n, clientmessageid=str(n)) for n in range(3)]}, path=f"{CHATS}/8:{MAYA}/messages"
    )

    first, _ = read(page, memory)
    again = [read(page, memory)[0] for _ in range(5)]

    assert all([event.id for event in events] == [event.id for event in first] for events in again)


def test_our_answer_in_a_unique_thread_goes_to_whoever_spoke_there() -> None:
    memory, where = of(SAM), "19:uni01_x@thread.v2"

    theirs, _ = read(a_push(news(a_message(0, where=where))), memory)
    ours, unreadable = read(a_push(news(a_message(1, where=where, sender=SAM))), memory)

    assert [(event.contact.id, event.by) for event in (*theirs, *ours)] == [(MAYA, "contact"), (MAYA, "member")]
    assert not unreadable


def test_a_hundred_members_are_remembered_in_part_and_none_of_them_becomes_an_event() -> None:
    memory = of(SAM)
    people_there = [{"id": f"8:live:n{n}", "friendlyName": f"N {n}"} for n in range(1_000)]

    thread = {"id": "19:many@thread.v2", "members": people_there}
    events, _ = read(an_answer(thread, path="/api/chatsvc/consumer/v1/threads/19:many@thread.v2"), memory)

    assert not events
    assert len(memory.kept) < 60


@pytest.mark.parametrize(
    ("mri", "id"),
    [
        ("8:live:.cid.0123456789abcdef", "live:.cid.0123456789abcdef"),
        ("8:live:maya", "live:maya"),
        ("8:teamsvisitor:0", "teamsvisitor:0"),
        ("8:orgid:00000000-0000-0000-0000-000000000000", "orgid:00000000-0000-0000-0000-000000000000"),
        ("4:+15550100", "4:+15550100"),
    ],
)
def test_who_writes_is_the_permanent_id_and_the_name_is_kept_beside_it(mri: str, id: str) -> None:
    row = a_message(0, where="19:many@thread.v2", imdisplayname="Maya R.") | {"from": mri}

    events, _ = read(a_push(news(row)))

    assert [(event.contact.id, event.contact.name) for event in events] == [(id, "Maya R.")]


def test_pictures_in_a_message_are_counted_and_emoji_are_words() -> None:
    said = said_in(
        '<p>hi <img itemtype="http://schema.skype.com/Emoji" alt="🎈"></p><img itemtype="http://schema.skype.com/AMSImage">'
        '<blockquote itemtype="http://schema.skype.com/Reply"><img src="x"></blockquote>' + "<img>" * 100
    )

    assert said.text == "hi 🎈"
    assert len(said.media) == 20
    assert set(said.media) == {"image"}


@pytest.mark.parametrize(
    ("content", "state"),
    [
        ('<partlist alt=""></partlist>', "started"),
        ('<partlist alt="" count="1"></partlist>', "changed"),
        ('<ended/><partlist alt="" count="2"></partlist>', "ended"),
        ("<ended/>", "ended"),
        ('<partlist type="missed"></partlist>', "missed"),
    ],
)
def test_a_note_about_a_call_tells_its_state(content: str, state: str) -> None:
    assert call_note(content).state == state


def test_people_are_found_however_deep_an_answer_wraps_them() -> None:
    person = {"mri": "8:live:maya"}

    assert people.found_in({"a@example.com": {"userProfiles": [person]}, "b": [[{"value": person}]]}) == [person] * 2
    assert people.found_in([]) == []


def test_the_token_in_a_frame_is_blanked_and_the_frame_still_reads() -> None:
    token = "eyJhbGciOiJSUzI1NiJ9." + "aB3_-" * 300
    told = {"name": "user.authenticate", "args": [{"headers": {"Authorization": f"Bearer {token}", "a": "b"}}]}
    sent = b"5:::" + json.dumps(told).encode()
    endpoint = endpoints().find(host=SOCKET, method="GET", path="/socket.io/1/websocket/abc", via="websocket")
    assert endpoint is not None

    found = endpoint.blanked(sent)

    assert token[:20].encode() not in found
    assert token[-20:].encode() not in found
    assert json.loads(found[4:])["args"][0]["headers"]["a"] == "b"


def test_the_passwords_of_media_streams_are_blanked() -> None:
    offer = {"blob": "a=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=crypto:1 AES inline:c2VjcmV0c2VjcmV0|2^31\r\na=mid:0"}
    endpoint = endpoints().find(host="api.flightproxy.skype.com", method="POST", path="/api/v2/cpconv", via="http")
    assert endpoint is not None

    found = json.loads(endpoint.blanked(json.dumps(offer).encode()))["blob"]

    assert "abcdefghijkl" not in found
    assert "c2VjcmV0" not in found
    assert found.endswith("a=mid:0")


def test_kinds_of_events_stay_what_they_are() -> None:
    events, _ = read(a_push(a_ring(), to="/"))
    words, _ = read(a_push(news(a_message(0))))

    assert isinstance(events[0], Call)
    assert isinstance(words[0], Message)


PATHS = [
    ("GET", PAGE, f"{CHATS}"),
    ("GET", PAGE, f"{CHATS}/19:x@thread.v2/messages"),
    ("GET", PAGE, f"{CHATS}/19:x@thread.v2"),
    ("PUT", PAGE, f"{CHATS}/8:live:maya/messages/1"),
    ("POST", PAGE, f"{CHATS}/8:live:maya/messages"),
    ("GET", PAGE, "/api/chatsvc/consumer/v1/threads/19:x@thread.v2"),
    ("GET", PAGE, "/api/csa/api/v3/teams/users/me"),
    ("GET", PAGE, "/api/mt/beta/users/me/"),
    ("GET", PAGE, "/api/mt/beta/contacts/buddylist"),
    ("POST", PAGE, "/api/mt/beta/users/searchUsers"),
    ("POST", PAGE, "/api/mt/beta/contacts/buddylist/TflContacts/managebuddies"),
    ("POST", PAGE, "/api/mt/beta/userSettings/acceptlist/manage"),
    ("POST", PAGE, "/api/groups/v1/threads"),
    ("POST", "api.flightproxy.skype.com", "/api/v2/cpconv"),
    ("POST", "api.flightproxy.skype.com", "/api/v2/cp/x/cc/v1/forked/c1/attach"),
]
KEYS = [
    "value",
    "mri",
    "id",
    "chats",
    "members",
    "conversations",
    "lastMessage",
    "messages",
    "properties",
    "from",
    "to",
]
KEYS += ["call-log", "callDirection", "messagetype", "content", "relationshipState", "participants", "callInvitation"]
KEYS += ["callModalities", "add", "remove", "buddies", "resource", "resourceType", "callNotification", "cp", "gp"]
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(
        ["RichText/Html", "Event/Call", "8:live:a", "8:live:b", "NewMessage", "incoming", "video", "H4sI"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)


@given(
    st.sampled_from(PATHS),
    st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()),
    json_values.map(lambda value: json.dumps(value).encode()),
)
def test_any_answer_gives_events_or_unreadable(where: tuple[str, str, str], body: bytes, asked: bytes) -> None:
    method, host, path = where

    _, unreadable = read(an_answer(None, method=method, host=host, path=path, response=body, request=asked))

    assert not [why for why in unreadable if why.startswith("the decoder failed")]


@given(json_values, st.sampled_from([None, "body", "cp", "gp"]))
def test_any_push_gives_events_or_unreadable(push: Any, packing: str | None) -> None:
    _, unreadable = read(a_push(push, packing=packing))

    assert not [why for why in unreadable if why.startswith("the decoder failed")]


@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda tail: b"3:::" + tail))
def test_any_frame_gives_events_or_unreadable(body: bytes) -> None:
    _, unreadable = read(a_push(None, body=body or b"1::"))

    assert not [why for why in unreadable if why.startswith("the decoder failed")]
