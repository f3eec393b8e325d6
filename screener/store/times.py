"""Times as the database keeps them: whole microseconds since 1970."""

from datetime import UTC, datetime


def micros(at: datetime) -> int:
    """A time as the database keeps it."""
    return int(at.timestamp() * 1_000_000)


def moment(micros_: int) -> datetime:
    """A time as the database kept it."""
    return datetime.fromtimestamp(micros_ / 1_000_000, UTC)
