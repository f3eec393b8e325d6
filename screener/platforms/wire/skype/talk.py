"""Conversations: messages of both sides, edits and deletions, from pushes, lists and what the page sends."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from screener.capture import parsed
from screener.events import Side
from screener.platforms.base import (
    Account,
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
from screener.platforms.wire.skype import calls, threads
from screener.platforms.wire.skype.markup import said_in
from screener.platforms.wire.skype.objects import FILE, MEDIA, RECORDS, identity, is_a_person, lowered, words
from screener.platforms.wire.skype.session import Session

RICH = "RichText/Html"
WHO_IS_THERE = "who is in the conversation is missing"


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

    def said(self) -> dict[str, Any]:
        """What every event of a conversation has."""
        session = self.session
        return {
            "at": self.at,
            "account": session.account(self.own),
            "contact": self.contact,
            "by": self.by,
            "conversation": self.conversation,
            "group": threads.is_group(session, self.own, self.conversation),
            "pending": threads.is_pending(session, self.own, self.conversation),
            "history": self.listed and session.was_before(self.at),
            "capture": session.capture.id,
        }


def pushed(session: Session, event: Any) -> Iterator[Found]:
    """One item of a long poll or of a push over the socket."""
    kind, resource = words(event, "resourceType"), dig(event, "resource")
    if kind in ("NewMessage", "MessageUpdate"):
        yield from line(session, resource, listed=False)
    elif kind in ("ConversationUpdate", "ThreadUpdate"):
        yield from conversation(session, resource)


def conversation(session: Session, row: Any) -> Iterator[Found]:
    """One conversation of a list, with the last thing that was said in it."""
    yield from threads.note(session, row)
    last = lowered(dig(lowered(row), "lastmessage"))
    if last and words(last, "messagetype") and threads.is_talk(need(row, "id")):
        yield from line(session, {"conversationid": need(row, "id"), **last}, listed=True)


def line(session: Session, row: Any, *, listed: bool) -> Iterator[Found]:
    """What one line that the platform sent gives."""
    row = lowered(row)
    if dig(row, "properties", "call-log") is not None:
        yield from calls.logged(session, row)
        return
    if not _is_read(need(row, "messagetype")):
        return
    where = _conversation(session, row)
    if not threads.is_talk(where):
        return
    sender = identity(dig(row, "from") or dig(row, "fromuserid"), "from")
    own = session.named()
    direct = threads.other_in(session, None, where)
    if own is None and direct and not _same(sender, direct) and is_a_person(direct) and is_a_person(sender):
        # Between two, whoever is not the other one is us.
        own = session.mine(sender)
    own = own or session.whose(conversation=where, contact=sender)
    served, nonce = f"{where}/{need(row, 'id')}", _nonce(row, "clientmessageid")
    id = session.memory.kept.get(f"served/{own}/{served}", served)
    if nonce and sender == own:
        # Our own message was perhaps seen when it was sent, before the platform gave it an id.
        id = _numbered(session, own, sender, where, nonce) or id
        if id != served:
            session.memory.kept[f"served/{own}/{served}"] = id
    at = (
        moment(dig(row, "originalarrivaltime"), "iso")
        or moment(dig(row, "composetime"), "iso")
        or moment(dig(row, "id"), "ms")
        or session.capture.at
    )
    yield from _told(session, row, own, sender, where, id, at, listed)


def sent(session: Session, row: Any, answer: Any) -> Iterator[Found]:
    """What the member sent, as it was sent: the platform gives it an id of its own only later."""
    row = lowered(row)
    if not _is_read(need(row, "messagetype")):
        return
    where = _conversation(session, row)
    if not threads.is_talk(where):
        return
    own = session.claimed(identity(row["from"], "from")) if words(row, "from") else None
    own = session.named() or own or session.whose(conversation=where)
    at = moment(dig(answer, "OriginalArrivalTime"), "ms") or session.capture.at
    nonce = _nonce(row, "clientmessageid") or at.isoformat()
    id = _numbered(session, own, own, where, nonce) or f"{where}/client:{nonce}"
    yield from _told(session, row, own, own, where, id, at, False)


def touched(session: Session, message: str, row: Any) -> Iterator[Found]:
    """The member changes a message, or takes it back where there is no new text."""
    row = lowered(row)
    where = _conversation(session, row)
    own = session.whose(conversation=where)
    served = f"{where}/{permanent_id(message, 'the path')}"
    found = _line(session, row, own, own, where, session.memory.kept.get(f"served/{own}/{served}", served))
    if found is None:
        return
    stamp = _stamp(lowered(dig(row, "properties")), "edittime") or found.at.isoformat()
    if _markup(row):
        text, media = _content(replace(found, row={**row, "messagetype": words(row, "messagetype") or RICH}))
        if text or media:
            yield _edited(found, found.id, text, stamp)
            return
    yield _deleted(found, found.id)


def _told(
    session: Session, row: Any, own: str, sender: str, where: str, id: str, at: datetime, listed: bool
) -> Iterator[Found]:
    found = _line(session, row, own, sender, where, id)
    if found is None:
        return
    found = replace(found, at=at, listed=listed)
    properties = lowered(dig(row, "properties"))
    if row["messagetype"] == "Event/Call":
        yield from calls.noted(found.session, found.own, found.id, found.said(), _markup(row))
    elif _stamp(properties, "deletetime"):
        yield _deleted(found, found.id)
    elif (stamp := _stamp(properties, "edittime")) and (not listed or _knows(found)):
        yield _edited(replace(found, at=moment(stamp, "ms") or at), found.id, _content(found)[0], stamp)
    elif not stamp and (nonce := _nonce(row, "skypeeditedid")):
        yield from _changed(found, nonce)
    else:
        yield from _message(found)


def _line(session: Session, row: Any, own: str, sender: str, where: str, id: str) -> Line | None:
    """Who speaks to whom, None where a member speaks to a group and to nobody in it, or nobody else is there."""
    by: Side = "member" if sender == own else "contact"
    if by == "contact":
        threads.heard(session, own, where, sender)
    direct = threads.other_in(session, own, where)
    if direct and by == "contact" and not _same(sender, direct):
        raise Unreadable("from is neither side of the conversation")
    other = direct or (sender if by == "contact" else None)
    if other is None and threads.is_group(session, own, where) is not True:
        raise Unreadable(WHO_IS_THERE)
    if other is None or other == own or not is_a_person(other):
        return None
    return Line(
        session=session,
        row=row,
        own=own,
        contact=session.person(own, other, _name(row) if by == "contact" else None),
        by=by,
        conversation=where,
        id=id,
        at=session.capture.at,
        listed=False,
    )


def _message(line: Line) -> Iterator[Found]:
    if nonce := _nonce(line.row, "clientmessageid"):
        sender = line.own if line.by == "member" else line.contact.id
        line.session.memory.kept[f"client/{line.own}/{sender}/{line.conversation}/{nonce}"] = line.id
    text, media = _content(line)
    yield Message(id=line.id, **line.said(), text=text, media=media)


def _edited(line: Line, message: str, text: str | None, stamp: Any) -> Edited:
    return Edited(id=f"{message}:edited:{stamp}", **line.said(), message=message, text=text)


def _deleted(line: Line, message: str) -> Deleted:
    return Deleted(id=f"{message}:deleted", **line.said(), message=message)


def _changed(line: Line, nonce: str) -> Iterator[Found]:
    """A new line that stands for an older one, as Skype tells of edits."""
    sender = line.own if line.by == "member" else line.contact.id
    first = _numbered(line.session, line.own, sender, line.conversation, nonce)
    text, media = _content(line)
    if first is None and line.listed and text:
        # Only what it says now was ever seen.
        yield from _message(line)
        return
    message = first or f"{line.conversation}/client:{nonce}"
    yield _edited(line, message, text, line.at.isoformat()) if text or media else _deleted(line, message)


def _knows(line: Line) -> bool:
    """Whether the message was seen before it was changed."""
    sender, nonce = line.own if line.by == "member" else line.contact.id, _nonce(line.row, "clientmessageid")
    return nonce is not None and _numbered(line.session, line.own, sender, line.conversation, nonce) is not None


def _numbered(session: Session, own: str, sender: str, conversation: str, nonce: str) -> str | None:
    """The id of a message by its client's own number, which everybody chooses for themselves."""
    kept, key = session.memory.kept, f"{sender}/{conversation}/{nonce}"
    # Those remembered by an earlier version don't name the account.
    found: str | None = kept.get(f"client/{own}/{key}") or kept.get(f"client/{key}")
    return found


def _is_read(kind: str) -> bool:
    """Whether a person or a call speaks, and not the platform itself or somebody's typing."""
    if kind in RECORDS:
        return False
    return kind in ("Text", "RichText", "Event/Call", "Event/SkypeVideoMessage") or kind.startswith("RichText/")


def _conversation(session: Session, row: Any) -> str:
    given = words(row, "conversationlink") or words(row, "conversationid") or words(row, "containerid")
    given = given or session.segment("conversations")
    if given is None:
        raise Unreadable("conversationLink is missing")
    # Links to one message of a conversation carry it behind a semicolon.
    return permanent_id(given.rpartition("/")[2].partition(";")[0], "conversationLink")


def _name(row: Any) -> str | None:
    """What the sender is called today; some lines only repeat the id there."""
    named = words(row, "imdisplayname") or words(row, "from", "displayName") or words(row, "fromdisplaynameintoken")
    return named if named and not named.startswith("orgid:") else None


def _same(one: str, other: str) -> bool:
    # Old names were given in whatever case somebody typed them.
    return one.lower() == other.lower()


def _nonce(row: Any, name: str) -> str | None:
    """The number by which a client knows its own message; edits refer to it."""
    return need(row, name) if dig(row, name) not in (None, "", 0) else None


def _stamp(properties: Any, name: str) -> str | None:
    """The time at which a message was changed, which tells one change from another."""
    given = dig(properties, name)
    return permanent_id(given, name) if given not in (None, "", 0, "0", False) else None


def _markup(row: Any) -> str:
    return words(row, "content") or words(row, "content", "text") or ""


def _content(line: Line) -> tuple[str | None, tuple[Media, ...]]:
    row = line.row
    kind, markup = row["messagetype"], _markup(row)
    if kind in MEDIA:
        # Its words are the platform's: "To view this photo, go to …".
        return None, (MEDIA[kind],)
    files = tuple(FILE for _ in range(_files(row)))
    if kind == "Text":
        return markup or None, files
    said = said_in(markup, threads.others_in(line.session, line.own, line.conversation, line.contact.id, line.by))
    return said.text or None, (*said.media, *files)


def _files(row: Any) -> int:
    listed = dig(row, "properties", "files")
    try:
        files = parsed(listed) if isinstance(listed, str) and listed else listed
    except Unreadable:
        return 1
    return min(len(files), 50) if isinstance(files, list) else 0
