"""X's followers: who asks, who follows, how the two stand, and what the member did about it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
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
)
from screener.platforms.wire.x.objects import (
    account_id,
    account_of,
    asks,
    flag,
    is_id,
    is_user,
    known_only,
    mappings,
    need_account,
    rows,
    users_in,
    when,
    words,
)
from screener.platforms.wire.x.session import Session

FOLLOWED = frozenset({"users_followed_you", "follow_from_recommended_user"})
ICON = "person_icon"
VIEWERS = ("viewer", "viewer_v2")
MOST_AT_ONCE = 50


def viewer_of(document: Any) -> Any:
    """The account holder's id, where an answer says for whom it was made."""
    told = (dig(document, "data", name, "user_results", "result", "rest_id") for name in VIEWERS)
    return next((id for id in told if id is not None), None)


def requests(session: Session, document: Any) -> Iterator[Found]:
    """Those who ask to follow the member: only their ids, and no times."""
    if not isinstance(dig(document, "ids"), list):
        raise Unreadable("ids is missing")
    yield from every(rows(document, "ids"), lambda id: asked(session, account_id(id, "ids")))


def asked(session: Session, contact: str) -> Iterator[Found]:
    """Somebody asks to follow the member; a request that is seen again keeps its id."""
    own = session.whose()
    if contact != own:
        key, kept = f"asked/{own}/{contact}", session.memory.kept
        kept[key] = {**(kept.get(key) or {}), "open": True}
        yield FriendRequest(
            id=f"friend_request:{own}:{contact}{_since_last(session, own, contact)}",
            at=session.capture.at,
            account=session.ours(own),
            contact=session.meet(own, contact),
            pending=True,
            mutual_friends=session.person(own, contact).mutual_friends,
            capture=session.capture.id,
        )


def described(session: Session, document: Any) -> Iterator[Found]:
    """Every person that an answer describes; what it says of the account holder is nobody's news."""
    users = [*users_in(document)]
    if not users:
        return
    own = (session := session.held_by_name(users)).whose()
    for user in users:
        contact = account_of(user)
        yield from session.look(own, contact)
        if asks(user):
            yield from asked(session, contact.id)


def shared(session: Session, contact: Any, number: int | None) -> Iterator[Found]:
    """How many of those whom the member follows also follow somebody."""
    if is_id(contact) and number is not None:
        yield from session.look(session.whose(), replace(known_only(str(contact)), mutual_friends=number))


def shared_in(document: Any) -> int | None:
    """How many persons a list shows, where it is the whole list."""
    ends = (part for part in mappings(document) if dig(part, "type") == "TimelineTerminateTimeline")
    is_whole = any(dig(part, "direction") in ("Bottom", "TopAndBottom") for part in ends)
    return sum(1 for _ in users_in(document)) if is_whole else None


def notices(session: Session, document: Any) -> Iterator[Found]:
    """The list of notices: only those on followers are read."""
    rows_read = [part for part in mappings(document) if words(part, "clientEventInfo", "element") in FOLLOWED]
    found = [part for part in rows_read if isinstance(dig(part, "itemContent", "template"), dict)]
    if not found:
        return
    yield from every(found, partial(_notice, session))


def _notice(session: Session, row: Any) -> Iterator[Found]:
    item = dig(row, "itemContent")
    at = when(dig(item, "timestamp_ms"))
    users = (dig(each, "user_results", "result") for each in rows(item, "template", "from_users", most=MOST_AT_ONCE))
    yield from every([*users], lambda user: _followed(session, account_of(user), at))


def older_notices(session: Session, document: Any) -> Iterator[Found]:
    """The same from the older web API, which keeps persons and notices apart."""
    users = rows(document, "globalObjects", "users")
    session = session.held_by_name(users)
    people = {account.id: account for user in users if is_user(user) and (account := account_of(user))}
    elements: dict[str, str | None] = {}
    for item in mappings(dig(document, "timeline")):
        if isinstance(name := dig(item, "content", "notification", "id"), str):
            elements[name] = words(item, "clientEventInfo", "element")
    for notice in rows(document, "globalObjects", "notifications"):
        element = elements.get(words(notice, "id") or "")
        if element in FOLLOWED or (element is None and dig(notice, "icon", "id") == ICON):
            yield from every([notice], partial(_older_notice, session, people))


def _older_notice(session: Session, people: dict[str, Account], notice: Any) -> Iterator[Found]:
    at = when(dig(notice, "timestampMs"))
    told = rows(notice, "template", "aggregateUserActionsV1", "fromUsers", most=MOST_AT_ONCE)

    def read(row: Any) -> Iterator[Found]:
        id = need_account(row, "user", "id")
        yield from _followed(session, people.get(id) or known_only(id), at)

    yield from every(told, read)


def _followed(session: Session, told: Account, at: datetime | None) -> Iterator[Found]:
    """Somebody follows the member: because their request was accepted, else anybody may."""
    own, kept = session.whose(), session.memory.kept
    if told.id == own:
        return
    session.keep(own, told)
    contact = session.meet(own, told.id)
    known: dict[str, Any] = kept.get(f"asked/{own}/{told.id}") or {}
    moment = at or session.capture.at
    if known.get("open"):
        yield from answered(session, Accepted, told.id, at)
    elif not known.get("let_in"):
        yield FriendRequest(
            id=f"friend_request:{own}:{told.id}:follower{_since_last(session, own, told.id)}",
            at=moment,
            account=session.ours(own),
            contact=contact,
            pending=False,
            history=session.was_before(moment),
            mutual_friends=contact.mutual_friends,
            capture=session.capture.id,
        )


def answered(
    session: Session, kind: type[Accepted | Declined], contact: str, at: datetime | None = None, *, told: bool = True
) -> Iterator[Found]:
    """The member let somebody follow, or refused; `told` is whether the platform said so, and not only the page."""
    own, kept = session.whose(), session.memory.kept
    asked = True if told or dig(kept, f"asked/{own}/{contact}", "open") else None
    if contact == own:
        return
    moment, mark = at or session.capture.at, _since_last(session, own, contact)
    kept[f"asked/{own}/{contact}"] = {
        "open": False, "let_in": kind is Accepted, "ended": session.capture.at.isoformat(),
    }  # fmt: skip
    found = kind(
        id=f"{kind.kind}:{own}:{contact}{mark}",
        at=moment,
        account=session.ours(own),
        contact=session.meet(own, contact),
        by="member",
        history=session.was_before(moment),
        capture=session.capture.id,
    )
    yield replace(found, asked=asked) if isinstance(found, Accepted) else found


def followed(session: Session, contact: str, answer: Any) -> Iterator[Found]:
    """The member follows somebody, or asks to where the account is a protected one."""
    own = session.whose()
    if contact != own:
        is_asked = flag(answer, "follow_request_sent")
        yield FriendRequest(**_act(session, "friend_request", own, contact), by="member", pending=is_asked)


def unfollowed(session: Session, contact: str) -> Iterator[Found]:
    """The member no longer follows somebody, or takes the question back."""
    own = session.whose()
    if contact != own:
        act = _act(session, "removed", own, contact)
        yield Removed(**{**act, "contact": replace(act["contact"], is_friend=False)}, by="member")


def blocked(session: Session, contact: str) -> Iterator[Found]:
    """The member shut somebody out, which ends whatever they asked."""
    own, kept = session.whose(), session.memory.kept
    if contact != own:
        if kept.get(f"asked/{own}/{contact}"):
            kept[f"asked/{own}/{contact}"] = {"open": False, "let_in": False, "ended": session.capture.at.isoformat()}
        yield Blocked(**_act(session, "blocked", own, contact), by="member")


def meant(session: Session, form: dict[str, str], answer: Any) -> str:
    """Whom an act is about: the answer describes them, the browser names them. Raises Unreadable."""
    if is_user(answer):
        told = account_of(answer)
        own = session.whose()
        session.keep(own, told)
        return told.id
    return need_account(form, "user_id")


def _act(session: Session, kind: str, own: str, contact: str) -> dict[str, Any]:
    return {
        "id": f"{kind}:{own}:{contact}:{int(session.capture.at.timestamp())}",
        "at": session.capture.at,
        "account": session.ours(own),
        "contact": session.meet(own, contact),
        "capture": session.capture.id,
    }


def _since_last(session: Session, own: str, contact: str) -> str:
    """What tells a request without a time from an earlier one that was answered."""
    ended = dig(session.memory.kept, f"asked/{own}/{contact}", "ended")
    return f":after:{ended}" if ended and session.capture.at.isoformat() > ended else ""
