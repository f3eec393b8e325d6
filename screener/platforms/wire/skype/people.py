"""Contact requests, contacts, blocked contacts and profiles, joined by the id of whom they are about."""

from collections.abc import Iterator
from dataclasses import replace
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
from screener.platforms.wire.skype.objects import (
    claim,
    country_of,
    identity,
    is_a_person,
    rows,
    the_list,
    words,
)
from screener.platforms.wire.skype.session import Session

MOST_INVITES = 50
MOST_DEEP = 6
# Under one of these names lies the id of the person that an object is about.
IDS = ("mri", "username", "skypeId", "SkypeName")


def invites(session: Session, row: Any) -> Iterator[Found]:
    """Everything that one person asked with."""
    for invite in the_list(row, "invites")[:MOST_INVITES]:
        yield from every([invite], lambda one: invited(session, one, dig(row, "mri"), row))


def invited(session: Session, invite: Any, sender: Any, row: Any = None) -> Iterator[Found]:
    own, contact = session.whose(), identity(sender, "mri")
    if contact == own or not is_a_person(contact):
        return
    since = moment(dig(invite, "time"), "iso")
    at = since or session.capture.at
    if since:
        session.memory.kept[f"invite/{own}/{contact}"] = since.isoformat()
    mark = f":{since.isoformat()}" if since else since_last(session, own, contact)
    yield FriendRequest(
        id=f"friend_request:{own}:{contact}{mark}",
        at=at,
        account=session.account(own),
        contact=session.person(own, contact, words(row, "displayname") or words(row, "display_name")),
        pending=True,
        history=session.was_before(at),
        note=words(invite, "message") or words(invite, "greeting") or words(row, "greeting"),
        capture=session.capture.id,
    )


def asked(session: Session, row: Any) -> Iterator[Found]:
    """The member asks somebody to be a contact, or simply adds them."""
    own, contact = session.whose(), identity(dig(row, "mri") if isinstance(row, dict) else row, "mri")
    if contact == own or not is_a_person(contact):
        return
    mark = since_last(session, own, contact)
    session.memory.kept[f"asked/{own}/{contact}"] = session.capture.at.isoformat()
    yield FriendRequest(
        id=f"friend_request:{own}:{contact}{mark}",
        at=session.capture.at,
        account=session.account(own),
        contact=session.person(own, contact, words(row, "displayName") or words(row, "displayname")),
        by="member",
        note=words(row, "greeting"),
        capture=session.capture.id,
    )


def since_last(session: Session, own: str, contact: str) -> str:
    """What tells a request without a time from an earlier one that was answered."""
    ended = session.memory.kept.get(f"ended/{own}/{contact}")
    return f":after:{ended}" if ended and session.capture.at.isoformat() > ended else ""


def ended(session: Session, kind: type[Accepted | Declined | Blocked | Removed], whom: Any) -> Iterator[Found]:
    """What the member did with a request or a contact."""
    own, contact = session.whose(), identity(whom, "the contact")
    if contact == own or not is_a_person(contact):
        return
    kept = session.memory.kept
    since = kept.get(f"invite/{own}/{contact}")
    mark = f":{since}" if since else since_last(session, own, contact)
    kept[f"ended/{own}/{contact}"] = session.capture.at.isoformat()
    friend = True if kind is Accepted else False if kind in (Declined, Removed) else None
    yield kind(
        id=f"{kind.kind}:{own}:{contact}{mark}",
        at=session.capture.at,
        account=session.account(own),
        contact=replace(session.person(own, contact), is_friend=friend),
        by="member",
        capture=session.capture.id,
    )


def contact(session: Session, row: Any, *, listed_as_friend: bool | None = None) -> Iterator[Found]:
    """A line of the list of contacts."""
    own, id = session.whose(), identity(dig(row, "mri") or dig(row, "person_id"), "mri")
    if id == own or not is_a_person(id):
        return
    profile, picture = dig(row, "profile"), None
    if isinstance(profile, dict) and "avatar_url" in profile:
        picture = profile["avatar_url"] is not None
    name = words(row, "display_name") or words(row, "displayName") or words(row, "profile", "name", "first")
    authorized = claim(row, "authorized")
    known = replace(
        session.account(id, name),
        is_friend=listed_as_friend if authorized is None else authorized,
        picture=picture,
        country=country_of(words(row, "profile", "locations", 0, "country")),
    )
    yield session.told(own, known)
    yield from _taken_up(session, own, known)
    if claim(row, "blocked") is True:
        yield from blocked(session, row)


def _taken_up(session: Session, own: str, contact: Account) -> Iterator[Found]:
    """A contact who was asked and now counts as one has said yes."""
    since = session.memory.kept.get(f"asked/{own}/{contact.id}")
    if since and contact.is_friend and session.platform == "skype":
        session.memory.kept[f"asked/{own}/{contact.id}"] = None
        yield Accepted(
            id=f"accepted:{own}:{contact.id}:asked:{since}",
            at=session.capture.at,
            account=session.account(own),
            contact=contact,
            by="contact",
            capture=session.capture.id,
        )


def blocked(session: Session, row: Any) -> Iterator[Found]:
    """A line of the list of blocked contacts: it says that, not when."""
    own, id = session.whose(), identity(dig(row, "mri") or dig(row, "person_id"), "mri")
    if id != own and is_a_person(id):
        yield Blocked(
            id=f"blocked:{own}:{id}",
            at=session.capture.at,
            account=session.account(own),
            contact=session.person(own, id),
            history=True,
            capture=session.capture.id,
        )


def described(session: Session, row: Any) -> Iterator[Found]:
    """A profile that the page looked up."""
    named = next((name for name in IDS if dig(row, name) is not None), "username")
    id = identity(need(row, named), named)
    own = session.known(contact=id)
    if id == own or not is_a_person(id):
        return
    yield session.told(own, profile(session, id, row))


def profile(session: Session, id: str, row: Any) -> Account:
    """What a profile says, whichever of the platform's services wrote it."""
    names = [words(row, one) for one in ("displayname", "displayName", "DisplayName", "name")]
    for two in (("firstname", "lastname"), ("givenName", "surname")):
        names.append(" ".join(part for part in (words(row, one) for one in two) if part))
    names.append(words(row, "name", "displayName"))
    age = dig(row, "age") if dig(row, "age") is not None else dig(row, "Age")
    years = int(age) if isinstance(age, str) and age.isascii() and age.isdigit() and len(age) < 4 else age
    picture = row["avatarUrl"] is not None if "avatarUrl" in row else None
    return replace(
        session.account(id, next((name for name in names if name), None)),
        picture=picture if picture is not None else bool(words(row, "imageUri")) or None,
        country=country_of(words(row, "country")) or country_of(words(row, "countryCode")),
        age=years if type(years) is int and 0 < years < 130 else None,
        bio=words(row, "mood") or words(row, "about") or words(row, "About"),
    )


def found_in(document: Any) -> list[Any]:
    """The objects about people in an answer, however it wraps them. Raises Unreadable when there is no such answer."""
    if not isinstance(document, dict | list):
        raise Unreadable("the profiles are missing")
    level: list[Any] = [document]
    found: list[Any] = []
    for _ in range(MOST_DEEP):
        below: list[Any] = []
        for thing in level:
            if isinstance(thing, dict) and any(isinstance(thing.get(name), str) for name in IDS):
                found.append(thing)
            elif isinstance(thing, dict):
                below += thing.values()
            elif isinstance(thing, list):
                below += rows(thing)
        level = [thing for thing in below if isinstance(thing, dict | list)]
    return found
