"""Skype: contact requests, messages, calls and contacts. It was closed in 2025, so recordings of it are read."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import ClassVar

from screener.platforms.base import (
    Accepted,
    Blocked,
    Capture,
    Declined,
    Decoder,
    Found,
    Memory,
    Removed,
    Seen,
    Sight,
    dig,
    every,
    need,
    reads,
)
from screener.platforms.wire.skype import people, service
from screener.platforms.wire.skype.objects import answered, identity, succeeded, the_list
from screener.platforms.wire.skype.session import Session

CONTACTS = "*/contacts/v2/users/*"
CHATS = ("*.gateway.messenger.live.com",)
DIRECTORY = "skypegraph.skype.com"


class Skype(Decoder):
    name = "skype"
    hosts = ("contacts.skype.com", "api.skype.com", "edge.skype.com", DIRECTORY, *CHATS)
    sees: ClassVar[Mapping[Sight, Seen]] = {
        "requests": "yes",
        "messages": "partly",
        "calls": "yes",
        "profiles": "yes",
        "pending": "partly",
        "account age": "no",
        "mutual friends": "no",
    }
    proof = (
        "SkPy, which others wrote, talks to the simulated Skype and understands the same messages, calls and "
        "requests; Trouter's pushes follow what several programs describe."
    )
    unseen = (
        "Skype itself was closed in 2025, so only recordings of it are read; whether a call had pictures is never "
        "said, and private conversations were encrypted from end to end."
    )

    # The chat service is the same behind both platforms.
    poll, conversations, thread, message_sent, message_changed = service.readers(name, CHATS)

    @reads("GET", CONTACTS)
    def contacts(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        # One pattern for the list and what lies below it: a star in a path also stands for slashes.
        rest = capture.path.partition("/contacts/v2/users/")[2].split("/")[1:]
        if not answered(capture) or rest not in ([], ["invites"]):
            return
        session = _session(capture, memory)
        if rest:
            yield from every(the_list(capture.json, "invite_list"), partial(people.invites, session))
        else:
            yield from every(the_list(capture.json, "contacts"), partial(people.contact, session))
            yield from every(dig(capture.json, "blocklist"), partial(people.blocked, session))

    @reads("GET", "*/users/*/contacts/auth-request")
    def requests_v1(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if answered(capture):
            session = _session(capture, memory)
            yield from every(the_list(capture.json), lambda row: people.invited(session, row, need(row, "sender")))

    @reads("PUT", f"{CONTACTS}/invites/*/accept", "*/contacts/auth-request/*/accept")
    def request_accepted(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _ended(capture, memory, Accepted, -2)

    @reads("PUT", f"{CONTACTS}/invites/*/decline", "*/contacts/auth-request/*/decline")
    def request_declined(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _ended(capture, memory, Declined, -2)

    @reads("PUT", f"{CONTACTS}/blocklist/*")
    def contact_blocked(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from _ended(capture, memory, Blocked, -1)

    @reads("DELETE", f"{CONTACTS}/contacts/*")
    def contact_removed(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if "/blocklist/" not in capture.path:
            yield from _ended(capture, memory, Removed, -1)

    @reads("POST", f"{CONTACTS}/contacts")
    def request_sent(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if succeeded(capture):
            yield from people.asked(_session(capture, memory), capture.request_json)

    @reads("GET", "/users/*/profile", hosts=("api.skype.com",))
    def profile(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if not answered(capture):
            return
        session = _session(capture, memory)
        if (session.segment("users") or "").lower() in ("self", "me"):
            session.mine(identity(need(capture.json, "username"), "username"))
        else:
            yield from people.described(session, capture.json)

    @reads("POST", "/users/batch/profiles", "/users/self/contacts/profiles", hosts=("api.skype.com",))
    def profiles(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        if answered(capture):
            session = _session(capture, memory)
            yield from every(the_list(capture.json), partial(people.described, session))

    @reads("GET", "*search*", hosts=(DIRECTORY,))
    @reads("GET", "/search/users/any", hosts=("api.skype.com",))
    def people_searched(self, capture: Capture, memory: Memory) -> Iterator[Found]:
        yield from service.profiles(_session(capture, memory))


def _session(capture: Capture, memory: Memory) -> Session:
    return Session(platform=Skype.name, capture=capture, memory=memory)


def _ended(
    capture: Capture, memory: Memory, kind: type[Accepted | Declined | Blocked | Removed], place: int
) -> Iterator[Found]:
    """What the member did with a request or a contact; who it is stands in the path."""
    if succeeded(capture):
        yield from people.ended(_session(capture, memory), kind, capture.path.split("/")[place])
