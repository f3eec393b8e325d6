"""Facts of what is said, the contact and the member apart; what the words mean is for the word lists."""

from collections.abc import Iterable
from datetime import timedelta

from screener.entities import KINDS, domains, entities
from screener.events import Event, FriendRequest, Message, Side
from screener.folding import unpadded
from screener.heuristics.base import Moment, fact, fact_of_moment, fact_of_words
from screener.relationships import Relationship


@fact("message.by", "Who wrote the message.", among=frozenset({"contact", "member"}))
def by(event: Event, relationship: Relationship) -> Side | None:
    return event.by if isinstance(event, Message) else None


@fact("message.pending", "Whether the platform itself keeps the message apart as coming from a stranger.")
def pending(event: Event, relationship: Relationship) -> bool | None:
    return event.pending if isinstance(event, Message) else None


@fact("message.has_media", "Whether the message carries a picture, a video or another file; they are never looked at.")
def has_media(event: Event, relationship: Relationship) -> bool | None:
    return bool(event.media) if isinstance(event, Message) else None


@fact_of_moment(
    "message.obfuscated", "Whether words in the message were disguised: split, spaced out, or written with look-alikes."
)
def obfuscated(moment: Moment) -> bool | None:
    return moment.folded.obfuscated if _text(moment.event) and moment.folded else None


@fact(
    "message.entities",
    "What the message holds that can be followed up: a phone number, an address of an account, a way to pay.",
    among=KINDS,
)
def found(event: Event, relationship: Relationship) -> frozenset[str] | None:
    text = _text(event)
    return entities(unpadded(text)) if text else None


@fact("message.domains", "The domains that links in the message lead to, such as example.com.")
def linked(event: Event, relationship: Relationship) -> frozenset[str] | None:
    text = _text(event)
    return domains(text) if text else None


@fact_of_moment(
    "message.friends_named",
    "How many names of the member's friends and family a contact whom the family doesn't know wrote in the message.",
)
def friends_named(moment: Moment) -> int | None:
    named = moment.around.named
    return len(named) if named is not None and isinstance(moment.event, Message) else None


@fact_of_words("message.says", "The word lists heard in the message.")
def says(event: Event, relationship: Relationship, heard: frozenset[str]) -> frozenset[str] | None:
    return heard if _text(event) else None


@fact_of_moment(
    "message.says_again",
    "The word lists heard again from the contact after the member has said no to them.",
    among="lists",
)
def says_again(moment: Moment) -> frozenset[str] | None:
    event, windows = moment.event, moment.windows
    if not _text(event) or event.by != "contact":
        return None
    refused = moment.relationship.refusals(windows.refusal_messages)
    return frozenset(
        name
        for name in moment.heard
        if name in refused and windows.holds(refused[name], event.at, days=windows.said_days)
    )


@fact_of_words("request.note_says", "The word lists heard in the words that came with a friend request.")
def note_says(event: Event, relationship: Relationship, heard: frozenset[str]) -> frozenset[str] | None:
    return heard if isinstance(event, FriendRequest) and event.note else None


@fact_of_moment(
    "contact.has_said",
    "The word lists heard from the contact within the last 60 days, this message included, on any of their accounts.",
    among="lists",
)
def contact_has_said(moment: Moment) -> frozenset[str]:
    return _said(moment, "contact", (moment.relationship, *moment.around.others))


@fact_of_moment(
    "member.has_said",
    "The word lists heard from the member within the last 60 days, this message included.",
    among="lists",
)
def member_has_said(moment: Moment) -> frozenset[str]:
    return _said(moment, "member", (moment.relationship, *moment.around.others))


def _said(moment: Moment, side: Side, relationships: Iterable[Relationship]) -> frozenset[str]:
    since = moment.event.at - timedelta(days=moment.windows.said_days)
    return frozenset[str]().union(*(each.said(side, since=since) for each in relationships))


def _text(event: Event) -> str | None:
    return event.text if isinstance(event, Message) else None
