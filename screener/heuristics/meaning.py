"""Facts of what messages mean, beyond the words they use; unknown where no encoder is installed."""

from screener.events import Event, Message
from screener.heuristics.base import fact
from screener.meaning.base import IDEAS
from screener.relationships import Relationship

AMONG = frozenset(IDEAS)
FACTS_OF_MEANING = frozenset(
    {
        "message.means",
        "contact.has_meant",
        "relationship.leaning",
        "relationship.drift",
        "relationship.danger_at_once",
        "relationship.danger",
    }
)


@fact(
    "message.means",
    "What a message of a contact whom the family doesn't know seems to mean, whatever its words; often wrong.",
    among=AMONG,
)
def means(event: Event, relationship: Relationship) -> frozenset[str] | None:
    if not isinstance(event, Message) or event.by != "contact" or not relationship.meant.turns:
        return None
    return relationship.meant.now


@fact("contact.has_meant", "What the contact's messages have seemed to mean so far and has not faded.", among=AMONG)
def has_meant(event: Event, relationship: Relationship) -> frozenset[str] | None:
    return relationship.meant.ever if relationship.meant.turns else None


@fact(
    "relationship.drift",
    "How much what the contact means resembles conversations that went wrong, from 0 to 1; known after six turns.",
)
def drift(event: Event, relationship: Relationship) -> float | None:
    return relationship.meant.drift


@fact(
    "relationship.danger",
    "How much it all resembles conversations in which a threat has come, from 0 to 1; known after five turns.",
)
def danger(event: Event, relationship: Relationship) -> float | None:
    return relationship.meant.settled_danger


@fact(
    "relationship.leaning",
    "What `relationship.drift` is made of, at the last turn alone and from the first one on; often wrong by itself.",
)
def leaning(event: Event, relationship: Relationship) -> float | None:
    return relationship.meant.leaning


@fact(
    "relationship.danger_at_once",
    "As `relationship.danger`, but from the first turn on; often wrong by itself.",
)
def danger_at_once(event: Event, relationship: Relationship) -> float | None:
    return relationship.meant.danger
