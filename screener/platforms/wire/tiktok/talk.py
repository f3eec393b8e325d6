"""TikTok's direct and group conversations, as its socket pushes them and its messaging API lists them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from screener.events import Side
from screener.platforms import base
from screener.platforms.base import Account, Deleted, Found, Unreadable, every, moment, permanent_id
from screener.platforms.wire.protobuf import Message
from screener.platforms.wire.tiktok.content import Content, content, tags, yes_or_no
from screener.platforms.wire.tiktok.objects import is_id
from screener.platforms.wire.tiktok.session import Session, sides

STATUS, BODY, HOLDER = 3, 6, 15
PUSHED, PUSHED_APART = 500, 503
PER_USER, INIT, COMBO, HISTORY = 200, 203, 204, 301
APART_LIST, APART_MESSAGES = 1000, 1001
# In a request: which of the inboxes is meant.
INBOX, REQUESTS_INBOX = 6, 3
MOST_ROWS = 1_000
GROUP = 2


def holder(response: Message) -> str | None:
    """The account holder's id, which an answer of the messaging API carries."""
    found = response.number(HOLDER)
    return str(found) if is_id(found) else None


def is_refused(response: Message) -> bool:
    return response.number(STATUS) not in (None, 0)


def told(session: Session, response: Message, *, apart: bool | None = None) -> Iterator[Found]:
    """What an answer or a push holds; `apart` where it is known to come from the inbox of message requests."""
    body = response.message(BODY)
    if body is None or is_refused(response):
        return
    for field, rows in _ROWS.items():
        # Pages may ask over the socket, too.
        here = session if field in (PUSHED, PUSHED_APART) else replace(session, listed=True)
        outside = True if field in (PUSHED_APART, APART_LIST, APART_MESSAGES) else apart
        for one in body.blobs(field):
            yield from _each(here, rows(body.below(one)), outside)


def _each(session: Session, rows: Iterable[tuple[Message, bytes, str | None]], apart: bool | None) -> Iterator[Found]:
    """Every message among the rows, the oldest first; a row that can't be read stops no other."""
    found: list[tuple[int, Message, str | None]] = []
    for above, one, conversation in islice(rows, MOST_ROWS):
        try:
            row = above.below(one)
        except Unreadable as why:
            yield why
            continue
        found.append((row.number(4) or 0, row, conversation))
    found.sort(key=lambda each: each[0])
    yield from every(
        [(row, conversation) for _, row, conversation in found], lambda each: _row(session, each[0], each[1], apart)
    )


def _listed(number: int) -> Callable[[Message], Iterator[tuple[Message, bytes, str | None]]]:
    def rows(container: Message) -> Iterator[tuple[Message, bytes, str | None]]:
        for one in container.blobs(number):
            yield container, one, None

    return rows


def _pushed(container: Message) -> Iterator[tuple[Message, bytes, str | None]]:
    conversation = container.text(2)
    for one in container.blobs(5):
        yield container, one, conversation


def _combined(container: Message) -> Iterator[tuple[Message, bytes, str | None]]:
    inboxes = (container.below(one) for one in container.blobs(1))
    rows = ((inbox, row) for inbox in inboxes for row in inbox.blobs(2))
    for inbox, row in islice(rows, MOST_ROWS):
        if not _is_description(inbox, row):
            yield inbox, row, None


def _is_description(inbox: Message, row: bytes) -> bool:
    """Whether it describes a conversation: those lie among the messages, and only a message has a content."""
    try:
        return inbox.below(row).blob(8) is None
    except Unreadable:
        return False


def _strangers(container: Message) -> Iterator[tuple[Message, bytes, str | None]]:
    for one in container.blobs(4)[:MOST_ROWS]:
        stranger = container.below(one)
        for row in stranger.blobs(3):
            yield stranger, row, stranger.text(4)


_ROWS: dict[int, Callable[[Message], Iterator[tuple[Message, bytes, str | None]]]] = {
    PUSHED: _pushed,
    PUSHED_APART: _listed(2),
    PER_USER: _listed(1),
    INIT: _listed(1),
    COMBO: _combined,
    HISTORY: _listed(1),
    APART_LIST: _strangers,
    APART_MESSAGES: _listed(3),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One message, with who said it to whom."""

    session: Session
    own: str
    contact: Account
    by: Side
    conversation: str
    group: bool | None
    id: str
    at: datetime
    pending: bool | None = None

    def message(self, said: Content) -> base.Message:
        return base.Message(
            id=self.id,
            at=self.at,
            account=self.session.ours(self.own),
            contact=self.contact,
            by=self.by,
            conversation=self.conversation,
            group=self.group,
            pending=self.pending,
            history=self.session.was_before(self.at),
            text=said.text,
            media=said.media,
            capture=self.session.capture.id,
        )

    def deleted(self, message: str) -> Deleted:
        return Deleted(
            id=f"{message}:deleted",
            at=self.at,
            account=self.session.ours(self.own),
            contact=self.contact,
            by=self.by,
            conversation=self.conversation,
            group=self.group,
            pending=self.pending,
            history=self.session.was_before(self.at),
            message=message,
            capture=self.session.capture.id,
        )


def _row(session: Session, row: Message, conversation: str | None, apart: bool | None) -> Iterator[Found]:
    hung = tags(row, 9)
    if "s:property_modify" in hung or hung.get("s:invisible"):
        # Somebody's heart on a message, or what nobody is shown.
        return
    named = conversation_id(row.text(1) or conversation)
    own = session.whose(named)
    recalled = hung.get("s:recall_uid")
    sender = str(recalled if is_id(recalled) else row.number(7) or "")
    if not is_id(sender):
        # The platform itself, about the conversation.
        return
    line = _line(session, own, named, sender, row)
    if line is None:
        return
    flag = yes_or_no(hung.get("is_stranger", hung.get("s:is_stranger"))) if line.by == "contact" else None
    line = replace(line, pending=_pending(session, own, named, flag, apart))
    if recalled is not None:
        yield line.deleted(_numbered(hung.get("s:server_message_id") or row.number(3)))
    elif hung.get("s:is_recalled") == "1":
        yield replace(line, at=session.capture.at).deleted(line.id)
    else:
        client = hung.get("s:client_message_id") or hung.get("client_message_id")
        yield from said(_counted(line, client), row.blob(8), row.number(6), row.text(21))


def conversation_id(value: str | None) -> str:
    """A conversation's id. Raises Unreadable."""
    if not value:
        raise Unreadable("conversation_id is missing")
    return permanent_id(value, "conversation_id")


def _pending(session: Session, own: str, conversation: str, said: bool | None, apart: bool | None) -> bool | None:
    """Whether it is kept apart: where it lies says more than what hangs on it."""
    if session.listed and apart is None and said is not None:
        # What hung on an old message may be true no more.
        return said
    return session.apart(own, conversation, said if apart is None else apart)


def _line(session: Session, own: str, conversation: str, sender: str, row: Message) -> Line | None:
    """Who said it to whom; None where a member speaks to a group and to nobody in it, or to themselves."""
    pair = sides(conversation)
    by: Side = "member" if sender == own else "contact"
    if pair and sender not in pair:
        raise Unreadable("the sender is neither side of the conversation")
    other = next((one for one in pair if one != own), None) if pair else sender
    if other is None or other == own:
        return None
    return Line(
        session=session,
        own=own,
        contact=session.meet(own, other),
        by=by,
        conversation=conversation,
        group=_is_group(conversation, row.number(2)),
        id=_numbered(row.number(3)),
        at=moment(row.number(4), "us") or moment(row.number(10), "ms") or session.capture.at,
    )


def _is_group(conversation: str, kind: int | None) -> bool | None:
    if sides(conversation):
        return False
    return True if kind == GROUP or conversation.isdigit() else None


def _numbered(value: int | str | None) -> str:
    if not is_id(value):
        raise Unreadable("server_message_id is missing")
    return str(value)


def _counted(line: Line, client: str | None) -> Line:
    """Our own message under the id by which it was already counted when it was sent."""
    if line.by != "member" or not client or len(client) > 100 or not client.isprintable():
        return line
    earlier = line.session.numbered(line.own, client)
    if earlier is None and not line.session.listed:
        line.session.echoed(line.own, client, line.id)
    return replace(line, id=earlier or line.id)


def said(line: Line, raw: bytes | None, kind: int | None, name: str | None) -> Iterator[Found]:
    """The message, with what it says."""
    try:
        found = content(raw, kind, name)
    except Unreadable as why:
        # That they talk is still seen.
        yield line.message(Content())
        yield why
        return
    if found is not None:
        yield line.message(found)
