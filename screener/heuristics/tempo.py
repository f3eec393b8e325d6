"""Facts of who began, how fast it goes and at what hours."""

from datetime import timedelta

from screener.events import Event, Side
from screener.heuristics.base import Moment, fact, fact_of_moment
from screener.relationships import WANTS, Relationship

DAY = 86_400
MONTH, TWO_MONTHS = 30, 60
HALF_A_DAY = 12
SLEEP = 6
"""Hours in a row that nearly everybody sleeps."""
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


@fact_of_moment(
    "relationship.night_share",
    "Which share of the contact's messages came at night, between ten and six, in the member's time.",
)
def night_share(moment: Moment) -> float | None:
    windows, counts = moment.windows, moment.relationship.hours.counts
    total = sum(counts)
    if total < windows.share_messages:
        return None
    return sum(count for hour, count in enumerate(counts) if windows.is_night(hour)) / total


@fact_of_moment(
    "relationship.began_at_night", "Whether the contact's first message came at night, in the member's time."
)
def began_at_night(moment: Moment) -> bool | None:
    relationship = moment.relationship
    if relationship.first_message_at is None or relationship.first_message_by != "contact":
        return None
    return moment.windows.is_night(relationship.first_message_at.astimezone(relationship.member.zone).hour)


@fact_of_moment(
    "contact.hours_apart",
    "By how many hours the contact's quietest hours lie from the member's night; large for another part of the world.",
)
def hours_apart(moment: Moment) -> float | None:
    windows, hours = moment.windows, moment.relationship.hours
    if hours.total < windows.hours_messages:
        return None
    theirs = hours.quiet_from(SLEEP) + SLEEP / 2
    ours = windows.night_begins + ((windows.night_ends - windows.night_begins) % 24) / 2
    apart = (theirs - ours) % 24
    return min(apart, 24 - apart)


@fact("relationship.started_by", "Who turned to the other first, by a request or a message.", among=SIDES)
def started_by(event: Event, relationship: Relationship) -> Side | None:
    return relationship.requested_by or relationship.first_message_by


@fact("relationship.asymmetry", "How many messages of the contact come on one of the member's.")
def asymmetry(event: Event, relationship: Relationship) -> float | None:
    if not relationship.received + relationship.sent:
        return None
    return relationship.received / max(relationship.sent, 1)


@fact("relationship.busy_days", "On how many of the last 60 days the two wrote to each other.")
def busy_days(event: Event, relationship: Relationship) -> int:
    return relationship.tally.busy_days(TWO_MONTHS, event.at)


@fact("relationship.received_2h", "How many messages of the contact came in the last two hours, 24 at most.")
def received_2h(event: Event, relationship: Relationship) -> int:
    return relationship.received_since(event.at - timedelta(hours=2))


@fact("relationship.received_30d", "How many messages of the contact came in the last 30 days, 35 a day at most.")
def received_30d(event: Event, relationship: Relationship) -> int:
    return relationship.tally.within(MONTH, event.at)[0]


@fact("relationship.received_60d", "How many messages of the contact came in the last 60 days, 35 a day at most.")
def received_60d(event: Event, relationship: Relationship) -> int:
    return relationship.tally.within(TWO_MONTHS, event.at)[0]


@fact(
    "relationship.received_per_hour",
    "How many messages the contact sent in the hour before, as far as the last 24 tell.",
)
def received_per_hour(event: Event, relationship: Relationship) -> int:
    return relationship.received_since(event.at - timedelta(hours=1))
