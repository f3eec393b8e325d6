"""Discord's direct and group conversations: messages, edits, deletions and calls."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from screener.events import Side
from screener.platforms.base import (
    Account,
    Call,
    Deleted,
    Edited,
    Found,
    Message,
    Unreadable,
    dig,
    moment,
    need,
    permanent_id,
)
from screener.platforms.wire.discord.objects import (
    CALL,
    ORDINARY,
    REPLY,
    account_of,
    born,
    call_seconds,
    claim,
    is_a_person,
    media_of,
    rows,
    text_of,
)
from screener.platforms.wire.discord.session import DIRECT, GROUP, Session

# A group holds ten people, or a few more where somebody pays for it.
MOST_PEOPLE = 50


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
        session.meet(user)
    apart = claim(row, "is_message_request")
    session.converse(own, id, kind, [need(user, "id") for user in users] or people, claim(row, "is_spam") or apart)
    if kind == DIRECT and len(users) == 1 and not (session.past or session.listed):
        yield session.told(account_of(users[0]))


def message(session: Session, row: Any) -> Iterator[Found]:
    """A message of a direct or group conversation; what is said on servers is not ours to read."""
    channel, id = need(row, "channel_id"), need(row, "id")
    if not _is_private(session, row, channel):
        return
    own = session.whose(channel=channel)
    author = need(row, "author", "id")
    session.remembered("authors")[id] = author
    kind = dig(row, "type", default=ORDINARY)
    if kind not in (ORDINARY, REPLY, CALL) or not is_a_person(row):
        return
    if author != own and dig(row, "channel_type") == DIRECT and f"channel/{own}/{channel}" not in session.memory.kept:
        session.converse(own, channel, DIRECT, [author], None)
    parties = session.parties(own, channel, author, dig(row, "author"), dig(row, "referenced_message", "author"))
    if not parties:
        return
    contact, by = parties
    at = moment(dig(row, "timestamp"), "iso") or born(id) or session.capture.at
    if kind == CALL:
        yield _call(session, own, channel, id, parties, at, seconds=call_seconds(row, at))
        return
    yield Message(
        id=id,
        at=at,
        account=session.person(own),
        contact=contact,
        by=by,
        conversation=channel,
        group=_is_group(session, own, channel, row),
        pending=session.conversation(own, channel).get("pending"),
        history=session.was_before(at),
        text=text_of(row),
        media=media_of(row),
        capture=session.capture.id,
    )


def edited(session: Session, row: Any) -> Iterator[Found]:
    """A message changed after it was sent. Links that unfold are announced likewise, without a time of the edit."""
    channel, id = need(row, "channel_id"), need(row, "id")
    at = moment(dig(row, "edited_timestamp"), "iso")
    if not _is_private(session, row, channel) or at is None or not isinstance(dig(row, "content"), str):
        return
    own = session.whose(channel=channel)
    author = session.remembered("authors").get(id)
    if dig(row, "author", "id") is not None:
        author = need(row, "author", "id")
    if not is_a_person(row) or not (parties := session.parties(own, channel, author, dig(row, "author"))):
        return
    contact, by = parties
    yield Edited(
        id=f"{id}:edited:{at.isoformat()}",
        at=at,
        account=session.person(own),
        contact=contact,
        by=by,
        conversation=channel,
        group=_is_group(session, own, channel, row),
        message=id,
        text=text_of(row),
        capture=session.capture.id,
    )


def deleted(session: Session, row: Any) -> Iterator[Found]:
    """A message taken back. Who wrote it isn't said; only on this connection it may be remembered."""
    channel, id = need(row, "channel_id"), need(row, "id")
    if not _is_private(session, row, channel):
        return
    own = session.whose(channel=channel)
    parties = session.parties(own, channel, session.remembered("authors").get(id))
    if not parties:
        return
    contact, by = parties
    yield Deleted(
        id=f"{id}:deleted",
        at=session.capture.at,
        account=session.person(own),
        contact=contact,
        by=by,
        conversation=channel,
        group=_is_group(session, own, channel, row),
        message=id,
        capture=session.capture.id,
    )


def ringing(session: Session, row: Any) -> Iterator[Found]:
    """A call rings. The message that announces the same call has the same id, so the two count once."""
    channel, id = need(row, "channel_id"), need(row, "message_id")
    own = session.whose(channel=channel)
    states = rows(row, "voice_states")[:MOST_PEOPLE]
    rung = [permanent_id(one, "ringing") for one in rows(row, "ringing")[:MOST_PEOPLE]]
    caller = session.remembered("authors").get(id)
    if caller is None and states:
        caller = need(states[0], "user_id")
    if caller is None and rung and own not in rung:
        caller = own
    parties = session.parties(own, channel, caller) if caller or own in rung else None
    if not parties and caller is None:
        raise Unreadable("voice_states.0.user_id is missing")
    if parties:
        shown = any(claim(state, "self_video") for state in states)
        yield _call(session, own, channel, id, parties, session.capture.at, kind="video" if shown else None)


def pictured(session: Session, row: Any) -> Iterator[Found]:
    """Somebody switched a camera on in a call that is going on."""
    if dig(row, "guild_id") is not None or dig(row, "channel_id") is None or claim(row, "self_video") is not True:
        return
    channel = need(row, "channel_id")
    call = session.remembered("calls").get(channel)
    if call is None:
        return
    own = session.whose(channel=channel)
    parties = session.parties(own, channel, need(row, "user_id"))
    if parties:
        yield _call(session, own, channel, f"{call}:video", parties, session.capture.at, kind="video")


def _call(
    session: Session,
    own: str,
    channel: str,
    id: str,
    parties: tuple[Account, Side],
    at: datetime,
    *,
    kind: Literal["video"] | None = None,
    seconds: int | None = None,
) -> Call:
    contact, by = parties
    if not id.endswith(":video"):
        session.remembered("calls")[channel] = id
    return Call(
        id=id,
        at=at,
        account=session.person(own),
        contact=contact,
        by=by,
        conversation=channel,
        group=_is_group(session, own, channel, None),
        pending=session.conversation(own, channel).get("pending"),
        history=session.was_before(at),
        call=kind,
        seconds=seconds,
        capture=session.capture.id,
    )


def _is_private(session: Session, row: Any, channel: str) -> bool:
    """Whether it belongs to a direct or group conversation, not to a server."""
    if dig(row, "guild_id") is not None:
        return False
    # Answers of the web API don't name the server: there only a conversation that we know is one.
    return not session.listed or dig(row, "channel_type") in (DIRECT, GROUP) or session.knows(channel)


def _is_group(session: Session, own: str, channel: str, row: Any) -> bool | None:
    kind = session.conversation(own, channel).get("type") or dig(row, "channel_type")
    return kind == GROUP if kind in (DIRECT, GROUP) else None
