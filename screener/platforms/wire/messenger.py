"""Messenger: what the rows of a Lightspeed program say about conversations, contacts, messages and calls.

In a one-to-one thread the thread's key is the contact's id. In a group the contact is the sender, and the member's own
words to a group give nothing: they are said to nobody in particular. So do own words to a thread of which nothing is
known yet, unless its key has the length of an account's id. A message whose sending was seen keeps the id it had then
(both the browser's task and the server's echo carry the offline threading id), so that it counts once.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from screener.platforms.base import Account, Call, Deleted, Event, Found, Media, Message, Unreadable, every
from screener.platforms.wire import lightspeed
from screener.platforms.wire.facebook import changes, conversations, facts
from screener.platforms.wire.facebook.conversations import FOLDERS, SECRET, group, is_pair, keep, pending, state
from screener.platforms.wire.facebook.known import learned
from screener.platforms.wire.lightspeed import Row
from screener.platforms.wire.meta import (
    FRESH,
    MOST_IN_TEXT,
    Place,
    is_id,
    media_kind,
    news,
    own_message_id,
    picture_key,
    sending,
    stamp,
    words,
)

FRIEND, NOT_CONTACT = 3, 1
SEND, ACCEPT = "46", "66"
MESSAGES = ("insertMessage", "upsertMessage", "deleteThenInsertMessage")
CONTACTS = ("verifyContactRowExists", "deleteThenInsertContact")
CARDS = ("insertAttachmentCta", "insertXmaAttachment")
ENCRYPTED = (
    "verifyHybridThreadExists", "updateThreadAuthorityAndMappingWithOTIDFromJID", "fillDeanonCacheForE2EEThread",
    "moveThreadToE2EECutoverFolder",
)  # fmt: skip
ABOUT = ("about_1", "about_2", "about_3", "about_4")
# A name's first part is enough: the cards of a call are xma_rtc_missed_audio, xma_rtc_ended_video and so on.
CALL_CARD = "xma_rtc_"


def program(place: Place, text: str, *, asked: bool) -> Iterator[Found]:
    """Everything a program tells; `asked` where the browser had asked for it, so that old rows are history."""
    rows = lightspeed.rows(text)
    # Threads first, whatever the order: whether a message is from a request is written in its thread's row.
    known = list(every(rows, lambda row: _learned(place, row, asked=asked)))
    # Of those who wrote we hear first; a list of thousands of contacts must not push their words out.
    writers = {str(row.columns[column]) for row in rows if row.name in MESSAGES for column in ("sender", "thread")}
    yield from (item for item in known if not isinstance(item, Event) or item.contact.id in writers)
    media, calls = _attachments(rows)
    messages = [row for row in rows if row.name in MESSAGES]
    yield from every(messages, lambda row: _message(place, row, media, calls, asked=asked))
    yield from changes.told(place, [row for row in rows if row.name == "editMessage"])
    yield from (item for item in known if isinstance(item, Event) and item.contact.id not in writers)


def sent(place: Place, body: bytes) -> Iterator[Found]:
    """What the browser sends: messages, and that a message request is accepted."""
    for label, task in lightspeed.tasks(body):
        thread, otid = task.get("thread_id"), task.get("otid")
        if not is_id(thread, least=5):
            continue
        known = state(place, str(thread))
        if label == ACCEPT:
            keep(place, str(thread), {**known, "request": False, "folder": "inbox"})
        elif label == SEND and is_id(otid) and is_pair(place, str(thread), known) and str(thread) != place.holder:
            id = sending(place, otid)
            yield Message(
                id=id,
                at=place.at,
                account=place.ours,
                contact=place.theirs(str(thread)),
                by="member",
                conversation=str(thread),
                group=False,
                pending=pending(known),
                capture=place.capture,
                text=words(task.get("text"), MOST_IN_TEXT),
                media=("sticker",) if is_id(task.get("sticker_id")) else (),
                encrypted=False,
            )


def _learned(place: Place, row: Row, *, asked: bool) -> Iterator[Found]:
    if row.name in CONTACTS:
        yield from _contact(place, row)
    elif "thread" in row.columns and row.name not in (*MESSAGES, *CARDS):
        yield from _thread(place, row, asked=asked)
    elif (
        row.name in MESSAGES
        and row.columns["thread"] == row.columns["sender"]
        and is_id(row.columns["sender"], least=5)
    ):
        keep(place, str(row.columns["thread"]), {**state(place, str(row.columns["thread"])), "pair": True})


def _contact(place: Place, row: Row) -> Iterator[Found]:
    contact = _id(row, "id")
    if contact == place.holder or row.is_true("self"):
        return
    friendship, picture = row.whole("relationship"), row.text("picture")
    yield from news(
        place,
        f"contact/{place.holder}/{contact}",
        Account(
            platform=place.platform,
            id=contact,
            name=words(row.text("name")),
            handle=words(row.text("handle") or row.text("second_name")),
            avatar=picture_key(picture) if facts.has_picture(picture) else None,
            picture=facts.has_picture(picture),
            is_friend=True if friendship == FRIEND else False if friendship == NOT_CONTACT else None,
        ),
    )


def _thread(place: Place, row: Row, *, asked: bool) -> Iterator[Found]:
    thread = _id(row, "thread")
    before = state(place, thread)
    now = dict(before)
    if (kind := row.whole("type")) is not None:
        now["type"] = kind
    folder = row.columns.get("folder")
    if isinstance(folder, str | int) and not isinstance(folder, bool):
        now["folder"] = FOLDERS.get(folder) if isinstance(folder, int) else folder[:50]
    match row.name:
        case "deleteThenInsertMessageRequest":
            now["request"] = row.whole("status") == 1
        case "deleteMessageRequest":
            # Declined or accepted, the row doesn't say which: the thread's own row will.
            now |= {"request": False, "folder": None}
        case "moveThreadToInboxAndUpdateParent":
            now |= {"request": False, "folder": "inbox"}
        case "verifyHybridThreadExists":
            now["pair"] = not row.is_true("group")
        case "deleteRtcRoomOnThread":
            now["call"] = 0
    if row.name in ENCRYPTED or now.get("type") in SECRET:
        now["encrypted"] = True
    ring = row.whole("call")
    if ring is not None:
        now["call"] = ring
        # Only the change is told: the number's meaning beyond "none" is not known.
        if ring > 0 and before.get("call") == 0 and not asked:
            yield from _ringing(place, row, thread, now)
    keep(place, thread, now)
    if is_pair(place, thread, now):
        # An empty conversation with a stranger shows who this is, so that one can decide.
        told = facts.sentences(place, thread, [row.text(column) for column in ABOUT])
        yield from learned(place, told, conversation=thread, group=False, pending=pending(now))
        if now.get("encrypted"):
            yield from _encrypted(place, row, thread, now)
    elif is_id(inviter := row.columns.get("inviter"), least=5) and str(inviter) != place.holder and group(now):
        who = place.theirs(str(inviter))
        yield from news(
            place, f"chat/{place.holder}/{thread}", who, conversation=thread, group=True, pending=pending(now)
        )


def _encrypted(place: Place, row: Row, thread: str, now: dict[str, Any]) -> Iterator[Found]:
    """All that can be seen of an encrypted conversation: that there is one, and with whom."""
    jid = row.columns.get("jid")
    contact = str(jid).partition("@")[0] if isinstance(jid, str | int) else thread
    if is_id(contact, least=5) and contact != place.holder:
        key = f"chat/{place.holder}/{thread}"
        yield from news(place, key, place.theirs(contact), conversation=thread, group=False, pending=pending(now))


def _ringing(place: Place, row: Row, thread: str, now: dict[str, Any]) -> Iterator[Found]:
    last = row.whole("snippet_sender")
    contact = thread if is_pair(place, thread, now) else str(last) if is_id(last, least=5) else None
    if contact is None or contact == place.holder:
        return
    mark = row.whole("last") or int(place.at.timestamp() * 1000)
    yield Call(
        id=conversations.ring(place, now, f"call:{place.holder}:{thread}:{mark}"),
        at=place.at,
        account=place.ours,
        contact=place.theirs(contact),
        by="member" if str(last) == place.holder else "contact",
        conversation=thread,
        group=group(now),
        pending=pending(now),
        capture=place.capture,
    )


def _attachments(rows: list[Row]) -> tuple[dict[str, list[Media]], dict[str, str]]:
    media: dict[str, list[Media]] = {}
    calls: dict[str, str] = {}
    for row in rows:
        message = row.text("message")
        if message is None:
            continue
        if row.name == "insertBlobAttachment" and (kind := media_kind(row.whole("type"))):
            media.setdefault(message, []).append(kind)
        elif row.name in CARDS and (card := row.text("type") or "").startswith(CALL_CARD):
            calls[message] = card
    return media, calls


def _message(
    place: Place, row: Row, media: dict[str, list[Media]], calls: dict[str, str], *, asked: bool
) -> Iterator[Found]:
    sender, thread, message = _id(row, "sender"), _id(row, "thread"), row.text("id")
    at = stamp(row.whole("at"))
    if message is None or len(message) > 200:
        raise Unreadable(f"{row.name}.id is missing")
    if at is None:
        raise Unreadable(f"{row.name}.at is no time")
    known = state(place, thread)
    is_own = sender == place.holder
    contact = sender if not is_own else thread if is_pair(place, thread, known) else None
    if contact is None or contact == place.holder:
        changes.unheard(place, message, thread, at)
        return
    otid = row.columns.get("otid")
    base = Message(
        id=own_message_id(place, otid, message) if is_own else message,
        at=at,
        account=place.ours,
        contact=place.theirs(contact),
        by="member" if is_own else "contact",
        conversation=thread,
        group=group(known),
        pending=pending(known),
        history=row.name != "insertMessage" or (asked and place.at - at > FRESH),
        capture=place.capture,
        text=words(row.text("text"), MOST_IN_TEXT),
        media=tuple(media.get(message, ())) or (("sticker",) if row.whole("sticker") else ()),
        encrypted=False,
    )
    if message in calls:
        yield _card(place, base, message, calls[message], known)
    elif row.is_true("unsent"):
        yield Deleted(id=f"deleted:{base.id}", message=base.id, at=place.at, **_where(base))
    elif not row.is_true("admin"):
        # The platform's own words are nobody's. A row without words in an encrypted chat says that somebody wrote.
        is_hidden = bool(known.get("encrypted")) and base.text is None and not base.media
        yield from changes.said(place, message, replace(base, encrypted=is_hidden), edits=row.whole("edits"))


def _card(place: Place, message: Message, mid: str, card: str, known: dict[str, Any]) -> Call:
    """A call, from the card that the thread shows of it; the card of a call that was seen ringing is the same call."""
    rang = conversations.ended(known, message.at)
    if known.get("rang"):
        keep(place, str(message.conversation), {**known, "rang": None, "rang_at": None})
    return Call(
        id=rang or mid,
        at=message.at,
        history=message.history,
        call="video" if "video" in card else "audio" if "audio" in card else None,
        **_where(message),
    )


def _where(message: Message) -> dict[str, Any]:
    names = ("account", "contact", "by", "conversation", "group", "pending", "capture")
    return {name: getattr(message, name) for name in names}


def _id(row: Row, column: str) -> str:
    value = row.columns.get(column)
    if value is None:
        raise Unreadable(f"{row.name}.{column} is missing")
    if not is_id(value, least=5):
        raise Unreadable(f"{row.name}.{column} is no id")
    return str(value)
