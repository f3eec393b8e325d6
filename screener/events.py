"""What happened between one of us and a contact, in words that are the same for every platform."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, Self

Side = Literal["contact", "member"]
Media = Literal["image", "video", "audio", "file", "sticker"]
CallKind = Literal["audio", "video"]
Origin = Literal[
    "code", "community", "contacts", "game", "link", "other app", "profile", "school", "search", "suggestion"
]

LONGEST_TEXT = 300
"""So much of a name or a biography is kept."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """An identity on a platform, known by its permanent id; everything else is only what the platform says of it today.

    None means that the platform did not say, never zero or no.
    """

    platform: str
    id: str
    name: str | None = None
    handle: str | None = None
    url: str | None = None
    joined: datetime | None = None
    joined_basis: Literal["stated", "id"] | None = None
    """Where `joined` comes from: the platform stated it, or it is part of the permanent id."""
    joined_recently: bool | None = None
    """Whether the platform says that the account was opened lately, where it says no more."""
    joined_recently_at: datetime | None = None
    """The day on which the platform said so: what is new does not stay so."""
    mutual_friends: int | None = None
    friends: int | None = None
    """Friends or followers."""
    following: int | None = None
    posts: int | None = None
    picture: bool | None = None
    avatar: str | None = None
    """The platform's own key of the picture; the picture itself is never fetched, copied or looked at."""
    verified: bool | None = None
    country: str | None = None
    """Two capital letters (ISO 3166)."""
    age: int | None = None
    """The age in years that the account states of itself."""
    bio: str | None = None
    is_friend: bool | None = None
    """Whether the platform counts this account among the other one's friends."""
    friend_since: datetime | None = None
    is_stranger: bool | None = None
    """True where the platform itself says that the two share nobody and nothing."""
    origin: Origin | None = None
    """Where this account came upon the other one before it asked, as the platform says."""
    spam: bool | None = None
    """Whether the platform itself takes what this account sends to the other one for spam."""

    def merged(self, newer: "Account") -> "Account":
        """This account with everything that `newer` knows laid over it."""
        ours = vars(self)
        news = {name: value for name, value in vars(newer).items() if value is not None and value != ours[name]}
        return replace(self, **news) if news else self

    def to_json(self) -> dict[str, Any]:
        """What is known, times as whole seconds; texts of a sensible length."""
        kept: dict[str, Any] = {}
        for name, value in vars(self).items():
            if isinstance(value, datetime):
                kept[name] = int(value.timestamp())
            elif isinstance(value, str) and name not in ("id", "platform"):
                kept[name] = value[:LONGEST_TEXT]
            elif value is not None:
                kept[name] = value
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """The account that `to_json` described."""
        named: dict[str, Any] = {each.name: kept[each.name] for each in fields(cls) if each.name in kept}
        for name in ("joined", "joined_recently_at", "friend_since"):
            if name in named:
                named[name] = datetime.fromtimestamp(named[name], UTC)
        return cls(**named)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened between `account` (ours) and `contact` (theirs).

    `id` is the platform's own, so that an inbox fetched a hundred times counts once. `by` says whose act it was.
    """

    kind: ClassVar[str] = ""

    id: str
    at: datetime
    account: Account
    contact: Account
    by: Side = "contact"
    conversation: str | None = None
    group: bool | None = None
    pending: bool | None = None
    """True where the platform keeps it apart as coming from a stranger, None where it says nothing."""
    history: bool = False
    """True where the platform sent again something older than the connection."""
    capture: str | None = None


@dataclass(frozen=True, kw_only=True)
class FriendRequest(Event):
    """One side asks to be a friend or a follower of the other."""

    kind: ClassVar[str] = "friend_request"

    note: str | None = None
    mutual_friends: int | None = None


@dataclass(frozen=True, kw_only=True)
class Accepted(Event):
    """A friend request was accepted."""

    kind: ClassVar[str] = "accepted"
    by: Side = "member"
    asked: bool | None = True
    """Whether the other side had asked for it; None where that was neither seen nor said."""


@dataclass(frozen=True, kw_only=True)
class Declined(Event):
    """A friend request was refused."""

    kind: ClassVar[str] = "declined"
    by: Side = "member"


@dataclass(frozen=True, kw_only=True)
class Removed(Event):
    """A friendship or request was withdrawn."""

    kind: ClassVar[str] = "removed"


@dataclass(frozen=True, kw_only=True)
class Blocked(Event):
    """One side shut the other out."""

    kind: ClassVar[str] = "blocked"
    by: Side = "member"


@dataclass(frozen=True, kw_only=True)
class Message(Event):
    """One message. `text` is None where it is encrypted from end to end or has no words."""

    kind: ClassVar[str] = "message"

    text: str | None = None
    media: tuple[Media, ...] = ()
    encrypted: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Edited(Event):
    """A message was changed after it was sent; `message` is its id."""

    kind: ClassVar[str] = "edited"

    message: str
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class Deleted(Event):
    """A message was taken back after it was sent; `message` is its id."""

    kind: ClassVar[str] = "deleted"

    message: str


@dataclass(frozen=True, kw_only=True)
class Call(Event):
    """A call rang. `call` is None where the platform does not say whether it was with pictures."""

    kind: ClassVar[str] = "call"

    call: CallKind | None = None
    seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class Profile(Event):
    """The platform told us something about a contact; what it is lies in `contact`."""

    kind: ClassVar[str] = "profile"


KINDS: dict[str, type[Event]] = {
    kind.kind: kind
    for kind in (FriendRequest, Accepted, Declined, Removed, Blocked, Message, Edited, Deleted, Call, Profile)
}
