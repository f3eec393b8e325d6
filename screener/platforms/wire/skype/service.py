"""The chat service that Skype and Teams Free share: its long poll, its conversations and its threads."""

from collections.abc import Iterator
from functools import partial

from screener.platforms.base import Capture, Found, Memory, Method, dig, every, need, reads
from screener.platforms.wire.skype import people, talk, threads
from screener.platforms.wire.skype.objects import answered, identity, succeeded, the_list
from screener.platforms.wire.skype.session import Session


def readers(platform: str, hosts: tuple[str, ...]) -> tuple[Method, Method, Method, Method, Method]:
    """The readers of the chat service at these hosts: poll, conversations, thread, message sent, message changed."""

    def session(capture: Capture, memory: Memory) -> Session:
        return Session(platform=platform, capture=capture, memory=memory)

    @reads("POST", "*/users/*/subscriptions/*/poll", hosts=hosts)
    @reads("GET", "*/users/*/endpoints/*/events/poll", hosts=hosts)
    def poll(decoder: object, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _polled(session(capture, memory))

    @reads("GET", "*/users/*/conversations", "*/users/*/conversations/*", hosts=hosts)
    def conversations(decoder: object, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _conversations(session(capture, memory))

    @reads("GET", "*/v1/threads/*", hosts=hosts)
    def thread(decoder: object, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _thread(session(capture, memory))

    @reads("POST", "*/users/*/conversations/*/messages", hosts=hosts)
    def message_sent(decoder: object, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _sent(session(capture, memory))

    @reads("PUT", "*/users/*/conversations/*/messages/*", hosts=hosts)
    @reads("DELETE", "*/users/*/conversations/*/messages/*", hosts=hosts)
    def message_changed(decoder: object, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _changed(session(capture, memory))

    return poll, conversations, thread, message_sent, message_changed


def _polled(session: Session) -> Iterator[Found]:
    """What happened since the page last asked."""
    if answered(session.capture):
        found = the_list(session.capture.json, "eventMessages", optional=True)
        yield from every(found, partial(talk.pushed, session))


def _conversations(session: Session) -> Iterator[Found]:
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


def _thread(session: Session) -> Iterator[Found]:
    """Who is in a conversation."""
    if answered(session.capture):
        match session.rest("threads"):
            case [one]:
                yield from threads.note(session, {"id": one, **_object(session)})
            case [one, "members"]:
                yield from threads.note(session, {"id": one, "members": the_list(session.capture.json, "members")})


def _sent(session: Session) -> Iterator[Found]:
    if succeeded(session.capture):
        answer = session.capture.json if session.capture.response else None
        yield from talk.sent(session, session.capture.request_json, answer)


def _changed(session: Session) -> Iterator[Found]:
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
