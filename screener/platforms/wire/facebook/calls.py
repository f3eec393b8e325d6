"""Calls on Messenger: the signal that one rings, the page on which it is held, and its card in the conversation.

A signal is Thrift in the compact protocol: a header, and a union with one member. Only who calls whom is read of it,
never the offers of pictures and sound that lie beside it.
"""

import re
from collections.abc import Iterator
from typing import Any

from screener.events import Side
from screener.platforms.base import Call, Found, Unreadable
from screener.platforms.wire.facebook import conversations
from screener.platforms.wire.meta import Place, is_id
from screener.platforms.wire.thrift import read_struct, read_structs

# Fields of the envelope, the header, the union, a ring and a join, by their numbers.
PAYLOAD, SERVICE, SQUEEZED = 1, 2, (4, 5)
KIND, TRANSACTION, STATUS = 1, 3, 6
RING_BODY, JOIN_BODY = 8, 1
CALLER, RING_TYPE, CONVERSATION, GROUP_THREAD = 1, 4, 24, 1
TO_CALL = 3
RING, JOIN, CALLS = 4, 0, 1
PICTURES, SOUND, GROUPS = frozenset({1, 3, 5}), frozenset({0, 2, 6}), frozenset({0, 3})
GROUP_TYPES = frozenset({"2", "16"})
TRUE, FALSE = frozenset({"true", "1"}), frozenset({"false", "0"})
_RINGS = re.compile(r"users_to_ring(?:\[\d{1,3}\])?")


def signalled(place: Place, body: bytes, side: str) -> Iterator[Found]:
    """A message on the gateway's socket for calls."""
    envelope = read_struct(body)
    if envelope.get(SERVICE, CALLS) != CALLS:
        return
    payload = envelope.get(PAYLOAD)
    if isinstance(payload, bytes):
        yield from _signal(place, *read_structs(payload, 2), side=side)
    elif any(number in envelope for number in SQUEEZED):
        raise Unreadable("a call's signal is compressed")


def published(place: Place, body: bytes, side: str) -> Iterator[Found]:
    """The same on the older socket, behind a header that holds nothing of interest."""
    _, header, message = read_structs(body, 3)
    yield from _signal(place, header, message, side=side)


def _signal(place: Place, header: dict[int, Any], message: dict[int, Any], *, side: str) -> Iterator[Found]:
    # Every signal is answered by one of the same kind, which has a status.
    if header.get(STATUS) is not None:
        return
    transaction = _text(header.get(TRANSACTION))
    if header.get(KIND) == RING and side == "server":
        ring = message.get(RING_BODY)
        caller = _text(ring.get(CALLER)) if isinstance(ring, dict) else None
        if not isinstance(ring, dict) or not is_id(caller, least=5):
            raise Unreadable("a call's signal names no caller")
        where, kind = ring.get(CONVERSATION), ring.get(RING_TYPE)
        kind = kind if isinstance(kind, int) else None
        group = _text(where.get(GROUP_THREAD)) if isinstance(where, dict) else None
        yield from _rings(
            place,
            str(caller),
            by="contact",
            thread=group if is_id(group, least=5) else None,
            is_group=bool(group) or kind in GROUPS,
            mark=transaction,
            call="video" if kind in PICTURES else "audio" if kind in SOUND else None,
        )
    elif header.get(KIND) == JOIN and side == "client":
        join = message.get(JOIN_BODY)
        users = join.get(TO_CALL) if isinstance(join, dict) else None
        called = [user for each in users[:10] if is_id(user := _text(each), least=5)] if isinstance(users, list) else []
        # Who answers calls nobody, and who calls a group speaks to nobody in particular.
        if len(called) == 1:
            yield from _rings(place, str(called[0]), by="member", mark=transaction)


def opened(place: Place, arguments: dict[str, str]) -> Iterator[Found]:
    """The page on which a call is held: its address says with whom, and who called."""
    rings = [user for name, value in arguments.items() if _RINGS.fullmatch(name) for user in value.split(",")[:10]]
    rung = [user for user in rings if is_id(user, least=5) and user != place.holder]
    peer = arguments.get("peer_id") or arguments.get("id")
    contact = rung[0] if len(rung) == 1 else peer if is_id(peer, least=5) else None
    is_group = len(rung) > 1 or "group_thread_id" in arguments or arguments.get("thread_type") in GROUP_TYPES
    if contact is None or is_group:
        return
    pictures = arguments.get("has_video", "").lower()
    yield from _rings(
        place,
        contact,
        by="member" if rung else "contact",
        mark=arguments.get("call_id"),
        call="video" if pictures in TRUE else "audio" if pictures in FALSE else None,
    )


def _rings(
    place: Place,
    contact: str,
    *,
    by: Side,
    mark: str | None,
    thread: str | None = None,
    is_group: bool = False,
    call: Any = None,
) -> Iterator[Call]:
    if contact == place.holder:
        return
    talk = thread or contact
    state = dict(conversations.state(place, talk))
    mark = mark[:60] if mark and mark.isprintable() else str(int(place.at.timestamp() * 1000))
    id = conversations.ring(place, state, f"call:{place.holder}:{contact}:{mark}")
    conversations.keep(place, talk, state)
    yield Call(
        id=id,
        at=place.at,
        account=place.ours,
        contact=place.theirs(contact),
        by=by,
        # In a group's call the group may be unnamed.
        conversation=None if is_group and thread is None else talk,
        group=is_group,
        pending=conversations.pending(state),
        capture=place.capture,
        call=call,
    )


def _text(value: Any) -> str | None:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) and len(value) <= 200 else None
