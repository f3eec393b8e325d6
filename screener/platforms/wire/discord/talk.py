"""Discord's direct and group conversations: who is in them, messages, edits and deletions."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from screener.platforms.base import Deleted, Edited, Found, Message, Unreadable, dig, moment, need, permanent_id
from screener.platforms.wire.discord.calls import call
from screener.platforms.wire.discord.objects import (
    CALL,
    ORDINARY,
    SPOKEN,
    born,
    call_seconds,
    claim,
    is_the_platforms,
    media_of,
    rows,
    text_of,
)
from screener.platforms.wire.discord.session import DIRECT, GROUP, MOST_PEOPLE, NOBODY, WRITER, Session

STRANGER_DANGER = 1
MOST_WARNINGS = 20


def conversation(session: Session, row: Any) -> Iterator[Found]:
    """A direct or group conversation: remembers who is in it and whether the platform keeps it apart."""
    kind = dig(row, "type")
    if kind not in (DIRECT, GROUP):
        return
    id = need(row, "id")
    own = session.whose(channel=id)
    users = [user for user in rows(row, "recipients")[:MOST_PEOPLE] if need(user, "id") != own]
    people = [permanent_id(one, "recipient_ids") for one in rows(row, "recipient_ids")[:MOST_PEOPLE]]
    for user in users:
        session.meet(own, user)
    apart = claim(row, "is_message_request")
    session.converse(own, id, kind, [need(user, "id") for user in users] or people, claim(row, "is_spam") or apart)
    others = session.conversation(own, id)["with"]
    if kind != DIRECT or len(others) != 1:
        return
    contact = session.person(own, others[0])
    spam = claim(row, "is_spam")
    if spam is not None and (spam or contact.spam):
        contact = session.learn(own, replace(contact, spam=spam))
    # The platform warns of a stranger only where it knows of no friend in common.
    is_warned = any(dig(one, "type") == STRANGER_DANGER for one in rows(row, "safety_warnings")[:MOST_WARNINGS])
    is_news = is_warned and not contact.is_stranger and not contact.mutual_friends
    if is_news:
        contact = session.learn(own, replace(contact, is_stranger=True))
    if is_news or (users and not (session.past or session.listed)):
        yield session.told(contact)


def joined(session: Session, row: Any) -> Iterator[Found]:
    """Somebody was added to a group."""
    yield from _changed(session, row, lambda people, one: [*people, one] if one not in people else people)


def left(session: Session, row: Any) -> Iterator[Found]:
    """Somebody left a group, or was taken out of it."""
    yield from _changed(session, row, lambda people, one: [each for each in people if each != one])


def _changed(session: Session, row: Any, change: Callable[[list[str], str], list[str]]) -> Iterator[Found]:
    channel, one = need(row, "channel_id"), need(row, "user", "id")
    own = session.whose(channel=channel)
    if one != own:
        session.meet(own, dig(row, "user"))
        people = change(session.conversation(own, channel).get("with") or [], one)
        session.converse(own, channel, GROUP, people[:MOST_PEOPLE], None)
    yield from ()


def message(session: Session, row: Any) -> Iterator[Found]:
    """A message of a direct or group conversation; what is said on servers is not ours to read."""
    channel, id = need(row, "channel_id"), need(row, "id")
    if not is_private(session, row, channel):
        return
    own = session.whose(channel=channel)
    author = need(row, "author", "id")
    kind = dig(row, "type", default=ORDINARY)
    is_said = kind in SPOKEN and not is_the_platforms(row)
    was_read = session.listed and session.writer(own, channel, id) is not None
    session.wrote(own, channel, id, author if is_said else NOBODY)
    if not is_said:
        return
    if author != own and dig(row, "channel_type") == DIRECT and f"channel/{own}/{channel}" not in session.memory.kept:
        session.converse(own, channel, DIRECT, [author], None)
    parties = session.parties(own, channel, author, dig(row, "author"), dig(row, "referenced_message", "author"))
    if not parties:
        return
    contact, by = parties
    at = moment(dig(row, "timestamp"), "iso") or born(id) or session.capture.at
    if kind == CALL:
        yield call(session, own, channel, id, parties, at, seconds=call_seconds(row, at))
        return
    yield Message(
        id=id,
        at=at,
        account=session.person(own, own),
        contact=contact,
        by=by,
        conversation=channel,
        group=session.is_group(own, channel, dig(row, "channel_type")),
        pending=session.conversation(own, channel).get("pending"),
        history=session.was_before(at),
        text=text_of(row),
        media=media_of(row),
        capture=session.capture.id,
    )
    if was_read:
        # What was changed while no page was open shows only here, under the id of a message that is known already.
        yield from edited(session, row)


def edited(session: Session, row: Any) -> Iterator[Found]:
    """A message changed after it was sent. Links that unfold are announced likewise, without a time of the edit."""
    channel, id = need(row, "channel_id"), need(row, "id")
    at = moment(dig(row, "edited_timestamp"), "iso")
    if not is_private(session, row, channel) or at is None or not isinstance(dig(row, "content"), str):
        return
    own = session.whose(channel=channel)
    author = session.writer(own, channel, id)
    if dig(row, "author", "id") is not None:
        author = need(row, "author", "id")
    if author is None:
        raise Unreadable(WRITER)
    if author == NOBODY or is_the_platforms(row):
        return
    parties = session.parties(own, channel, author, dig(row, "author"), dig(row, "referenced_message", "author"))
    if not parties:
        return
    contact, by = parties
    yield Edited(
        id=f"{id}:edited:{at.isoformat()}",
        at=at,
        account=session.person(own, own),
        contact=contact,
        by=by,
        conversation=channel,
        group=session.is_group(own, channel, dig(row, "channel_type")),
        message=id,
        text=text_of(row),
        capture=session.capture.id,
    )


def deleted(session: Session, row: Any) -> Iterator[Found]:
    """A message taken back. Who wrote it isn't said, but remembered of the last ones."""
    channel, id = need(row, "channel_id"), need(row, "id")
    if not is_private(session, row, channel):
        return
    own = session.whose(channel=channel)
    author = session.writer(own, channel, id)
    if author is None:
        raise Unreadable(WRITER)
    parties = session.parties(own, channel, author) if author != NOBODY else None
    if not parties:
        return
    contact, by = parties
    yield Deleted(
        id=f"{id}:deleted",
        at=session.capture.at,
        account=session.person(own, own),
        contact=contact,
        by=by,
        conversation=channel,
        group=session.is_group(own, channel, dig(row, "channel_type")),
        message=id,
        capture=session.capture.id,
    )


def is_private(session: Session, row: Any, channel: str) -> bool:
    """Whether it belongs to a direct or group conversation, not to a server."""
    if dig(row, "guild_id") is not None:
        return False
    # Answers of the web API don't name the server: there only a conversation that we know is one.
    return not session.listed or dig(row, "channel_type") in (DIRECT, GROUP) or session.knows(channel)
