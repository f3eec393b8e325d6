"""Messenger: what the rows of a Lightspeed program say about threads, contacts, messages and calls.

In a one-to-one thread the thread's key is the contact's id. In a group the contact is the sender, and the member's own
words to a group give nothing: they are said to nobody in particular. So do own words to a thread of which nothing is
known yet, unless its key has the length of an account's id. A message whose sending was seen keeps the id it had then
(both the browser's task and the server's echo carry the offline threading id), so that it counts once.
"""

from collections.abc import Iterator
from typing import Any

from screener.platforms.base import Account, Call, Deleted, Event, Found, Media, Message, Unreadable, every
from screener.platforms.wire import lightspeed
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

PENDING = frozenset({"pending", "spam", "other", "e2ee_cutover_pending"})
FOLDERS = {0: "inbox", 1: "pending", 2: "other", 3: "spam", 4: "archived"}
PAIR, GROUP, ENCRYPTED_PAIR, ENCRYPTED_GROUP = 1, 2, 15, 16
FRIEND, NOT_CONTACT = 3, 1
SEND = "46"
MESSAGES = ("insertMessage", "upsertMessage", "deleteThenInsertMessage")
CONTACTS = ("verifyContactRowExists", "deleteThenInsertContact")
# A name's first part is enough: the cards of a call are xma_rtc_missed_audio, xma_rtc_ended_video and so on.
ACCOUNT_DIGITS = 15
CALL_CARD = "xma_rtc_"


def program(place: Place, text: str, *, asked: bool) -> Iterator[Found]:
    """Everything a program tells; `asked` where the browser had asked for it, so that old rows are history."""
    rows = lightspeed.rows(text)
    # Threads first, whatever the order: whether a message is from a request is written in its thread's row.
    learned = list(every(rows, lambda row: _learned(place, row, asked=asked)))
    # Of those who wrote we hear first; a list of thousands of contacts must not push their words out.
    writers = {str(row.columns[column]) for row in rows if row.name in MESSAGES for column in ("sender", "thread")}
    yield from (item for item in learned if not isinstance(item, Event) or item.contact.id in writers)
    media, calls = _attachments(rows)
    messages = [row for row in rows if row.name in MESSAGES]
    yield from every(messages, lambda row: _message(place, row, media, calls, asked=asked))
    yield from (item for item in learned if isinstance(item, Event) and item.contact.id not in writers)


def sent(place: Place, body: bytes) -> Iterator[Found]:
    """The messages that the browser sends."""
    for label, task in lightspeed.tasks(body):
        thread, otid = task.get("thread_id"), task.get("otid")
        if label != SEND or not is_id(thread, least=5) or not is_id(otid):
            continue
        state = _state(place, str(thread))
        if _is_pair(place, str(thread), state) and str(thread) != place.holder:
            yield Message(
                id=sending(place, otid),
                at=place.at,
                account=place.ours,
                contact=place.theirs(str(thread)),
                by="member",
                conversation=str(thread),
                group=False,
                pending=_pending(state),
                capture=place.capture,
                text=words(task.get("text"), MOST_IN_TEXT),
                encrypted=False,
            )


def _learned(place: Place, row: Row, *, asked: bool) -> Iterator[Found]:
    if row.name in CONTACTS:
        yield from _contact(place, row)
    elif "thread" in row.columns and row.name not in (*MESSAGES, "insertAttachmentCta"):
        yield from _thread(place, row, asked=asked)
    elif (
        row.name in MESSAGES
        and row.columns["thread"] == row.columns["sender"]
        and is_id(row.columns["sender"], least=5)
    ):
        _keep(place, str(row.columns["thread"]), {**_state(place, str(row.columns["thread"])), "pair": True})


def _contact(place: Place, row: Row) -> Iterator[Found]:
    contact = _id(row, "id")
    if contact == place.holder or row.is_true("self"):
        return
    friendship = row.whole("relationship")
    yield from news(
        place,
        f"contact/{place.holder}/{contact}",
        Account(
            platform=place.platform,
            id=contact,
            name=words(row.text("name")),
            handle=words(row.text("handle")),
            avatar=picture_key(row.text("picture")),
            is_friend=True if friendship == FRIEND else False if friendship == NOT_CONTACT else None,
        ),
    )


def _thread(place: Place, row: Row, *, asked: bool) -> Iterator[Found]:
    thread = _id(row, "thread")
    before = _state(place, thread)
    state = dict(before)
    if (kind := row.whole("type")) is not None and row.name != "verifyHybridThreadExists":
        state["type"] = kind
    folder = row.columns.get("folder")
    if isinstance(folder, str | int) and not isinstance(folder, bool):
        state["folder"] = FOLDERS.get(folder) if isinstance(folder, int) else folder[:50]
    match row.name:
        case "deleteThenInsertMessageRequest":
            state["request"] = row.whole("status") == 1
        case "deleteMessageRequest":
            # Declined or accepted, the row doesn't say which: the thread's own row will.
            state |= {"request": False, "folder": None}
        case "moveThreadToInboxAndUpdateParent":
            state |= {"request": False, "folder": "inbox"}
        case "verifyHybridThreadExists":
            state |= {"encrypted": True, "pair": not row.is_true("group")}
        case "moveThreadToE2EECutoverFolder":
            state["encrypted"] = True
    if state.get("type") in (ENCRYPTED_PAIR, ENCRYPTED_GROUP):
        state["encrypted"] = True
    ring = row.whole("call")
    if ring is not None:
        state["call"] = ring
        # Only the change is told: the number's meaning beyond "none" is not known.
        if ring > 0 and before.get("call") == 0 and not asked:
            yield from _ringing(place, row, thread, state)
    _keep(place, thread, state)
    if state.get("encrypted") and _is_pair(place, thread, state):
        yield from _encrypted(place, row, thread, state)


def _encrypted(place: Place, row: Row, thread: str, state: dict[str, Any]) -> Iterator[Found]:
    """All that can be seen of an encrypted conversation: that there is one, and with whom."""
    jid = row.columns.get("jid")
    contact = str(jid).partition("@")[0] if isinstance(jid, str | int) else thread
    if is_id(contact, least=5) and contact != place.holder:
        key, pending = f"chat/{place.holder}/{thread}", _pending(state)
        yield from news(place, key, place.theirs(contact), conversation=thread, group=False, pending=pending)


def _ringing(place: Place, row: Row, thread: str, state: dict[str, Any]) -> Iterator[Found]:
    last = row.whole("snippet_sender")
    contact = thread if _is_pair(place, thread, state) else str(last) if is_id(last, least=5) else None
    if contact is None or contact == place.holder:
        return
    state["rang"] = f"call:{place.holder}:{thread}:{row.whole('last') or int(place.at.timestamp() * 1000)}"
    yield Call(
        id=state["rang"],
        at=place.at,
        account=place.ours,
        contact=place.theirs(contact),
        by="member" if str(last) == place.holder else "contact",
        conversation=thread,
        group=_group(state),
        pending=_pending(state),
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
        elif row.name == "insertAttachmentCta" and (card := row.text("type") or "").startswith(CALL_CARD):
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
    state = _state(place, thread)
    is_own = sender == place.holder
    contact = sender if not is_own else thread if _is_pair(place, thread, state) else None
    if contact is None or contact == place.holder:
        return
    otid = row.columns.get("otid")
    base = Message(
        id=own_message_id(place, otid, message) if is_own else message,
        at=at,
        account=place.ours,
        contact=place.theirs(contact),
        by="member" if is_own else "contact",
        conversation=thread,
        group=_group(state),
        pending=_pending(state),
        history=row.name != "insertMessage" or (asked and place.at - at > FRESH),
        capture=place.capture,
        text=words(row.text("text"), MOST_IN_TEXT),
        media=tuple(media.get(message, ())) or (("sticker",) if row.whole("sticker") else ()),
        encrypted=False,
    )
    if message in calls:
        yield _card(place, base, message, calls[message], state)
    elif row.is_true("unsent"):
        yield Deleted(
            id=f"deleted:{base.id}",
            message=base.id,
            at=place.at,
            account=base.account,
            contact=base.contact,
            by=base.by,
            conversation=thread,
            group=base.group,
            pending=base.pending,
            capture=base.capture,
        )
    elif row.is_true("admin") or (state.get("encrypted") and base.text is None and not base.media):
        # The platform's own words, and rows that only say that an encrypted message exists.
        return
    else:
        yield base


def _card(place: Place, message: Message, mid: str, card: str, state: dict[str, Any]) -> Call:
    """A call, from the card that the thread shows of it; the card of a call that was seen ringing is the same call."""
    rang = state.get("rang")
    if rang:
        _keep(place, str(message.conversation), {**state, "rang": None})
    return Call(
        id=rang or mid,
        at=message.at,
        account=message.account,
        contact=message.contact,
        by=message.by,
        conversation=message.conversation,
        group=message.group,
        pending=message.pending,
        history=message.history,
        capture=message.capture,
        call="video" if "video" in card else "audio" if "audio" in card else None,
    )


def _id(row: Row, column: str) -> str:
    value = row.columns.get(column)
    if value is None:
        raise Unreadable(f"{row.name}.{column} is missing")
    if not is_id(value, least=5):
        raise Unreadable(f"{row.name}.{column} is no id")
    return str(value)


def _state(place: Place, thread: str) -> dict[str, Any]:
    known: dict[str, Any] = place.kept.get(f"thread/{place.holder}/{thread}") or {}
    return known


def _keep(place: Place, thread: str, state: dict[str, Any]) -> None:
    place.kept[f"thread/{place.holder}/{thread}"] = state


def _is_pair(place: Place, thread: str, state: dict[str, Any]) -> bool:
    """Whether the thread is known to be with one person."""
    if state.get("type") is not None:
        return state["type"] in (PAIR, ENCRYPTED_PAIR)
    # Accounts have at most fifteen digits, groups sixteen.
    return bool(state.get("pair")) or len(thread) <= ACCOUNT_DIGITS or f"contact/{place.holder}/{thread}" in place.kept


def _group(state: dict[str, Any]) -> bool | None:
    match state.get("type"):
        case 2 | 16:
            return True
        case 1 | 15:
            return False
    return False if state.get("pair") else None


def _pending(state: dict[str, Any]) -> bool | None:
    if state.get("request") or state.get("folder") in PENDING:
        return True
    return False if state.get("folder") == "inbox" else None
