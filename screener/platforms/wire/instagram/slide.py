"""Instagram's threads and messages as its web pages ask for them and as the gateway pushes them."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from screener.platforms.base import Found, dig, every, need, permanent_id
from screener.platforms.wire import written
from screener.platforms.wire.instagram import content, talk
from screener.platforms.wire.instagram.objects import flag, public_id, rows, when
from screener.platforms.wire.instagram.session import GROUP, PAIR, PROGRAM, Session
from screener.platforms.wire.meta import MOST_IN_TEXT, is_id, words

THREAD, DELTAS = "as_ig_direct_thread", "slide_delta_processor"
PENDING = {"INBOX": False, "PENDING": True, "SPAM": True}
MOST_MESSAGES, MOST_PEOPLE = 3_000, 260


def thread(session: Session, row: Any) -> Iterator[Found]:
    """A thread with its people and its latest messages."""
    viewer = dig(row, "viewer")
    session = session.viewed_by(viewer, dig(row, "viewer_id"))
    name = session.thread(*(dig(row, key) for key in ("thread_fbid", "thread_id", "thread_key")), _own_name(row))
    people = _people(session, row)
    state = session.keep(
        name,
        **{"with": people or None},
        kind=_kind(row, people),
        pending=_pending(row),
        encrypted="E2EE" in str(dig(row, "thread_subtype"))[:100] or None,
    )
    yield from talk.hidden(session, name, state)
    edges = rows(row, "slide_messages", "edges", most=MOST_MESSAGES)
    # The newest comes first or last: a call's end must find its beginning.
    listed: list[Any] = sorted((dig(edge, "node", default={}) for edge in edges), key=_order)
    yield from every(listed, partial(message, session, thread=name))


def message(session: Session, row: Any, thread: Any = None) -> Iterator[Found]:
    """A message, or a notice of a call. What the platform itself says in a thread is not the contact's words."""
    if not row:
        return
    id = need(row, "id") if dig(row, "message_id") is None else need(row, "message_id")
    if content.is_notice(row) and not content.is_call(row):
        return
    name = session.thread(dig(row, "thread_fbid", default=thread))
    line = talk.Line(
        id=id,
        at=when(dig(row, "timestamp_ms")) or session.place.at,
        thread=name,
        speaker=_speaker(session, session.state(name), row),
        otid=dig(row, "offline_threading_id"),
        text=content.text_of(row),
        plain=content.plain_of(row),
        earlier=content.earlier_of(row),
        changed_at=content.changed_at(row),
        media=content.media_of(row),
    )
    if content.is_call(row):
        told = content.notice(row)
        yield from talk.called(session, line, content.call_kind(told), is_over=content.is_over(told))
    else:
        yield from talk.said(session, line)


def delta(session: Session, row: Any) -> Iterator[Found]:
    """One change that the gateway tells: something new, edited, taken back, or moved."""
    name = str(dig(row, "__typename"))[:100]
    place = dig(row, "thread_fbid", default=dig(row, "message", "thread_fbid"))
    if isinstance(dig(row, "thread", THREAD), dict):
        whole = {"thread_fbid": place, **dig(row, "thread", THREAD)}
        yield from thread(session, whole)
    if name == "SlideUQPPUpdateThreadFolder":
        session.keep(session.thread(place), pending=PENDING.get(str(dig(row, "folder"))))
    elif name == "SlideUQPPEditMessage":
        at = when(dig(row, "slide_edit_history_entry", "timestamp_ms"))
        text = words(dig(row, "text_body"), MOST_IN_TEXT)
        yield from talk.edited(session, session.thread(place), need(row, "message_id"), text, at)
    elif name == "SlideUQPPDeleteMessage":
        yield from talk.deleted(session, session.thread(place), need(row, "message_id"))
    elif isinstance(dig(row, "message"), dict):
        yield from message(session, dig(row, "message"), place)
    elif "Message" in name and "New" in name:
        need(row, "message")


def _own_name(row: Any) -> Any:
    """The thread's own id, which in some answers is the only one, and in others a name for the page alone."""
    given = [dig(row, key) for key in ("thread_fbid", "thread_id", "thread_key")]
    return dig(row, "id") if all(name is None for name in given) else None


def _people(session: Session, row: Any) -> list[str]:
    """The others in a thread."""
    people = [session.meet(user).id for user in rows(row, "users", most=MOST_PEOPLE)]
    return [person for person in people if person != session.own]


def _kind(row: Any, people: list[str]) -> str | None:
    subtype = str(dig(row, "thread_subtype"))[:100]
    if "BOT" in subtype:
        return PROGRAM
    told = flag(dig(row, "is_group"))
    if told is None:
        if "GROUP" in subtype or len(people) > 1:
            return GROUP
        return PAIR if "ONE_TO_ONE" in subtype or "1TO1" in subtype else None
    return GROUP if told else PAIR


def _pending(row: Any) -> bool | None:
    told = dig(row, "system_folder", default=dig(row, "messaging_folder_tag"))
    return PENDING.get(told.upper()) if isinstance(told, str) else None


def _order(row: Any) -> float:
    at = when(dig(row, "timestamp_ms"))
    return at.timestamp() if at else 0.0


def _speaker(session: Session, state: dict[str, Any], row: Any) -> str:
    """Who wrote a message, by the public number. Raises Unreadable where nothing told it yet."""
    number, sender = dig(row, "sender_fbid", default=dig(row, "sender", "id")), dig(row, "sender")
    described: Any = dig(sender, "user_dict") or {}
    public = dig(sender, "igid", default=dig(described, "pk", default=dig(described, "id")))
    if isinstance(described, dict) and is_id(public):
        name = dig(described, "full_name", default=dig(sender, "name"))
        user = {**described, "pk": public, "full_name": name, "interop_messaging_user_fbid": number}
        session.meet(user)
        return public_id(user)
    if known := session.identified(number):
        return known
    if is_id(number) and str(number) in (session.own, *(state.get("with") or [])):
        return str(number)
    # Only the numbers that were told to be the member's are: then whoever else writes in a thread of two is the other.
    if session.knows_own_number and is_id(number, least=5) and (partner := session.partner(state)):
        return partner
    raise written.unknown_writer()


def accepted(session: Session, thread: Any) -> None:
    """The member lets a message request in."""
    session.keep(session.thread(permanent_id(thread, "thread_fbid")), pending=False)
