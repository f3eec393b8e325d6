"""Roblox's older chat API in the words of the present one, and its inbox, which is more like mail than chat."""

import re
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from typing import Any

from screener.platforms.base import Found, Unreadable, dig, need
from screener.platforms.wire.roblox import talk
from screener.platforms.wire.roblox.objects import account_of, claim, person_id, rows, time_of, words
from screener.platforms.wire.roblox.session import Session
from screener.platforms.wire.roblox.talk import ALONE, GROUP, MOST_PEOPLE, Parties, said, without_key

KINDS = {"OneToOneConversation": ALONE, "MultiUserConversation": GROUP, "CloudEditConversation": GROUP}
LONGEST_BODY = 200_000
_LINE = re.compile(r"<(?:br|/p|/div)\b[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"<[a-z/!][^<>]{0,2000}>", re.IGNORECASE)


def conversation(row: Any) -> Any:
    """A conversation of the older API as the present one would describe it."""
    people = rows(row, "participants")[:MOST_PEOPLE]
    ids = [dig(one, "targetId") for one in people]
    return {
        "id": dig(row, "id"),
        "type": KINDS.get(words(row, "conversationType") or ""),
        "participant_user_ids": ids,
        "user_data": {str(id): {**one, "id": id} for id, one in zip(ids, people, strict=True) if isinstance(one, dict)},
    }


def message(row: Any) -> Any:
    """A message of the older API as the present one would describe it."""
    kind, sender = words(row, "messageType"), words(row, "senderType")
    is_ours = kind in (None, "PlainText", "Link", "EventBased") and sender in (None, "User")
    return {
        "id": dig(row, "id"),
        "content": words(row, "content"),
        "sender_user_id": dig(row, "senderTargetId"),
        "created_at": dig(row, "sent"),
        "type": None if is_ours else "system",
    }


def messages(session: Session, row: Any) -> Iterator[Found]:
    """The messages of one conversation, the newest first."""
    lines = [message(line) for line in rows(row, "chatMessages")]
    yield from talk.messages(session, need(row, "conversationId"), lines)


def message_sent(session: Session, asked: Any, answer: Any) -> Iterator[Found]:
    """What the member sent, as the older API asks and answers."""
    given = {
        "id": dig(answer, "messageId"),
        "created_at": dig(answer, "sent"),
        "content": words(asked, "message"),
        "status": words(answer, "resultType"),
    }
    yield from talk.sent(session, {"conversation_id": dig(asked, "conversationId")}, {"messages": [given]})


def sides(row: Any) -> list[str]:
    """Between whom a message of the inbox goes, nobody where that can't be read."""
    try:
        return [person_id(dig(row, side, "id"), side) for side in ("sender", "recipient")]
    except Unreadable:
        return []


def mail(session: Session, row: Any) -> Iterator[Found]:
    """A message of the inbox or of the folder of sent ones."""
    if claim(row, "isSystemMessage"):
        return
    sender, recipient = account_of(dig(row, "sender")), account_of(dig(row, "recipient"))
    # Which folder the page asked for proves nothing: the answer to one address can be that to another.
    own, _ = session.between((sender.id, recipient.id))
    by_us = sender.id == own
    other = recipient if by_us else sender
    if other.id == own:
        return
    session.learn(other)
    text = _letter(words(row, "subject"), words(row, "body"))
    id = f"mail:{need(row, 'id')}"
    if by_us:
        # It was perhaps seen when it was sent, before the platform gave it an id.
        id = session.memory.kept.get(_mail_key(own, other.id, text), id)
    yield said(session, _parties(session, own, other.id, by_us=by_us), id, _sent_at(session, row), text)


def mail_sent(session: Session, asked: Any, answer: Any) -> Iterator[Found]:
    """A message as the member wrote it; the answer gives it no id."""
    if claim(answer, "success") is False:
        return
    named = dig(asked, "userId")
    own = session.one_of_mine(person_id(named, "userId")) if named else session.whose()
    other = person_id(dig(asked, "recipientId") or dig(asked, "recipientid"), "recipientId")
    if other == own:
        return
    text = _letter(words(asked, "subject"), words(asked, "body"))
    key = _mail_key(own, other, text)
    id = f"mail:sent:{key.rpartition('/')[2]}:{session.capture.at.isoformat()}"
    session.memory.kept[key] = id
    yield said(session, _parties(session, own, other, by_us=True), id, session.capture.at, text)


def letter_text(markup: str) -> str:
    """What a person reads in a message's markup. Raises Unreadable when it is longer than any message."""
    if len(markup) > LONGEST_BODY:
        raise Unreadable("the message is too long")
    return unescape(_TAG.sub("", _LINE.sub("\n", markup))).strip()


def _letter(subject: str | None, body: str | None) -> str | None:
    parts = [letter_text(part) for part in (subject, body) if part]
    return without_key("\n".join(part for part in parts if part) or None)


def _mail_key(own: str, other: str, text: str | None) -> str:
    """Where a sent message is remembered by what it says."""
    said = " ".join((text or "").split())
    return f"mail/{own}/{other}/{sha256(said.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _sent_at(session: Session, row: Any) -> Any:
    return time_of(row, "created") or session.capture.at


def _parties(session: Session, own: str, other: str, *, by_us: bool) -> Parties:
    return Parties(
        own=own,
        contact=session.person(other, own),
        by="member" if by_us else "contact",
        channel=f"mail:{other}",
        group=False,
        pending=None,
    )
