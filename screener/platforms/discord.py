"""Discord: friend requests, direct messages, calls and profiles from its gateway and its web API."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from screener.capture import parsed
from screener.platforms.base import (
    Capture,
    Decoder,
    Found,
    Memory,
    Unreadable,
    dig,
    every,
    need,
    reads,
    socket,
)
from screener.platforms.wire import etf
from screener.platforms.wire.discord import people, talk
from screener.platforms.wire.discord.objects import profile_of, rows, whole, words
from screener.platforms.wire.discord.session import WHOSE, Session
from screener.platforms.wire.gateway import Unpacker

DISPATCH, IDENTIFY, RESUME = 0, 2, 6


def _api(path: str) -> tuple[str, str]:
    return f"/api/{path}", f"/api/v*/{path}"


class Discord(Decoder):
    name = "discord"
    hosts = ("discord.com", "canary.discord.com", "ptb.discord.com", "*.discord.gg")
    surfaces = ("requests", "messages", "calls", "profiles")
    # As JSON, and as Erlang terms: the word, then a binary with its length in four bytes.
    secrets = (rb'"token"\s*:\s*"', rb"tokenm(?s:.{4})")
    unseen = (
        "What is said and shown in Discord's voice and video calls is encrypted from end to end; messages on servers "
        "are not read, and the phone app may refuse to be read at all."
    )

    @socket("/", "", hosts=("*.discord.gg",))
    def gateway(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        # This one's socket is for logging in by QR code: nobody speaks to anybody there.
        if capture.host.startswith("remote-auth-gateway."):
            return
        try:
            packet = _packet(capture, memory)
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

    @reads("GET", *_api("users/@me/relationships"))
    def relationships(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory, listed=True)
            yield from every(_list(capture), partial(people.relationship, session))

    @reads("GET", *_api("users/@me/channels"))
    @reads("POST", *_api("users/@me/channels"))
    def conversations(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            found = capture.json if isinstance(capture.json, list) else [capture.json]
            yield from every(found, partial(talk.conversation, session))

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

    @reads("GET", *_api("users/*/profile"))
    def profile(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            contact = profile_of(capture.json)
            if contact.id != session.whose(contact=contact.id):
                yield session.told(contact)


def _answered(capture: Capture) -> bool:
    return (capture.status or 200) < 300 and bool(capture.response)


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


def _ready(session: Session, told: Any) -> Iterator[Found]:
    """The first thing said on a connection: who we are, whom we know, where we talk."""
    own = need(told, "user", "id")
    session.mine(own)
    name = words(told, "session_id")
    if name:
        session.memory.kept[f"session/{name[:200]}"] = own
    yield from every([dig(told, "user"), *rows(told, "users")], partial(_met, session))
    yield from every(rows(told, "private_channels"), partial(talk.conversation, session))
    yield from every(rows(told, "relationships"), partial(people.relationship, session))


def _met(session: Session, user: Any) -> Iterator[Found]:
    session.meet(user)
    yield from ()


def _ready_too(session: Session, told: Any) -> Iterator[Found]:
    yield from every(rows(told, "lazy_private_channels"), partial(talk.conversation, session))


_DISPATCHED: dict[str, Callable[[Session, Any], Iterator[Found]]] = {
    "READY": lambda session, told: _ready(session.begun(), told),
    "READY_SUPPLEMENTAL": lambda session, told: _ready_too(session.begun(), told),
    "RELATIONSHIP_ADD": people.related,
    "RELATIONSHIP_REMOVE": people.unrelated,
    "CHANNEL_CREATE": talk.conversation,
    "CHANNEL_UPDATE": talk.conversation,
    "MESSAGE_CREATE": talk.message,
    "MESSAGE_UPDATE": talk.edited,
    "MESSAGE_DELETE": talk.deleted,
    "CALL_CREATE": talk.ringing,
    "VOICE_STATE_UPDATE": talk.pictured,
}
