"""Facts of what changed in the member, against their own four weeks before. Told gently, never as an alarm."""

from screener.events import Event
from screener.heuristics.base import Moment, fact, fact_of_moment
from screener.relationships import Relationship


@fact_of_moment(
    "member.volume_times",
    "How many times as much as usual the member wrote in the last week, to everybody; below one is less.",
)
def volume_times(moment: Moment) -> float | None:
    habits = moment.around.habits
    return habits.volume_times if habits else None


@fact_of_moment("member.night_times", "How many times as much as usual the member wrote at night in the last week.")
def night_times(moment: Moment) -> float | None:
    habits = moment.around.habits
    return habits.night_times if habits else None


@fact_of_moment("member.people_times", "To how many times as many people as usual the member wrote in the last week.")
def people_times(moment: Moment) -> float | None:
    habits = moment.around.habits
    return habits.people_times if habits else None


@fact_of_moment(
    "relationship.share_of_week", "Which share of all that the member wrote in the last week went to this contact."
)
def share_of_week(moment: Moment) -> float | None:
    habits = moment.around.habits
    return habits.share if habits else None


@fact("relationship.deleted_by_contact", "How many messages the contact took back.")
def deleted_by_contact(event: Event, relationship: Relationship) -> int:
    return relationship.deleted_by_contact


@fact("relationship.deleted_by_member", "How many messages the member took back.")
def deleted_by_member(event: Event, relationship: Relationship) -> int:
    return relationship.deleted_by_member
