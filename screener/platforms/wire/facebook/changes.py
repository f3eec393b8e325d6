"""Messages of Messenger that were changed: told as it happens, or seen only in a list, where they read otherwise."""

from collections.abc import Iterator
from datetime import datetime

from screener.platforms.base import Edited, Found, Message, Unreadable
from screener.platforms.wire import written
from screener.platforms.wire.facebook import conversations
from screener.platforms.wire.lightspeed import Row
from screener.platforms.wire.meta import MOST_IN_TEXT, Place, words
from screener.platforms.wire.written import Written


def said(place: Place, mid: str, message: Message, *, edits: int | None = None) -> Iterator[Found]:
    """A message, and its change where it was read before in other words; `mid` is the platform's id of it."""
    author = place.holder if message.by == "member" else message.contact.id
    before = _remember(place, mid, str(message.conversation), author, message.id, message.at, message.text)
    yield message
    if before is not None and before.is_new(message.text):
        yield from _edited(place, before, message.text, edits)


def unheard(place: Place, mid: str, thread: str, at: datetime) -> None:
    """The member's own words to a group, which are said to nobody: remembered, since their change is nobody's, too."""
    _remember(place, mid, thread, place.holder, mid, at, None)


def told(place: Place, rows: list[Row]) -> Iterator[Found]:
    """Messages at the moment that they are changed; the rows name neither the conversation nor who wrote them."""
    known = written.find_all(place, {message for row in rows if (message := row.text("id"))}) if rows else {}
    for row in rows:
        message, text = row.text("id"), words(row.text("text"), MOST_IN_TEXT)
        if message is None or len(message) > 200:
            yield Unreadable("editMessage.id is missing")
        elif (before := known.get(message)) is None:
            yield written.unknown_writer()
        else:
            _remember(place, message, before.thread, before.author, before.id, None, text)
            yield from _edited(place, before, text, row.whole("edits"))


def _remember(
    place: Place, mid: str, thread: str, author: str, id: str, at: datetime | None, text: str | None
) -> Written | None:
    """Remembers a message and its words; gives what was remembered of it before."""
    before = written.find(place, thread, mid)
    written.remember(place, thread, mid, author=author, at=at, id=id, texts=[text])
    return before


def _edited(place: Place, known: Written, text: str | None, edits: int | None) -> Iterator[Edited]:
    talk, is_own = conversations.state(place, known.thread), known.author == place.holder
    is_pair = conversations.is_pair(place, known.thread, talk)
    contact = known.author if not is_own else known.thread if is_pair else None
    if contact is None or contact == place.holder:
        return
    yield Edited(
        id=f"edited:{known.id}:{edits or written.mark(text) or int(place.at.timestamp())}",
        message=known.id,
        at=place.at,
        account=place.ours,
        contact=place.theirs(contact),
        by="member" if is_own else "contact",
        conversation=known.thread,
        group=conversations.group(talk),
        pending=conversations.pending(talk),
        capture=place.capture,
        text=text,
    )
