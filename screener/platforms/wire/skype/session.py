"""One capture of a Skype account and what was learnt before: whose it is and how ids are written."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from screener.platforms.base import Account, Capture, Memory, Unreadable, dig, permanent_id

PLATFORM = "skype"
WHOSE = "whose account it is, is missing"
# What a list holds that is older than this was not news when the page asked for it.
HISTORY_AFTER = timedelta(minutes=10)
MOST_ACCOUNTS = 20
_NOBODY = frozenset({"me", "self"})


def words(thing: Any, *path: str | int) -> str | None:
    """Text that is not empty, None for anything else."""
    found = dig(thing, *path)
    return found if isinstance(found, str) and found else None


def identity(value: Any, where: str) -> str:
    """The permanent id in an MRI ("8:live:…"), in an address that ends with one, or in an object that holds one.

    The common prefix "8:" is taken off; other prefixes tell of other networks and stay. Raises Unreadable.
    """
    if isinstance(value, dict):
        value = value.get("id") or value.get("mri")
    if value is None:
        raise Unreadable(f"{where} is missing")
    if isinstance(value, str):
        value = unquote(value.rpartition("/")[2]).removeprefix("8:")
    return permanent_id(value, where)


def is_a_person(id: str) -> bool:
    """Whether the id is not that of a bot (28:), a thread (19:) or one of the platform's own services (48:)."""
    return not id.startswith(("28:", "19:", "48:"))


def account(id: str, name: str | None = None) -> Account:
    """The account with this id. A name is what it calls itself today; the id is what people know as the Skype name."""
    return Account(platform=PLATFORM, id=id, name=name, handle=id)


@dataclass(frozen=True, kw_only=True)
class Session:
    """One capture and what is remembered on this device."""

    capture: Capture
    memory: Memory

    def segment(self, after: str) -> str | None:
        """The part of the path that follows `after`."""
        parts = self.capture.path.split("/")
        if after in parts[:-1]:
            return unquote(parts[parts.index(after) + 1]) or None
        return None

    def mine(self, own: str) -> str:
        """Notes who the account holder is."""
        kept, day = self.memory.kept, self.capture.at.date().isoformat()
        others = [one for one in dig(kept, "accounts", "ids", default=[]) if one != own]
        # The day is there so that the entry is not the oldest one for ever.
        kept["accounts"] = {"ids": [*others, own][-MOST_ACCOUNTS:], "day": day}
        return own

    def named(self) -> str | None:
        """The account holder's id where the path names it instead of saying ME or SELF."""
        name = self.segment("users")
        if name is None or name.lower() in _NOBODY:
            return None
        return self.mine(identity(name, "the path's user"))

    def whose(self) -> str:
        """The account holder's id. Raises Unreadable when nothing said it yet."""
        return self.named() or self.known()

    def known(self) -> str:
        """The same, where the path names somebody else."""
        if self.capture.account:
            return self.capture.account
        accounts: list[str] = dig(self.memory.kept, "accounts", "ids", default=[])
        if len(accounts) == 1:
            return accounts[0]
        raise Unreadable(WHOSE)

    def was_before(self, at: datetime) -> bool:
        return at < self.capture.at - HISTORY_AFTER
