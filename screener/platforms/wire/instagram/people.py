"""Instagram's follow requests and followers: the lists, the activity feed, and what the member does about them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from screener.events import Blocked, FriendRequest, Removed
from screener.platforms.base import Accepted, Account, Found, Unreadable, dig, every
from screener.platforms.wire import friending
from screener.platforms.wire.instagram.objects import asks, flag, rows, when
from screener.platforms.wire.instagram.session import Session
from screener.platforms.wire.meta import FRESH, is_id

REQUESTS, ACTIVITY = "xdt_api__v1__friendships__pending", "xdt_activity_inbox"
PARTS = ("friend_request_stories", "priority_stories", "new_stories", "old_stories")
ASKED = frozenset({"private_user_follow_request", "follow_request"})
FOLLOWED = frozenset({"user_followed", "new_follower"})
ALLOWED = frozenset({"follow_request_approved"})
# The numbers of "started following you" where the notice has no name: of the story, and of how it is drawn.
STORY_FOLLOWED, DRAWN_FOLLOWED = 101, 3
MOST_USERS, MOST_AT_ONCE = 3_000, 50
_FOLLOW = re.compile(r"^use(?:Polaris|Barcelona)(Follow|Unfollow)\w*Mutation$")


def requests(session: Session, document: Any) -> Iterator[Found]:
    """The list of those who ask to follow the member. It tells no times."""
    _ = session.own
    yield from every(rows(document, "users", most=MOST_USERS), partial(_asks, session))


def _asks(session: Session, user: Any) -> Iterator[Found]:
    yield from asked(session, session.meet(user))


def asked(session: Session, contact: Account, at: datetime | None = None) -> Iterator[FriendRequest]:
    """Somebody asks to follow the member; a request that is seen again keeps its id."""
    place = session.place
    known = place.kept.get(f"friend_request/{session.own}/{contact.id}")
    # The feed still shows requests that were answered long ago.
    is_stale = known and not known["open"] and at is not None and at.timestamp() <= known["seen"]
    if contact.id != session.own and not is_stale:
        yield FriendRequest(
            id=friending.request_id(place, contact.id, at),
            at=at or place.at,
            account=place.ours,
            contact=contact,
            pending=True,
            history=at is not None and place.at - at > FRESH,
            mutual_friends=contact.mutual_friends,
            capture=place.capture,
        )


def activity(session: Session, document: Any) -> Iterator[Found]:
    """The notices of the activity feed: who asks to follow, who follows, who let the member follow."""
    _ = session.own
    for part in PARTS:
        yield from every(rows(document, part), partial(_story, session))


def _story(session: Session, story: Any) -> Iterator[Found]:
    args = dig(story, "args")
    name, inline = str(dig(story, "notif_name"))[:100], dig(args, "inline_follow", "user_info")
    is_request = name in ASKED or asks(inline)
    if not is_request and not _is_about_following(story, name):
        return
    # The feed sums up requests in one line that names nobody: the list will.
    if is_request and dig(args, "request_count") is not None and dig(args, "profile_id") is None:
        return
    at = when(dig(args, "timestamp"))
    for user in _people(args, inline):
        contact = session.meet(user)
        if contact.id == session.own:
            continue
        if is_request:
            yield from asked(session, contact, at)
        elif name in ALLOWED:
            yield _allowed(session, contact, at)
        else:
            yield from _followed(session, contact, at)


def _is_about_following(story: Any, name: str) -> bool:
    if dig(story, "notif_name") is not None:
        return name in FOLLOWED or name in ALLOWED
    number = dig(story, "story_type")
    return bool(number == STORY_FOLLOWED if number is not None else dig(story, "type") == DRAWN_FOLLOWED)


def _people(args: Any, inline: Any) -> list[Any]:
    """The persons that a notice names. Raises Unreadable when it names none."""
    if users := rows(args, "users", most=MOST_AT_ONCE):
        return users
    named = {
        "pk": dig(args, "profile_id"),
        "username": dig(args, "profile_name"),
        "profile_pic_url": dig(args, "profile_image"),
    }
    described = inline if isinstance(inline, dict) else {}
    user = {**{key: value for key, value in named.items() if value is not None}, **described}
    if not any(dig(user, key) is not None for key in ("pk", "pk_id", "id")):
        raise Unreadable("args.profile_id is missing")
    return [user]


def _followed(session: Session, contact: Account, at: datetime | None) -> Iterator[Found]:
    """Somebody follows the member: of the member's own doing where it was asked for, else anybody may."""
    place = session.place
    known = place.kept.get(f"friend_request/{session.own}/{contact.id}")
    if known and known["open"]:
        yield from _with(session, contact.id, friending.accept(place, contact.id), at)
    elif not known:
        yield FriendRequest(
            id=friending.request_id(place, contact.id, at, "follower"),
            at=at or place.at,
            account=place.ours,
            contact=contact,
            pending=False,
            history=at is not None and place.at - at > FRESH,
            mutual_friends=contact.mutual_friends,
            capture=place.capture,
        )


def _allowed(session: Session, contact: Account, at: datetime | None) -> Accepted:
    place = session.place
    return Accepted(
        id=f"accepted:{session.own}:{contact.id}:sent{friending.closed(place, contact.id, 'sent')}",
        at=at or place.at,
        account=place.ours,
        contact=contact,
        by="contact",
        history=at is not None and place.at - at > FRESH,
        capture=place.capture,
    )


def follow_act(operation: str) -> str | None:
    """What the member does, by the browser's name for its question; None for another one."""
    found = _FOLLOW.search(operation[:200])
    return {"Follow": "create", "Unfollow": "destroy"}[found[1]] if found else None


def act(session: Session, name: str, contact: str, answer: Any) -> Iterator[Found]:
    """What the member does with a request, a follower or somebody else."""
    place, status = session.place, dig(answer, "friendship_status")
    if contact == session.own:
        return
    if isinstance(status, dict) and status:
        session.meet({"pk": contact, "friendship_status": status})
    match name:
        case "approve":
            yield from _with(session, contact, friending.accept(place, contact))
        case "ignore":
            yield from _with(session, contact, friending.decline(place, contact))
        case "create" | "follow":
            asks_for_it = flag(dig(status, "outgoing_request"))
            sent = friending.send(place, contact)
            yield from (replace(each, pending=asks_for_it) for each in _with(session, contact, sent))
        case "destroy" | "unfollow":
            yield from _with(session, contact, friending.cancel(place, contact))
        case "remove_follower":
            yield _ended(session, Removed, contact, "follower:")
        case "block":
            yield _ended(session, Blocked, contact)


def _ended[Kind: Removed | Blocked](session: Session, kind: type[Kind], contact: str, what: str = "") -> Kind:
    """What the member ends; told apart from another time by the request that went before."""
    place = session.place
    return kind(
        id=f"{kind.kind}:{what}{session.own}:{contact}{friending.closed(place, contact)}",
        at=place.at,
        account=place.ours,
        contact=session.person(contact),
        by="member",
        capture=place.capture,
    )


def _with(session: Session, contact: str, events: Iterator[Any], at: datetime | None = None) -> Iterator[Any]:
    """The events, with what is known of the contact and, if told, when it was."""
    for event in events:
        was_before = at is not None and session.place.at - at > FRESH
        yield replace(event, contact=session.person(contact), at=at or event.at, history=was_before)


def profile(session: Session, user: Any) -> Iterator[Found]:
    """Somebody's page: what it says, and whether they ask to follow the member."""
    contact = session.meet(user)
    yield from session.told(contact)
    if asks(user):
        yield from asked(session, contact)


def show(session: Session, contact: Any, status: Any) -> Iterator[Found]:
    """How the two stand, as the page asks for it beside a profile."""
    if isinstance(status, dict) and is_id(contact):
        yield from profile(session, {"pk": contact, "friendship_status": status})


def show_many(session: Session, statuses: Any) -> Iterator[Found]:
    """How the member and many others stand, most of whom the page only shows in passing: who asks, counts."""
    for contact, status in list(statuses.items())[:MOST_USERS] if isinstance(statuses, dict) else ():
        user = {"pk": contact, "friendship_status": status}
        if is_id(contact) and asks(user):
            yield from asked(session, session.meet(user))
