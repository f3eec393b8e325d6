"""What the member's own browser sends on Instagram: messages, edits and answers to message requests."""

import json
import re
from collections.abc import Iterator
from typing import Any

from screener.capture import parsed
from screener.platforms.base import Found, Media, Unreadable, dig, need
from screener.platforms.wire.instagram import slide, talk
from screener.platforms.wire.instagram.objects import when
from screener.platforms.wire.instagram.session import GROUP, PAIR, Session
from screener.platforms.wire.meta import MOST_IN_TEXT, is_id, sending, words
from screener.platforms.wire.thrift import read_struct

_SEND = re.compile(r"^IGDirect(?:Text|Media)SendMutation$")
_ACCEPT = re.compile(r"AcceptMessageRequestMutation$")
_UNSEND = re.compile(r"^IGDMessageUnsend\w*Mutation$")
ANSWERS = (
    "xig_direct_text_send_with_slide_messaging_response",
    "xig_direct_media_send_with_slide_messaging_response",
)
TOPIC = "/ig_send_message"
PUBLISH, PAYLOAD, TOPIC_FIELD = 2, 1, 2
METHODS: dict[str, Media] = {
    "photo_attachment": "image",
    "configure_photo": "image",
    "upload_photo": "image",
    "video_attachment": "video",
    "configure_video": "video",
    "raven_attachment": "image",
    "voice_attachment": "audio",
    "share_voice": "audio",
}


def is_act(operation: str) -> bool:
    """Whether the browser's question is one that this reads."""
    return any(kind.search(operation[:200]) for kind in (_SEND, _ACCEPT, _UNSEND))


def acts(session: Session, operation: str, variables: str, answer: Any) -> Iterator[Found]:
    """What the member does in a thread; `answer` is what the platform said to it."""
    chosen = parsed(variables)
    chosen = dig(chosen, "input", default=chosen)
    if _ACCEPT.search(operation):
        slide.accepted(session, dig(chosen, "thread_fbid"))
    elif _UNSEND.search(operation):
        thread = dig(chosen, "send_data", "thread_id", default=dig(chosen, "thread_id"))
        yield from talk.deleted(session, session.thread(thread), need(chosen, "message_id"), session.own)
    else:
        told = next((dig(answer, "data", name) for name in ANSWERS if dig(answer, "data", name) is not None), None)
        recipients = dig(chosen, "recipient_igids")
        yield from _message(
            session,
            thread=dig(chosen, "ig_thread_igid", default=dig(chosen, "thread_id")),
            recipients=recipients if isinstance(recipients, list) else [],
            otid=dig(chosen, "offline_threading_id"),
            text=dig(chosen, "text", "sensitive_string_value", default=dig(chosen, "text")),
            told=told,
            # The kind of an attachment that was uploaded before is not said here.
            media=("file",) if dig(chosen, "attachment_fbid") is not None else (),
        )


def broadcast(session: Session, method: str, fields: dict[str, Any], answer: Any) -> Iterator[Found]:
    """A message over the older web API; `method` is the last part of its address."""
    groups, threads = _listed(fields.get("recipient_users")), _listed(fields.get("thread_ids"))
    recipients = groups[0] if groups and isinstance(groups[0], list) else groups
    told = dig(answer, "payload")
    yield from _message(
        session,
        thread=dig(told, "thread_id", default=threads[0] if threads else None),
        recipients=recipients,
        otid=fields.get("client_context", fields.get("offline_threading_id")),
        text=fields.get("text", fields.get("link_text")),
        told=told,
        media=(METHODS[method],) if method in METHODS else (),
    )


def published(session: Session, topic: str, body: bytes) -> Iterator[Found]:
    """A message over a socket: the same words on every one that takes them."""
    if topic != TOPIC:
        return
    command = parsed(body)
    if dig(command, "action") == "send_item" and dig(command, "item_type", default="text") in ("text", "link"):
        yield from _message(
            session,
            thread=dig(command, "thread_id"),
            recipients=[],
            otid=dig(command, "client_context"),
            text=dig(command, "text", default=dig(command, "link_text")),
        )


def bypassed(session: Session, body: bytes) -> Iterator[Found]:
    """A message over the gateway's stream for what was MQTT before."""
    request = read_struct(body).get(PUBLISH)
    if isinstance(request, dict):
        payload, topic = request.get(PAYLOAD), request.get(TOPIC_FIELD)
        if isinstance(payload, bytes) and isinstance(topic, bytes):
            yield from published(session, topic.decode("utf-8", "replace"), payload)


def signed(fields: dict[str, str]) -> dict[str, Any]:
    """The fields of a form, or those that the app has signed and put into one of them."""
    body = fields.get("signed_body")
    if body is None:
        return dict(fields)
    document = parsed(body[body.find("{") :]) if "{" in body else None
    return document if isinstance(document, dict) else {}


def _message(
    session: Session,
    *,
    thread: Any,
    recipients: list[Any],
    otid: Any,
    text: Any,
    told: Any = None,
    media: tuple[Media, ...] = (),
) -> Iterator[Found]:
    people = [str(one) for one in recipients[:50] if is_id(one)]
    name = session.thread(thread, None) if thread is not None else session.thread(",".join(people) or None)
    if people:
        session.keep(name, **{"with": people}, kind=PAIR if len(people) == 1 else GROUP)
    mid = dig(told, "message_id")
    if isinstance(mid, str) and mid.startswith("mid."):
        id = need(told, "message_id")
    elif is_id(otid):
        id = sending(session.place, otid)
    elif dig(told, "item_id") is not None:
        id = need(told, "item_id")
    else:
        raise Unreadable("offline_threading_id is missing")
    yield from talk.said(
        session,
        talk.Line(
            id=id,
            at=when(dig(told, "timestamp_ms", default=dig(told, "timestamp"))) or session.place.at,
            thread=name,
            speaker=session.own,
            text=words(text, MOST_IN_TEXT),
            plain=words(text, MOST_IN_TEXT),
            media=media,
        ),
    )


def _listed(value: Any) -> list[Any]:
    """A list, also where it is written as text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    return value if isinstance(value, list) else []
