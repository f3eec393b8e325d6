"""Instagram's conversations in our words: messages, calls, edits and what was taken back, whatever brought them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from screener.events import CallKind, Side
from screener.platforms.base import Account, Call, Deleted, Edited, Found, Media, Message, Unreadable
from screener.platforms.wire.instagram.session import GROUP, PAIR, PROGRAM, Session
from screener.platforms.wire.meta import FRESH, news, own_message_id


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a thread: who wrote what in it, and when."""

    id: str
    at: datetime
    thread: str
    speaker: str
    otid: Any = None
    """The number that the browser gave it before the platform did."""
    text: str | None = None
    media: tuple[Media, ...] = ()


def is_group(state: dict[str, Any]) -> bool | None:
    return {GROUP: True, PAIR: False}.get(str(state.get("kind")))


def parties(session: Session, state: dict[str, Any], speaker: str | None) -> tuple[Account, Side] | None:
    """Who the contact is and whose act it was; None where a member speaks to a group and to nobody in it.

    Raises Unreadable when the thread was never seen.
    """
    if state.get("kind") == PROGRAM:
        return None
    if speaker is not None and speaker != session.own:
        return session.person(speaker), "contact"
    if partner := session.partner(state):
        return session.person(partner), "member" if speaker else "contact"
    if state.get("kind") != GROUP:
        raise Unreadable("who is in the conversation is missing")
    return None


def said(session: Session, line: Line) -> Iterator[Found]:
    """A message."""
    session.wrote(line.id, line.speaker)
    state = session.state(line.thread)
    found = parties(session, state, line.speaker)
    if not found:
        return
    contact, by = found
    is_encrypted = bool(state.get("encrypted")) and line.text is None
    yield Message(
        id=own_message_id(session.place, line.otid, line.id) if by == "member" else line.id,
        at=line.at,
        account=session.place.ours,
        contact=contact,
        by=by,
        conversation=line.thread,
        group=is_group(state),
        pending=state.get("pending"),
        history=session.place.at - line.at > FRESH,
        text=line.text,
        media=line.media,
        encrypted=is_encrypted,
        capture=session.place.capture,
    )


def called(
    session: Session, line: Line, kind: CallKind | None, *, is_over: bool, seconds: int | None = None
) -> Iterator[Found]:
    """A call, from the notices of its beginning and its end, which are one call."""
    state = session.state(line.thread)
    if is_over and state.get("ringing"):
        session.keep(line.thread, ringing="")
        return
    found = parties(session, state, line.speaker)
    if not found:
        return
    contact, by = found
    if not is_over:
        session.keep(line.thread, ringing=line.id)
    yield Call(
        id=line.id,
        at=line.at,
        account=session.place.ours,
        contact=contact,
        by=by,
        conversation=line.thread,
        group=is_group(state),
        pending=state.get("pending"),
        history=session.place.at - line.at > FRESH,
        call=kind,
        seconds=seconds,
        capture=session.place.capture,
    )


def edited(session: Session, thread: str, message: str, text: str | None, at: datetime | None) -> Iterator[Found]:
    """A message changed after it was sent. Who wrote it isn't said; only on this connection it may be remembered."""
    state = session.state(thread)
    found = parties(session, state, session.wrote(message))
    if not found:
        return
    contact, by = found
    mark = sha256((text or "").encode("utf-8", "replace")).hexdigest()[:12]
    yield Edited(
        id=f"edited:{message}:{mark}",
        at=at or session.place.at,
        account=session.place.ours,
        contact=contact,
        by=by,
        conversation=thread,
        group=is_group(state),
        pending=state.get("pending"),
        message=message,
        text=text,
        capture=session.place.capture,
    )


def deleted(session: Session, thread: str, message: str, author: str | None = None) -> Iterator[Found]:
    """A message taken back."""
    state = session.state(thread)
    found = parties(session, state, author or session.wrote(message))
    if not found:
        return
    contact, by = found
    yield Deleted(
        id=f"deleted:{message}",
        at=session.place.at,
        account=session.place.ours,
        contact=contact,
        by=by,
        conversation=thread,
        group=is_group(state),
        pending=state.get("pending"),
        message=message,
        capture=session.place.capture,
    )


def hidden(session: Session, thread: str, state: dict[str, Any]) -> Iterator[Found]:
    """All that can be seen of an encrypted conversation: that there is one, and with whom."""
    partner = session.partner(state)
    if state.get("encrypted") and partner:
        yield from news(
            session.place,
            f"chat/{session.own}/{thread}",
            session.person(partner),
            conversation=thread,
            group=False,
            pending=state.get("pending"),
        )
