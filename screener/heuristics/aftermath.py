"""A fact of what came before this contact: whoever presses often comes under a name of its own, after somebody else."""

from screener.heuristics.base import Moment, fact_of_moment

DAY = 86_400.0


@fact_of_moment(
    "member.alarmed_days",
    "How many days ago another stranger last called for an alert that somebody is told of; known for a new contact.",
)
def alarmed_days(moment: Moment) -> float | None:
    alarmed = moment.around.alarmed
    return max((moment.event.at - alarmed).total_seconds() / DAY, 0.0) if alarmed else None
