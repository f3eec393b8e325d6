"""X's inbox in our words: message requests, messages, calls and what was taken back, from its older web API."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from screener.events import CallKind, Event
from screener.platforms.base import (
    Accepted,
    Call,
    Declined,
    Deleted,
    Edited,
    Found,
    Message,
    Unreadable,
    dig,
    every,
    need,
)
from screener.platforms.wire.x.objects import (
    QUIET,
    account_of,
    born,
    flag,
    is_user,
    known_only,
    media_of,
    need_account,
    rows,
    sides,
    text_of,
    thread,
    when,
    words,
)
from screener.platforms.wire.x.session import GROUP, PAIR, Session

ROOTS = ("inbox_initial_state", "user_events", "inbox_timeline", "conversation_timeline")
MOST_DELETED = 200
KINDS: dict[str, CallKind] = {"AUDIO_ONLY": "audio", "VIDEO": "video"}


def root_of(document: Any) -> Any:
    """The part of an answer that holds conversations, None where there is none."""
    inner = dig(document, "data", default=document)
    for name in ROOTS:
        if isinstance(found := dig(inner, name), dict):
            return found
    return inner if any(isinstance(dig(inner, name), dict | list) for name in ("entries", "conversations")) else None


def told(
    session: Session, root: Any, *, pending: bool | None = None, spam: bool | None = None, here: str | None = None
) -> Iterator[Found]:
    """What an inbox, a page of it, or one conversation tells.

    `pending` and `spam` are what the address says of all of it, `here` the conversation that the address names.
    """
    users, entries = rows(root, "users"), rows(root, "entries")
    listed = rows(root, "conversations")
    if not (users or entries or listed):
        return
    names = [*map(named, listed), *(named(row) for entry in entries for row in rows(entry, most=1))]
    pairs = [name for name in names if name and sides(name)]
    session = session.held_by_name(users).held_by_one_in(pairs)
    own = session.whose(next((name for name in [here, *pairs] if name and sides(name)), ""))
    session = session.held_by(own)
    for user in filter(is_user, users):
        session.keep(own, account_of(user))
    yield from every(listed, partial(_conversation, session, own, pending, spam))
    yield from every(sorted(entries, key=_order), partial(_entry, session, own, pending, spam, here))
    for user in filter(is_user, users):
        yield from session.told(own, account_of(user).id)


def _conversation(session: Session, own: str, pending: bool | None, spam: bool | None, row: Any) -> Iterator[Found]:
    """Remembers what kind of conversation it is, and whether the platform keeps it apart."""
    name = thread(dig(row, "conversation_id"))
    trusted = flag(row, "trusted")
    kind = {"ONE_TO_ONE": PAIR, "GROUP_DM": GROUP}.get(words(row, "type") or "", PAIR if sides(name) else None)
    others = [one for one in sides(name) if one != own]
    began = dig(row, "created_by_user_id")
    session.keep_thread(
        own,
        name,
        kind=kind,
        pending=pending if trusted is None else not trusted,
        began=need_account(row, "created_by_user_id") if began is not None and kind == GROUP else None,
    )
    if len(others) == 1:
        session.meet(own, others[0])
    found = flag(row, "low_quality")
    _take_for_spam(session, own, name, spam if found is None else found)
    yield from ()


def _take_for_spam(session: Session, own: str, conversation: str, spam: bool | None) -> None:
    """Remembers of the other one whether the platform takes what they send for spam."""
    for id in sides(conversation):
        if id != own and spam is not None and (spam or session.person(own, id).spam):
            session.keep(own, replace(known_only(id), spam=spam))


def named(row: Any) -> str | None:
    """The conversation that a row belongs to, if it says so in a way that can be read."""
    try:
        return thread(dig(row, "conversation_id", default=dig(row, "message_data", "conversation_id")))
    except Unreadable:
        return None


def _order(entry: Any) -> float:
    """Oldest first: an edit must come after what it changes."""
    told_at = (when(dig(part, "time")) for part in rows(entry, most=1))
    return next((at.timestamp() for at in told_at if at), 0)


def _entry(
    session: Session, own: str, pending: bool | None, spam: bool | None, here: str | None, entry: Any
) -> Iterator[Found]:
    for name, row in entry.items() if isinstance(entry, dict) else ():
        if name in QUIET or not isinstance(row, dict):
            continue
        read = _READ.get(name)
        if read is None and text_of(dig(row, "message_data", default=row)):
            # Whatever it is called, somebody says something in it.
            read = _message
        if read is None:
            raise Unreadable(f"what a {name if _NAME.fullmatch(name) else 'new kind'} tells is not known")
        conversation = named(row) or thread(dig(row, "conversation_id", default=here))
        _take_for_spam(session, own, conversation, spam)
        if pending is not None and session.state(own, conversation).get("pending") is None:
            session.keep_thread(own, conversation, pending=pending)
        yield from read(session, own, conversation, row)


def common(session: Session, own: str, conversation: str, at: datetime) -> dict[str, Any]:
    """What every event of a conversation has."""
    return {
        "at": at,
        "account": session.ours(own),
        "conversation": conversation,
        "group": session.is_group(own, conversation),
        "pending": session.state(own, conversation).get("pending"),
        "history": session.was_before(at),
        "capture": session.capture.id,
    }


def _at(session: Session, row: Any) -> datetime:
    return when(dig(row, "time")) or born(words(row, "id") or "") or session.capture.at


def own_id(session: Session, own: str, id: str, request: Any) -> str:
    """The id of one of the member's own messages: the platform's, unless its sending was seen before it had one."""
    known = session.memory.kept.get(sent_key(own, request)) if isinstance(request, str) and request else None
    return str(known) if known else id


def _message(session: Session, own: str, conversation: str, row: Any) -> Iterator[Event]:
    inner = dig(row, "message_data", default=row)
    id, speaker = need(row, "id"), need_account(inner, "sender_id")
    found = session.parties(own, conversation, speaker, dig(inner, "recipient_id"))
    if not found:
        return
    contact, by = found
    is_encrypted = any(words(part, "conversation_key_version") for part in (row, inner))
    yield Message(
        id=own_id(session, own, id, dig(row, "request_id")) if by == "member" else id,
        contact=contact,
        by=by,
        text=None if is_encrypted else text_of(inner),
        media=media_of(inner),
        encrypted=True if is_encrypted else None,
        **common(session, own, conversation, _at(session, row)),
    )


def _edited(session: Session, own: str, conversation: str, row: Any) -> Iterator[Event]:
    inner = dig(row, "message_data", default=row)
    message = need(inner, "id") if dig(inner, "id") is not None else need(row, "id")
    found = session.parties(own, conversation, need_account(inner, "sender_id"), dig(inner, "recipient_id"))
    if found:
        text = text_of(inner)
        yield Edited(
            id=f"edited:{message}:{mark(text)}",
            contact=found[0],
            by=found[1],
            message=message,
            text=text,
            **common(session, own, conversation, _at(session, row)),
        )


def _deleted(session: Session, own: str, conversation: str, row: Any) -> Iterator[Event]:
    """Messages that the member took out of their own view: nobody can take them out of another's in this way."""
    found = session.parties(own, conversation, own)
    for each in rows(row, "messages", most=MOST_DELETED) if found else ():
        message = need(each, "message_id")
        yield Deleted(
            id=f"deleted:{message}",
            contact=found[0] if found else session.ours(own),
            by="member",
            message=message,
            **common(session, own, conversation, _at(session, row)),
        )


def _trusted(session: Session, own: str, conversation: str, row: Any) -> Iterator[Event]:
    yield from accepted(session, own, conversation, _at(session, row))


def accepted(session: Session, own: str, conversation: str, at: datetime) -> Iterator[Event]:
    """The member accepts a message request: told by the browser's own act, and again by the inbox."""
    state = session.keep_thread(own, conversation, pending=False)
    if contact := _other(session, own, conversation, state):
        yield Accepted(
            id=f"accepted:{own}:{conversation}",
            contact=contact,
            by="member",
            **common(session, own, conversation, at),
        )


def refused(session: Session, own: str, conversation: str, at: datetime) -> Iterator[Event]:
    """The member takes a conversation out of the inbox, which refuses it where it was a request."""
    state = session.state(own, conversation)
    if state.get("pending") and (contact := _other(session, own, conversation, state)):
        yield Declined(
            id=f"declined:{own}:{conversation}",
            contact=contact,
            by="member",
            **common(session, own, conversation, at),
        )


def _other(session: Session, own: str, conversation: str, state: dict[str, Any]) -> Any:
    """The one who asked: the other one, or who began the group."""
    if found := session.parties(own, conversation, own):
        return found[0]
    began = state.get("began")
    return session.meet(own, began) if began and began != own else None


def _removed(session: Session, own: str, conversation: str, row: Any) -> Iterator[Event]:
    yield from refused(session, own, conversation, _at(session, row))


def _called(session: Session, own: str, conversation: str, row: Any) -> Iterator[Event]:
    """A call, told once it is over."""
    id, is_ours = need(row, "id"), flag(row, "is_caller")
    if is_ours is None:
        raise Unreadable("is_caller is missing")
    found = session.parties(own, conversation, own)
    if not found:
        return
    began, ended = when(dig(row, "started_at_ms")), when(dig(row, "ended_at_ms"))
    yield Call(
        id=id,
        contact=found[0],
        by="member" if is_ours else "contact",
        call=KINDS.get(words(row, "call_type") or ""),
        seconds=int((ended - began).total_seconds()) if began and ended and ended >= began else None,
        **common(session, own, conversation, began or _at(session, row)),
    )


_READ: dict[str, Callable[[Session, str, str, Any], Iterator[Event]]] = {
    "message": _message,
    "message_edit": _edited,
    "message_delete": _deleted,
    "trust_conversation": _trusted,
    "remove_conversation": _removed,
    "end_av_broadcast": _called,
}
_NAME = re.compile(r"[a-z_]{1,40}")


def sent_key(own: str, request: str) -> str:
    """Where a message is remembered by the number that the browser gave it."""
    return f"sent/{own}/{request[:100]}"


def mark(text: str | None) -> str:
    """What tells one wording of a message from another."""
    return sha256((text or "").encode("utf-8", "replace")).hexdigest()[:12]
