"""Discord: friend requests, direct messages, calls and profiles from its gateway and its web API."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from screener.capture import parsed
from screener.platforms.base import (
    Capture,
    Decoder,
    Found,
    Memory,
    Seen,
    Sight,
    Unreadable,
    dig,
    every,
    need,
    permanent_id,
    reads,
    socket,
)
from screener.platforms.wire import etf
from screener.platforms.wire.discord import acts, calls, people, ready, talk
from screener.platforms.wire.discord.objects import is_snowflake, known_only, profile_of, whole, words
from screener.platforms.wire.discord.session import WHOSE, Session
from screener.platforms.wire.gateway import TooLarge, Unpacker

DISPATCH, IDENTIFY, RESUME = 0, 2, 6


def _api(path: str) -> tuple[str, str]:
    return f"/api/{path}", f"/api/v*/{path}"


class Discord(Decoder):
    name = "discord"
    hosts = ("discord.com", "canary.discord.com", "ptb.discord.com", "*.discord.gg")
    query = ("v", "encoding", "compress")
    # As JSON, and as Erlang terms: the word, then a binary with its length in four bytes.
    secrets = (rb'"token"\s*:\s*"', rb"tokenm(?s:.{4})")
    sees: ClassVar[Mapping[Sight, Seen]] = {
        "requests": "yes",
        "messages": "yes",
        "calls": "yes",
        "profiles": "yes",
        "pending": "yes",
        "account age": "yes",
        "mutual friends": "partly",
    }
    proof = (
        "discord.py-self and discord.py, which others wrote, talk to the simulated gateway in each of its compressions "
        "and understand what the decoder does; its Erlang terms are also written by erlang_py."
    )
    unseen = (
        "What is said and shown in Discord's calls is encrypted from end to end; messages on servers are not read, how "
        "many friends two share is told only once a profile is opened, and the phone app may refuse to be read at all."
    )

    @socket("/", "", hosts=("*.discord.gg",))
    def gateway(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        # This one's socket is for logging in by QR code: nobody speaks to anybody there.
        if capture.host.startswith("remote-auth-gateway."):
            return
        try:
            packet = _packet(capture, memory)
        except TooLarge as why:
            yield from ready.too_large(Session(capture=capture, memory=memory).begun(), why.head, why)
            return
        except Unreadable as why:
            unpacker = memory.stream.get("unpacker")
            if unpacker and not unpacker.lost:
                raise
            yield from _once(memory, why)
            return
        if packet is None:
            return
        if capture.side == "client":
            _note(packet, memory)
        elif dig(packet, "op") == DISPATCH and (read := _DISPATCHED.get(words(packet, "t") or "")):
            try:
                yield from read(Session(capture=capture, memory=memory), dig(packet, "d"))
            except Unreadable as why:
                if str(why) != WHOSE:
                    raise
                yield from _once(memory, why)

    @reads("GET", *_api("users/@me"))
    def own_account(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            Session(capture=capture, memory=memory).mine(need(capture.json, "id"))
        yield from ()

    # The member's own, or the friends in common with somebody.
    @reads("GET", *_api("users/*/relationships"))
    def relationships(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if not _answered(capture):
            return
        session, rows = Session(capture=capture, memory=memory, listed=True), _list(capture)
        contact = _step(capture, "users")
        if contact == "@me":
            session.has_listed()
            yield from every(rows, partial(people.relationship, session))
        elif contact != session.whose(contact=contact):
            yield session.told(replace(known_only(contact), mutual_friends=len(rows)))

    @reads("PUT", *_api("users/@me/relationships/*"))
    def relationship_made(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if (contact := _last_step(capture, "relationships")) and _succeeded(capture):
            yield from acts.related(Session(capture=capture, memory=memory), contact, _asked(capture))

    @reads("DELETE", *_api("users/@me/relationships/*"))
    def relationship_ended(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if (contact := _last_step(capture, "relationships")) and _succeeded(capture):
            yield from acts.unrelated(Session(capture=capture, memory=memory), contact)

    @reads("GET", *_api("users/@me/channels"))
    @reads("POST", *_api("users/@me/channels"))
    def conversations(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            found = capture.json if isinstance(capture.json, list) else [capture.json]
            yield from every(found, partial(talk.conversation, session))

    @reads("PUT", *_api("channels/*/recipients/@me"))
    def message_request_answered(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            yield from acts.answered(session, _step(capture, "channels"), _asked(capture), capture.json)

    @reads("DELETE", *_api("channels/*/recipients/@me"))
    def message_request_rejected(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _succeeded(capture):
            yield from acts.rejected(Session(capture=capture, memory=memory), _step(capture, "channels"))

    @reads("PUT", *_api("channels/recipients/@me/batch-reject"))
    def message_requests_rejected(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _succeeded(capture):
            answer = capture.json if capture.response else []
            yield from acts.rejected_together(Session(capture=capture, memory=memory), _asked(capture), answer)

    @reads("GET", *_api("users/@me/message-requests/supplemental-data"))
    def message_requests(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory, listed=True)
            yield from every(_list(capture), partial(acts.preview, session))

    @reads("GET", *_api("channels/*/messages"))
    def messages(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory, listed=True)
            yield from every(_list(capture)[::-1], partial(talk.message, session))

    @reads("POST", *_api("channels/*/messages"))
    def message_sent(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory, listed=True)
            session.mine(need(capture.json, "author", "id"))
            yield from talk.message(session, capture.json)

    @reads("PATCH", *_api("channels/*/messages/*"))
    def message_edited(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _last_step(capture, "messages") and _answered(capture):
            yield from talk.edited(Session(capture=capture, memory=memory, listed=True), capture.json)

    @reads("DELETE", *_api("channels/*/messages/*"))
    def message_deleted(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        # Below a message lie its reactions.
        if (message := _last_step(capture, "messages")) and _succeeded(capture):
            session = Session(capture=capture, memory=memory, listed=True)
            yield from acts.deleted(session, _step(capture, "channels"), message)

    @reads("GET", *_api("users/*/profile"))
    def profile(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            contact = profile_of(capture.json)
            if contact.id != session.whose(contact=contact.id):
                yield session.told(contact)


def _step(capture: Capture, after: str) -> str:
    """The step of the path that follows another. Raises Unreadable when it can't be an id."""
    steps = capture.path.strip("/").split("/")
    return permanent_id(steps[steps.index(after) + 1] if after in steps[:-1] else "", after)


def _last_step(capture: Capture, after: str) -> str | None:
    """The same where it is the last one; what lies further below is something else."""
    steps = capture.path.strip("/").split("/")
    return steps[-1] if len(steps) > 1 and steps[-2] == after and is_snowflake(steps[-1]) else None


def _asked(capture: Capture) -> Any:
    """What the page sent along, None where it was nothing."""
    return capture.request_json if capture.request else None


def _succeeded(capture: Capture) -> bool:
    return (capture.status or 200) < 300


def _answered(capture: Capture) -> bool:
    return _succeeded(capture) and bool(capture.response)


def _list(capture: Capture) -> list[Any]:
    if not isinstance(capture.json, list):
        raise Unreadable("the list is missing")
    return capture.json


def _once(memory: Memory, why: Unreadable) -> Iterator[Found]:
    """Says it the first time on a connection: what ails the connection would else be said with every message."""
    told = memory.stream.setdefault("told", set())
    if str(why) not in told:
        told.add(str(why))
        yield why


def _packet(capture: Capture, memory: Memory) -> Any:
    """The gateway message that this WebSocket message completes, None while it is incomplete. Raises Unreadable."""
    unpacker: Unpacker | None = memory.stream.get("unpacker")
    if unpacker is None:
        unpacker = memory.stream["unpacker"] = Unpacker(capture.arguments)
    if capture.side == "client":
        # Whatever the parameters say, only the server compresses.
        body: bytes | None = capture.body
    else:
        body = unpacker.message(capture.response, hole=memory.late or capture.cut)
    if not body:
        return None
    return etf.terms(body) if body[0] == etf.VERSION else parsed(body)


def _note(packet: Any, memory: Memory) -> None:
    """What the client says of itself; its token is never looked at."""
    if dig(packet, "op") == IDENTIFY:
        memory.stream["capabilities"] = whole(packet, "d", "capabilities")
    elif dig(packet, "op") == RESUME:
        # A resumed connection brings no READY, so whose it is was learnt on an earlier one.
        own = memory.kept.get(f"session/{need(packet, 'd', 'session_id')}")
        if own:
            memory.stream["own"] = own


_DISPATCHED: dict[str, Callable[[Session, Any], Iterator[Found]]] = {
    "READY": lambda session, told: ready.ready(session.begun(), told),
    "READY_SUPPLEMENTAL": lambda session, told: ready.ready_too(session.begun(), told),
    "RELATIONSHIP_ADD": people.related,
    "RELATIONSHIP_REMOVE": people.unrelated,
    "GAME_RELATIONSHIP_ADD": people.game,
    "CHANNEL_CREATE": talk.conversation,
    "CHANNEL_UPDATE": talk.conversation,
    "CHANNEL_RECIPIENT_ADD": talk.joined,
    "CHANNEL_RECIPIENT_REMOVE": talk.left,
    "MESSAGE_CREATE": talk.message,
    "MESSAGE_UPDATE": talk.edited,
    "MESSAGE_DELETE": talk.deleted,
    "CALL_CREATE": calls.ringing,
    "CALL_UPDATE": calls.rung,
    "CALL_DELETE": calls.over,
    "VOICE_STATE_UPDATE": calls.pictured,
}
