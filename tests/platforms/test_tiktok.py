"""TikTok, where a case can't say it: ids, whose account it is, what is remembered, and what is blanked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from screener.errors import Unreadable
from screener.events import Message, Profile
from screener.platforms import Memory, endpoints
from screener.platforms.wire.tiktok.objects import account_of, born
from screener.platforms.wire.tiktok.session import MOST_ECHOES, MOST_SEEN
from tests.platforms.tiktok_captures import (
    API,
    AT,
    MAYA,
    SAM,
    SOCKET,
    TALK,
    a_memory,
    a_message,
    a_page,
    a_push,
    an_answer,
    read,
)
from tests.platforms.tiktok_writer import frame, pair, request, varint, written


@pytest.mark.parametrize(
    ("id", "opened"),
    [
        (SAM, datetime(2023, 5, 1, 12, tzinfo=UTC)),
        (MAYA, datetime(2026, 9, 28, 12, tzinfo=UTC)),
        # The number of a device, of a video, an old account, one from the future, and no number of this kind.
        (str((1790000000 << 32) | 0x600), None),
        (str((1790000000 << 32) | 0xD00), None),
        ("53279706535428096", None),
        (str((1990000000 << 32) | 0x400), None),
        ("107955", None),
        (str(2**64 - 1), None),
    ],
)
def test_an_id_tells_when_an_account_was_opened_only_where_it_is_a_users(id: str, opened: datetime | None):
    assert born(id, AT) == opened


@pytest.mark.parametrize("value", [None, "", "0", 0, -1, True, 1.5, [], {}, "abc", "1" * 21, 10**25, "07"])
def test_what_is_no_user_id_is_unreadable(value: Any):
    with pytest.raises(Unreadable, match="uid"):
        account_of({"uid": value})


@pytest.mark.parametrize(
    ("statuses", "ours", "theirs", "friend"),
    [
        (True, 0, 0, False),
        (True, 1, 0, False),
        (True, 1, 1, True),
        (True, 2, None, True),
        (True, None, 1, None),
        (False, 0, 0, None),
        (False, 2, 1, True),
        (False, "1", "1", True),
    ],
)
def test_friends_follow_each_other_and_a_zero_counts_only_where_it_was_asked_for(
    statuses: bool, ours: Any, theirs: Any, friend: bool | None
):
    user = {"uid": MAYA, "follow_status": ours, "follower_status": theirs}

    assert account_of(user, statuses=statuses).is_friend is friend


def test_a_handle_that_is_none_makes_no_address():
    account = account_of({"uid": MAYA, "unique_id": "a/../b?c", "region": "Narnia", "create_time": 0, "aweme_count": 0})

    assert (account.handle, account.url, account.country, account.joined, account.posts) == (
        "a/../b?c",
        None,
        None,
        None,
        None,
    )


def test_a_push_and_the_list_agree_on_the_id():
    memory = a_memory()

    pushed, _ = read(a_push(a_message(0, "hi")), memory)
    listed, _ = read(an_answer({"history": {"messages": [a_message(0, "hi")]}}), memory)

    assert [event.id for event in pushed] == [event.id for event in listed] == ["7692131550615313153"]


def test_the_answer_names_the_account_holder_for_what_comes_later():
    memory = Memory()

    before, why = read(a_push(a_message(0, "hi")), memory)
    read(an_answer({"history": {}}), memory)
    after, _ = read(a_push(a_message(1, "hi")), memory)

    assert (before, why) == ([], ["whose account it is, is missing"])
    assert [event.account.id for event in after] == [SAM]


def test_two_of_the_familys_accounts_that_talk_with_each_other_are_not_guessed_at():
    memory = a_memory(SAM, MAYA)

    events, why = read(a_push(a_message(0, "hi")), memory)
    listed, _ = read(an_answer({"history": {"messages": [a_message(0, "hi")]}}), memory)

    assert (events, why) == ([], ["whose account it is, is missing"])
    assert [(event.account.id, event.contact.id) for event in listed] == [(SAM, MAYA)]


def test_an_old_message_keeps_its_own_flag_and_does_not_undo_that_the_talk_was_let_in():
    memory = a_memory()
    form = f"conversation_id={TALK}&to_user_id={MAYA}".encode()

    pushed, _ = read(a_push(a_message(0, "hi", tags={"is_stranger": "true"})), memory)
    read(a_page({"status_code": 0}, "/api/im/stranger/unlimit/", method="POST", request=form), memory)
    listed, _ = read(an_answer({"history": {"messages": [a_message(0, "hi", tags={"is_stranger": "true"})]}}), memory)
    after, _ = read(a_push(a_message(1, "hello")), memory)

    assert [event.pending for event in (*pushed, *listed, *after)] == [True, True, False]


def test_an_echo_that_comes_before_the_answer_to_its_sending_counts_once():
    memory = a_memory()
    send = {"conversation": TALK, "content": {"aweType": 0, "text": "no"}, "client": "c-1"}
    sent = a_page(b"", "/v1/message/send", host=API, method="POST", status=204)
    sent = replace(sent, request=request({"cmd": 100, "body": {"send": send}}))

    echoed, _ = read(a_push(a_message(0, "no", sender=SAM, tags={"s:client_message_id": "c-1"})), memory)
    answered, _ = read(sent, memory)

    assert [event.id for event in answered] == [event.id for event in echoed]


def test_an_answer_may_number_a_message_in_text():
    given = written("Given", {"words": "7692131550615313153"})
    body = b"\x32" + varint(len(given) + 3) + b"\xa2\x06" + varint(len(given)) + given
    send = {"conversation": TALK, "content": {"aweType": 0, "text": "no"}, "client": "c-1"}
    capture = a_page(body, "/v1/message/send", host=API, method="POST")

    events, _ = read(replace(capture, request=request({"cmd": 100, "body": {"send": send}})))

    assert [event.id for event in events] == ["7692131550615313153"]


def test_of_profiles_that_are_only_looked_at_few_are_remembered_and_none_is_told():
    memory = a_memory()

    told = [
        read(
            a_page({"userInfo": {"user": {"id": str(10**18 + number), "uniqueId": f"u{number}"}}}, "/api/user/detail/"),
            memory,
        )
        for number in range(100)
    ]

    assert all(found == ([], []) for found in told)
    assert len(memory.kept[f"seen/{SAM}"]) == MOST_SEEN
    assert not [key for key in memory.kept if key.startswith(("person/", "secret/"))]


def test_what_is_remembered_of_our_own_messages_stays_small():
    memory = a_memory()

    for number in range(200):
        read(a_push(a_message(number, "hi", sender=SAM, tags={"s:client_message_id": f"c-{number}"})), memory)

    assert len(memory.kept[f"echoed/{SAM}"]) == MOST_ECHOES
    assert not [key for key in memory.kept if key.startswith("sent/")]


def test_facts_of_a_contact_are_told_once_as_long_as_they_stay_the_same():
    memory = a_memory()
    profile = a_page(
        {"users": [{"im_user_profile": {"user_id_str": MAYA, "nick_name": "Maya"}}]}, "/tiktok/v1/im/user/profile/"
    )
    read(a_push(a_message(0, "hi")), memory)

    first, _ = read(profile, memory)
    second, _ = read(replace(profile, at=AT + timedelta(days=1)), memory)
    other, _ = read(replace(profile, response=profile.response.replace(b"Maya", b"Max")), memory)

    assert all(isinstance(event, Profile) for event in (*first, *second, *other))
    assert first[0].id == second[0].id != other[0].id


def test_a_broken_row_stops_no_other():
    good = written("Message", a_message(1, "hello"))
    listing = b"\x0a\x02\x0a\x7f" + b"\x0a" + varint(len(good)) + good
    body = b"\xea\x12" + varint(len(listing)) + listing
    whole = b"\x32" + varint(len(body)) + body

    events, why = read(a_page(whole, "/v1/message/get_by_conversation", host=API, method="POST"))

    assert [event.text for event in events if isinstance(event, Message)] == ["hello"]
    assert why == ["a protobuf message is cut short"]


def test_a_message_without_words_that_can_be_read_is_still_seen():
    events, why = read(a_push(a_message(0, "", content=["not", "an", "object"])))

    assert [(event.text, event.by) for event in events if isinstance(event, Message)] == [(None, "contact")]
    assert why == ["the message's content is not an object"]


def test_secrets_are_blanked_and_the_message_is_still_read():
    ticket, token = "0123456789abcdef" * 4, "Abc-_123" * 20
    send = {
        "conversation": TALK,
        "content": {"aweType": 0, "text": "no"},
        "tags": {"s:client_message_id": "c-1"},
        "type": 7,
        "ticket": ticket,
        "client": "0f0e0d0c-0000-4000-8000-000000000000",
    }
    headers = {"aid": "1988", "Web-Sdk-Ms-Token": token, "tt-ticket-guard-client-data": "ey" * 30, "locale": "en"}
    sent = request({"cmd": 100, "body": {"send": send}, "device": "1", "headers": headers})
    endpoint = endpoints().find(host=API, method="POST", path="/v1/message/send", via="http")
    assert endpoint is not None

    blanked = endpoint.blanked(sent)
    capture = a_page(b"", "/v1/message/send", host=API, method="POST", status=204, request=blanked)
    events, why = read(capture)

    assert len(blanked) == len(sent)
    assert not [secret for secret in (ticket, token, "eyeyeyey") if secret.encode() in blanked]
    assert [(event.id, event.text) for event in events if isinstance(event, Message)] == [("client:c-1", "no")]
    assert not why


def test_what_hangs_on_a_message_is_left_out_where_it_is_broken():
    body = (
        written("Message", a_message(0, "hi"))
        + b"\x4a\x02\x0a\x7f"
        + b"\x4a"
        + varint(len(pair("is_stranger", "1")))
        + pair("is_stranger", "1")
    )
    push = b"\x2a" + varint(len(body)) + body
    inner = b"\xa2\x1f" + varint(len(push)) + push
    response = b"\x32" + varint(len(inner)) + inner
    capture = a_page(frame({"hex": response.hex()}), "/ws/v2", host=SOCKET, via="websocket", stream="s")

    events, why = read(capture)

    assert [event.pending for event in events] == [True]
    assert not why
