"""TikTok's followers: who asks, who was let in, and what the member did about it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from screener.platforms.base import (
    Accepted,
    Account,
    Blocked,
    Declined,
    Found,
    FriendRequest,
    Removed,
    Unreadable,
    dig,
    every,
    moment,
    need,
)
from screener.platforms.wire.tiktok.objects import MUTUAL, account_of, count
from screener.platforms.wire.tiktok.session import Session

# The notice that somebody follows comes soon after they were let in, and tells the same once more.
SAME_FOLLOW = timedelta(days=1)
MOST_FROM = 20
FOLLOWS, ASKS, LETS_IN = "follow", "follow_request", "follow_request_approve"


def request(session: Session, user: Any) -> Iterator[FriendRequest]:
    """Somebody who asks to follow the account holder; the list says nothing of when they did."""
    own, told = session.whose(), account_of(user)
    if told.id == own:
        return
    session.keep(own, told, dig(user, "sec_uid"))
    contact = session.meet(own, told.id)
    yield FriendRequest(
        id=f"friend_request:{own}:{contact.id}{_since_last(session, own, contact.id)}",
        at=session.capture.at,
        account=session.ours(own),
        contact=contact,
        pending=True,
        capture=session.capture.id,
    )


def notice(session: Session, item: Any) -> Iterator[Found]:
    """A line of the notices: only those on followers are read."""
    for kind, read in ((FOLLOWS, _follower), (ASKS, _asking), (LETS_IN, _let_in)):
        users = dig(item, kind, "from_user")
        if isinstance(users, dict):
            users = [users]
        if isinstance(users, list):
            yield from every(users[:MOST_FROM], partial(read, session, item))


def _follower(session: Session, item: Any, user: Any) -> Iterator[Found]:
    """Somebody follows the account holder, which a private account has to allow."""
    own, told = session.whose(), account_of(user)
    at = moment(dig(item, "create_time"), "s") or session.capture.at
    let_in = moment(dig(session.memory.kept, f"ended/{own}/{told.id}", "let_in"), "iso")
    if told.id == own or (let_in and let_in - SAME_FOLLOW <= at <= let_in + SAME_FOLLOW):
        return
    session.keep(own, told, dig(user, "sec_uid"))
    yield FriendRequest(
        id=f"friend_request:{own}:{told.id}:notice:{_number(item)}",
        at=at,
        account=session.ours(own),
        contact=session.meet(own, told.id),
        history=session.was_before(at),
        capture=session.capture.id,
    )


def _asking(session: Session, item: Any, user: Any) -> Iterator[Found]:
    """The notice of a request: the same request as in the list of requests."""
    at = moment(dig(item, "create_time"), "s") or session.capture.at
    ended = moment(dig(session.memory.kept, f"ended/{session.whose()}/{account_of(user).id}", "at"), "iso")
    if ended and at <= ended:
        # It was answered since, and counted then.
        return
    for found in request(session, user):
        yield replace(found, at=at, history=session.was_before(at))


def _let_in(session: Session, item: Any, user: Any) -> Iterator[Found]:
    """The account holder had asked to follow somebody and may."""
    own, told = session.whose(), account_of(user)
    if told.id == own:
        return
    session.keep(own, told, dig(user, "sec_uid"))
    at = moment(dig(item, "create_time"), "s") or session.capture.at
    yield Accepted(
        id=f"accepted:{own}:{told.id}:notice:{_number(item)}",
        at=at,
        account=session.ours(own),
        contact=session.meet(own, told.id),
        by="contact",
        # That the account holder had asked is only what we take the notice's name to mean.
        asked=None,
        history=session.was_before(at),
        capture=session.capture.id,
    )


def answered(session: Session, kind: type[Accepted | Declined], user: str, *, told: bool) -> Iterator[Found]:
    """The account holder let somebody in, or refused; `told` is whether the platform said that it is done.

    It also answers with nothing at all where it does nothing.
    """
    own = session.whose()
    if user == own:
        return
    contact, mark = session.meet(own, user), _since_last(session, own, user)
    asked = True if told else None
    now = session.capture.at.isoformat()
    session.memory.kept[f"ended/{own}/{user}"] = {"at": now, "let_in": now if kind is Accepted else None}
    found = kind(
        id=f"{kind.kind}:{own}:{user}{mark}",
        at=session.capture.at,
        account=session.ours(own),
        contact=contact,
        by="member",
        capture=session.capture.id,
    )
    yield replace(found, asked=asked) if isinstance(found, Accepted) else found


def followed(session: Session, user: str, act: str | None, status: Any) -> Iterator[Found]:
    """The account holder follows somebody, or no longer does; `status` is how the two stand now."""
    own = session.whose()
    if user == own:
        return
    if act not in ("0", "1"):
        raise Unreadable("type is missing")
    contact = session.meet(own, user)
    if act == "1":
        if count(status) == MUTUAL:
            contact = replace(contact, is_friend=True)
        yield FriendRequest(**_act(session, "friend_request", own, contact), by="member")
    else:
        yield Removed(**_act(session, "removed", own, replace(contact, is_friend=False)), by="member")


def blocked(session: Session, user: str) -> Iterator[Found]:
    """The account holder shut somebody out."""
    own = session.whose()
    if user != own:
        yield Blocked(**_act(session, "blocked", own, session.meet(own, user)), by="member")


def _act(session: Session, kind: str, own: str, contact: Account) -> dict[str, Any]:
    return {
        "id": f"{kind}:{own}:{contact.id}:{int(session.capture.at.timestamp())}",
        "at": session.capture.at,
        "account": session.ours(own),
        "contact": contact,
        "capture": session.capture.id,
    }


def _number(item: Any) -> str:
    for key in ("nid_str", "notice_id", "nid"):
        if dig(item, key) not in (None, "", 0):
            return need(item, key)
    raise Unreadable("nid_str is missing")


def _since_last(session: Session, own: str, contact: str) -> str:
    """What tells a request without a time from an earlier one that was answered."""
    ended = dig(session.memory.kept, f"ended/{own}/{contact}", "at")
    return f":after:{ended}" if ended and session.capture.at.isoformat() > ended else ""
