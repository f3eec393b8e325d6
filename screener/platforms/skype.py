"""Skype: contact requests, messages, calls and contacts. Retired in 2025; Teams Free speaks nearly the same."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Any

from screener.platforms.base import (
    Accepted,
    Account,
    Blocked,
    Capture,
    Declined,
    Decoder,
    Found,
    FriendRequest,
    Memory,
    Profile,
    Removed,
    Unreadable,
    dig,
    every,
    moment,
    need,
    reads,
)
from screener.platforms.wire.skype import talk
from screener.platforms.wire.skype.session import Session, account, identity, is_a_person, words

MOST_INVITES = 50
CONTACTS = "*/contacts/v2/users/*"
CHATS = ("*.gateway.messenger.live.com", "msgapi.teams.live.com")


class Skype(Decoder):
    name = "skype"
    hosts = ("contacts.skype.com", "api.skype.com", "edge.skype.com", *CHATS)
    surfaces = ("requests", "messages", "calls", "profiles")
    unseen = (
        "Skype was closed in 2025: recordings of it are read, and of its successor Teams Free only the messages that "
        "its web page loads from the older addresses. Whether a call had pictures is never said."
    )

    @reads("GET", CONTACTS)
    def contacts(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        # One pattern for the list and what lies below it: a star in a path also stands for slashes.
        rest = capture.path.partition("/contacts/v2/users/")[2].split("/")[1:]
        if not _answered(capture) or rest not in ([], ["invites"]):
            return
        session = Session(capture=capture, memory=memory)
        if rest:
            yield from every(_list(capture.json, "invite_list"), partial(_invites, session))
        else:
            yield from every(_list(capture.json, "contacts"), partial(_contact, session))
            yield from every(dig(capture.json, "blocklist"), partial(_blocked, session))

    @reads("GET", "*/users/*/contacts/auth-request")
    def requests_v1(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            yield from every(_list(capture.json), lambda row: _invited(session, row, need(row, "sender"), "greeting"))

    @reads("PUT", f"{CONTACTS}/invites/*/accept", "*/contacts/auth-request/*/accept")
    def request_accepted(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _ended(capture, memory, Accepted, -2)

    @reads("PUT", f"{CONTACTS}/invites/*/decline", "*/contacts/auth-request/*/decline")
    def request_declined(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _ended(capture, memory, Declined, -2)

    @reads("PUT", f"{CONTACTS}/blocklist/*")
    def contact_blocked(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _ended(capture, memory, Blocked, -1)

    @reads("DELETE", f"{CONTACTS}/contacts/*")
    def contact_removed(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if "/blocklist/" not in capture.path:
            yield from _ended(capture, memory, Removed, -1)

    @reads("POST", f"{CONTACTS}/contacts")
    def request_sent(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if not _succeeded(capture):
            return
        session = Session(capture=capture, memory=memory)
        own, contact = session.whose(), identity(dig(capture.request_json, "mri"), "mri")
        if contact != own and is_a_person(contact):
            yield FriendRequest(
                id=f"friend_request:{own}:{contact}{_since_last(session, own, contact)}",
                at=capture.at,
                account=account(own),
                contact=account(contact),
                by="member",
                note=words(capture.request_json, "greeting"),
                capture=capture.id,
            )

    @reads("POST", "*/users/*/subscriptions/*/poll", hosts=CHATS)
    def poll(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if not _answered(capture):
            return
        session = Session(capture=capture, memory=memory)
        for event in _list(capture.json, "eventMessages", optional=True):
            if words(event, "resourceType") in ("NewMessage", "MessageUpdate"):
                yield from every([dig(event, "resource")], partial(talk.line, session, listed=False))

    @reads("GET", "*/users/*/conversations/*/messages", hosts=CHATS)
    def messages(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            # The newest comes first; an edit must find what it changes, and a call's end its beginning.
            yield from every(_list(capture.json, "messages")[::-1], partial(talk.line, session, listed=True))

    @reads("POST", "*/users/*/conversations/*/messages", hosts=CHATS)
    def message_sent(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _succeeded(capture):
            session = Session(capture=capture, memory=memory)
            yield from talk.sent(session, capture.request_json, capture.json if capture.response else None)

    @reads("GET", "/users/*/profile", hosts=("api.skype.com",))
    def profile(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if not _answered(capture):
            return
        session = Session(capture=capture, memory=memory)
        if (session.segment("users") or "").lower() in ("self", "me"):
            session.mine(identity(need(capture.json, "username"), "username"))
        else:
            yield from _described(session, capture.json)

    @reads("POST", "/users/batch/profiles", "/users/self/contacts/profiles", hosts=("api.skype.com",))
    def profiles(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if _answered(capture):
            session = Session(capture=capture, memory=memory)
            yield from every(_list(capture.json), partial(_described, session))


def _succeeded(capture: Capture) -> bool:
    return (capture.status or 200) < 300


def _answered(capture: Capture) -> bool:
    return _succeeded(capture) and bool(capture.response)


def _list(document: Any, *path: str, optional: bool = False) -> list[Any]:
    found = dig(document, *path)
    if found is None and optional and isinstance(document, dict):
        return []
    if not isinstance(found, list):
        raise Unreadable(f"{'.'.join(path) or 'the list'} is missing")
    return found


def _invites(session: Session, row: Any) -> Iterator[Found]:
    for invite in _list(row, "invites")[:MOST_INVITES]:
        yield from every([invite], lambda one: _invited(session, one, dig(row, "mri"), "message", row))


def _invited(session: Session, invite: Any, sender: Any, words_in: str, row: Any = None) -> Iterator[Found]:
    own, contact = session.whose(), identity(sender, "mri")
    if contact == own or not is_a_person(contact):
        return
    since = moment(dig(invite, "time"), "iso")
    at = since or session.capture.at
    if since:
        session.memory.kept[f"invite/{own}/{contact}"] = since.isoformat()
    mark = f":{since.isoformat()}" if since else _since_last(session, own, contact)
    yield FriendRequest(
        id=f"friend_request:{own}:{contact}{mark}",
        at=at,
        account=account(own),
        contact=account(contact, words(row, "displayname") or words(row, "display_name")),
        pending=True,
        history=session.was_before(at),
        note=words(invite, words_in),
        capture=session.capture.id,
    )


def _since_last(session: Session, own: str, contact: str) -> str:
    """What tells a request without a time from an earlier one that was answered."""
    ended = session.memory.kept.get(f"ended/{own}/{contact}")
    return f":after:{ended}" if ended and session.capture.at.isoformat() > ended else ""


def _ended(
    capture: Capture, memory: Memory, kind: type[Accepted | Declined | Blocked | Removed], place: int
) -> Iterator[Found]:
    """What the member did with a request or a contact; who it is stands in the path."""
    if not _succeeded(capture):
        return
    session = Session(capture=capture, memory=memory)
    own, contact = session.whose(), identity(capture.path.split("/")[place], "the path's contact")
    if contact == own:
        return
    invited = memory.kept.get(f"invite/{own}/{contact}")
    mark = f":{invited}" if invited else _since_last(session, own, contact)
    memory.kept[f"ended/{own}/{contact}"] = capture.at.isoformat()
    friend = True if kind is Accepted else False if kind in (Declined, Removed) else None
    yield kind(
        id=f"{kind.kind}:{own}:{contact}{mark}",
        at=capture.at,
        account=account(own),
        contact=replace(account(contact), is_friend=friend),
        by="member",
        capture=capture.id,
    )


def _contact(session: Session, row: Any) -> Iterator[Found]:
    own, id = session.whose(), identity(dig(row, "mri") or dig(row, "person_id"), "mri")
    if id == own or not is_a_person(id):
        return
    authorized = dig(row, "authorized")
    country = words(row, "profile", "locations", 0, "country")
    profile, picture = dig(row, "profile"), None
    if isinstance(profile, dict) and "avatar_url" in profile:
        picture = profile["avatar_url"] is not None
    yield _told(
        session,
        own,
        replace(
            account(id, words(row, "display_name") or words(row, "profile", "name", "first")),
            is_friend=authorized if isinstance(authorized, bool) else None,
            picture=picture,
            country=_country(country),
        ),
    )
    if dig(row, "blocked") is True:
        yield from _blocked(session, row)


def _blocked(session: Session, row: Any) -> Iterator[Found]:
    """A line of the list of blocked contacts: it says that, not when."""
    own, id = session.whose(), identity(dig(row, "mri") or dig(row, "person_id"), "mri")
    if id != own and is_a_person(id):
        yield Blocked(
            id=f"blocked:{own}:{id}",
            at=session.capture.at,
            account=account(own),
            contact=account(id),
            history=True,
            capture=session.capture.id,
        )


def _described(session: Session, row: Any) -> Iterator[Found]:
    """A profile that the page looked up."""
    own, id = session.known(), identity(need(row, "username"), "username")
    if id == own or not is_a_person(id):
        return
    names = (words(row, "firstname"), words(row, "lastname"))
    yield _told(
        session,
        own,
        replace(
            account(id, words(row, "displayname") or " ".join(name for name in names if name) or None),
            picture=row["avatarUrl"] is not None if "avatarUrl" in row else None,
            country=_country(words(row, "country")),
            bio=words(row, "mood"),
        ),
    )


def _told(session: Session, own: str, contact: Account) -> Profile:
    """What the platform says of a contact: once as long as it says the same."""
    mark = sha256(repr(contact).encode("utf-8", "replace")).hexdigest()[:16]
    return Profile(
        id=f"profile:{own}:{contact.id}:{mark}",
        at=session.capture.at,
        account=account(own),
        contact=contact,
        capture=session.capture.id,
    )


def _country(value: str | None) -> str | None:
    return value.upper() if value and len(value) == 2 and value.isascii() and value.isalpha() else None
