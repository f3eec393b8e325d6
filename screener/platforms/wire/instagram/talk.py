"""Instagram's conversations in our words: messages, calls, edits and what was taken back, whatever brought them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from screener.events import CallKind, Side
from screener.platforms.base import Account, Call, Deleted, Edited, Found, Media, Message, Unreadable
from screener.platforms.wire import written
from screener.platforms.wire.instagram.session import GROUP, PAIR, PROGRAM, Session
from screener.platforms.wire.meta import FRESH, news, own_message_id
from screener.platforms.wire.written import Written


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
    plain: str | None = None
    """Its words alone, without the addresses that are read beside them and that not every answer tells."""
    earlier: tuple[tuple[str, datetime | None], ...] = ()
    """What it said before it was changed, and when, where that is told."""
    changed_at: datetime | None = None


def is_group(state: dict[str, Any]) -> bool | None:
    return {GROUP: True, PAIR: False}.get(str(state.get("kind")))


def parties(session: Session, state: dict[str, Any], speaker: str) -> tuple[Account, Side] | None:
    """Who the contact is and whose act it was; None where a member speaks to a group and to nobody in it.

    Raises Unreadable when the thread was never seen.
    """
    if state.get("kind") == PROGRAM:
        return None
    if speaker != session.own:
        return session.person(speaker), "contact"
    if partner := session.partner(state):
        return session.person(partner), "member"
    if state.get("kind") != GROUP:
        raise Unreadable("who is in the conversation is missing")
    return None


def said(session: Session, line: Line) -> Iterator[Found]:
    """A message, and every wording of it that was not read before."""
    place, state = session.place, session.state(line.thread)
    id = own_message_id(place, line.otid, line.id) if line.speaker == session.own else line.id
    before = written.find(place, line.thread, line.id)
    texts = [line.plain, *(text for text, _ in line.earlier)]
    written.remember(place, line.thread, line.id, author=line.speaker, at=line.at, id=id, texts=texts)
    found = parties(session, state, line.speaker)
    if not found:
        return
    contact, by = found
    is_encrypted = bool(state.get("encrypted")) and line.text is None
    yield Message(
        id=id,
        at=line.at,
        account=place.ours,
        contact=contact,
        by=by,
        conversation=line.thread,
        group=is_group(state),
        pending=state.get("pending"),
        history=place.at - line.at > FRESH,
        text=line.text,
        media=line.media,
        encrypted=is_encrypted,
        capture=place.capture,
    )
    yield from _reworded(session, line, before.id if before else id, before)


def _reworded(session: Session, line: Line, id: str, before: Written | None) -> Iterator[Found]:
    """What a message said before, and says now, as far as it was never read.

    What was changed while no page was open shows only so.
    """
    now = written.mark(line.plain)
    for text, at in line.earlier:
        if written.mark(text) != now and (before is None or before.is_new(text)):
            yield from _changed(session, line.thread, id, line.speaker, text, at or line.at)
    if before is not None and before.is_new(line.plain):
        yield from _changed(session, line.thread, id, line.speaker, line.text, line.changed_at, mark=now)


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
    """A message changed after it was sent. Who wrote it isn't said, but remembered of the last ones."""
    if known := _known(session, thread, message):
        written.remember(session.place, thread, message, author=known.author, at=None, id=known.id, texts=[text])
        yield from _changed(session, thread, known.id, known.author, text, at)


def _known(session: Session, thread: str, message: str) -> Written | None:
    """What is remembered of a message; None in a conversation with a program. Raises Unreadable where it is unknown."""
    if session.state(thread).get("kind") == PROGRAM:
        return None
    if (known := written.find(session.place, thread, message)) is None:
        raise written.unknown_writer()
    return known


def _changed(
    session: Session,
    thread: str,
    message: str,
    author: str,
    text: str | None,
    at: datetime | None,
    *,
    mark: str | None = None,
) -> Iterator[Found]:
    state = session.state(thread)
    found = parties(session, state, author)
    if not found:
        return
    contact, by = found
    yield Edited(
        id=f"edited:{message}:{mark or written.mark(text)}",
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
    """A message taken back. Who wrote it isn't said, but remembered of the last ones."""
    state = session.state(thread)
    if author is None and (known := _known(session, thread, message)):
        author = known.author
    found = parties(session, state, author) if author else None
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
