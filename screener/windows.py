"""How far back judging looks and how much it needs to see, as the windows of rules/levels.yaml give them."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Windows:
    """Every reach that a fact is measured with."""

    night_begins: float
    night_ends: float
    """Hours of the member's own clock."""
    refusal_messages: float
    """A no answers what was asked within the contact's last messages, this many."""
    refusal_days: float
    """For how long a no, a block or a refused request is remembered as one."""
    said_days: float
    """For how long what was said counts as said."""
    burst_hours: float
    """Requests within this time come in a burst."""
    sweep_hours: float
    """Within this time several of the family are asked by one contact or by contacts of one kind."""
    kind_days: float
    """Accounts opened within so many days of each other, and of their first request, are of one kind."""
    moved_days: float
    """For so long after asking to go on elsewhere, an account of the same name there is the same person's."""
    mutuals_days: float
    """Friends in common gained within this time are new ones."""
    alarmed_days: float
    """For so long after an alert about a stranger, somebody new may belong to that stranger."""
    habit_recent_days: float
    habit_usual_days: float
    """The member's last days, and the days before them that they are compared with."""
    habit_messages: float
    """How many messages it takes to call something a habit."""
    share_messages: float
    """How many messages it takes to speak of a share of them."""
    hours_messages: float
    """How many messages it takes to tell at what hours somebody sleeps."""

    def is_night(self, hour: int) -> bool:
        if self.night_begins > self.night_ends:
            return hour >= self.night_begins or hour < self.night_ends
        return self.night_begins <= hour < self.night_ends

    def holds(self, then: datetime, now: datetime, *, days: float = 0, hours: float = 0) -> bool:
        """Whether `then` lies no longer before `now` than that."""
        return now - then <= timedelta(days=days, hours=hours)
