"""One capture of a Discord account and what was learnt before: whose it is, who is meant, who talks with whom."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from screener.events import Side
from screener.platforms.base import Account, Capture, Memory, Profile, Unreadable, dig, need
from screener.platforms.wire.discord.objects import account_of, known_only

DIRECT, GROUP = 1, 3
WHOSE = "whose account it is, is missing"
# What a list holds that is older than this was not news when the page asked for it.
HISTORY_AFTER = timedelta(minutes=10)
MOST_REMEMBERED = 5_000
MOST_ACCOUNTS = 20


@dataclass(frozen=True, kw_only=True)
class Session:
    """One capture and what is remembered: turns Discord's objects into events of the account they belong to."""

    capture: Capture
    memory: Memory
    listed: bool = False
    """True for an answer to the page's own question: old things in it are history."""
    past: bool = False
    """True for what the platform tells again when a connection begins."""

    def mine(self, own: str) -> None:
        """Notes who the account holder is."""
        kept, day = self.memory.kept, self.capture.at.date().isoformat()
        others = [one for one in dig(kept, "accounts", "ids", default=[]) if one != own]
        # The day is there so that the entry is not the oldest one for ever.
        kept["accounts"] = {"ids": [*others, own][-MOST_ACCOUNTS:], "day": day}
        self.memory.stream["own"] = own

    def whose(self, *, channel: str = "", contact: str = "") -> str:
        """The account holder's id; where the connection did not say, the one account that knows the other side."""
        kept = self.memory.kept
        own = self.memory.stream.get("own")
        if own:
            return str(own)
        accounts: list[str] = dig(kept, "accounts", "ids", default=[])
        knowing = [a for a in accounts if f"channel/{a}/{channel}" in kept or f"relation/{a}/{contact}" in kept]
        for some in (knowing, accounts):
            if len(some) == 1:
                return str(some[0])
        raise Unreadable(WHOSE)

    def begun(self) -> "Session":
        """The same for what is told again at the beginning of a connection."""
        return replace(self, past=True)

    def was_before(self, at: datetime) -> bool:
        return self.past or (self.listed and at < self.capture.at - HISTORY_AFTER)

    def remembered(self, what: str) -> dict[str, Any]:
        """What this connection has learnt, oldest out first."""
        found: dict[str, Any] = self.memory.stream.setdefault(what, {})
        while len(found) > MOST_REMEMBERED:
            del found[next(iter(found))]
        return found

    def meet(self, user: Any) -> None:
        """Remembers how somebody is called: later mentions may carry only the id."""
        if isinstance(user, dict) and "id" in user:
            account = account_of(user)
            self.remembered("people")[account.id] = account

    def person(self, id: str, user: Any = None) -> Account:
        """The account with this id, as the user object beside it or an earlier one describes it."""
        if isinstance(user, dict) and "id" in user and need(user, "id") == id:
            self.meet(user)
        met: Account = self.remembered("people").get(id) or known_only(id)
        return met

    def told(self, contact: Account) -> Profile:
        """What the platform says of a contact: once as long as it says the same."""
        own = self.whose(contact=contact.id)
        mark = sha256(repr(contact).encode("utf-8", "replace")).hexdigest()[:16]
        return Profile(
            id=f"profile:{own}:{contact.id}:{mark}",
            at=self.capture.at,
            account=self.person(own),
            contact=contact,
            history=self.past,
            capture=self.capture.id,
        )

    def relate(self, own: str, contact: str, kind: Any, since: datetime | None) -> str:
        """Remembers how the two stand, and gives what tells this time from another in the ids of its events."""
        key = f"relation/{own}/{contact}"
        old: dict[str, Any] = dig(self.memory.kept, key, default={})
        closed, after = old.get("closed"), old.get("after")
        if closed and self.capture.at.isoformat() > closed:
            # Without a time of its own, a second request is told from the first by the end of the first.
            closed, after = None, closed
        stand = {"since": since.isoformat() if since else None, "after": after, "closed": closed}
        self.memory.kept[key] = {"type": kind if isinstance(kind, int) else None, **stand}
        return occasion(stand)

    def converse(self, own: str, channel: str, kind: int, people: list[str], pending: bool | None) -> None:
        """Remembers who is in a conversation."""
        others = [one for one in people if one != own]
        self.memory.kept[f"channel/{own}/{channel}"] = {"type": kind, "with": others, "pending": pending}

    def conversation(self, own: str, channel: str) -> dict[str, Any]:
        """What is remembered of a conversation."""
        return dict(dig(self.memory.kept, f"channel/{own}/{channel}", default={}))

    def knows(self, channel: str) -> bool:
        """Whether any account here has a direct or group conversation of this id."""
        accounts: list[str] = dig(self.memory.kept, "accounts", "ids", default=[])
        return any(f"channel/{account}/{channel}" in self.memory.kept for account in accounts)

    def parties(
        self, own: str, channel: str, author: str | None, user: Any = None, answered: Any = None
    ) -> tuple[Account, Side] | None:
        """Who the contact is and whose act it was; None where a member speaks to a group and to nobody in it.

        Raises Unreadable when the conversation was never seen.
        """
        if author and author != own:
            return self.person(author, user), "contact"
        side: Side = "member" if author else "contact"
        known = self.conversation(own, channel)
        if known.get("type") == DIRECT and len(known["with"]) == 1:
            return self.person(known["with"][0]), side
        if author and isinstance(answered, dict) and "id" in answered and need(answered, "id") != own:
            return self.person(need(answered, "id"), answered), side
        if known.get("type") != GROUP:
            raise Unreadable("who is in the conversation is missing")
        return None


def occasion(stand: dict[str, Any]) -> str:
    """The end of an event's id: when the relationship began, as far as the platform says."""
    mark = stand.get("since") or stand.get("after")
    return f":{mark}" if mark else ""
