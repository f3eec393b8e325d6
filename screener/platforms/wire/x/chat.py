"""X's encrypted chats in our words: that two talk, when and with whom; what is said only where it is not encrypted."""

import base64
import binascii
from collections.abc import Iterator
from functools import partial
from typing import Any

from screener.events import CallKind, Event, Media, Side
from screener.platforms.base import Accepted, Account, Call, Deleted, Edited, Found, Message, Unreadable, dig, every
from screener.platforms.base import permanent_id as permanent
from screener.platforms.wire.thriftbinary import read_struct
from screener.platforms.wire.x import direct
from screener.platforms.wire.x.objects import (
    LONGEST_TEXT,
    account_id,
    account_of,
    count,
    mappings,
    rows,
    sides,
    thread,
    users_in,
    when,
    words,
)
from screener.platforms.wire.x.session import GROUP, PAIR, Session

# Fields of an event.
SEQUENCE, MESSAGE_ID, SENDER, CONVERSATION, CREATED, DETAIL, TRUSTED = 1, 2, 3, 4, 6, 7, 11
# Kinds of detail, and the fields of a message.
CREATE, GROUP_CHANGE, DELETE = 1, 4, 7
CONTENTS, KEY_VERSION = 100, 101
# What a message that is not encrypted holds.
SAID, EDIT, CALL_ENDED, CALL_MISSED, REQUEST_ACCEPTED, CALL_STARTED = 1, 4, 10, 11, 13, 16
# Reactions, what was read or put on top, a picture taken of the screen, a draft, a sign of being verified.
QUIET = frozenset({2, 3, 5, 6, 7, 8, 9, 12, 15})
LAST_DETAIL = 14
MEDIA: dict[int, Media] = {1: "image", 2: "image", 3: "video", 4: "audio", 5: "file", 6: "image"}
CALLS: dict[bool, CallKind] = {True: "audio", False: "video"}
# Where an answer lists events, in Base64.
LISTS = ("encoded_message_events", "latest_message_events")
SINGLE = "latest_notifiable_message_create_event"
MOST_EVENTS, MOST_ATTACHMENTS, MOST_PARTS = 1_000, 50, 200
LONGEST_EVENT = 512 * 1024


def packet(session: Session, body: bytes) -> Iterator[Found]:
    """What one message of the chat's socket tells: an event, or several at once."""
    outer = read_struct(body)
    events = [each for each in [outer.get(1), *_list(outer.get(3), 1)] if isinstance(each, dict)]
    yield from every(events[:MOST_EVENTS], partial(happened, session))


def listed(session: Session, document: Any) -> Iterator[Found]:
    """What the pages of the inbox and of one conversation tell: who takes part, and what happened."""
    talks = [row for row in mappings(document) if isinstance(dig(row, "conversation_id"), str)]
    encoded = [one for row in mappings(document) for name in LISTS for one in rows(row, name)]
    encoded += [row[SINGLE] for row in mappings(document) if isinstance(dig(row, SINGLE), str)]
    users = [*users_in(document)]
    if not (talks or encoded):
        return
    pairs = [name for row in talks if (name := direct.named(row)) and sides(name)]
    session = session.held_by_name(users).held_by_one_in(pairs)
    if talks:
        own = session.whose(pairs[0] if pairs else "")
        session = session.held_by(own)
        for user in users:
            session.keep(own, account_of(user))
        yield from every(talks, partial(_talk, session, own))
    # The newest event of a conversation is given twice.
    yield from _once(every([*dict.fromkeys(map(str, encoded[:MOST_EVENTS]))], partial(_encoded, session)))
    if talks:
        for user in users:
            yield from session.told(own, account_of(user).id)


def _once(found: Iterator[Found]) -> Iterator[Found]:
    """What was found; what can't be read for one and the same reason is said once."""
    said = set()
    for each in found:
        if not isinstance(each, Unreadable) or str(each) not in said:
            yield each
        if isinstance(each, Unreadable):
            said.add(str(each))


def _talk(session: Session, own: str, row: Any) -> Iterator[Found]:
    name = thread(dig(row, "conversation_id"))
    session.keep_thread(own, name, kind=PAIR if sides(name) else GROUP)
    for id in sides(name):
        if id != own:
            session.meet(own, id)
    yield from ()


def _encoded(session: Session, encoded: str) -> Iterator[Found]:
    yield from happened(session, _struct(encoded))


def sent(session: Session, answer: Any) -> Iterator[Found]:
    """What the member sent, as the platform gave it back."""
    encoded = dig(answer, "data", "xchat_send_create_message_event", "encoded_message_event")
    if not isinstance(encoded, str):
        return
    event = _struct(encoded)
    if not isinstance(event.get(DETAIL), dict) and isinstance(inner := event.get(1), bytes):
        # At times what comes back is wrapped once more.
        event = _struct(inner.decode("ascii", "replace"))
    yield from happened(session.held_by(_text(event, SENDER)), event)


def happened(session: Session, event: Any) -> Iterator[Event]:
    """One thing that happened in a conversation."""
    detail = event.get(DETAIL)
    if not isinstance(detail, dict):
        return
    create, deleted = detail.get(CREATE), detail.get(DELETE)
    if not isinstance(create, dict) and not isinstance(deleted, dict):
        if detail and min(detail) > LAST_DETAIL:
            raise Unreadable(f"an event of kind {min(detail)} is not known")
        return
    conversation = thread(_text(event, CONVERSATION))
    own = session.whose(conversation)
    trusted = event.get(TRUSTED)
    kind = PAIR if sides(conversation) else GROUP
    session.keep_thread(own, conversation, kind=kind, pending=not trusted if isinstance(trusted, bool) else None)
    speaker = account_id(_text(event, SENDER), "sender_id")
    found = session.parties(own, conversation, speaker)
    at = when(_text(event, CREATED)) or session.capture.at
    shared = direct.common(session, own, conversation, at)
    if isinstance(deleted, dict) and found:
        for message in _list(deleted, 1)[: direct.MOST_DELETED]:
            id = permanent(_plain(message), "sequence_ids")
            yield Deleted(id=f"deleted:{id}", contact=found[0], by=found[1], message=id, **shared)
    elif isinstance(create, dict) and (found or speaker == own):
        yield from _created(session, event, create, found, shared)


def _created(
    session: Session,
    event: dict[int, Any],
    create: dict[int, Any],
    found: tuple[Account, Side] | None,
    shared: dict[str, Any],
) -> Iterator[Event]:
    id = permanent(_text(event, SEQUENCE) or _text(event, MESSAGE_ID), "sequence_id")
    contents = create.get(CONTENTS)
    if not found or not isinstance(contents, bytes) or not contents:
        # What a member says to a group is said to no one contact; an event without contents only opens a conversation.
        return
    contact, by = found
    if _text(create, KEY_VERSION):
        yield Message(id=id, contact=contact, by=by, encrypted=True, **shared)
        return
    inner = _under(read_struct(contents), 1)
    if isinstance(said := _under(inner, SAID), dict):
        yield Message(
            id=id, contact=contact, by=by, text=_words(said, 1), media=_media(said), encrypted=False, **shared
        )
    elif isinstance(edit := _under(inner, EDIT), dict):
        message, text = permanent(_text(edit, 1), "message_sequence_id"), _words(edit, 2)
        yield Edited(
            id=f"edited:{message}:{direct.mark(text)}", contact=contact, by=by, message=message, text=text, **shared
        )
    elif isinstance(_under(inner, REQUEST_ACCEPTED), dict):
        whose = "" if by == "member" else ":contact"
        id = f"accepted:{shared['account'].id}:{shared['conversation']}{whose}"
        # The contact's own program writes theirs: it proves nothing of what the member did before.
        yield Accepted(id=id, contact=contact, by=by, asked=True if by == "member" else None, **shared)
    elif called := [*_called(inner, id, contact, by, shared)]:
        yield from called
    elif not isinstance(inner, dict) or not inner.keys() & QUIET:
        # Somebody says something in a way that is new: the words in it are read, or it is told that they are not.
        text = "\n".join(_texts(inner))[:LONGEST_TEXT]
        if not text:
            raise Unreadable(
                f"a message of kind {min(inner, default=0) if isinstance(inner, dict) else 0} is not known"
            )
        yield Message(id=id, contact=contact, by=by, text=text, encrypted=False, **shared)


def _texts(thing: Any) -> Iterator[str]:
    """The texts in a struct whose meaning is not known, in its order; numbers in text are none."""
    waiting = [thing]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        if isinstance(part, dict | list | tuple):
            waiting.extend(reversed([*(part.values() if isinstance(part, dict) else part)][:MOST_PARTS]))
        elif isinstance(part, bytes) and (text := part.decode("utf-8", "ignore").strip()) and not text.isdigit():
            yield text


def _called(inner: Any, id: str, contact: Account, by: Side, shared: dict[str, Any]) -> Iterator[Event]:
    """A call that began, ended, or was missed; its beginning and end carry one number, and count once."""
    for field, audio, number in ((CALL_STARTED, 1, 3), (CALL_ENDED, 3, 5), (CALL_MISSED, 2, 0)):
        if isinstance(call := _under(inner, field), dict):
            is_audio = call.get(audio)
            broadcast = _text(call, number)
            yield Call(
                id=f"call:{permanent(broadcast, 'broadcast_id')}" if broadcast else id,
                contact=contact,
                by=by,
                call=CALLS.get(is_audio) if isinstance(is_audio, bool) else None,
                seconds=count(call.get(2)) if field == CALL_ENDED else None,
                **shared,
            )
            return


def _media(said: dict[int, Any]) -> tuple[Media, ...]:
    hung = (_under(each, 1, 3) for each in _list(said, 3)[:MOST_ATTACHMENTS] if isinstance(_under(each, 1), dict))
    return tuple(MEDIA.get(kind, "file") if isinstance(kind, int) else "file" for kind in hung)


def _struct(encoded: str) -> dict[int, Any]:
    """The struct that stands as Base64 in a document. Raises Unreadable."""
    if len(encoded) > LONGEST_EVENT:
        raise Unreadable("an encoded event is too long")
    try:
        return read_struct(base64.b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (binascii.Error, ValueError):
        raise Unreadable("an encoded event is not Base64") from None


def _under(thing: Any, *fields: int) -> Any:
    for field in fields:
        thing = thing.get(field) if isinstance(thing, dict) else None
    return thing


def _list(thing: Any, field: int) -> list[Any]:
    found = _under(thing, field)
    return found if isinstance(found, list) else []


def _plain(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _text(struct: dict[int, Any], field: int) -> str | None:
    found = _plain(struct.get(field))
    return found if isinstance(found, str) and found else None


def _words(struct: dict[int, Any], field: int) -> str | None:
    return words({"text": _text(struct, field)}, "text", most=LONGEST_TEXT)
