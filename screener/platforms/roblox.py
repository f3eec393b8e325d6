"""Roblox: friend requests, chat, messages and profiles from its web pages and their pushes."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

from screener.platforms.base import (
    Account,
    Capture,
    Decoder,
    Found,
    Memory,
    Seen,
    Sight,
    Unreadable,
    dig,
    need,
    reads,
    socket,
)
from screener.platforms.wire.roblox import older, people, talk
from screener.platforms.wire.roblox.objects import (
    PLATFORM,
    account_of,
    named,
    person_id,
    profile_of,
    rows,
    whole,
    words,
)
from screener.platforms.wire.roblox.pushes import each, pushed
from screener.platforms.wire.roblox.session import Session

USERS, FRIENDS, APIS = ("users.roblox.com",), ("friends.roblox.com",), ("apis.roblox.com",)
SETTINGS, ECONOMY = ("accountsettings.roblox.com",), ("economy.roblox.com",)
CHAT, MAIL = ("chat.roblox.com",), ("privatemessages.roblox.com",)
PUSH, OLDER_PUSH = ("realtime-signalr.roblox.com",), ("realtime.roblox.com",)


class Roblox(Decoder):
    name = "roblox"
    hosts = (*FRIENDS, *USERS, *APIS, *SETTINGS, *ECONOMY, *CHAT, *MAIL, *PUSH, *OLDER_PUSH)
    query = ("conversation_id", "conversationId")
    # What opens an account is sometimes asked for in chat: whoever pastes it there must not give it to us as well.
    secrets = (rb"_\|WARNING:-DO-NOT-SHARE-THIS[^|]{0,200}\|_", rb'"captchaToken"\s*:\s*"')
    sees: ClassVar[Mapping[Sight, Seen]] = {
        "requests": "yes",
        "messages": "yes",
        "calls": "no",
        "profiles": "yes",
        "pending": "yes",
        "account age": "yes",
        "mutual friends": "yes",
    }
    proof = (
        "Two editions of ro.py and pysignalr, which others wrote, understand the same requests, friends, users and "
        "pushes; mutual friends, chat and the older pushes follow what public programs describe."
    )
    unseen = (
        "What is said, written or shown inside a Roblox game, in voice chat and in parties can't be read, and nothing "
        "of the Roblox app on phones, tablets, consoles and computers: only the pages at roblox.com in a browser."
    )

    @socket("/userhub", "/userhub/", hosts=PUSH)
    @socket("/notifications", "/notifications/", "/notifications/connect", hosts=OLDER_PUSH)
    def pushes(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from pushed(Session(capture=capture, memory=memory))

    @reads("GET", "/v1/users/authenticated", hosts=USERS)
    def own_account(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            session.mine(person_id(dig(capture.json, "id"), "id"))
            session.learn(account_of(capture.json))
        yield from ()

    @reads("GET", "/v1/users/[0-9]*/currency", hosts=ECONOMY)
    def own_purse(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        # The page's head shows how much there is to spend, and nobody is told that of another.
        if _answered(capture) and whole(capture.json, "robux") is not None:
            session = Session(capture=capture, memory=memory)
            session.mine(session.path_id())
        yield from ()

    @reads("GET", "/v1/my/friends/requests", hosts=FRIENDS)
    def requests(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            yield from each(_list(capture.json, "data"), partial(people.request_row, session))

    @reads("GET", "/v1/my/trusted-friends/requests", hosts=FRIENDS)
    def trusted_requests(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            yield from each(_list(capture.json, "data"), partial(people.trusted_row, session))

    @reads("GET", *(f"/v1/users/[0-9]*/friends{more}" for more in ("", "/find", "/online", "/search")), hosts=FRIENDS)
    def friends(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if not _answered(capture):
            return
        session = Session(capture=capture, memory=memory)
        owner = session.path_id()
        # The friends of somebody whose profile was opened are nobody's contacts here.
        if session.is_mine(owner):
            yield from each(_list(capture.json, "data", "PageItems"), partial(people.friend_row, session, owner))

    @reads("GET", "/v1/users/[0-9]*/friends/statuses", "/v1/my/friends/[0-9]*/status", hosts=FRIENDS)
    def statuses(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if not _answered(capture):
            return
        session = Session(capture=capture, memory=memory)
        if capture.path.endswith("/status"):
            contact = session.path_id()
            own = session.whose(contact=contact)
            yield from people.status(session, own, contact, dig(capture.json, "status"))
            return
        own = session.path_id()
        if session.is_mine(own):
            yield from each(
                _list(capture.json, "data"),
                lambda row: people.status(session, own, person_id(dig(row, "id"), "id"), dig(row, "status")),
            )

    @reads("GET", "/v1/users/[0-9]*/friends/count", "/v1/users/[0-9]*/followings/count", hosts=FRIENDS)
    def counts(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session, count = Session(capture=capture, memory=memory), whole(capture.json, "count")
            id, is_friends = session.path_id(), capture.path.endswith("/friends/count")
            friends, following = (count, None) if is_friends else (None, count)
            yield from session.told(Account(platform=PLATFORM, id=id, friends=friends, following=following))

    @reads(
        "POST",
        "/v1/users/[0-9]*/request-friendship",
        "/v1/users/[0-9]*/accept-friend-request",
        "/v1/users/[0-9]*/decline-friend-request",
        "/v1/users/[0-9]*/unfriend",
        hosts=FRIENDS,
    )
    @reads("POST", "/v1/users/[0-9]*/block", hosts=SETTINGS)
    @reads("POST", "/user-blocking-api/v1/users/[0-9]*/block-user", hosts=APIS)
    def acts(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        # A page whose token is stale is refused once and asks again.
        if _succeeded(capture) and not _is_refused(capture):
            session = Session(capture=capture, memory=memory)
            yield from people.acted(session, session.path_id(), capture.path.rpartition("/")[2])

    @reads("GET", "/v1/users/get-detailed-blocked-users", "/v1/users/get-blocked-users", hosts=SETTINGS)
    @reads("GET", "/user-blocking-api/v1/users/get-blocked-users", hosts=APIS)
    def blocked(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session, body = Session(capture=capture, memory=memory), capture.json
            body = body["data"] if isinstance(dig(body, "data"), dict) else body
            yield from each(_list(body, "blockedUsers", "blockedUserIds"), partial(people.blocked_row, session))

    @reads("POST", "/user-blocking-api/v1/users/batch-check-reciprocal-block", hosts=APIS)
    def block_check(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            own = session.one_of_mine(person_id(dig(capture.request_json, "requesterUserId"), "requesterUserId"))
            yield from each(_list(capture.json, "users"), partial(people.check_row, session, own))

    @reads("GET", "/v1/users/[0-9]*", hosts=USERS)
    def user(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture) and capture.path.rpartition("/")[2].isdigit():
            yield from Session(capture=capture, memory=memory).told(account_of(capture.json))

    @reads("POST", "/v1/users", "/v1/usernames/users", hosts=USERS)
    def users(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            yield from each(_list(capture.json, "data"), lambda row: session.told(account_of(row)))

    @reads("POST", "/user-profile-api/v*/user/profiles/get-profiles", hosts=APIS)
    def names(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            yield from each(_list(capture.json, "profileDetails"), lambda row: session.told(named(row)))

    @reads("POST", "/profile-platform-api/v*/profiles/get", hosts=APIS)
    def profile(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture) and words(capture.json, "profileType") in (None, "User"):
            yield from Session(capture=capture, memory=memory).told(profile_of(capture.json))

    @reads("GET", "/platform-chat-api/v*/get-user-conversations", hosts=APIS)
    @reads("POST", "/platform-chat-api/v*/get-conversations", "/platform-chat-api/v*/create-conversations", hosts=APIS)
    def conversations(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            found = _list(capture.json, "conversations", "data")
            session.mine_among(talk.people_in(row) for row in found)
            yield from each(found, partial(talk.conversation, session))

    @reads("POST", "/platform-chat-api/v*/get-conversations-participants-metadata", hosts=APIS)
    def participants(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session, found = (
                Session(capture=capture, memory=memory),
                dig(capture.json, "conversation_participants_metadata"),
            )
            channels = list(found.items())[: talk.MOST_MESSAGES] if isinstance(found, dict) else []
            yield from each(channels, lambda pair: talk.participants(session, *pair))

    @reads("GET", "/platform-chat-api/v*/get-conversation-messages", hosts=APIS)
    def messages(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            channel = need(capture.arguments, "conversation_id")
            session = Session(capture=capture, memory=memory)
            yield from talk.messages(session, channel, _list(capture.json, "messages", "data"))

    @reads("POST", "/platform-chat-api/v*/send-messages", hosts=APIS)
    def message_sent(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            yield from talk.sent(Session(capture=capture, memory=memory), capture.request_json, capture.json)

    @reads("GET", "/v*/get-user-conversations", "/v*/get-conversations", hosts=CHAT)
    def older_conversations(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            found = [older.conversation(row) for row in _list(capture.json)]
            session.mine_among(talk.people_in(row) for row in found)
            yield from each(found, partial(talk.conversation, session))

    @reads("GET", "/v*/get-messages", "/v*/multi-get-latest-messages", hosts=CHAT)
    def older_messages(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if not _answered(capture):
            return
        found = _list(capture.json)
        if capture.path.endswith("/get-messages"):
            found = [{"conversationId": dig(capture.arguments, "conversationId"), "chatMessages": found}]
        yield from each(found, partial(older.messages, Session(capture=capture, memory=memory)))

    @reads("POST", "/v*/send-message", hosts=CHAT)
    def older_message_sent(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            yield from older.message_sent(session, capture.request_json, capture.json)

    @reads("GET", "/v1/messages", "/v1/messages/[0-9]*", hosts=MAIL)
    def mail(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if not _answered(capture):
            return
        session = Session(capture=capture, memory=memory)
        found = [capture.json] if capture.path.rpartition("/")[2].isdigit() else _list(capture.json, "collection")
        session.mine_among(older.sides(row) for row in found)
        yield from each(found[::-1], partial(older.mail, session))

    @reads("POST", "/v1/messages/send", hosts=MAIL)
    def mail_sent(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _succeeded(capture):
            answer = capture.json if capture.response else None
            yield from older.mail_sent(Session(capture=capture, memory=memory), capture.request_json, answer)


def _succeeded(capture: Capture) -> bool:
    return (capture.status or 200) < 300


def _answered(capture: Capture) -> bool:
    return _succeeded(capture) and bool(capture.response)


def _is_refused(capture: Capture) -> bool:
    return bool(capture.response) and dig(capture.json, "success") is False


def _list(document: Any, *names: str) -> list[Any]:
    """The list in an answer, under the first of the names that it has. Raises Unreadable."""
    found = document if not names else next((it for name in names if (it := dig(document, name)) is not None), None)
    if not isinstance(found, list):
        raise Unreadable(f"{' or '.join(names) or 'the list'} is missing")
    return rows(found)
