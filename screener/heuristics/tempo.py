"""Facts of who began, how fast it goes and at what hours."""

from datetime import timedelta

from screener.events import Event, Side
from screener.heuristics.base import fact
from screener.relationships import WANTS, Relationship

DAY = 86_400
ENOUGH_FOR_A_SHARE = 5
SIDES = frozenset({"contact", "member"})


@fact("relationship.requested_by", "Who asked to be friends.", among=SIDES)
def requested_by(event: Event, relationship: Relationship) -> Side | None:
    return relationship.requested_by


@fact("relationship.days", "For how many days the two have been in touch, as far as we have seen.")
def days(event: Event, relationship: Relationship) -> float | None:
    began = relationship.first_at
    return (event.at - began).total_seconds() / DAY if began else None


@fact("relationship.accepted", "Whether a friend request between the two was accepted.")
def accepted(event: Event, relationship: Relationship) -> bool | None:
    if relationship.accepted_at or relationship.contact.is_friend:
        return True
    return relationship.contact.is_friend


@fact(
    "relationship.minutes_to_first_message",
    "How many minutes after the acceptance the contact wrote; unknown unless the contact wrote first.",
)
def minutes_to_first_message(event: Event, relationship: Relationship) -> float | None:
    accepted, wrote = relationship.accepted_at, relationship.first_message_at
    if accepted is None or wrote is None or wrote < accepted or relationship.first_message_by != "contact":
        return None
    return (wrote - accepted).total_seconds() / 60


@fact("relationship.first_message_by", "Who wrote first.", among=SIDES)
def first_message_by(event: Event, relationship: Relationship) -> Side | None:
    return relationship.first_message_by


@fact("relationship.received", "How many messages the contact has sent.")
def received(event: Event, relationship: Relationship) -> int:
    return relationship.received


@fact("relationship.sent", "How many messages the member has sent.")
def sent(event: Event, relationship: Relationship) -> int:
    return relationship.sent


@fact("relationship.unanswered", "How many messages the contact has sent since the member last wrote.")
def unanswered(event: Event, relationship: Relationship) -> int:
    return relationship.unanswered


@fact(
    "relationship.messages_before_ask",
    f"How many messages the contact sent before the first that asked for something (a list whose name begins {WANTS}).",
)
def messages_before_ask(event: Event, relationship: Relationship) -> int | None:
    asks = [heard.first for name, heard in relationship.contact_said.items() if name.startswith(WANTS)]
    return max(min(asks) - 1, 0) if asks else None


@fact(
    "relationship.night_share",
    "Which share of the contact's messages came between ten at night and six in the morning, in the member's time.",
)
def night_share(event: Event, relationship: Relationship) -> float | None:
    if relationship.received < ENOUGH_FOR_A_SHARE:
        return None
    return relationship.received_at_night / relationship.received


@fact(
    "relationship.received_per_hour",
    "How many messages the contact sent in the hour before, as far as the last 24 tell.",
)
def received_per_hour(event: Event, relationship: Relationship) -> int:
    return relationship.received_since(event.at - timedelta(hours=1))
