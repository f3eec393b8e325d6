"""Skype, where a case can't say it: markup, ids, whose account it is, calls seen in any order, and any bytes."""

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
from screener.platforms import Memory, decode
from screener.platforms.wire.skype.markup import call_note, text_of
from screener.platforms.wire.skype.session import identity

AT = datetime(2026, 10, 2, 18, tzinfo=UTC)
HOST = "client-s.gateway.messenger.live.com"
SAM, MAYA = "sam.example", "live:.cid.0123456789abcdef"


def an_answer(document: Any, *, path: str, host: str = HOST, method: str = "GET", **more: Any) -> Capture:
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
        ),
        **more,
    )


def a_poll(*resources: dict[str, Any], **more: Any) -> Capture:
    rows = [{"resourceType": "NewMessage", "resource": resource} for resource in resources]
    path = "/v1/users/ME/endpoints/SELF/subscriptions/0/poll"
    return an_answer({"eventMessages": rows}, path=path, method="POST", **more)


def a_page(*resources: dict[str, Any], **more: Any) -> Capture:
    return an_answer({"messages": list(resources)}, path=f"/v1/users/ME/conversations/8:{MAYA}/messages", **more)


def a_line(number: int, content: str, *, sender: str = MAYA, with_: str = MAYA, **more: Any) -> dict[str, Any]:
    at = AT + timedelta(minutes=number)
    return {
        "id": str(int(at.timestamp() * 1000)),
        "from": f"https://{HOST}/v1/users/ME/contacts/8:{sender}",
        "conversationLink": f"https://{HOST}/v1/users/ME/conversations/8:{with_}",
        "messagetype": "RichText",
        "content": content,
        "originalarrivaltime": at.isoformat().replace("+00:00", ".000Z"),
        **more,
    }


def a_call(number: int, state: str) -> dict[str, Any]:
    parts = f'<partlist type="{state}" alt=""><part identity="{MAYA}"><duration>60</duration></part></partlist>'
    return a_line(number, parts, messagetype="Event/Call")


def read(capture: Capture, memory: Memory | None = None) -> tuple[list[Event], list[str]]:
    decoded = decode(capture, memory or Memory())
    assert decoded is not None
    return list(decoded.events), list(decoded.unreadable)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain &lt;words&gt;", "plain <words>"),
        ('<a href="https://example.com/a">https://example.com/a</a>', "https://example.com/a"),
        ('<a href="https://example.com/">example.com</a>', "example.com"),
        ('see <a href="https://example.net/b">our photos</a> now', "see our photos (https://example.net/b) now"),
        ('<a href="https://example.com/c"></a>', "https://example.com/c"),
        ("one<br/>two<p>three</p>", "one\ntwo\nthree"),
        ('<at id="8:sam.example">Sam</at> hi', "Sam hi"),
        (
            '<quote author="sam.example"><legacyquote>[1] Sam: </legacyquote>no<legacyquote> </legacyquote></quote>yes',
            "yes",
        ),
        ("<quote><legacyquote>[1] Sam: </legacyquote>all of it</quote>", "all of it"),
        ('<blockquote><b itemprop="mri" itemid="8:sam.example"></b>old</blockquote><p>new</p>', "new"),
        ('<quote author="8:Sam.Example">all of it</quote>', "all of it"),
        # A quote of nobody known is what its writer says.
        ("<blockquote>send it</blockquote><p>or else</p>", "send it\nor else"),
        ("<quote>send it</quote>", "send it"),
        ('<quote author="bo.example">send it</quote>or else', "send it\nor else"),
        ("<blockquote itemtype='reply'>send it</blockquote><p>or else</p>", "send it\nor else"),
        ("<legacyquote>send it</legacyquote>", "send it"),
        ('hi <quote author="sam.example">no<blockquote>send it</blockquote></quote>', "hi"),
        ('<blockquote>send <quote author="sam.example">no</quote>it</blockquote>', "send\nit"),
        ("<blockquote>send it", "send it"),
        ('<contacts alt=""><c t="s" s="bo.example" f="Bo"/></contacts>', "Bo (bo.example)"),
        ("a < b", "a < b"),
    ],
)
def test_markup_becomes_what_a_person_reads(markup: str, text: str) -> None:
    assert text_of(markup, others=["sam.example"]) == text


@given(st.text(max_size=200) | st.text(alphabet='<>![]-/a"= &;#xquotep', max_size=200))
def test_any_markup_gives_text_or_unreadable(markup: str) -> None:
    for reads in (text_of, call_note):
        try:
            reads(markup)
        except Unreadable as why:
            assert str(why)


@pytest.mark.parametrize(
    ("written", "id"),
    [
        ("8:anna.7", "anna.7"),
        ("anna.7", "anna.7"),
        ("8:live:.cid.0123456789abcdef", "live:.cid.0123456789abcdef"),
        ("https://example.com/v1/users/ME/contacts/8:live:maya", "live:maya"),
        ("8%3Alive%3Amaya", "live:maya"),
        ({"id": "8:live:maya", "displayName": "Maya"}, "live:maya"),
        ("4:+15550100", "4:+15550100"),
        ("8:orgid:0", "orgid:0"),
    ],
)
def test_an_identity_is_what_follows_its_network(written: Any, id: str) -> None:
    assert identity(written, "mri") == id


@pytest.mark.parametrize("written", [None, "", [], {}, {"id": None}, "8:", "https://example.com/", True, 1.5])
def test_what_is_no_identity_is_unreadable(written: Any) -> None:
    with pytest.raises(Unreadable, match="mri"):
        identity(written, "mri")


def test_a_conversation_of_two_tells_whose_it_is_for_later() -> None:
    memory = Memory()

    unknown, why = read(a_poll(a_line(0, "hi")), memory)
    own, _ = read(a_poll(a_line(1, "hello", sender=SAM)), memory)
    after, _ = read(a_poll(a_line(2, "hi")), memory)

    assert not unknown
    assert why == ["whose account it is, is missing"]
    assert [(event.account.id, event.contact.id, event.by) for event in own] == [(SAM, MAYA, "member")]
    assert [(event.account.id, event.contact.id, event.by) for event in after] == [(SAM, MAYA, "contact")]


def test_notes_to_oneself_and_the_platforms_own_lists_are_no_contacts() -> None:
    lines = [a_line(0, "milk", sender=SAM, with_=SAM), a_line(1, "x", sender=SAM, with_="48:calllogs")]
    lines[1]["conversationLink"] = "48:calllogs"

    events, unreadable = read(a_poll(*lines, account=SAM))

    assert not events
    assert not unreadable


def test_a_sender_who_is_neither_side_is_unreadable() -> None:
    poll = a_poll(a_line(0, "hi", sender="bo.example"))
    capture = replace(poll, path=poll.path.replace("users/ME", f"users/{SAM}"))

    events, unreadable = read(capture)

    assert not events
    assert unreadable == ["from is neither side of the conversation"]


def test_a_name_in_another_case_is_the_same_contact() -> None:
    events, _ = read(a_poll(a_line(0, "hi", sender="Anna.Example", with_="anna.example"), account=SAM))

    assert [(event.contact.id, event.by) for event in events] == [("anna.example", "contact")]


def test_our_message_echoed_before_its_answer_counts_once() -> None:
    memory = Memory()
    sent = an_answer(
        {"OriginalArrivalTime": int(AT.timestamp() * 1000)},
        path=f"/v1/users/ME/conversations/8:{MAYA}/messages",
        method="POST",
        request=json.dumps({"messagetype": "Text", "content": "no", "clientmessageid": "1"}).encode(),
    )

    echoed, _ = read(a_poll(a_line(0, "no", sender=SAM, clientmessageid="1")), memory)
    answered, _ = read(sent, memory)

    assert [event.id for event in answered] == [event.id for event in echoed]


def test_a_call_that_is_seen_again_in_the_history_stays_one() -> None:
    memory = Memory()
    live, _ = read(a_poll(a_call(0, "started"), account=SAM), memory)
    ended, _ = read(a_poll(a_call(5, "ended"), account=SAM), memory)

    again, _ = read(a_page(a_call(5, "ended"), a_call(0, "started"), account=SAM), memory)

    assert not ended
    assert [event.id for event in again] == [event.id for event in live]


def test_the_end_of_an_old_call_does_not_swallow_a_new_one() -> None:
    memory = Memory()
    read(a_poll(a_call(0, "started"), a_call(5, "ended"), account=SAM), memory)

    events, _ = read(a_poll(a_call(10, "missed"), a_call(20, "started"), account=SAM), memory)

    assert [event.at for event in events] == [AT + timedelta(minutes=10), AT + timedelta(minutes=20)]
    assert all(isinstance(event, Call) for event in events)


def test_a_call_whose_beginning_was_not_seen_counts_with_its_length() -> None:
    events, _ = read(a_poll(a_call(5, "ended"), account=SAM))

    assert [event.seconds for event in events if isinstance(event, Call)] == [60]


def test_an_invitation_without_a_time_after_the_first_was_declined_is_another_one() -> None:
    memory = Memory()
    invites = an_answer(
        {"invite_list": [{"mri": f"8:{MAYA}", "invites": [{"message": "hi"}]}]},
        host="contacts.skype.com",
        path=f"/contacts/v2/users/{SAM}/invites",
    )
    decline = replace(invites, path=f"{invites.path}/8:{MAYA}/decline", method="PUT", response=b"")

    first, _ = read(invites, memory)
    same, _ = read(invites, memory)
    read(decline, memory)
    later, _ = read(replace(invites, at=AT + timedelta(days=1)), memory)

    assert first[0].id == same[0].id
    assert later[0].id != first[0].id


def test_a_thread_of_teams_is_not_called_a_group() -> None:
    line = a_line(0, "hi") | {"conversationLink": "https://example.com/19:uni01_abc@thread.v2"}

    teams, _ = read(a_page(line, account=SAM, host="msgapi.teams.live.com"))
    skype, _ = read(a_page(line, account=SAM))

    assert [event.group for event in (*teams, *skype)] == [None, True]


def test_markup_longer_than_any_message_is_unreadable_and_the_next_line_is_read() -> None:
    events, unreadable = read(a_poll(a_line(0, "<b>" * 200_000 + "hi"), a_line(1, "hello"), account=SAM))

    assert [event.text for event in events if isinstance(event, Message)] == ["hello"]
    assert unreadable == ["the message's markup is too long"]


PATHS = [
    ("contacts.skype.com", "GET", "/contacts/v2/users/SELF/invites"),
    ("contacts.skype.com", "GET", "/contacts/v2/users/SELF"),
    ("contacts.skype.com", "POST", "/contacts/v2/users/SELF/contacts"),
    ("api.skype.com", "GET", "/users/self/profile"),
    ("api.skype.com", "POST", "/users/batch/profiles"),
    ("api.skype.com", "GET", "/v1/users/self/contacts/auth-request"),
    (HOST, "POST", "/v1/users/ME/endpoints/SELF/subscriptions/0/poll"),
    (HOST, "GET", f"/v1/users/ME/conversations/8:{MAYA}/messages"),
    (HOST, "POST", f"/v1/users/ME/conversations/8:{MAYA}/messages"),
]
KEYS = ["eventMessages", "resource", "resourceType", "messages", "messagetype", "content", "from", "id", "mri"]
KEYS += ["conversationLink", "invites", "invite_list", "contacts", "profile", "username"]
KEYS += ["skypeeditedid", "clientmessageid"]
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["RichText", "Event/Call", "8:a"]),
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
    capture = an_answer(None, host=host, method=method, path=path, response=body, request=asked, account=SAM)

    _, unreadable = read(capture)

    assert not [why for why in unreadable if why.startswith("the decoder failed")]


@given(json_values)
def test_any_line_of_a_conversation_gives_events_or_unreadable(row: Any) -> None:
    line = a_line(0, "hi") | (row if isinstance(row, dict) else {})

    _, unreadable = read(a_poll(line, account=SAM))

    assert not [why for why in unreadable if why.startswith("the decoder failed")]
