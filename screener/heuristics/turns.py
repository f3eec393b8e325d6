"""Facts of what answers what: the last turns of either side, and what was shown just before."""

from datetime import datetime

from screener.events import Event, Message
from screener.heuristics.base import fact, fact_of_words
from screener.relationships import Relationship

HOUR = 3_600
STILL_ANSWERS = 3
"""The contact's first messages after one of the member's are taken to answer it."""
MEMBERS_LAST = 4
CONTACTS_LAST = 8


@fact_of_words(
    "reply.to", f"The word lists heard in the member's message that the contact's (first {STILL_ANSWERS}) answer."
)
def reply_to(event: Event, relationship: Relationship, heard: frozenset[str]) -> frozenset[str] | None:
    if not isinstance(event, Message) or event.by != "contact" or not relationship.sent:
        return None
    if relationship.unanswered > STILL_ANSWERS:
        return frozenset()
    return frozenset(name for name, entry in relationship.member_said.items() if entry.last == relationship.sent)


@fact_of_words("member.lately", f"The word lists heard in the member's last {MEMBERS_LAST} messages.")
def member_lately(event: Event, relationship: Relationship, heard: frozenset[str]) -> frozenset[str]:
    said = relationship.member_said
    return frozenset(name for name, entry in said.items() if relationship.sent - entry.last < MEMBERS_LAST)


@fact_of_words("contact.lately", f"The word lists heard in the contact's last {CONTACTS_LAST} messages.")
def contact_lately(event: Event, relationship: Relationship, heard: frozenset[str]) -> frozenset[str]:
    said = relationship.contact_said
    return frozenset(name for name, entry in said.items() if relationship.received - entry.last < CONTACTS_LAST)


@fact("member.sent_media", "How many messages with a picture, a video or a file the member has sent to the contact.")
def sent_media(event: Event, relationship: Relationship) -> int:
    return relationship.sent_media


@fact("member.hours_since_media", "How many hours ago the member last sent a picture, a video or a file.")
def hours_since_media(event: Event, relationship: Relationship) -> float | None:
    return _hours(event, relationship.sent_media_at)


@fact("relationship.hours_since_video_call", "How many hours ago the two last rang each other with pictures.")
def hours_since_video_call(event: Event, relationship: Relationship) -> float | None:
    return _hours(event, relationship.video_at)


def _hours(event: Event, before: datetime | None) -> float | None:
    return (event.at - before).total_seconds() / HOUR if before is not None else None


@fact_of_words("contact.said_before", "The word lists heard from the contact in earlier messages than this one.")
def said_before(event: Event, relationship: Relationship, heard: frozenset[str]) -> frozenset[str]:
    return frozenset(name for name, entry in relationship.contact_said.items() if entry.first < relationship.received)
