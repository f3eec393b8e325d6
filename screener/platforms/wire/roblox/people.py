"""Roblox's friend requests, friendships and their ends, out of lists, pushes and what the member does."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from screener.events import Origin, Side
from screener.platforms.base import Accepted, Blocked, Declined, Found, FriendRequest, Removed, Unreadable, dig
from screener.platforms.wire.roblox.objects import account_of, claim, person_id, rows, time_of, words
from screener.platforms.wire.roblox.session import Session

# The platform writes how two stand as a number or as a word.
STANDS = {0: "notfriends", 1: "friends", 2: "requestsent", 3: "requestreceived"}
# Where the one who asks came upon the other, also as a number or as a word; what is left out says nothing.
_ORIGINS: tuple[tuple[int, str, Origin], ...] = (
    (1, "playersearch", "search"),
    (2, "qrcode", "code"),
    (3, "ingame", "game"),
    (4, "userprofile", "profile"),
    (5, "qqcontactimporter", "other app"),
    (6, "wechatcontactimporter", "other app"),
    (7, "profileshare", "link"),
    (8, "phonecontactimporter", "contacts"),
    (9, "friendrecommendations", "suggestion"),
    (10, "communities", "community"),
    (12, "schoolmemberlist", "school"),
)
ORIGINS: dict[int | str, Origin] = {sign: origin for n, word, origin in _ORIGINS for sign in (n, str(n), word)}


def request_row(session: Session, row: Any) -> Iterator[Found]:
    """A line of the list of requests: the account's age and the friends in common lie beside it."""
    sender = account_of(row)
    own = session.whose(contact=sender.id)
    if sender.id == own:
        return
    sent = time_of(row, "friendRequest", "sentAt")
    shared = dig(row, "mutualFriendsList")
    was_open = bool(session.stand(own, sender.id).get("opened"))
    is_news = session.learn(sender)
    if origin := _origin(dig(row, "friendRequest", "originSourceType", default=dig(row, "originSourceType"))):
        is_news |= session.note(own, sender.id, origin=origin)
    event = _request(session, own, sender.id, "contact", sent or session.capture.at, exact=sent is not None)
    if isinstance(shared, list):
        is_news |= session.note(own, sender.id, mutual=len(shared))
        event = replace(event, mutual_friends=len(shared), contact=replace(event.contact, mutual_friends=len(shared)))
    yield event
    if was_open and is_news:
        # The request itself was counted when it was pushed; what the list adds is told apart.
        yield session.profile(own, sender.id)


def _origin(value: Any) -> Origin | None:
    return ORIGINS.get(value.lower() if isinstance(value, str) else value if type(value) is int else "")


def trusted_row(session: Session, row: Any) -> Iterator[Found]:
    """A line of the list of those who ask to be a trusted friend, with whom chat is not filtered."""
    contact = person_id(dig(row, "senderId") or dig(row, "friendRequest", "senderId") or dig(row, "id"), "senderId")
    own = session.whose(contact=contact)
    if contact != own:
        session.note(own, contact)
        at = time_of(row, "sentAt") or time_of(row, "friendRequest", "sentAt")
        yield FriendRequest(
            id=f"trusted_request:{own}:{contact}" + (f":{at.isoformat()}" if at else ""),
            at=at or session.capture.at,
            account=session.person(own),
            contact=session.person(contact, own),
            pending=True,
            history=session.was_before(at or session.capture.at),
            capture=session.capture.id,
        )


def friend_row(session: Session, own: str, row: Any) -> Iterator[Found]:
    """A line of the account holder's own list of friends."""
    friend = account_of(row)
    if friend.id != own:
        session.learn(friend)
        yield from _befriended(session, own, friend.id)


def status(session: Session, own: str, contact: str, value: Any) -> Iterator[Found]:
    """How the account holder and somebody stand, as a profile asks for it."""
    found = value.lower() if isinstance(value, str) else STANDS.get(value) if type(value) is int else None
    if contact == own:
        return
    if found == "requestreceived":
        yield _request(session, own, contact, "contact", session.capture.at, exact=False)
    elif found == "friends":
        yield from _befriended(session, own, contact)
    elif found == "notfriends" and session.stand(own, contact):
        session.note(own, contact, friend=False)
        yield session.profile(own, contact)


def pushed(session: Session, row: Any) -> Iterator[Found]:
    """What the platform says at once: that something happened, and between which two."""
    kind = (words(row, "Type") or words(row, "type") or "").lower()
    if kind not in ("friendshiprequested", "friendshipcreated", "friendshipdestroyed", "friendshipdeclined"):
        return
    ids = _pair(row)
    if ids[0] == ids[1]:
        return
    own, contact = session.between(ids)
    asked = session.stand(own, contact).get("asked")
    match kind:
        case "friendshiprequested":
            # The first of the two is the one who asks.
            yield _request(session, own, contact, "member" if ids[0] == own else "contact", None, exact=True)
        case "friendshipcreated":
            by: Side = "member" if asked == "contact" else "contact"
            yield from _accepted(session, own, contact, by, asked=True if asked else None)
        case "friendshipdeclined":
            yield from _declined(session, own, contact, "contact" if asked == "member" else "member")
        case _:
            yield from _removed(session, own, contact, "contact")


def acted(session: Session, contact: str, act: str) -> Iterator[Found]:
    """What the member did, as the address of the request names it."""
    own = session.whose(contact=contact)
    if contact == own:
        return
    if act == "request-friendship":
        yield _request(session, own, contact, "member", None, exact=True)
    elif act in ("block", "block-user"):
        session.closed(own, contact, friend=False)
        yield _blocked(session, own, contact, "member", history=False)
    elif do := _ACTS.get(act):
        yield from do(session, own, contact, "member")


def blocked_row(session: Session, row: Any) -> Iterator[Found]:
    """A line of the list of those whom the account holder has blocked: an id alone, or an object with one."""
    id = person_id(dig(row, "userId") or dig(row, "id") if isinstance(row, dict) else row, "userId")
    if isinstance(row, dict) and words(row, "name"):
        session.learn(account_of({**row, "id": id}))
    own = session.whose(contact=id)
    if id != own:
        yield _blocked(session, own, id, "member", history=True)


def check_row(session: Session, own: str, row: Any) -> Iterator[Found]:
    """A line of the answer to the question who has blocked whom."""
    id = person_id(dig(row, "userId"), "userId")
    sides: tuple[tuple[str, Side], ...] = (("isBlocked", "member"), ("isBlockingViewer", "contact"))
    for sign, by in sides:
        if id != own and claim(row, sign):
            yield _blocked(session, own, id, by, history=True)


def _request(session: Session, own: str, contact: str, by: Side, at: datetime | None, *, exact: bool) -> FriendRequest:
    at = at or session.capture.at
    mark = session.asked(own, contact, at, by, exact=exact)
    return FriendRequest(
        id=f"friend_request:{own}:{contact}{mark}",
        at=at,
        account=session.person(own),
        contact=replace(session.person(contact, own), is_friend=False),
        by=by,
        pending=True if by == "contact" else None,
        history=session.was_before(at),
        mutual_friends=session.stand(own, contact).get("mutual"),
        capture=session.capture.id,
    )


def _befriended(session: Session, own: str, contact: str) -> Iterator[Found]:
    """Says that the two are friends; a request that was open has then been accepted somewhere unseen."""
    stand = session.stand(own, contact)
    if stand.get("opened") and not stand.get("closed"):
        session.closed(own, contact, friend=True)
    session.note(own, contact, friend=True)
    yield session.profile(own, contact)


def _accepted(session: Session, own: str, contact: str, by: Side, *, asked: bool | None = True) -> Iterator[Found]:
    stand = session.stand(own, contact)
    if stand.get("closed") and stand.get("friend") is False:
        # They were parted, and are friends again without a request that was seen.
        session.asked(own, contact, session.capture.at, "contact" if by == "member" else "member", exact=True)
    yield replace(_ended(session, Accepted, own, contact, by, friend=True), asked=asked)


def _declined(session: Session, own: str, contact: str, by: Side) -> Iterator[Found]:
    yield _ended(session, Declined, own, contact, by, friend=False)


def _removed(session: Session, own: str, contact: str, by: Side) -> Iterator[Found]:
    yield _ended(session, Removed, own, contact, by, friend=False)


_ACTS: dict[str, Callable[[Session, str, str, Side], Iterator[Found]]] = {
    "accept-friend-request": _accepted,
    "decline-friend-request": _declined,
    "unfriend": _removed,
}


def _ended[E: (Accepted, Declined, Removed)](
    session: Session, kind: type[E], own: str, contact: str, by: Side, *, friend: bool
) -> E:
    mark = session.closed(own, contact, friend=friend)
    return kind(
        id=f"{kind.kind}:{own}:{contact}{mark}",
        at=session.capture.at,
        account=session.person(own),
        contact=session.person(contact, own),
        by=by,
        capture=session.capture.id,
    )


def _blocked(session: Session, own: str, contact: str, by: Side, *, history: bool) -> Found:
    who: Literal[":by_contact", ""] = ":by_contact" if by == "contact" else ""
    return Blocked(
        id=f"blocked:{own}:{contact}{who}",
        at=session.capture.at,
        account=session.person(own),
        contact=session.person(contact, own),
        by=by,
        history=history,
        capture=session.capture.id,
    )


def _pair(row: Any) -> tuple[str, str]:
    """The two people of a push: {"UserId1": …, "UserId2": …}, or a list of two. Raises Unreadable."""
    told = dig(row, "EventArgs") or dig(row, "eventArgs")
    if isinstance(told, list):
        found = rows(told)
        if len(found) < 2:
            raise Unreadable("EventArgs.UserId1 is missing")
        return person_id(found[0], "EventArgs.0"), person_id(found[1], "EventArgs.1")
    first, second = ((dig(told, f"UserId{n}") or dig(told, f"userId{n}")) for n in (1, 2))
    return person_id(first, "EventArgs.UserId1"), person_id(second, "EventArgs.UserId2")
