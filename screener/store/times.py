"""Times as the database keeps them: whole microseconds since 1970."""

from datetime import UTC, datetime, timedelta

BEGINNING = datetime.fromtimestamp(0, UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """A time as the database keeps it."""
    return (at - BEGINNING) // MICROSECOND


def moment(micros_: int) -> datetime:
    """A time as the database kept it; to the microsecond, as chains are made of times."""
    return BEGINNING + timedelta(microseconds=micros_)
