"""Roblox, where a case can't say it: whose account it is, what counts once, and what is never kept."""

import json
from dataclasses import replace
from datetime import timedelta

from screener.events import Message, Profile
from screener.platforms import endpoints
from tests.platforms.roblox_captures import (
    AT,
    KEY,
    KIM,
    MAYA,
    OWN,
    a_conversation,
    a_list,
    a_memory,
    a_push,
    a_row,
    a_sent_message,
    an_act,
    an_answer,
    an_own_account,
    read,
)


def test_a_request_has_the_same_id_from_the_push_of_one_device_and_the_list_of_another() -> None:
    pushed, _ = read(a_push(), a_memory())
    listed, _ = read(a_list(a_row(AT)), a_memory())

    assert [event.id for event in pushed] == [event.id for event in listed]


def test_a_list_loaded_a_hundred_times_counts_once() -> None:
    memory = a_memory()

    seen = [read(a_list(a_row(AT, mutualFriendsList=[]), at=AT + timedelta(hours=n)), memory)[0] for n in range(100)]

    assert len({event.id for events in seen for event in events}) == 1


def test_a_request_that_was_withdrawn_unseen_and_sent_anew_is_another_one() -> None:
    memory = a_memory()
    first, _ = read(a_list(a_row(AT)), memory)

    later, _ = read(a_list(a_row(AT + timedelta(days=3)), at=AT + timedelta(days=3)), memory)
    again, _ = read(a_list(a_row(AT + timedelta(days=3)), at=AT + timedelta(days=4)), memory)

    assert first[0].id != later[0].id
    assert later[0].id == again[0].id


def test_a_request_that_was_accepted_elsewhere_is_closed_by_the_list_of_friends() -> None:
    memory = a_memory()
    first, _ = read(a_list(a_row()), memory)
    friends = an_answer({"data": [{"id": int(MAYA)}]}, host="friends.roblox.com", path=f"/v1/users/{OWN}/friends")
    read(replace(friends, at=AT + timedelta(hours=1)), memory)

    later, _ = read(a_list(a_row(), at=AT + timedelta(days=1)), memory)

    assert first[0].id != later[0].id


def test_friends_who_part_and_meet_again_are_accepted_twice() -> None:
    memory = a_memory()

    kinds = ("FriendshipCreated", "FriendshipDestroyed", "FriendshipCreated", "FriendshipDestroyed")
    seen = [read(a_push(kind, at=AT + timedelta(days=n)), memory)[0][0] for n, kind in enumerate(kinds)]

    assert len({event.id for event in seen}) == 4


def test_an_acceptance_is_the_members_whichever_of_push_and_answer_comes_first() -> None:
    memory = a_memory()
    read(a_push(), memory)

    pushed, _ = read(a_push("FriendshipCreated", at=AT + timedelta(minutes=1)), memory)
    answered, _ = read(an_act("accept-friend-request", at=AT + timedelta(minutes=1)), memory)

    assert [event.by for event in (*pushed, *answered)] == ["member", "member"]
    assert pushed[0].id == answered[0].id


def test_a_push_of_a_device_with_two_accounts_tells_whose_it_is() -> None:
    memory = a_memory(OWN, KIM)

    pushed, _ = read(a_push(second=KIM), memory)
    listed, why = read(a_list(a_row(), {"id": 7000000002}), memory)

    assert [event.account.id for event in pushed] == [KIM]
    assert {(event.account.id, event.contact.id) for event in listed} == {(KIM, MAYA)}
    assert why == ["whose account it is, is missing"]


def test_an_account_that_was_left_yesterday_is_not_meant_today() -> None:
    memory = a_memory(KIM)
    tomorrow = AT + timedelta(days=1)
    read(an_own_account(OWN, at=tomorrow), memory)

    events, _ = read(a_list(a_row(), at=tomorrow), memory)

    assert [event.account.id for event in events] == [OWN]


def test_what_is_learnt_of_a_contact_is_told_of_each_account_that_deals_with_it() -> None:
    memory = a_memory(OWN, KIM)
    read(a_push(second=OWN), memory)
    read(a_push(second=KIM), memory)
    user = {"id": int(MAYA), "name": "maya", "created": "2026-10-01T00:00:00Z"}

    events, _ = read(an_answer(user, host="users.roblox.com", path=f"/v1/users/{MAYA}"), memory)
    again, _ = read(an_answer(user, host="users.roblox.com", path=f"/v1/users/{MAYA}"), memory)

    assert [(event.account.id, event.contact.joined is not None) for event in events] == [(OWN, True), (KIM, True)]
    assert all(isinstance(event, Profile) for event in events)
    assert not again


def test_a_number_that_is_switched_off_in_a_profile_is_unknown() -> None:
    memory = a_memory()
    read(a_push(), memory)
    counts = {"mutualFriendsCount": 0, "isMutualFriendsCountEnabled": False, "friendsCount": 5}
    page = {"profileId": MAYA, "components": {"UserProfileHeader": {"counts": counts}}}

    events, _ = read(
        an_answer(page, host="apis.roblox.com", path="/profile-platform-api/v1/profiles/get", method="POST"), memory
    )

    assert [(event.contact.mutual_friends, event.contact.friends) for event in events] == [(None, 5)]


def test_a_message_has_the_same_id_when_it_is_sent_and_when_it_is_listed() -> None:
    memory = a_memory()
    listed, _ = read(a_conversation(messages=[{"id": "m-1", "content": "no", "sender_user_id": int(OWN)}]), memory)

    sent, _ = read(a_sent_message("no"), memory)

    assert [(event.id, event.by, event.contact.id) for event in (*sent, *listed)] == [("m-1", "member", MAYA)] * 2


def test_a_sent_letter_has_the_same_id_when_it_is_listed() -> None:
    memory = a_memory()
    letter = {"subject": "hi", "body": "who are you?", "recipientId": int(MAYA)}
    sent, _ = read(
        an_answer(
            {"success": True},
            host="privatemessages.roblox.com",
            path="/v1/messages/send",
            method="POST",
            request=json.dumps(letter).encode(),
        ),
        memory,
    )
    row = {"id": 9, "sender": {"id": int(OWN)}, "recipient": {"id": int(MAYA)}, "subject": "hi", "body": "who are you?"}

    listed, _ = read(
        an_answer(
            {"collection": [row]}, host="privatemessages.roblox.com", path="/v1/messages", query="messageTab=sent"
        ),
        memory,
    )

    assert [event.id for event in sent] == [event.id for event in listed]


def test_what_opens_an_account_is_left_out_when_somebody_pastes_it_into_chat() -> None:
    memory = a_memory()
    read(a_conversation(), memory)
    capture = a_sent_message(f"here: {KEY} ok")
    endpoint = endpoints().find(host=capture.host, method="POST", path=capture.path, via="http")

    events, _ = read(capture, memory)

    assert endpoint is not None
    assert b"0A1B2C3D4E5F" not in endpoint.blanked(capture.request)
    assert json.loads(endpoint.blanked(capture.request))["conversation_id"] == "c-1"
    assert [event.text for event in events if isinstance(event, Message)] == [f"here: {KEY[:-12]}*** ok"]


def test_headers_and_cookies_are_never_asked_for() -> None:
    of_ours = [endpoint for endpoint in endpoints().all if endpoint.platform == "roblox"]

    assert all(not endpoint.headers and endpoint.cookie is None for endpoint in of_ours)
    assert not endpoints().watches("auth.roblox.com")
    assert not endpoints().watches("www.roblox.com")
