"""The first thing that Discord's gateway says on a connection: who we are, whom we know, where we talk."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from screener.capture import shallow
from screener.platforms.base import Found, Unreadable, dig, every, need
from screener.platforms.wire import etf
from screener.platforms.wire.beginning import members
from screener.platforms.wire.discord import people, talk
from screener.platforms.wire.discord.objects import rows, words
from screener.platforms.wire.discord.session import Session

NEEDED = ("relationships", "private_channels")
MOST_NAME = 200


def ready(session: Session, told: Any) -> Iterator[Found]:
    """Everything that is told again when a connection begins."""
    own = need(told, "user", "id")
    session.mine(own)
    name = words(told, "session_id")
    if name:
        session.memory.kept[f"session/{name[:MOST_NAME]}"] = own
    for user in (dig(told, "user"), *rows(told, "users")):
        yield from every([user], partial(_met, session, own))
    yield from every(rows(told, "private_channels"), partial(talk.conversation, session))
    if isinstance(dig(told, "relationships"), list):
        session.has_listed()
    yield from every(rows(told, "relationships"), partial(people.relationship, session))
    yield from every(rows(told, "game_relationships"), partial(people.game, session))


def ready_too(session: Session, told: Any) -> Iterator[Found]:
    """What follows READY a moment later: further conversations."""
    yield from every(rows(told, "lazy_private_channels"), partial(talk.conversation, session))


def too_large(session: Session, head: bytes, why: Unreadable) -> Iterator[Found]:
    """Who we are and whom we know, out of the beginning of a message too large to be kept: servers stand behind it."""
    packet = etf.beginning(head) if head[:1] == bytes([etf.VERSION]) else members(head.decode("utf-8", "replace"))
    told = dig(packet, "d")
    if words(packet, "t") != "READY" or not shallow(packet) or dig(told, "user", "id") is None:
        raise why
    yield from ready(session, told)
    if not all(name in told for name in NEEDED):
        yield why


def _met(session: Session, own: str, user: Any) -> Iterator[Found]:
    session.meet(own, user)
    yield from ()
