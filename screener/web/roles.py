"""Who may see what: by the role of who looks, and by the age of whom it is about."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from screener.alerts import height
from screener.presets import Preset, preset
from screener.web.base import AlertView, User, UserRole

Sight = Literal["whole", "hint", "nothing"]
"""All of it; only that there is something, at which level and why; or not even that."""

LOOKS_AFTER: frozenset[UserRole] = frozenset({"owner", "parent", "viewer"})
CHANGES: frozenset[UserRole] = frozenset({"owner", "parent"})
CHILD_SEES_FROM = 10
"""Below this age a child's own page speaks of watching and of help, and lists nothing."""


@dataclass(frozen=True, kw_only=True)
class Eyes:
    """What one user may see at one moment. `has_page` says whether a member has a log-in of their own."""

    user: User
    now: datetime
    has_page: Callable[[str], bool] = lambda member: False

    def sight(self, alert: AlertView) -> Sight:
        """How much of an alert this user sees."""
        if self.is_own(alert):
            grown = alert.member_is_adult or alert.member_age is None or alert.member_age >= CHILD_SEES_FROM
            return "whole" if grown else "nothing"
        if self.user.role not in LOOKS_AFTER:
            return "nothing"
        age = preset_of(alert)
        if age.from_level is None:
            return "nothing"
        if self._is_still_theirs(alert, age):
            return "nothing"
        if height(alert.level) >= height(age.from_level):
            return "whole"
        return "hint" if age.signals_below else "nothing"

    def is_own(self, alert: AlertView) -> bool:
        """Whether the alert is about who looks."""
        return self.user.member is not None and self.user.member == alert.member

    def may_change(self, alert: AlertView) -> bool:
        """Whether this user may see to the alert: close it, say that the contact is known, and so on."""
        if self.sight(alert) != "whole":
            return False
        return alert.member_is_adult if self.is_own(alert) else self.user.role in CHANGES

    def may_open(self, alert: AlertView, *, agreed: bool) -> bool:
        """Whether this user may read what was written; `agreed` where the young person said so."""
        if self.sight(alert) != "whole":
            return False
        if self.is_own(alert):
            return True
        rule = preset_of(alert).excerpt
        threatened = "pressure" in alert.stages
        return {
            "shown": True,
            "on click": True,
            "act or both": agreed or alert.level == "act",
            "danger or both": agreed or (alert.level == "act" and threatened),
            "own": False,
        }[rule]

    def whole(self, alerts: Iterable[AlertView]) -> list[AlertView]:
        return [alert for alert in alerts if self.sight(alert) == "whole"]

    def hints(self, alerts: Iterable[AlertView]) -> list[AlertView]:
        return [alert for alert in alerts if self.sight(alert) == "hint"]

    def _is_still_theirs(self, alert: AlertView, age: Preset) -> bool:
        """Whether a low alert is for now the young person's alone, who can see it on a page of their own."""
        low = alert.level != "act" and "pressure" not in alert.stages
        return low and self.now - alert.opened < age.first and self.has_page(alert.member)


def preset_of(alert: AlertView) -> Preset:
    """The preset of whom the alert is about."""
    return preset(alert.member_age, is_adult=alert.member_is_adult)


def apart(alerts: Iterable[AlertView], eyes: Eyes) -> list[str]:
    """The adults about whom there is something that nobody can see, because they have no log-in of their own."""
    if eyes.user.role not in CHANGES:
        return []
    unseen = (a for a in alerts if a.member_is_adult and not eyes.is_own(a) and not eyes.has_page(a.member))
    return sorted({alert.member_name for alert in unseen})
