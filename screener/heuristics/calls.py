"""Facts of a call that rings."""

from screener.events import Call, Event
from screener.heuristics.base import Moment, fact, fact_of_moment
from screener.relationships import Relationship


@fact("call.from_unknown", "Whether the contact calls and the family doesn't know the contact.")
def from_unknown(event: Event, relationship: Relationship) -> bool | None:
    if not isinstance(event, Call):
        return None
    return event.by == "contact" and not relationship.known


@fact("call.video", "Whether the call is with pictures; unknown if the platform does not say.")
def video(event: Event, relationship: Relationship) -> bool | None:
    if not isinstance(event, Call) or event.call is None:
        return None
    return event.call == "video"


@fact_of_moment("call.after_refusal", "Whether the contact calls within 30 days of a no, in words or by declining.")
def after_refusal(moment: Moment) -> bool | None:
    event, windows = moment.event, moment.windows
    if not isinstance(event, Call):
        return None
    refused = moment.relationship.refused_at(windows.refusal_messages)
    return event.by == "contact" and refused is not None and windows.holds(refused, event.at, days=windows.refusal_days)


@fact("call.number", "Which call of the contact this is, counted from one.")
def number(event: Event, relationship: Relationship) -> int | None:
    return relationship.calls if isinstance(event, Call) else None


@fact("relationship.video_calls", "How many video calls of the contact there were.")
def video_calls(event: Event, relationship: Relationship) -> int:
    return relationship.video_calls
