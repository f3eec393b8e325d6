"""What a member sends on TikTok, as the browser hands it to the platform."""

from collections.abc import Iterator

from screener.capture import parsed
from screener.platforms.base import Found, Unreadable, dig
from screener.platforms.wire.protobuf import Message
from screener.platforms.wire.tiktok.content import tags
from screener.platforms.wire.tiktok.objects import is_id
from screener.platforms.wire.tiktok.session import Session, sides
from screener.platforms.wire.tiktok.talk import BODY, Line, conversation_id, is_refused, said

ASKED, SENDING = 8, 100


def is_sending(request: Message) -> bool:
    """Whether the browser hands over a message, and doesn't ask for some."""
    return request.number(1) == SENDING


def sent(session: Session, request: Message, answer: Message | None) -> Iterator[Found]:
    """What the member sends; `answer` is what the platform said to it, where that is known."""
    body = request.message(ASKED)
    raw = body.blob(SENDING) if body else None
    if body is None or raw is None:
        raise Unreadable("the message that was sent is missing")
    # The ticket in the middle of it is blanked, which can damage what follows.
    row = Message.read(raw, whole=False, depth=body.depth + 1)
    number, refused = _answered(answer)
    if refused:
        return
    hung = tags(row, 5)
    conversation = conversation_id(row.text(1))
    own = session.whose(conversation)
    other = next((one for one in sides(conversation) if one != own), None)
    client = hung.get("s:client_message_id") or row.text(8) or ""
    if other is None:
        return
    if not 0 < len(client) <= 100 or not client.isprintable():
        client = session.capture.at.isoformat()
    id = session.numbered(own, client) or number
    if id is None:
        id = f"client:{client}"
        session.sent(own, client, id)
    line = Line(
        session=session,
        own=own,
        contact=session.meet(own, other),
        by="member",
        conversation=conversation,
        group=False,
        id=id,
        at=session.capture.at,
        pending=session.apart(own, conversation, None),
    )
    yield from said(line, row.blob(4), row.number(6), row.text(14))


def _answered(answer: Message | None) -> tuple[str | None, bool]:
    """The number that the platform gave a message, and whether it refused it."""
    if answer is None:
        return None, False
    if is_refused(answer):
        return None, True
    for place in (BODY, ASKED):
        body = answer.message(place)
        given = body.message(SENDING) if body else None
        if given is None:
            continue
        number = given.number(1) or given.text(1)
        return (str(number) if is_id(number) else None), given.number(3) not in (None, 0) or _is_held(given.text(6))
    return None, False


def _is_held(notice: str | None) -> bool:
    """Whether the platform says that it holds the message back, such as from somebody who did not accept the talk."""
    try:
        return bool(notice) and dig(parsed(notice or ""), "status_code") not in (None, 0)
    except Unreadable:
        return False
