"""Instagram's threads and messages as its older web API lists them: inbox, requests, spam, and one thread."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from screener.platforms.base import Found, Unreadable, dig, every, need
from screener.platforms.wire import written
from screener.platforms.wire.instagram import content, talk
from screener.platforms.wire.instagram.objects import count, flag, rows, when
from screener.platforms.wire.instagram.session import GROUP, PAIR, Session
from screener.platforms.wire.meta import is_id

MOST_THREADS, MOST_ITEMS, MOST_PEOPLE = 1_000, 3_000, 260
# Not words of anybody: notes of what happened in the thread, and what the app can't show.
NOTES = frozenset({"action_log", "placeholder", "reaction"})
CALL = "video_call_event"


def listed(session: Session, document: Any, *, pending: bool | None, is_inbox: bool) -> Iterator[Found]:
    """Every thread that an answer holds; `pending` is what the address says of all of them."""
    if is_inbox and not isinstance(dig(document, "inbox", "threads"), list):
        raise Unreadable("inbox.threads is missing")
    session = session.viewed_by(dig(document, "viewer")) if dig(document, "viewer") is not None else session
    threads = [*rows(document, "inbox", "threads", most=MOST_THREADS), *rows(document, "threads", most=MOST_THREADS)]
    if isinstance(dig(document, "thread"), dict):
        threads.append(dig(document, "thread"))
    yield from every(threads, partial(thread, session, pending=pending))


def thread(session: Session, row: Any, *, pending: bool | None) -> Iterator[Found]:
    """A thread with its people and its latest items."""
    session = session.held_by(dig(row, "viewer_id"))
    name = session.thread(dig(row, "thread_v2_id"), dig(row, "thread_id"))
    if dig(row, "inviter") is not None:
        session.meet(dig(row, "inviter"))
    people = [session.meet(user).id for user in rows(row, "users", most=MOST_PEOPLE)]
    others = [person for person in people if person != session.own]
    told, is_group = flag(dig(row, "pending")), flag(dig(row, "is_group"))
    state = session.keep(
        name,
        **{"with": others or None},
        kind=GROUP if is_group or (is_group is None and len(others) > 1) else PAIR if others else None,
        pending=pending if told is None else told,
        encrypted=flag(dig(row, "is_e2ee_thread")) or None,
    )
    yield from talk.hidden(session, name, state)
    # The newest comes first: a call's end must find its beginning.
    items = rows(row, "items", most=MOST_ITEMS)[::-1] or [dig(row, "last_permanent_item", default={})]
    seconds = {
        str(dig(one, CALL, "vc_id"))[:200]: count(dig(one, CALL, "call_duration"))
        for one in items
        if dig(one, CALL, "call_duration") is not None
    }
    yield from every(items, partial(item, session, name, seconds))


def item(session: Session, thread: str, seconds: dict[str, int | None], row: Any) -> Iterator[Found]:
    """One item of a thread: a message or a call."""
    kind = str(dig(row, "item_type"))[:50]
    if not row or kind in NOTES:
        return
    call = dig(row, CALL, "vc_id")
    line = talk.Line(
        id=message_id(row),
        at=when(dig(row, "timestamp")) or session.place.at,
        thread=thread,
        speaker=_speaker(session, thread, row),
        otid=dig(row, "client_context", default=dig(row, "offline_threading_id")),
        text=content.item_text(row),
        plain=content.item_plain(row),
        media=content.item_media(row),
    )
    if kind == CALL:
        action = str(dig(row, CALL, "action"))[:50]
        is_audio = flag(dig(row, CALL, "thread_has_audio_only_call"))
        yield from talk.called(
            session,
            line,
            None if is_audio is None else "audio" if is_audio else "video",
            is_over="end" in action or "miss" in action,
            seconds=seconds.get(str(call)[:200]) if call is not None else count(dig(row, CALL, "call_duration")),
        )
    else:
        yield from talk.said(session, line)


def message_id(row: Any) -> str:
    """A message's id: the one that the web pages and the gateway use, too, where it is told."""
    found = dig(row, "message_id")
    return need(row, "message_id") if isinstance(found, str) and found.startswith("mid.") else need(row, "item_id")


def _speaker(session: Session, thread: str, row: Any) -> str:
    is_own, writer = flag(dig(row, "is_sent_by_viewer")), dig(row, "user_id")
    if is_own:
        return session.own
    if is_id(writer):
        return session.identified(writer) or str(writer)
    partner = session.partner(session.state(thread))
    if is_own is False and partner:
        return partner
    raise written.unknown_writer()
