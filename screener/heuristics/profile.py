"""Facts of who the contact says to be: the age and the shape of the account."""

from datetime import timedelta
from typing import get_args

from screener.entities import domains
from screener.events import Event, Origin
from screener.heuristics.base import Moment, fact, fact_of_moment
from screener.relationships import Relationship
from screener.tally import day_of

DAY = 86_400
# The platform does not say what it counts as lately; so long at least it holds.
STAYS_NEW = timedelta(days=30)


@fact("contact.account_days", "How old the contact's account is, in days; unknown if the platform does not say.")
def account_days(event: Event, relationship: Relationship) -> int | None:
    joined = relationship.contact.joined
    return max(int((event.at - joined).total_seconds() // DAY), 0) if joined else None


@fact(
    "contact.joined_recently",
    "Whether the platform says that the account was opened lately, without a day; unknown 30 days after it said so.",
)
def joined_recently(event: Event, relationship: Relationship) -> bool | None:
    contact = relationship.contact
    # Where the day is known, the account's age says it better.
    if contact.joined is not None or contact.joined_recently_at is None:
        return None
    is_stale = event.at - contact.joined_recently_at > STAYS_NEW
    # An account that was old stays so.
    return None if contact.joined_recently and is_stale else contact.joined_recently


@fact("contact.mutual_friends", "How many friends the contact and the member share.")
def mutual_friends(event: Event, relationship: Relationship) -> int | None:
    return relationship.contact.mutual_friends


@fact_of_moment(
    "contact.mutual_friends_gained",
    "How many friends in common the contact gained within the last seven days; unknown when first seen.",
)
def mutual_friends_gained(moment: Moment) -> int | None:
    points, began = moment.relationship.mutuals, moment.relationship.first_at
    if not points or began is None or began == moment.event.at:
        return None
    since = day_of(moment.event.at) - moment.windows.mutuals_days
    before = next((count for day, count in reversed(points) if day < since), points[0][1])
    return points[-1][1] - before


@fact(
    "contact.asked_from",
    "Where the contact came upon the member before asking; unknown if the platform does not say.",
    among=frozenset(get_args(Origin)),
)
def asked_from(event: Event, relationship: Relationship) -> str | None:
    return relationship.contact.origin


@fact("contact.taken_for_spam", "Whether the platform itself takes what the contact sends to the member for spam.")
def taken_for_spam(event: Event, relationship: Relationship) -> bool | None:
    return relationship.contact.spam


@fact("contact.friends", "How many friends or followers the contact has.")
def friends(event: Event, relationship: Relationship) -> int | None:
    return relationship.contact.friends


@fact("contact.following_ratio", "How many accounts the contact follows for each one that follows back or is a friend.")
def following_ratio(event: Event, relationship: Relationship) -> float | None:
    contact = relationship.contact
    if contact.following is None or contact.friends is None:
        return None
    return contact.following / max(contact.friends, 1)


@fact("contact.posts", "How many posts the contact has made.")
def posts(event: Event, relationship: Relationship) -> int | None:
    return relationship.contact.posts


@fact("contact.no_picture", "Whether the contact's profile has no picture; the picture itself is never looked at.")
def no_picture(event: Event, relationship: Relationship) -> bool | None:
    picture = relationship.contact.picture
    return None if picture is None else not picture


@fact("contact.verified", "Whether the platform has verified the contact's account.")
def verified(event: Event, relationship: Relationship) -> bool | None:
    return relationship.contact.verified


@fact("contact.other_country", "Whether the contact's profile names another country than the member's.")
def other_country(event: Event, relationship: Relationship) -> bool | None:
    theirs, ours = relationship.contact.country, relationship.member.country
    return theirs.upper() != ours.upper() if theirs and ours else None


@fact("contact.age", "The age that the contact's profile states, in years; what an account states need not be so.")
def age(event: Event, relationship: Relationship) -> int | None:
    return relationship.contact.age


@fact("contact.age_gap", "By how many years the contact's stated age is above the member's; below zero if younger.")
def age_gap(event: Event, relationship: Relationship) -> int | None:
    theirs, ours = relationship.contact.age, relationship.member.age
    return theirs - ours if theirs is not None and ours is not None else None


@fact("member.age", "The member's age in years, if the family has said.")
def member_age(event: Event, relationship: Relationship) -> int | None:
    return relationship.member.age


@fact("contact.bio_domains", "The domains that links in the contact's own description lead to, such as example.com.")
def bio_domains(event: Event, relationship: Relationship) -> frozenset[str] | None:
    bio = relationship.contact.bio
    return domains(bio) if bio else None


@fact_of_moment("contact.bio_says", "The word lists heard in the contact's own description.", among="lists")
def bio_says(moment: Moment) -> frozenset[str] | None:
    return frozenset(moment.relationship.bio_said) if moment.relationship.contact.bio else None
