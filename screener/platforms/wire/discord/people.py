"""Discord's relationships: friends, requests, and their ends, pushed, listed, or done by the page itself."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from screener.events import Side
from screener.platforms.base import Accepted, Blocked, Declined, Found, FriendRequest, Removed, dig, moment, need
from screener.platforms.wire.discord.objects import claim, words
from screener.platforms.wire.discord.session import FRIEND, INCOMING, OUTGOING, SHUT_OUT, Session, occasion


def relationship(session: Session, row: Any) -> Iterator[Found]:
    """A line of the list of friends and requests."""
    contact_id = need(row, "id")
    own = session.whose(contact=contact_id)
    if contact_id == own:
        return
    kind, since = dig(row, "type"), moment(dig(row, "since"), "iso")
    before = session.stands_open(own, contact_id)
    mark = session.relate(own, contact_id, kind, since)
    contact = session.person(own, contact_id, dig(row, "user"))
    if kind == FRIEND:
        if before in (INCOMING, OUTGOING):
            # It came about on another device, or while no page was open.
            yield accepted(session, own, contact_id, mark, since)
        yield session.told(replace(contact, is_friend=True, friend_since=since))
    # A list's own request without a time may be years old: nothing says when it was sent.
    elif kind == INCOMING or (kind == OUTGOING and (since or not (session.past or session.listed))):
        stranger, spam = claim(row, "stranger_request"), claim(row, "is_spam_request")
        session.learn(own, replace(contact, is_stranger=stranger, spam=spam))
        side: Side = "contact" if kind == INCOMING else "member"
        yield request(session, own, contact_id, mark, since, by=side, note=words(row, "note"))


def related(session: Session, row: Any) -> Iterator[Found]:
    """A relationship that has just become another one."""
    contact_id = need(row, "id")
    own = session.whose(contact=contact_id)
    kind = dig(row, "type")
    if kind not in (FRIEND, SHUT_OUT) or contact_id == own:
        yield from relationship(session, row)
        return
    since = moment(dig(row, "since"), "iso")
    mark = session.relate(own, contact_id, kind, since)
    session.person(own, contact_id, dig(row, "user"))
    if kind == FRIEND:
        yield accepted(session, own, contact_id, mark, since)
    else:
        yield blocked(session, own, contact_id, mark)


def unrelated(session: Session, row: Any) -> Iterator[Found]:
    """A friendship or a request that is no more."""
    contact_id = need(row, "id")
    own = session.whose(contact=contact_id)
    if contact_id != own:
        session.person(own, contact_id, dig(row, "user"))
        yield from parted(session, own, contact_id, dig(row, "type"), by=None)


def parted(session: Session, own: str, contact_id: str, told: Any, *, by: Side | None) -> Iterator[Found]:
    """The end of a friendship or a request; `by` where it was seen whose doing it was."""
    old = session.stands(own, contact_id)
    kind, before = old.get("type", told), old.get("by") if old.get("closed") else None
    refused = kind == INCOMING
    # A push doesn't say who did it. A request is mostly refused; the member's own doing is seen on the page.
    side: Side = by or before or ("member" if refused else "contact")
    session.part(own, contact_id, side)
    if kind not in (FRIEND, INCOMING, OUTGOING):
        return
    # Told first without saying by whom, and then seen to be the member's doing: that is news.
    again = f":{side}" if by and before and by != before else ""
    yield (Declined if refused else Removed)(
        id=f"{'declined' if refused else 'removed'}:{own}:{contact_id}{occasion(old.get('mark'))}{again}",
        at=session.capture.at,
        account=session.person(own, own),
        contact=replace(session.person(own, contact_id), is_friend=False),
        by=side,
        capture=session.capture.id,
    )


def request(
    session: Session, own: str, contact_id: str, mark: str, since: datetime | None, *, by: Side, note: str | None
) -> FriendRequest:
    """One side asks the other to be friends."""
    at = since or session.capture.at
    contact = session.person(own, contact_id)
    return FriendRequest(
        id=f"friend_request:{own}:{contact_id}{mark}",
        at=at,
        account=session.person(own, own),
        contact=replace(contact, is_friend=False),
        by=by,
        pending=True if by == "contact" else None,
        history=session.was_before(at),
        note=note,
        mutual_friends=contact.mutual_friends,
        capture=session.capture.id,
    )


def accepted(session: Session, own: str, contact_id: str, mark: str, since: datetime | None) -> Accepted:
    """A request became a friendship: whoever did not ask accepted."""
    is_told_late = session.past or session.listed
    asked = session.stands(own, contact_id).get("asked")
    return Accepted(
        id=f"accepted:{own}:{contact_id}{mark}",
        at=(since if is_told_late else None) or session.capture.at,
        account=session.person(own, own),
        contact=replace(session.person(own, contact_id), is_friend=True, friend_since=since),
        by="member" if asked == "contact" else "contact",
        asked=True if asked else None,
        history=is_told_late,
        capture=session.capture.id,
    )


def blocked(session: Session, own: str, contact_id: str, mark: str) -> Blocked:
    """The member shut the contact out: the platform tells nobody that they were blocked."""
    return Blocked(
        id=f"blocked:{own}:{contact_id}{mark}",
        at=session.capture.at,
        account=session.person(own, own),
        contact=session.person(own, contact_id),
        capture=session.capture.id,
    )


def game(session: Session, row: Any) -> Iterator[Found]:
    """A friendship or a request inside a game: not a friendship on the platform, but somebody who asks."""
    contact_id, where = need(row, "id"), need(row, "application_id")
    own = session.whose(contact=contact_id)
    kind, since = dig(row, "type"), moment(dig(row, "since"), "iso")
    if contact_id == own or kind not in (FRIEND, INCOMING, OUTGOING):
        return
    key = f"game/{own}/{contact_id}/{where}"
    before: dict[str, Any] = dig(session.memory.kept, key, default={})
    mark = (before.get("mark") if kind == FRIEND else None) or occasion(since.isoformat() if since else None)
    session.memory.kept[key] = {"type": kind, "mark": mark}
    contact = session.person(own, contact_id, dig(row, "user"))
    if kind == INCOMING:
        session.learn(own, replace(contact, origin="game"))
    if kind != FRIEND:
        side: Side = "contact" if kind == INCOMING else "member"
        found = request(session, own, contact_id, mark, since, by=side, note=None)
        id = f"friend_request:{own}:{contact_id}:{where}{mark}"
        yield replace(found, id=id, contact=session.person(own, contact_id))
    elif before and before.get("type") != FRIEND:
        done: Side = "member" if before.get("type") == INCOMING else "contact"
        let_in = accepted(session, own, contact_id, mark, since)
        id = f"accepted:{own}:{contact_id}:{where}{mark}"
        yield replace(let_in, id=id, contact=session.person(own, contact_id), by=done, asked=True)
