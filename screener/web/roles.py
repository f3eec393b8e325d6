"""Who may see what on the dashboard; the rules themselves are in sight.py."""

from collections.abc import Callable, Iterable
from datetime import datetime

from starlette.exceptions import HTTPException

from screener import sight
from screener.sight import CHANGES, Sight, Watched
from screener.web.base import AlertView, Desk, User, Wanted
from screener.web.door import Visit

Eyes = sight.Eyes[User]


def only_owners(visit: Visit) -> Visit:
    """For everybody else there is no such page."""
    if visit.user.role != "owner":
        raise HTTPException(404)
    return visit


def apart(alerts: Iterable[AlertView], eyes: Eyes) -> list[str]:
    """The adults about whom there is something that nobody can see, because they have no log-in of their own."""
    if eyes.user.role not in CHANGES:
        return []
    unseen = (a for a in alerts if a.member_is_adult and not eyes.is_own(a) and not eyes.has_page(a.member))
    return sorted({alert.member_name for alert in unseen})


async def eyes_of(desk: Desk, user: User, now: datetime) -> Eyes:
    """What this user may see at this moment."""
    have = await desk.have_pages()
    return Eyes(user=user, now=now, has_page=have.__contains__)


def sees(eyes: Eyes, sight: Sight = "whole") -> Callable[[Watched], bool]:
    """Whether the user sees so much of an alert, to be asked by a list."""
    return lambda alert: eyes.sight(alert) == sight


async def open_count(desk: Desk, eyes: Eyes) -> int:
    """How many open alerts this user sees."""
    return (await desk.listed(Wanted(), sees(eyes), eyes.now, most=0)).count
