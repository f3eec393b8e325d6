"""Skype's conversations: messages, edits, deletions and calls."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from screener.capture import parsed
from screener.events import Side
from screener.platforms.base import (
    Account,
    Call,
    Deleted,
    Edited,
    Found,
    Media,
    Message,
    Unreadable,
    dig,
    moment,
    need,
    permanent_id,
)
from screener.platforms.wire.skype.markup import call_note, text_of
from screener.platforms.wire.skype.session import Session, account, identity, is_a_person, words

FILE: Media = "file"
MEDIA: dict[str, Media] = {
    "RichText/UriObject": "image",
    "RichText/Media_Album": "image",
    "RichText/Media_Video": "video",
    "RichText/Media_FlikMsg": "video",
    "Event/SkypeVideoMessage": "video",
    "RichText/Media_AudioMsg": "audio",
    "RichText/Media_GenericFile": "file",
}
# The end of a call that began longer ago than this belongs to another call.
LONGEST_CALL = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a conversation, with who said it to whom."""

    session: Session
    row: Any
    own: str
    contact: Account
    by: Side
    conversation: str
    id: str
    at: datetime
    listed: bool

    @property
    def group(self) -> bool | None:
        if not self.conversation.startswith("19:"):
            return False
        # Teams keeps a thread for two people as well, and does not say so here.
        return None if self.session.capture.host.endswith(".teams.live.com") else True

    @property
    def history(self) -> bool:
        return self.listed and self.session.was_before(self.at)


def line(session: Session, row: Any, *, listed: bool) -> Iterator[Found]:
    """What one line that the platform sent gives."""
    kind = need(row, "messagetype")
    if not _is_read(kind):
        return
    conversation = _conversation(session, row)
    sender = identity(dig(row, "from"), "from")
    direct = None if conversation.startswith("19:") else identity(conversation, "conversationLink")
    own = session.named()
    if own is None and direct and not _same(sender, direct) and is_a_person(direct) and is_a_person(sender):
        # Between two, whoever is not the other one is us.
        own = session.mine(sender)
    own = own or session.whose()
    id = f"{conversation}/{need(row, 'id')}"
    nonce = _nonce(row, "clientmessageid")
    if nonce and sender == own:
        # Our own message was perhaps seen when it was sent, before the platform gave it an id.
        id = session.memory.kept.get(_client_key(sender, conversation, nonce), id)
    at = (
        moment(dig(row, "originalarrivaltime"), "iso")
        or moment(dig(row, "composetime"), "iso")
        or moment(dig(row, "id"), "ms")
        or session.capture.at
    )
    yield from _told(session, row, own, sender, direct, conversation, id, at, listed)


def sent(session: Session, row: Any, answer: Any) -> Iterator[Found]:
    """What the member sent, as it was sent: the platform gives it an id of its own only later."""
    kind = need(row, "messagetype")
    if not _is_read(kind):
        return
    conversation = _conversation(session, row)
    own = session.whose()
    direct = None if conversation.startswith("19:") else identity(conversation, "conversationLink")
    at = moment(dig(answer, "OriginalArrivalTime"), "ms") or session.capture.at
    nonce = _nonce(row, "clientmessageid") or at.isoformat()
    id = session.memory.kept.get(_client_key(own, conversation, nonce), f"{conversation}/client:{nonce}")
    yield from _told(session, row, own, own, direct, conversation, id, at, False)


def _told(
    session: Session,
    row: Any,
    own: str,
    sender: str,
    direct: str | None,
    conversation: str,
    id: str,
    at: datetime,
    listed: bool,
) -> Iterator[Found]:
    name = words(row, "imdisplayname") or words(row, "imDisplayName") or words(row, "from", "displayName")
    by: Side = "member" if sender == own else "contact"
    if direct and by == "contact" and not _same(sender, direct):
        raise Unreadable("from is neither side of the conversation")
    # What a member says to a group is said to no one contact.
    other = direct or (sender if by == "contact" else None)
    if other is None or other == own or not is_a_person(other):
        return
    found = Line(
        session=session,
        row=row,
        own=own,
        contact=account(other, name if by == "contact" else None),
        by=by,
        conversation=conversation,
        id=id,
        at=at,
        listed=listed,
    )
    if row["messagetype"] == "Event/Call":
        yield from _called(found)
    elif nonce := _nonce(row, "skypeeditedid"):
        yield from _changed(found, nonce)
    else:
        if nonce := _nonce(row, "clientmessageid"):
            session.memory.kept[_client_key(sender, conversation, nonce)] = id
        yield _message(found)


def _message(line: Line) -> Message:
    text, media = _content(line.row)
    return Message(
        id=line.id,
        at=line.at,
        account=account(line.own),
        contact=line.contact,
        by=line.by,
        conversation=line.conversation,
        group=line.group,
        history=line.history,
        text=text,
        media=media,
        capture=line.session.capture.id,
    )


def _client_key(sender: str, conversation: str, nonce: str) -> str:
    """Where a message is remembered by its client's own number, which everybody chooses for themselves."""
    return f"client/{sender}/{conversation}/{nonce}"


def _changed(line: Line, nonce: str) -> Iterator[Found]:
    first = line.session.memory.kept.get(
        _client_key(line.own if line.by == "member" else line.contact.id, line.conversation, nonce)
    )
    text, _ = _content(line.row)
    if first is None and line.listed and text:
        # Only what it says now was ever seen.
        yield _message(line)
        return
    message = first or f"{line.conversation}/client:{nonce}"
    if text:
        yield Edited(
            id=f"{message}:edited:{line.at.isoformat()}",
            at=line.at,
            account=account(line.own),
            contact=line.contact,
            by=line.by,
            conversation=line.conversation,
            group=line.group,
            history=line.history,
            message=message,
            text=text,
            capture=line.session.capture.id,
        )
    else:
        yield Deleted(
            id=f"{message}:deleted",
            at=line.at,
            account=account(line.own),
            contact=line.contact,
            by=line.by,
            conversation=line.conversation,
            group=line.group,
            history=line.history,
            message=message,
            capture=line.session.capture.id,
        )


def _called(line: Line) -> Iterator[Found]:
    """A call is announced when it starts and again when it has ended; it counts once, by the first of the two seen."""
    note = call_note(_markup(line.row))
    kept, key = line.session.memory.kept, f"call/{line.own}/{line.conversation}"
    begun: dict[str, Any] = kept.get(key) or {}
    ends = f"call-end/{line.own}/{line.id}"
    started = moment(begun.get("at"), "iso")
    if note.state == "started":
        if started is None or started <= line.at:
            kept[key] = {"id": line.id, "at": line.at.isoformat()}
    elif kept.get(ends):
        return
    elif started and started <= line.at <= started + LONGEST_CALL and not begun.get("end"):
        kept[key] = {**begun, "end": line.id}
        kept[ends] = begun["id"]
        return
    yield Call(
        id=line.id,
        at=line.at,
        account=account(line.own),
        contact=line.contact,
        by=line.by,
        conversation=line.conversation,
        group=line.group,
        history=line.history,
        seconds=note.seconds,
        capture=line.session.capture.id,
    )


def _is_read(kind: str) -> bool:
    """Whether a person or a call speaks, and not the platform itself or somebody's typing."""
    return kind in ("Text", "RichText", "Event/Call", "Event/SkypeVideoMessage") or kind.startswith("RichText/")


def _conversation(session: Session, row: Any) -> str:
    given = words(row, "conversationLink") or words(row, "conversationid") or session.segment("conversations")
    if given is None:
        raise Unreadable("conversationLink is missing")
    # Links to one message of a conversation carry it behind a semicolon.
    return permanent_id(given.rpartition("/")[2].partition(";")[0], "conversationLink")


def _same(one: str, other: str) -> bool:
    # Old names were given in whatever case somebody typed them.
    return one.lower() == other.lower()


def _nonce(row: Any, name: str) -> str | None:
    """The number by which a client knows its own message; edits refer to it."""
    return need(row, name) if dig(row, name) not in (None, "", 0) else None


def _markup(row: Any) -> str:
    return words(row, "content") or words(row, "content", "text") or ""


def _content(row: Any) -> tuple[str | None, tuple[Media, ...]]:
    kind, markup = row["messagetype"], _markup(row)
    if kind in MEDIA:
        # Its words are the platform's: "To view this photo, go to …".
        return None, (MEDIA[kind],)
    text = markup if kind == "Text" else text_of(markup)
    return text or None, tuple(FILE for _ in range(_files(row)))


def _files(row: Any) -> int:
    listed = words(row, "properties", "files")
    if listed is None:
        return 0
    try:
        files = parsed(listed)
    except Unreadable:
        return 1
    return min(len(files), 50) if isinstance(files, list) else 0
