"""Roblox's conversations and their messages, from the present chat API; the older ones are put into its words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from screener.events import Side
from screener.platforms.base import Account, Deleted, Found, Message, Unreadable, dig, every, need
from screener.platforms.wire.roblox.objects import account_of, claim, person_id, rows, time_of, words
from screener.platforms.wire.roblox.session import Session

ALONE, GROUP = "one_to_one", "group"
MOST_PEOPLE = 200
MOST_MESSAGES = 500
# The cookie that opens an account begins with its own warning.
_KEY = re.compile(r"(_\|WARNING:-DO-NOT-SHARE-THIS[^|]{0,200}\|_)[\w.~%+/=:-]{6,}")


@dataclass(frozen=True, kw_only=True)
class Parties:
    """Who speaks to whom in which conversation."""

    own: str
    contact: Account
    by: Side
    channel: str
    group: bool | None
    pending: bool | None


def conversation(session: Session, row: Any) -> Iterator[Found]:
    """A conversation of the account holder, with those who are in it and its newest messages."""
    described = dig(row, "user_data")
    people = list(described.items())[:MOST_PEOPLE] if isinstance(described, dict) else []
    yield from every(people, lambda pair: _met(session, *pair))
    if dig(row, "id") in (None, ""):
        # A friend with whom nobody has spoken yet is listed as a conversation without an id.
        return
    channel = need(row, "id")
    own = session.whose(channel=channel)
    ids = [person_id(id, "participant_user_ids") for id in rows(row, "participant_user_ids")[:MOST_PEOPLE]]
    pending = {"pending": True, "not_pending": False}.get(words(row, "user_pending_status") or "")
    note(session, own, channel, kind=words(row, "type"), people=ids, pending=pending)
    yield from messages(session, channel, rows(row, "messages") or [dig(row, "preview_message")])


def people_in(row: Any) -> list[str]:
    """Everybody in a conversation, none where anybody's id can't be read."""
    try:
        return [person_id(id, "participant_user_ids") for id in rows(row, "participant_user_ids")[:MOST_PEOPLE]]
    except Unreadable:
        return []


def note(
    session: Session, own: str, channel: str, *, kind: str | None, people: list[str], pending: bool | None
) -> None:
    """Remembers who is in a conversation; what isn't said this time stays as it was."""
    old = known(session, own, channel)
    session.memory.kept[f"channel/{own}/{channel}"] = {
        "type": kind or old.get("type"),
        "with": [one for one in people if one != own] or old.get("with", []),
        "pending": old.get("pending") if pending is None else pending,
    }


def known(session: Session, own: str, channel: str) -> dict[str, Any]:
    return dict(dig(session.memory.kept, f"channel/{own}/{channel}", default={}))


def participants(session: Session, channel: str, told: Any) -> Iterator[Found]:
    """Who of a conversation is still asked whether they want to be in it."""
    found = dig(told, "participants_metadata")
    people = (
        {person_id(id, "the participant"): one for id, one in list(found.items())[:MOST_PEOPLE]}
        if isinstance(found, dict)
        else {}
    )
    own = session.whose(channel=channel)
    pending = claim(people.get(own), "is_pending")
    note(session, own, channel, kind=None, people=list(people), pending=pending)
    yield from ()


def messages(session: Session, channel: str, found: list[Any]) -> Iterator[Found]:
    """Messages as a list brings them, the newest first."""
    lines = [line for line in found[:MOST_MESSAGES] if line is not None]
    yield from every(lines[::-1], lambda line: message(session, channel, line))


def message(session: Session, channel: str, row: Any) -> Iterator[Found]:
    """One message. What the platform itself says in a conversation is nobody's."""
    if words(row, "type") == "system":
        return
    id, sender = need(row, "id"), person_id(dig(row, "sender_user_id"), "sender_user_id")
    parties = _parties(session, channel, sender, dig(row, "replies_to"))
    if parties is None:
        return
    at = time_of(row, "created_at") or session.capture.at
    text, is_deleted = without_key(words(row, "content")), claim(row, "is_deleted")
    if text or not is_deleted:
        yield said(session, parties, id, at, text)
    if is_deleted:
        yield Deleted(
            id=f"{id}:deleted",
            at=session.capture.at,
            account=session.person(parties.own),
            contact=parties.contact,
            by=parties.by,
            conversation=channel,
            group=parties.group,
            history=session.was_before(at),
            message=id,
            capture=session.capture.id,
        )


def sent(session: Session, asked: Any, answer: Any) -> Iterator[Found]:
    """What the member sent: its words as they were typed, its id as the platform gave it."""
    channel = need(asked, "conversation_id")

    def read(pair: tuple[Any, Any]) -> Iterator[Found]:
        typed, given = pair
        if not isinstance(given, dict):
            raise Unreadable("the sent message is missing")
        outcome = words(given, "status")
        if outcome and outcome.lower() != "success":
            return
        sender = dig(given, "sender_user_id")
        own = session.whose(channel=channel) if sender is None else session.mine(person_id(sender, "sender_user_id"))
        text = words(given, "content") or words(typed, "content")
        yield from message(session, channel, {**given, "sender_user_id": own, "content": text, "type": None})

    given = rows(answer, "messages")[:MOST_MESSAGES]
    if not given:
        raise Unreadable("messages is missing")
    typed = rows(asked, "messages")[: len(given)]
    yield from every([*zip(typed + [None] * (len(given) - len(typed)), given, strict=True)], read)


def said(session: Session, parties: Parties, id: str, at: datetime, text: str | None) -> Message:
    session.note(parties.own, parties.contact.id)
    return Message(
        id=id,
        at=at,
        account=session.person(parties.own),
        contact=parties.contact,
        by=parties.by,
        conversation=parties.channel,
        group=parties.group,
        pending=parties.pending,
        history=session.was_before(at),
        text=text,
        capture=session.capture.id,
    )


def without_key(text: str | None) -> str | None:
    """The text; where somebody was talked into pasting what opens an account, that is left out."""
    return _KEY.sub(r"\1***", text) if text else text


def _met(session: Session, id: str, user: Any) -> Iterator[Found]:
    described = user if isinstance(user, dict) else {}
    yield from session.told(account_of({**described, "id": described.get("id") or id}))


def _parties(session: Session, channel: str, sender: str, answered: Any) -> Parties | None:
    """Who the contact is; None where the member speaks to a group and to nobody in it. Raises Unreadable."""
    own = session.whose(channel=channel, contact=sender)
    seen = known(session, own, channel)
    kind, people = seen.get("type"), seen.get("with", [])
    if sender != own:
        other = sender
    elif kind == ALONE and len(people) == 1:
        other = people[0]
    elif isinstance(answered, dict) and dig(answered, "sender_user_id") is not None:
        other = person_id(dig(answered, "sender_user_id"), "replies_to.sender_user_id")
    elif kind == GROUP:
        return None
    else:
        raise Unreadable("who is in the conversation is missing")
    if other == own:
        return None
    return Parties(
        own=own,
        contact=session.person(other, own),
        by="member" if sender == own else "contact",
        channel=channel,
        group=kind == GROUP if kind in (ALONE, GROUP) else None,
        pending=seen.get("pending"),
    )
