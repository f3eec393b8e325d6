"""What the dashboard needs to know and may change: the views it shows, and the desk that provides them."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from screener.alerts import State
from screener.family import Member
from screener.levels import LevelName
from screener.rules import Stage
from screener.sight import UserRole as UserRole
from screener.sight import Watched
from screener.store.base import Severity


@dataclass(frozen=True, kw_only=True)
class Known:
    """One thing a platform told us of the contact, and how we come to know it ("profile page", "friend request")."""

    label: str
    value: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class ContactView:
    """The account on the other side. `names` has the newest first; most of it is the contact's own words."""

    platform: str
    id: str
    names: tuple[str, ...] = ()
    handle: str = ""
    url: str = ""
    facts: tuple[Known, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SignalView:
    """A rule that held: `because` is its sentence, already filled in; `rule_file` is where to read or tune it."""

    rule: str
    stage: Stage
    points: int
    because: str
    at: datetime
    rule_file: str
    advice: str = ""


@dataclass(frozen=True, kw_only=True)
class AlertView:
    """What a parent sees. `stages` are those reached; `unseen` says what can't be seen on that platform.

    `member_is_adult` makes the page speak to the person, not about a child. `member` is the member's id, `relationship`
    that of what the two had to do with each other. `began` is when the first sign of each stage came, `later` until
    when a parent put it off. In a list there is only the heaviest signal and the newest name; `reasons` counts all.
    """

    id: str
    level: LevelName
    state: State
    member_name: str
    contact: ContactView
    points: int
    stages: tuple[Stage, ...]
    opened: datetime
    updated: datetime
    signals: tuple[SignalView, ...] = ()
    unseen: str = ""
    member_is_adult: bool = False
    member: str = ""
    member_age: int | None = None
    relationship: str = ""
    began: tuple[tuple[Stage, datetime], ...] = ()
    later: datetime | None = None
    reasons: int = 0


@dataclass(frozen=True, kw_only=True)
class IssueView:
    """Something we cannot see, and its mend."""

    key: str
    severity: Severity
    what: str
    mend: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What we read of one platform on one device: it reads, is waiting for a first sign, is blind to it, or the device
    never proved that it has our certificate. A device that did, and has visited no platform yet, waits for none ("").
    """

    device: str
    member: str
    platform: str
    state: Literal["reads", "waiting", "blind", "unenrolled"]
    last_read: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class User:
    """Somebody who may log in. A session made under another `epoch` is no longer good.

    `member` is the id of the member of the family who this is, where it is one; `language` is empty for the browser's.
    `has_codes` says that a log-in with the password asks for a one-time code as well.
    """

    id: str
    name: str
    password_hash: str
    epoch: int = 0
    role: UserRole = "owner"
    member: str | None = None
    language: str = ""
    has_codes: bool = False


@dataclass(frozen=True, kw_only=True)
class Change:
    """An alert opened, grew, or was seen or closed by somebody."""

    alert: str
    level: LevelName
    what: Literal["opened", "grew", "settled"]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which alerts a list is to hold; what is empty or None is not asked. `put_off` are those that are to come back
    later, `text` is looked for in ids, names, handles and the members' names, the times are of the last growth.
    """

    states: tuple[State, ...] = ("new", "seen")
    put_off: bool | None = False
    levels: tuple[LevelName, ...] = ()
    text: str = ""
    platform: str = ""
    member: str = ""
    since: datetime | None = None
    until: datetime | None = None
    newest_first: bool = False


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A piece of a list: `count` is how many there are in all. `kinds` has one alert for each kind that there is,
    whoever may see it; nothing but whose it is, its platform, level and stage is true of those.
    """

    count: int = 0
    rows: tuple[AlertView, ...] = ()
    kinds: tuple[AlertView, ...] = ()


class Desk(Protocol):
    """The store as the dashboard sees it."""

    async def listed(
        self, wanted: Wanted, see: Callable[[Watched], bool], now: datetime, *, most: int = 100, skip: int = 0
    ) -> Listed:
        """The alerts that are wanted and that `see` lets through, which may ask only what sight asks. Worst level first
        and then newest, or only newest first; light enough for ten thousand.
        """

    async def alerts(self, *, state: Literal["open", "closed"] | None = None) -> list[AlertView]:
        """Worst level first among the open, then newest; "open" is new or seen."""

    async def alert(self, id: str) -> AlertView | None: ...

    async def issues(self) -> list[IssueView]: ...

    async def coverage(self) -> list[Coverage]: ...

    def changes(self) -> AsyncIterator[Change]:
        """Every change from now on, without end; an async generator. Leaving it unsubscribes."""

    async def users(self) -> int:
        """How many there are."""

    async def have_pages(self) -> frozenset[str]:
        """The members who have a log-in of their own, by id."""

    async def user(self, name: str) -> User | None: ...

    async def add_user(self, name: str, password_hash: str) -> None:
        """Raises ValueError if the name is taken."""

    async def members(self) -> tuple[Member, ...]:
        """Who lives here, as old as today."""

    async def member(self, id: str | None) -> Member | None:
        """The one of them with that id."""

    async def add_first_user(self, name: str, password_hash: str, member: str | None = None) -> bool:
        """Adds the owner only if there is no user at all, in one transaction; says whether it did."""

    async def end_sessions(self, name: str) -> None:
        """Raises the user's epoch by one; a new password does so too."""

    async def failures(self, key: str) -> tuple[datetime, ...]:
        """The newest failed tries under that key, newest first, at most 50; they survive a restart."""

    async def record_failure(self, key: str, at: datetime) -> None: ...

    async def clear_failures(self, key: str) -> None: ...
