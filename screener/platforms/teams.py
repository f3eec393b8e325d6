"""Teams Free, the successor of consumer Skype: messages, requests, calls and contacts from its web page."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from screener.platforms.base import (
    Accepted,
    Blocked,
    Capture,
    Decoder,
    Found,
    Memory,
    Removed,
    Seen,
    Sight,
    Unreadable,
    dig,
    every,
    reads,
    socket,
)
from screener.platforms.wire.skype import calls, people, service, talk, threads, trouter
from screener.platforms.wire.skype.objects import answered, identity, rows, succeeded, words
from screener.platforms.wire.skype.session import WHOSE, Session

PAGE = "teams.live.com"
CHATS = (PAGE, "msgapi.teams.live.com")
PUSHES = ("*.trouter.teams.microsoft.com", "*.trouter.skype.com")
CALLS = ("api.flightproxy.skype.com", "api.flightproxy.teams.microsoft.com")
JSON = ("application/json",)


class Teams(Decoder):
    name = "teams"
    title = "Teams Free"
    hosts = (*CHATS, *PUSHES, *CALLS)
    headers = ("x-microsoft-skype-chain-id",)
    # The page proves itself to the socket inside a frame, and describes its media streams with their passwords.
    secrets = (rb'(?i:"(?:authorization|x-skypetoken)"\s*:\s*"(?:Bearer\s+)?)', rb"a=ice-pwd:", rb"inline:")
    sees: ClassVar[Mapping[Sight, Seen]] = {
        "requests": "partly",
        "messages": "partly",
        "calls": "yes",
        "profiles": "yes",
        "pending": "partly",
        "account age": "no",
        "mutual friends": "no",
    }
    proof = (
        "Teams Free speaks the old Skype's JSON, and SkPy, which others wrote, understands the same messages, call "
        "notes and invites; Trouter's pushes, contacts and requests held apart follow what public programs describe."
    )
    unseen = (
        "What is said and shown in calls is never read, nor are meetings and communities; a request that the page "
        "neither lists nor is sent a message of stays unseen, and the phone app may refuse to be read at all."
    )

    # The chat service is the same behind both platforms.
    poll, conversations, thread, message_sent, message_changed = service.readers(name, CHATS)

    @socket("/socket.io/*", "/v4/*", hosts=PUSHES)
    def pushes(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if capture.side == "client":
            return
        told = trouter.pushed(capture.body)
        session = _session(capture, memory)
        try:
            if dig(told, "callNotification") is not None:
                yield from calls.rang(session, told)
            elif dig(told, "resource") is not None:
                yield from talk.pushed(session, told)
            elif dig(told, "eventMessages") is not None:
                yield from every(rows(told, "eventMessages"), partial(talk.pushed, session))
        except Unreadable as why:
            if str(why) != WHOSE or not memory.stream.get("told"):
                yield why
            # It would else be said with every push of the connection.
            memory.stream["told"] = memory.stream.get("told") or str(why) == WHOSE

    @reads("GET", "/api/csa/*/teams/users/me", "/api/csa/*/teams/users/me/updates", hosts=(PAGE,))
    def chats(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if answered(capture):
            session = _session(capture, memory)
            yield from every(rows(capture.json, "chats"), partial(talk.conversation, session))

    @reads("POST", "/api/groups/*/threads", "/api/groups/*/groups/create", hosts=(PAGE,))
    def chat_started(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if answered(capture):
            threads.started(_session(capture, memory), dig(capture.request_json, "members"), capture.json)
        yield from ()

    @reads("GET", "*/v1/users/ME/properties", hosts=CHATS)
    @reads("GET", "/api/mt/*/users/me", "/api/mt/*/users/me/", hosts=(PAGE,), content=JSON)
    def own_account(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if answered(capture):
            service.own_profile(_session(capture, memory))
        yield from ()

    @reads("GET", "/api/mt/*/users/8:*", "/api/mt/*/users/8%3*", hosts=(PAGE,), content=JSON)
    @reads("POST", "/api/mt/*/users/fetch*", "/api/mt/*/users/search*", hosts=(PAGE,), content=JSON)
    def profiles(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from service.profiles(_session(capture, memory))

    @reads("GET", "/api/mt/*/contacts/buddylist", "/api/mt/*/contactsv3*", hosts=(PAGE,), content=JSON)
    def contacts(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if answered(capture):
            session = _session(capture, memory)
            for group in rows(capture.json, "value"):
                # A list of its own may hold those who are kept out.
                friends = None if "block" in (words(group, "groupType") or "").lower() else True
                listed = rows(group, "buddies") or people.found_in([group])
                yield from every(listed, partial(people.contact, session, listed_as_friend=friends))

    @reads("POST", "/api/mt/*/contacts/buddylist/*/managebuddies", hosts=(PAGE,))
    def contacts_changed(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if succeeded(capture):
            session = _session(capture, memory)
            yield from every(rows(capture.request_json, "add"), partial(people.asked, session))
            yield from every(rows(capture.request_json, "remove"), partial(people.ended, session, Removed))

    @reads("POST", "/api/mt/*/userSettings/acceptlist/manage", hosts=(PAGE,))
    def let_in(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if succeeded(capture):
            yield from every(rows(capture.request_json, "add"), partial(_let_in, _session(capture, memory)))

    @reads("POST", "/api/mt/*/userSettings/blocklist/manage", hosts=(PAGE,))
    def blocked(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if succeeded(capture):
            session = _session(capture, memory)
            yield from every(rows(capture.request_json, "add"), partial(people.ended, session, Blocked))

    @reads("POST", "*/attach", hosts=CALLS)
    def call_attached(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if answered(capture):
            yield from calls.attached(_session(capture, memory), capture.json)

    @reads("POST", "*/cpconv", hosts=CALLS)
    def call_made(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if succeeded(capture):
            yield from calls.dialled(_session(capture, memory), capture.request_json)


def _session(capture: Capture, memory: Memory) -> Session:
    return Session(platform=Teams.name, capture=capture, memory=memory)


def _let_in(session: Session, whom: Any) -> Iterator[Found]:
    threads.decided(session, session.whose(), identity(whom, "mri"))
    for found in people.ended(session, Accepted, whom):
        # The page keeps this list for whatever reason: who asked shows in the request.
        yield replace(found, asked=None) if isinstance(found, Accepted) else found
