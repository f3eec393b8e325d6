"""Messenger before Lightspeed: deltas and notices as JSON on MQTT topics, which some pages still use."""

from collections.abc import Iterator
from typing import Any

from screener.capture import parsed
from screener.platforms.base import Call, Deleted, Found, Media, Message, Unreadable, dig, every, need
from screener.platforms.wire import friending
from screener.platforms.wire.facebook import changes, conversations
from screener.platforms.wire.facebook.conversations import GROUP, PAIR
from screener.platforms.wire.meta import (
    MOST_IN_TEXT,
    Place,
    is_id,
    media_kind,
    need_id,
    news,
    own_message_id,
    stamp,
    words,
)

# In what carries JSON as a list of numbers, so many at most.
MOST_BYTES = 1_000_000
# A group's call is told when it starts and when it ends: once is enough.
CALLS = frozenset({"one_on_one_call_ended", "one_on_one_call_missed", "group_call_started"})
MOST_ATTACHMENTS = 50


def deltas(place: Place, document: Any) -> Iterator[Found]:
    """The messages and calls in an answer on /t_ms."""
    yield from every(dig(document, "deltas"), lambda delta: _delta(place, delta))


def notice(place: Place, document: Any) -> Iterator[Found]:
    """What /legacy_web says about friend requests: ids alone, without a name or a time."""
    match dig(document, "type"):
        case "jewel_requests_add":
            yield from friending.incoming(
                place, {"sender": {"id": need_id(document, "from")}}, None, "sender", asked=False
            )
        case "friending_state_change":
            contact = need_id(document, "userid")
            act = {"confirm": friending.accept, "reject": friending.decline, "send": friending.send}.get(
                str(dig(document, "action"))
            )
            if act and contact != place.holder:
                yield from act(place, contact)


def _delta(place: Place, delta: Any) -> Iterator[Found]:
    match dig(delta, "class"):
        case "NewMessage":
            yield from _message(place, delta)
        case "AdminTextMessage" if dig(delta, "type") == "messenger_call_log":
            yield from _call(place, delta)
        case "ThreadFolder":
            yield from _filed(place, delta)
        case "ClientPayload":
            yield from every(dig(_inner(dig(delta, "payload")), "deltas"), lambda inner: _later(place, inner))


def _later(place: Place, delta: Any) -> Iterator[Found]:
    """What the older kinds of delta have no words for: an answer to a message, or one taken back."""
    if (reply := dig(delta, "deltaMessageReply", "message")) is not None:
        yield from _message(place, reply)
    elif (recalled := dig(delta, "deltaRecallMessageData")) is not None:
        sender, message = need_id(recalled, "senderID"), need(recalled, "messageID")
        contact, thread, is_group = _where(place, recalled, sender)
        if contact is not None:
            yield Deleted(
                id=f"deleted:{message}",
                message=message,
                at=stamp(dig(recalled, "deletionTimestamp")) or place.at,
                account=place.ours,
                contact=place.theirs(contact),
                by="member" if sender == place.holder else "contact",
                conversation=thread,
                group=is_group,
                pending=conversations.pending(conversations.state(place, thread)),
                capture=place.capture,
            )


def _inner(values: Any) -> Any:
    """A document that travels as a list of its bytes. Raises Unreadable."""
    if not isinstance(values, list) or len(values) > MOST_BYTES:
        raise Unreadable("a client payload is no list of bytes")
    try:
        return parsed(bytes(values))
    except (ValueError, TypeError):
        raise Unreadable("a client payload is no list of bytes") from None


def _filed(place: Place, delta: Any) -> Iterator[Found]:
    """A conversation began in a folder: of a message request this is all that is told, until somebody opens it."""
    contact, thread, is_group = _where(place, delta, "")
    state = _state(place, thread, is_group, dig(delta, "folder"))
    if contact and conversations.pending(state):
        who, key = place.theirs(contact), f"chat/{place.holder}/{thread}"
        yield from news(place, key, who, conversation=thread, group=is_group, pending=True)


def _state(place: Place, thread: str, is_group: bool, folder: Any) -> conversations.State:
    """What is remembered of a conversation, with the folder that a delta names."""
    state = {**conversations.state(place, thread), "type": GROUP if is_group else PAIR}
    if isinstance(folder, str):
        state["folder"] = folder.removeprefix("FOLDER_").lower()[:50]
    conversations.keep(place, thread, state)
    return state


def _where(place: Place, metadata: Any, actor: str) -> tuple[str | None, str, bool]:
    """The contact, None for the member's own words to a group; the thread; and whether it is a group."""
    other, group = dig(metadata, "threadKey", "otherUserFbId"), dig(metadata, "threadKey", "threadFbId")
    if is_id(other):
        return (str(other) if str(other) != place.holder else None), str(other), False
    if is_id(group):
        return (actor if actor != place.holder else None), str(group), True
    raise Unreadable("messageMetadata.threadKey is missing")


def _message(place: Place, delta: Any) -> Iterator[Found]:
    metadata = dig(delta, "messageMetadata")
    message, actor, at = need(metadata, "messageId"), need_id(metadata, "actorFbId"), stamp(dig(metadata, "timestamp"))
    contact, thread, is_group = _where(place, metadata, actor)
    if at is None:
        raise Unreadable("messageMetadata.timestamp is no time")
    if contact is None:
        changes.unheard(place, message, thread, at)
        return
    is_own, otid = actor == place.holder, dig(metadata, "offlineThreadingId")
    state = _state(place, thread, is_group, dig(metadata, "folderId", "systemFolderId"))
    found = Message(
        id=own_message_id(place, otid, message) if is_own else message,
        at=at,
        account=place.ours,
        contact=place.theirs(contact),
        by="member" if is_own else "contact",
        conversation=thread,
        group=is_group,
        pending=conversations.pending(state),
        capture=place.capture,
        text=words(dig(delta, "body"), MOST_IN_TEXT),
        media=_media(dig(delta, "attachments")),
        encrypted=False,
    )
    yield from changes.said(place, message, found)


def _call(place: Place, delta: Any) -> Iterator[Found]:
    metadata, log = dig(delta, "messageMetadata"), dig(delta, "untypedData")
    if str(dig(log, "event")) not in CALLS:
        return
    message, caller = need(metadata, "messageId"), need_id(log, "caller_id")
    contact, thread, is_group = _where(place, metadata, caller)
    if contact is None:
        return
    at = stamp(dig(metadata, "timestamp")) or place.at
    state = _state(place, thread, is_group, dig(metadata, "folderId", "systemFolderId"))
    rang = conversations.ended(state, at)
    if rang:
        conversations.keep(place, thread, {**state, "rang": None, "rang_at": None})
    yield Call(
        id=rang or message,
        at=at,
        account=place.ours,
        contact=place.theirs(contact),
        by="member" if caller == place.holder else "contact",
        conversation=thread,
        group=is_group,
        pending=conversations.pending(state),
        capture=place.capture,
        call=_pictures(dig(log, "video")),
        seconds=_seconds(dig(log, "call_duration")),
    )


def _pictures(value: Any) -> Any:
    match value:
        case True | "true" | "True" | "1":
            return "video"
        case False | "false" | "False" | "0" | "":
            return "audio"
    return None


def _seconds(value: Any) -> int | None:
    return int(value) if is_id(value) and int(value) < 10**6 else 0 if value in ("0", 0) else None


def _media(attachments: Any) -> tuple[Media, ...]:
    kinds: list[Media] = []
    for attachment in attachments[:MOST_ATTACHMENTS] if isinstance(attachments, list) else ():
        # The answer to a message carries the same as text within the JSON.
        content = dig(attachment, "mercury")
        if content is None and isinstance(text := dig(attachment, "mercuryJSON"), str):
            content = parsed(text)
        if dig(content, "sticker_attachment") is not None:
            kinds.append("sticker")
        elif kind := media_kind(dig(content, "blob_attachment", "__typename")):
            kinds.append(kind)
    return tuple(kinds)
