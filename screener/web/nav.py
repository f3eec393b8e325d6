"""The ways from page to page: which of them somebody sees, by role."""

from dataclasses import dataclass

from screener.web.base import UserRole
from screener.web.tongue import later

EVERYBODY: frozenset[UserRole] = frozenset({"owner", "parent", "viewer", "child", "adult"})
LOOKING: frozenset[UserRole] = frozenset({"owner", "parent", "viewer"})


@dataclass(frozen=True, kw_only=True)
class Way:
    """`here` is what a page calls itself; `words` are translated when they are shown. With `members`, only who is a
    member of the family sees it.
    """

    path: str
    here: str
    words: str
    roles: frozenset[UserRole] = EVERYBODY
    members: bool = False


WAYS = (
    Way(path="/", here="home", words=later("Overview"), roles=EVERYBODY - {"child"}),
    Way(path="/me", here="me", words=later("About me"), members=True),
    Way(path="/search", here="search", words=later("Search"), roles=EVERYBODY - {"child"}),
    Way(path="/closed", here="closed", words=later("Closed"), roles=EVERYBODY - {"child"}),
    Way(path="/rules", here="rules", words=later("Rules"), roles=frozenset({"owner", "parent"})),
    Way(path="/devices", here="devices", words=later("Devices"), roles=frozenset({"owner", "parent", "adult"})),
    Way(path="/setup", here="setup", words=later("Set up"), roles=frozenset({"owner"})),
    Way(path="/people", here="people", words=later("People"), roles=frozenset({"owner"})),
    Way(path="/notices", here="notices", words=later("Notices"), roles=EVERYBODY - {"child"}),
    Way(path="/account", here="account", words=later("You")),
    Way(path="/help", here="help", words=later("Help")),
)


def ways(role: UserRole, member: str | None = None) -> tuple[Way, ...]:
    """What stands in the navigation of somebody with this role, who is that member."""
    return tuple(way for way in WAYS if role in way.roles and (member is not None or not way.members))
