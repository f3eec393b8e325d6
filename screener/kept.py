"""What is kept of a case: its entries, each a link of one chain, and who the case is about.

An entry's kind says what its body holds; everything in it came from a stranger, and may be missing. All bodies:

* an event (`message`, `friend_request`, `accepted`, `declined`, `removed`, `blocked`, `edited`, `deleted`, `call`):
  where it was found, as far as the platform says (`conversation`, `group`, `pending`, `history`), and what it held:
  `text` (of a contact whom the family doesn't know; `cut` where there was more), `note`, `media` (kinds only),
  `encrypted`, `call`, `seconds`, `asked`, `mutual_friends`; `message` is the id of the message that was edited or
  deleted, and `entry` the number of the entry it stands in: seen then, gone now. `before` is true where it happened
  before the case was opened: only what was kept until then is there. `known` is true where the family knows the
  contact: no words are kept.
* `name`: `kind` ("name", "handle", "url"), `value`, `first`, `last`, and the one it follows as `instead_of`.
* `profile`: what the platform says of the contact, as `now`, and what it said before as `was`.
* `found`: `entities`, each with `kind`, `value`, `start` and `end` in the text of the event it was found in.
* `alert`: `level`, `points`, `stages`, and `signals` with `rule`, `stage`, `points`, `because`, `event`, `at`.
* `opened`: the first of all: `alert`, `member`, `contact`, `version` of the program, and `began`, when it looked first.
* `payment`, and what else a parent adds: as it was given, with `who` gave it.
* `erased`: `entries` whose words were deleted, as [from, to]; `why` ("asked", "known", "retention"); `who`.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from screener import chain
from screener.events import Account, Side
from screener.family import Member

NameKind = Literal["name", "handle", "url"]
Why = Literal["asked", "known", "retention"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that was kept: a link of its case's chain.

    `at` is the platform's own time, `captured` when it passed this home, `offset_ms` how much the platform's clock was
    ahead of ours. `account` is the permanent id of ours, `event` the platform's own id of what happened.
    """

    number: int
    kind: str
    at: datetime
    captured: datetime
    offset_ms: int | None = None
    by: Side | None = None
    platform: str
    account: str | None = None
    event: str | None = None
    body: Mapping[str, Any] | None = None
    """None where it was deleted since, and then `salt` is None too."""
    salt: bytes | None = None
    digest: bytes = b""
    link: bytes = b""

    def header(self) -> dict[str, Any]:
        """What the link is made of, besides the link before: everything but the words."""
        return {
            "number": self.number,
            "kind": self.kind,
            "at": chain.stamp(self.at),
            "captured": chain.stamp(self.captured),
            "offset_ms": self.offset_ms,
            "by": self.by,
            "platform": self.platform,
            "account": self.account,
            "event": self.event,
            "digest": self.digest.hex(),
        }

    def as_link(self) -> chain.Link:
        """The same, to be checked."""
        return chain.Link(header=self.header(), digest=self.digest, link=self.link, salt=self.salt, body=self.body)


@dataclass(frozen=True, kw_only=True)
class Named:
    """What the contact called itself, with the first and last time it was seen so."""

    value: str
    kind: NameKind
    first: datetime
    last: datetime


@dataclass(frozen=True, kw_only=True)
class Linked:
    """Another account that was taken for the same person's: why, as the judging says it, and its own case if any."""

    account: Account
    why: str
    case: str | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """Who a case is about and how far its chain goes. `id` is that of its alert.

    `member` is whose dealings these are, `account` theirs and `contact` the other one, both as last seen.
    """

    id: str
    member: Member
    account: Account
    contact: Account
    names: tuple[Named, ...]
    """In the order in which they were first seen; an id comes before all of them."""
    opened: datetime
    closed: datetime | None
    """When a parent last closed the alert, where it is closed now."""
    level: str
    known: bool
    """Whether the family knows the contact: then no words were kept."""
    wanted: bool
    """Whether a parent asked to keep the evidence, however long."""
    count: int
    head: bytes
    """The last link. Printed or noted elsewhere, it proves later that nothing was changed since."""
    linked: tuple[Linked, ...] = ()


class Cases(Protocol):
    """Finds what was kept."""

    async def case(self, id: str) -> Case | None:
        """The case of an alert; None where there is none."""

    def entries(self, id: str) -> AsyncIterator[Entry]:
        """Its entries in order, one after the other: a case may be long."""
