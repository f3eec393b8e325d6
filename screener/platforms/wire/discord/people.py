"""Discord's relationships: friends, requests, and their ends."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from screener.platforms.base import Accepted, Blocked, Declined, Found, FriendRequest, Removed, dig, moment, need
from screener.platforms.wire.discord.objects import claim, words
from screener.platforms.wire.discord.session import Session, occasion

FRIEND, SHUT_OUT, INCOMING, OUTGOING = 1, 2, 3, 4


def relationship(session: Session, row: Any) -> Iterator[Found]:
    """A line of the list of friends and requests."""
    contact_id = need(row, "id")
    own = session.whose(contact=contact_id)
    kind = dig(row, "type")
    since = moment(dig(row, "since"), "iso")
    mark = session.relate(own, contact_id, kind, since)
    contact = session.person(contact_id, dig(row, "user"))
    if contact_id == own:
        return
    if kind == FRIEND:
        yield session.told(replace(contact, is_friend=True, friend_since=since))
    elif kind in (INCOMING, OUTGOING) and (kind == INCOMING or not (session.past or session.listed)):
        at = since or session.capture.at
        yield FriendRequest(
            id=f"friend_request:{own}:{contact_id}{mark}",
            at=at,
            account=session.person(own),
            contact=replace(contact, is_stranger=claim(row, "stranger_request"), is_friend=False),
            by="contact" if kind == INCOMING else "member",
            pending=True if kind == INCOMING else None,
            history=session.was_before(at),
            note=words(row, "note"),
            capture=session.capture.id,
        )


def related(session: Session, row: Any) -> Iterator[Found]:
    """A relationship that has just become another one."""
    contact_id = need(row, "id")
    own = session.whose(contact=contact_id)
    kind = dig(row, "type")
    if kind not in (FRIEND, SHUT_OUT) or contact_id == own:
        yield from relationship(session, row)
        return
    since = moment(dig(row, "since"), "iso")
    asked = dig(session.memory.kept, f"relation/{own}/{contact_id}", "type") == INCOMING
    mark = session.relate(own, contact_id, kind, since)
    contact = session.person(contact_id, dig(row, "user"))
    if kind == FRIEND:
        yield Accepted(
            id=f"accepted:{own}:{contact_id}{mark}",
            at=session.capture.at,
            account=session.person(own),
            contact=replace(contact, is_friend=True, friend_since=since),
            by="member" if asked else "contact",
            capture=session.capture.id,
        )
    else:
        yield Blocked(
            id=f"blocked:{own}:{contact_id}{mark}",
            at=session.capture.at,
            account=session.person(own),
            contact=contact,
            capture=session.capture.id,
        )


def unrelated(session: Session, row: Any) -> Iterator[Found]:
    """A friendship or a request that is no more."""
    contact_id = need(row, "id")
    own = session.whose(contact=contact_id)
    if contact_id == own:
        return
    key = f"relation/{own}/{contact_id}"
    old: dict[str, Any] = dig(session.memory.kept, key, default={})
    mark = occasion(old)
    session.memory.kept[key] = {**old, "closed": old.get("closed") or session.capture.at.isoformat()}
    kind = old.get("type", dig(row, "type"))
    if kind not in (FRIEND, INCOMING, OUTGOING):
        return
    refused = kind == INCOMING
    yield (Declined if refused else Removed)(
        id=f"{'declined' if refused else 'removed'}:{own}:{contact_id}{mark}",
        at=session.capture.at,
        account=session.person(own),
        contact=replace(session.person(contact_id, dig(row, "user")), is_friend=False),
        by="contact" if kind == FRIEND else "member",
        capture=session.capture.id,
    )
