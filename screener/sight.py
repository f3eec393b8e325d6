"""Who may see what of an alert: by the role of who looks, and by the age of whom it is about."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from screener.alerts import height
from screener.levels import LevelName
from screener.presets import Preset, preset
from screener.rules import Stage

UserRole = Literal["owner", "parent", "viewer", "child", "adult"]
"""What somebody who logs in may do: all; see to alerts; look at them only; see what is seen of oneself, as a child or
as an adult."""

Sight = Literal["whole", "hint", "nothing"]
"""All of it; only that there is something, at which level and why; or not even that."""

LOOKS_AFTER: frozenset[UserRole] = frozenset({"owner", "parent", "viewer"})
CHANGES: frozenset[UserRole] = frozenset({"owner", "parent"})
CHILD_SEES_FROM = 10
"""Below this age a child's own page speaks of watching and of help, and lists nothing."""


class Looker(Protocol):
    """Somebody who logs in; `member` is the id of the member who this is, where it is one."""

    @property
    def role(self) -> UserRole: ...

    @property
    def member(self) -> str | None: ...


class Watched(Protocol):
    """What sight asks of an alert; `member` is the id of whom it is about."""

    @property
    def level(self) -> LevelName: ...

    @property
    def stages(self) -> tuple[Stage, ...]: ...

    @property
    def opened(self) -> datetime: ...

    @property
    def member(self) -> str: ...

    @property
    def member_is_adult(self) -> bool: ...

    @property
    def member_age(self) -> int | None: ...


@dataclass(frozen=True, kw_only=True)
class Eyes[L: Looker]:
    """What one user may see at one moment. `has_page` says whether a member has a log-in of their own."""

    user: L
    now: datetime
    has_page: Callable[[str], bool] = lambda member: False

    def sight(self, alert: Watched) -> Sight:
        """How much of an alert this user sees."""
        return self._sight(alert, self.now)

    def whole_from(self, alert: Watched) -> datetime | None:
        """When this user sees all of it if nothing else happens: now, once it is no longer the young person's alone, or
        not at all.
        """
        if self.sight(alert) == "whole":
            return self.now
        later = alert.opened + preset_of(alert).first
        return later if later > self.now and self._sight(alert, later) == "whole" else None

    def is_own(self, alert: Watched) -> bool:
        """Whether the alert is about who looks."""
        return self.user.member is not None and self.user.member == alert.member

    def may_change(self, alert: Watched) -> bool:
        """Whether this user may see to the alert: close it, say that the contact is known, and so on."""
        if self.sight(alert) != "whole":
            return False
        return alert.member_is_adult if self.is_own(alert) else self.user.role in CHANGES

    def may_open(self, alert: Watched, *, agreed: bool) -> bool:
        """Whether this user may read what was written; `agreed` where the young person said so."""
        if self.sight(alert) != "whole":
            return False
        if self.is_own(alert):
            return True
        rule = preset_of(alert).excerpt
        threatened = "pressure" in alert.stages
        return {
            "on click": True,
            "act or both": agreed or alert.level == "act",
            "danger or both": agreed or (alert.level == "act" and threatened),
            "own": False,
        }[rule]

    def whole[A: Watched](self, alerts: Iterable[A]) -> list[A]:
        return [alert for alert in alerts if self.sight(alert) == "whole"]

    def hints[A: Watched](self, alerts: Iterable[A]) -> list[A]:
        return [alert for alert in alerts if self.sight(alert) == "hint"]

    def _sight(self, alert: Watched, at: datetime) -> Sight:
        if self.is_own(alert):
            grown = alert.member_is_adult or alert.member_age is None or alert.member_age >= CHILD_SEES_FROM
            return "whole" if grown else "nothing"
        if self.user.role not in LOOKS_AFTER:
            return "nothing"
        age = preset_of(alert)
        if age.from_level is None:
            return "nothing"
        if self._is_still_theirs(alert, age, at):
            return "nothing"
        if height(alert.level) >= height(age.from_level):
            return "whole"
        return "hint" if age.signals_below else "nothing"

    def _is_still_theirs(self, alert: Watched, age: Preset, at: datetime) -> bool:
        """Whether a low alert is for now the young person's alone, who can see it on a page of their own."""
        low = alert.level != "act" and "pressure" not in alert.stages
        return low and at - alert.opened < age.first and self.has_page(alert.member)


def preset_of(alert: Watched) -> Preset:
    """The preset of whom the alert is about."""
    return preset(alert.member_age, is_adult=alert.member_is_adult)
