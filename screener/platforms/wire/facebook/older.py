"""Messenger's conversations as GraphQL documents, as the older pages ask for them, also for the message requests."""

from collections.abc import Iterator
from typing import Any

from screener.platforms.base import Found, Media, Message, Unreadable, dig, every, need
from screener.platforms.wire.facebook import changes, conversations
from screener.platforms.wire.facebook.conversations import GROUP, PAIR
from screener.platforms.wire.meta import (
    FRESH,
    MOST_IN_TEXT,
    Place,
    is_id,
    media_kind,
    need_id,
    own_message_id,
    stamp,
    words,
)

LIST, ONE = "message_threads", "message_thread"
ROOTS = frozenset({LIST, ONE})
MOST_ATTACHMENTS = 50
# Everything else in a conversation is the platform's own words.
WRITTEN = "UserMessage"


def listed(place: Place, root: Any) -> Iterator[Found]:
    """A folder: the conversations in it."""
    yield from every(dig(root, "nodes"), lambda node: conversation(place, node))


def conversation(place: Place, node: Any) -> Iterator[Found]:
    """One conversation, with the messages that the page shows of it."""
    if node is None:
        return
    key = dig(node, "thread_key")
    other, several = dig(key, "other_user_id"), dig(key, "thread_fbid")
    is_pair = is_id(other, least=5)
    if not is_pair and not is_id(several, least=5):
        raise Unreadable("thread_key is missing")
    thread = str(other if is_pair else several)
    state = {**conversations.state(place, thread), "type": PAIR if is_pair else GROUP}
    if isinstance(folder := dig(node, "folder"), str):
        state["folder"] = folder.lower()[:50]
    conversations.keep(place, thread, state)
    yield from every(dig(node, "messages", "nodes"), lambda row: _message(place, row, thread, state))


def _message(place: Place, row: Any, thread: str, state: conversations.State) -> Iterator[Found]:
    if dig(row, "__typename", default=WRITTEN) != WRITTEN:
        return
    message, sender, at = need(row, "message_id"), need_id(row, "message_sender", "id"), stamp(_time(row))
    if at is None:
        raise Unreadable("timestamp_precise is no time")
    is_own, otid = sender == place.holder, dig(row, "offline_threading_id")
    text, media = words(dig(row, "message", "text"), MOST_IN_TEXT), _media(row)
    contact = sender if not is_own else thread if state["type"] == PAIR else None
    # What has neither words nor pictures was taken back, or is a link alone.
    if text is None and not media:
        return
    if contact is None or contact == place.holder:
        changes.unheard(place, message, thread, at)
        return
    found = Message(
        id=own_message_id(place, otid, message) if is_own else message,
        at=at,
        account=place.ours,
        contact=place.theirs(contact),
        by="member" if is_own else "contact",
        conversation=thread,
        group=conversations.group(state),
        pending=conversations.pending(state),
        history=place.at - at > FRESH,
        capture=place.capture,
        text=text,
        media=media,
        encrypted=False,
    )
    yield from changes.said(place, message, found)


def _time(row: Any) -> Any:
    return dig(row, "timestamp_precise", default=dig(row, "timestamp"))


def _media(row: Any) -> tuple[Media, ...]:
    blobs = dig(row, "blob_attachments")
    kinds = [
        kind
        for each in (blobs[:MOST_ATTACHMENTS] if isinstance(blobs, list) else ())
        if (kind := media_kind(dig(each, "__typename")))
    ]
    return tuple(kinds) if dig(row, "sticker") is None else (*kinds, "sticker")
