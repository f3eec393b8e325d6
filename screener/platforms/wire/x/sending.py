"""What the member's own browser sends on X: messages, in the older web API and in the newer one."""

from collections.abc import Iterator
from typing import Any

from screener.events import Event
from screener.platforms.base import Found, Message, Unreadable, dig, need
from screener.platforms.wire.x.direct import common, root_of, sent_key, told
from screener.platforms.wire.x.objects import LONGEST_TEXT, rows, thread, words
from screener.platforms.wire.x.session import Session


def sent(session: Session, document: Any, answer: Any) -> Iterator[Found]:
    """What the member sent: as the platform gave it back, else as the browser sent it."""
    root = root_of(answer)
    entries = [row for entry in rows(root, "entries") if isinstance(row := dig(entry, "message"), dict)]
    if entries:
        # What comes back is what was just sent, so who wrote it is the account holder.
        yield from told(session.held_by(dig(entries[0], "message_data", "sender_id")), root)
        return
    request = need(document, "request_id")
    conversation = words(document, "conversation_id") or _with_one(session, document)
    if conversation is None:
        raise Unreadable("conversation_id is missing")
    yield from put(session, thread(conversation), f"request:{request}", request, document)


def _with_one(session: Session, document: Any) -> str | None:
    """The conversation with the one person whom the browser names instead of it."""
    people = dig(document, "recipient_ids", default=dig(document, "participant_ids"))
    if isinstance(people, list):
        people = people[0] if len(people) == 1 else None
    return f"{session.whose()}-{people}" if isinstance(people, str | int) and not isinstance(people, bool) else None


def put(session: Session, conversation: str, id: str, request: Any, row: Any) -> Iterator[Event]:
    """A message as the browser sent it; the inbox gives it back with the same number of the browser's."""
    own = session.whose(conversation)
    if isinstance(request, str) and request:
        session.memory.kept[sent_key(own, request)] = id
    if found := session.parties(own, conversation, own):
        yield Message(
            id=id,
            contact=found[0],
            by="member",
            text=words(row, "text", most=LONGEST_TEXT),
            # The kind of what was uploaded before is not said here.
            media=("file",) if dig(row, "media_id") is not None else (),
            **common(session, own, conversation, session.capture.at),
        )


def sent_by_mutation(session: Session, variables: Any, answer: Any) -> Iterator[Found]:
    """The same in the newer web API, which gives back only the ids."""
    done = dig(answer, "data", "create_dm")
    if dig(done, "dm_id") is None:
        return
    conversation, id = thread(dig(done, "conversation_id")), need(done, "dm_id")
    said = dig(variables, "message")
    row = {
        "text": dig(said, "text", "text", default=dig(said, "media", "text")),
        "media_id": dig(said, "media", "id"),
    }
    yield from put(session, conversation, id, dig(variables, "requestId"), row)
