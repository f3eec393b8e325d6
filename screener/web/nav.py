"""The ways from page to page: which of them somebody sees, by role."""

from dataclasses import dataclass

from screener.web.base import UserRole
from screener.web.tongue import later

EVERYBODY: frozenset[UserRole] = frozenset({"owner", "parent", "viewer", "child", "adult"})
LOOKING: frozenset[UserRole] = frozenset({"owner", "parent", "viewer"})


@dataclass(frozen=True, kw_only=True)
class Way:
    """`here` is what a page calls itself; `words` are translated when they are shown."""

    path: str
    here: str
    words: str
    roles: frozenset[UserRole] = EVERYBODY


WAYS = (
    Way(path="/", here="home", words=later("Overview")),
    Way(path="/closed", here="closed", words=later("Closed"), roles=EVERYBODY - {"child"}),
    Way(path="/help", here="help", words=later("Help")),
)


def ways(role: UserRole) -> tuple[Way, ...]:
    """What stands in the navigation of somebody with this role."""
    return tuple(way for way in WAYS if role in way.roles)
