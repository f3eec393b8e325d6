"""The chat service that Skype and Teams Free share: its long poll, its conversations and its threads."""

from collections.abc import Iterator
from functools import partial

from screener.platforms.base import Found, dig, every, need
from screener.platforms.wire.skype import people, talk, threads
from screener.platforms.wire.skype.objects import answered, identity, succeeded, the_list
from screener.platforms.wire.skype.session import Session


def poll(session: Session) -> Iterator[Found]:
    """What happened since the page last asked."""
    if answered(session.capture):
        found = the_list(session.capture.json, "eventMessages", optional=True)
        yield from every(found, partial(talk.pushed, session))


def conversations(session: Session) -> Iterator[Found]:
    """The list of conversations, one of them, or what was said in one."""
    if not answered(session.capture):
        return
    match session.rest("conversations"):
        case []:
            yield from every(the_list(session.capture.json, "conversations"), partial(talk.conversation, session))
        case [one]:
            yield from talk.conversation(session, {"id": one, **_object(session)})
        case [_, "messages"]:
            # The newest comes first; an edit must find what it changes, and a call's end its beginning.
            found = the_list(session.capture.json, "messages")[::-1]
            yield from every(found, partial(talk.line, session, listed=True))


def thread(session: Session) -> Iterator[Found]:
    """Who is in a conversation."""
    if answered(session.capture):
        match session.rest("threads"):
            case [one]:
                yield from threads.note(session, {"id": one, **_object(session)})
            case [one, "members"]:
                yield from threads.note(session, {"id": one, "members": the_list(session.capture.json, "members")})


def message_sent(session: Session) -> Iterator[Found]:
    if succeeded(session.capture):
        answer = session.capture.json if session.capture.response else None
        yield from talk.sent(session, session.capture.request_json, answer)


def message_changed(session: Session) -> Iterator[Found]:
    """The member changes a message of theirs, or takes it back."""
    rest = session.rest("conversations")
    if not succeeded(session.capture) or len(rest) != 3 or rest[1] != "messages":
        return
    row = session.capture.request_json if session.capture.method == "PUT" else None
    yield from talk.touched(session, rest[2], row)


def profiles(session: Session) -> Iterator[Found]:
    """Whatever profiles an answer holds."""
    if answered(session.capture):
        yield from every(people.found_in(session.capture.json), partial(people.described, session))


def own_profile(session: Session) -> None:
    """Whose account it is, from the page's question about itself."""
    found = people.found_in(session.capture.json)
    named = dig(found, 0, "mri") or dig(session.capture.json, "primaryMemberName")
    named = named or need(session.capture.json, "skypeName")
    session.mine(identity(named, "mri"))


def _object(session: Session) -> dict[str, object]:
    found = session.capture.json
    return found if isinstance(found, dict) else {}
