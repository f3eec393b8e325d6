"""Discord's calls: who rings whom, and whether a camera is on; what is said in them is encrypted."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from screener.events import Side
from screener.platforms.base import Account, Call, Found, Unreadable, dig, need, permanent_id
from screener.platforms.wire.discord.objects import claim, rows
from screener.platforms.wire.discord.session import MOST_PEOPLE, Session


def ringing(session: Session, row: Any) -> Iterator[Found]:
    """A call rings. The message that announces the same call has the same id, so the two count once."""
    channel, id = need(row, "channel_id"), need(row, "message_id")
    own = session.whose(channel=channel)
    states = rows(row, "voice_states")[:MOST_PEOPLE]
    called = [permanent_id(one, "ringing") for one in rows(row, "ringing")[:MOST_PEOPLE]]
    caller = session.writer(own, channel, id)
    if caller is None and states:
        caller = need(states[0], "user_id")
    if caller is None and called and own not in called:
        caller = own
    parties = session.parties(own, channel, caller) if caller or own in called else None
    if not parties and caller is None:
        raise Unreadable("voice_states.0.user_id is missing")
    if parties:
        shown = any(claim(state, "self_video") for state in states)
        yield call(session, own, channel, id, parties, session.capture.at, kind="video" if shown else None)


def rung(session: Session, row: Any) -> Iterator[Found]:
    """Who is rung has changed: news only where the call itself was not seen to begin."""
    channel, id = need(row, "channel_id"), need(row, "message_id")
    if rows(row, "ringing") and session.remembered("calls").get(channel) != id:
        yield from ringing(session, row)


def over(session: Session, row: Any) -> Iterator[Found]:
    """A call has ended: who shows themselves in this conversation now does it in another one."""
    session.remembered("calls").pop(need(row, "channel_id"), None)
    yield from ()


def pictured(session: Session, row: Any) -> Iterator[Found]:
    """Somebody switched a camera on in a call that is going on."""
    if dig(row, "guild_id") is not None or dig(row, "channel_id") is None or claim(row, "self_video") is not True:
        return
    channel = need(row, "channel_id")
    going_on = session.remembered("calls").get(channel)
    if going_on is None:
        return
    own = session.whose(channel=channel)
    parties = session.parties(own, channel, need(row, "user_id"))
    if parties:
        yield call(session, own, channel, f"{going_on}:video", parties, session.capture.at, kind="video")


def call(
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
        account=session.person(own, own),
        contact=contact,
        by=by,
        conversation=channel,
        group=session.is_group(own, channel),
        pending=session.conversation(own, channel).get("pending"),
        history=session.was_before(at),
        call=kind,
        seconds=seconds,
        capture=session.capture.id,
    )
