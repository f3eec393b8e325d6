"""Friend requests on Facebook: lists, pushes and the member's own answers, all under one id a request."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from screener.capture import parsed
from screener.platforms.base import Accepted, Blocked, Declined, Found, FriendRequest, Removed, Unreadable, dig, every
from screener.platforms.wire.facebook.facts import described
from screener.platforms.wire.facebook.known import known
from screener.platforms.wire.meta import FRESH, Place, need_id, stamp

LIST = "friending_possibilities"
PUSH = "friend_request_receive_subscribe"
CONFIRMED = "friend_request_confirm_subscribe"
# Below these lie people whom nobody asked for, and the member's own requests.
NOT_INCOMING = frozenset({"people_you_may_know", "outgoing_friend_requests_connection"})
MOST_AT_ONCE = 100


def request_id(place: Place, contact: str, time: datetime | None, way: str = "friend_request") -> str:
    """The id of a request: the same whichever surface showed it first, and another after it was answered.

    The push and the list give the request's own time, an older push gives none.
    """
    key, base = f"{way}/{place.holder}/{contact}", f"{way}:{place.holder}:{contact}"
    known: dict[str, Any] | None = place.kept.get(key)
    second = int(time.timestamp()) if time else None
    if known and second is not None and known["time"] == second:
        return f"{base}{known['suffix']}"
    if known and known["open"]:
        if second is None:
            return f"{base}{known['suffix']}"
        if known["time"] is None and second <= known["seen"] + FRESH.total_seconds():
            place.kept[key] = {**known, "time": second}
            return f"{base}{known['suffix']}"
    turn = known["turn"] + 1 if known else 0
    suffix = f":{second}" if second is not None else f":r{turn}" if turn else ""
    seen = int(place.at.timestamp())
    place.kept[key] = {"suffix": suffix, "time": second, "seen": seen, "turn": turn, "open": True}
    return f"{base}{suffix}"


def closed(place: Place, contact: str, way: str = "friend_request") -> str:
    """Ends a request; gives the end of its id, so that the answer is told apart from the answer to a later one."""
    key = f"{way}/{place.holder}/{contact}"
    known: dict[str, Any] | None = place.kept.get(key)
    if known is None:
        return ""
    place.kept[key] = {**known, "open": False}
    return str(known["suffix"])


def incoming(place: Place, node: Any, time: datetime | None, *path: str | int, asked: bool) -> Iterator[FriendRequest]:
    """A stranger's request to the member."""
    contact = described(place, node, *path)
    if (
        contact.id == place.holder
        or dig(node, *path, "friendship_status", default="INCOMING_REQUEST") != "INCOMING_REQUEST"
    ):
        return
    # What the pages told before; whoever asks now is no friend, whatever was true then.
    contact = replace(known(place, contact.id), is_friend=None).merged(contact)
    yield FriendRequest(
        id=request_id(place, contact.id, time),
        at=time or place.at,
        account=place.ours,
        contact=contact,
        pending=True,
        history=asked and time is not None and place.at - time > FRESH,
        mutual_friends=contact.mutual_friends,
        capture=place.capture,
    )


def edge(place: Place) -> Callable[[Any], Iterator[Found]]:
    """Reads one row of the list of requests."""

    def read(row: Any) -> Iterator[Found]:
        time = stamp(dig(row, "time")) or stamp(dig(row, "node", "time"))
        yield from incoming(place, row, time, "node", asked=True)

    return read


def listed(place: Place, root: Any) -> Iterator[Found]:
    """The list of requests, as a page of it shows them."""
    yield from every(dig(root, "edges"), edge(place))


def patched(place: Place, document: Any) -> Iterator[Found]:
    """A part of the list that comes after the rest: a document that names the way to its place."""
    way = dig(document, "path")
    if isinstance(way, list) and LIST in way:
        content = dig(document, "data")
        if way[-1] == LIST:
            yield from listed(place, content)
        elif len(way) > 1 and way[-2] == "edges" and dig(content, "node") is not None:
            yield from every([content], edge(place))


def is_elsewhere(document: Any) -> bool:
    """Whether a document belongs below a list that holds no incoming requests."""
    way = dig(document, "path")
    return isinstance(way, list) and any(isinstance(step, str) and step in NOT_INCOMING for step in way)


def pushed(place: Place, root: Any) -> Iterator[Found]:
    """A request at the moment it is made."""
    if root is not None:
        yield from incoming(place, root, stamp(dig(root, "time_received")), "sender", asked=False)


def confirmed(place: Place, root: Any) -> Iterator[Found]:
    """Somebody accepted the member's request."""
    if root is None:
        return
    # The compiled subscription says new_friend; other readings of it say friend_requestee.
    contact = described(place, root, "new_friend" if dig(root, "new_friend") else "friend_requestee")
    if contact.id != place.holder:
        yield Accepted(
            id=f"accepted:{place.holder}:{contact.id}{closed(place, contact.id, 'sent')}",
            at=stamp(dig(root, "notif", "creation_time", "timestamp")) or place.at,
            account=place.ours,
            contact=contact,
            by="contact",
            capture=place.capture,
        )


def accept(place: Place, contact: str) -> Iterator[Found]:
    """The member says yes."""
    end = closed(place, contact)
    yield Accepted(
        id=f"accepted:{place.holder}:{contact}{end}",
        at=place.at,
        account=place.ours,
        contact=place.theirs(contact),
        capture=place.capture,
    )


def decline(place: Place, contact: str) -> Iterator[Found]:
    """The member says no."""
    end = closed(place, contact)
    yield Declined(
        id=f"declined:{place.holder}:{contact}{end}",
        at=place.at,
        account=place.ours,
        contact=place.theirs(contact),
        capture=place.capture,
    )


def send(place: Place, contact: str) -> Iterator[Found]:
    """The member asks."""
    yield FriendRequest(
        id=request_id(place, contact, None, "sent"),
        at=place.at,
        account=place.ours,
        contact=place.theirs(contact),
        by="member",
        capture=place.capture,
    )


def cancel(place: Place, contact: str) -> Iterator[Found]:
    """The member takes the question back."""
    end = closed(place, contact, "sent")
    yield Removed(
        id=f"removed:{place.holder}:{contact}{end}",
        at=place.at,
        account=place.ours,
        contact=place.theirs(contact),
        by="member",
        capture=place.capture,
    )


def unfriend(place: Place, contact: str) -> Iterator[Found]:
    """The member ends a friendship."""
    yield Removed(
        id=f"removed:{place.holder}:{contact}:{int(place.at.timestamp())}",
        at=place.at,
        account=place.ours,
        contact=place.theirs(contact),
        by="member",
        capture=place.capture,
    )


def block(place: Place, contact: str) -> Iterator[Found]:
    """The member shuts somebody out."""
    yield Blocked(
        id=f"blocked:{place.holder}:{contact}:{int(place.at.timestamp())}",
        at=place.at,
        account=place.ours,
        contact=place.theirs(contact),
        by="member",
        capture=place.capture,
    )


type Act = Callable[[Place, str], Iterator[Found]]
ACTS: dict[str, tuple[str, Act]] = {
    "FriendRequestConfirm": ("friend_requester_id", accept),
    "FriendRequestDelete": ("friend_requester_id", decline),
    "FriendRequestSend": ("friend_requestee_ids", send),
    "FriendRequestCancel": ("cancelled_friend_requestee_id", cancel),
    "Unfriend": ("unfriended_user_id", unfriend),
    "ActionBlockUser": ("user_id", block),
}
_ACT = re.compile(rf"({'|'.join(ACTS)})Mutation$")
# Names of questions change more often than those of answers.
ANSWERS = {
    b'"friend_request_accept"': "FriendRequestConfirm",
    b'"friend_request_delete"': "FriendRequestDelete",
    b'"friend_request_send"': "FriendRequestSend",
    b'"friend_request_cancel"': "FriendRequestCancel",
    b'"friend_remove"': "Unfriend",
}


def act_of(operation: str, variables: str, answer: bytes) -> str | None:
    """What the member does, by the name that the browser gives its question, else by the name of the answer."""
    if match := _ACT.search(operation):
        return match[1]
    # An answer to an act is short, and the question says with whom.
    return next((act for root, act in ANSWERS.items() if root in answer[:2_000] and ACTS[act][0] in variables), None)


def acts(place: Place, act: str, variables: str) -> Iterator[Found]:
    """What the member does with somebody."""
    column, done = ACTS[act]
    chosen = dig(parsed(variables), "input")
    place = place.held_by(dig(chosen, "actor_id"))
    value = dig(chosen, column)
    if value is None:
        raise Unreadable(f"variables.input.{column} is missing")
    for contact in value[:MOST_AT_ONCE] if isinstance(value, list) else [value]:
        account = need_id({column: contact}, column)
        if account != place.holder:
            yield from done(place, account)
