"""What a member does on Discord's web page, as it asks the web API for it: answers to requests, blocks, deletions.

The gateway tells the same; where that can't be read this is all there is, and it says whose doing it was.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from screener.platforms.base import Declined, Found, Unreadable, dig, every, need, permanent_id
from screener.platforms.wire.discord import people, talk
from screener.platforms.wire.discord.objects import claim, words
from screener.platforms.wire.discord.session import DIRECT, FRIEND, INCOMING, OUTGOING, SHUT_OUT, Session

# The page leaves the type out, or says that it doesn't mind: ask, or accept what was asked.
EITHER = (None, -1, FRIEND, OUTGOING)
ACCEPTED, REJECTED = 2, 3
MOST_REJECTED = 50


def related(session: Session, contact_id: str, asked: Any) -> Iterator[Found]:
    """The member asks, accepts or blocks."""
    own, kind = session.whose(contact=contact_id), dig(asked, "type")
    before = session.stands_open(own, contact_id)
    if contact_id == own or kind not in (*EITHER, SHUT_OUT):
        return
    if kind == SHUT_OUT:
        yield people.blocked(session, own, contact_id, session.relate(own, contact_id, SHUT_OUT, None))
        return
    # The page asks twice whether to accept somebody with whom the member shares nobody.
    is_sure = claim(asked, "confirm_stranger_request")
    if is_sure:
        session.learn(own, replace(session.person(own, contact_id), is_stranger=True))
    if before == INCOMING or (is_sure and before is None):
        mark = session.relate(own, contact_id, FRIEND, None)
        # The page only accepts what was asked.
        yield replace(people.accepted(session, own, contact_id, mark, None), by="member", asked=True)
    elif before == OUTGOING or (before != FRIEND and session.has_list(own)):
        mark = session.relate(own, contact_id, OUTGOING, None)
        yield people.request(session, own, contact_id, mark, None, by="member", note=words(asked, "note"))
    elif before != FRIEND:
        raise Unreadable("whether a request was sent or accepted is not known")


def unrelated(session: Session, contact_id: str) -> Iterator[Found]:
    """The member refuses a request, takes an own one back, or ends a friendship."""
    own = session.whose(contact=contact_id)
    if contact_id != own:
        yield from people.parted(session, own, contact_id, None, by="member")


def answered(session: Session, channel: str, asked: Any, row: Any) -> Iterator[Found]:
    """The member lets a message request in, or refuses it."""
    yield from talk.conversation(session, row)
    if dig(asked, "consent_status") == REJECTED:
        yield from rejected(session, channel)
    elif dig(asked, "consent_status") == ACCEPTED:
        own = session.whose(channel=channel)
        kind = session.conversation(own, channel).get("type") or DIRECT
        session.converse(own, channel, kind, [], False)


def rejected(session: Session, channel: str) -> Iterator[Found]:
    """The member refuses a message request."""
    own = session.whose(channel=channel)
    parties = session.parties(own, channel, own)
    if parties:
        contact, _ = parties
        yield Declined(
            id=f"declined:{own}:{contact.id}:{channel}",
            at=session.capture.at,
            account=session.person(own, own),
            contact=contact,
            conversation=channel,
            group=session.is_group(own, channel),
            pending=True,
            capture=session.capture.id,
        )


def rejected_together(session: Session, asked: Any, answer: Any) -> Iterator[Found]:
    """The member refuses several message requests at once."""
    yield from every(answer, partial(talk.conversation, session.begun()))
    channels = dig(asked, "channel_ids")
    some = channels[:MOST_REJECTED] if isinstance(channels, list) else []
    yield from every(some, lambda one: rejected(session, permanent_id(one, "channel_ids")))


def preview(session: Session, row: Any) -> Iterator[Found]:
    """The first message of a message request, shown before the member has let it in."""
    channel, message = need(row, "channel_id"), dig(row, "message_preview")
    if not isinstance(message, dict):
        return
    own, author = session.whose(channel=channel), need(message, "author", "id")
    if not session.knows(channel) and author != own:
        session.converse(own, channel, DIRECT, [author], True)
    yield from talk.message(session, {**message, "channel_id": channel})


def deleted(session: Session, channel: str, message: str) -> Iterator[Found]:
    """The member takes a message back; only its writer can."""
    if session.knows(channel):
        own = session.whose(channel=channel)
        session.wrote(own, channel, message, own)
        yield from talk.deleted(session, {"id": message, "channel_id": channel})
