"""Facts of what is said, the contact and the member apart; what the words mean is for the word lists."""

from datetime import timedelta

from screener.entities import KINDS, entities
from screener.events import Event, FriendRequest, Message, Side
from screener.folding import fold, pieces, unpadded
from screener.heuristics.base import fact, fact_of_words
from screener.relationships import Relationship

REMEMBERED = timedelta(days=60)


@fact("message.by", "Who wrote the message.", among=frozenset({"contact", "member"}))
def by(event: Event, relationship: Relationship) -> Side | None:
    return event.by if isinstance(event, Message) else None


@fact("message.pending", "Whether the platform itself keeps the message apart as coming from a stranger.")
def pending(event: Event, relationship: Relationship) -> bool | None:
    return event.pending if isinstance(event, Message) else None


@fact("message.has_media", "Whether the message carries a picture, a video or another file; they are never looked at.")
def has_media(event: Event, relationship: Relationship) -> bool | None:
    return bool(event.media) if isinstance(event, Message) else None


@fact(
    "message.obfuscated", "Whether words in the message were disguised: split, spaced out, or written with look-alikes."
)
def obfuscated(event: Event, relationship: Relationship) -> bool | None:
    text = _text(event)
    return any(fold(piece).obfuscated for piece in pieces(text)) if text else None


@fact(
    "message.entities",
    "What the message holds that can be followed up: a phone number, an address of an account, a way to pay.",
    among=KINDS,
)
def found(event: Event, relationship: Relationship) -> frozenset[str] | None:
    text = _text(event)
    return entities(unpadded(text)) if text else None


@fact_of_words("message.says", "The word lists heard in the message.")
def says(event: Event, relationship: Relationship, heard: frozenset[str]) -> frozenset[str] | None:
    return heard if _text(event) else None


@fact_of_words(
    "message.says_again", "The word lists heard again from the contact after the member has said no to them."
)
def says_again(event: Event, relationship: Relationship, heard: frozenset[str]) -> frozenset[str] | None:
    if not _text(event) or event.by != "contact":
        return None
    return heard & frozenset(relationship.refused)


@fact_of_words("request.note_says", "The word lists heard in the words that came with a friend request.")
def note_says(event: Event, relationship: Relationship, heard: frozenset[str]) -> frozenset[str] | None:
    return heard if isinstance(event, FriendRequest) and event.note else None


@fact_of_words(
    "contact.has_said", "The word lists heard from the contact within the last 60 days, this message included."
)
def contact_has_said(event: Event, relationship: Relationship, heard: frozenset[str]) -> frozenset[str]:
    return relationship.said("contact", since=event.at - REMEMBERED)


@fact_of_words(
    "member.has_said", "The word lists heard from the member within the last 60 days, this message included."
)
def member_has_said(event: Event, relationship: Relationship, heard: frozenset[str]) -> frozenset[str]:
    return relationship.said("member", since=event.at - REMEMBERED)


def _text(event: Event) -> str | None:
    return event.text if isinstance(event, Message) else None
