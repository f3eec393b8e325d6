"""Facts of a call that rings."""

from datetime import timedelta

from screener.events import Call, Event
from screener.heuristics.base import fact
from screener.relationships import Relationship

REFUSAL_LASTS = timedelta(days=30)


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


@fact("call.after_refusal", "Whether the contact calls within 30 days of a no, in words or by declining.")
def after_refusal(event: Event, relationship: Relationship) -> bool | None:
    if not isinstance(event, Call):
        return None
    refused = relationship.refused_at
    return event.by == "contact" and refused is not None and event.at - refused <= REFUSAL_LASTS


@fact("call.number", "Which call of the contact this is, counted from one.")
def number(event: Event, relationship: Relationship) -> int | None:
    return relationship.calls if isinstance(event, Call) else None
