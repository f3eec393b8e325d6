"""One capture of a Skype or Teams account and what was learnt before: whose it is, and what is known of whom."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from screener.platforms.base import Account, Capture, Memory, Profile, Unreadable, dig
from screener.platforms.wire.skype.objects import identity

WHOSE = "whose account it is, is missing"
# What a list holds that is older than this was not news when the page asked for it.
HISTORY_AFTER = timedelta(minutes=10)
MOST_ACCOUNTS = 20
_NOBODY = frozenset({"me", "self"})


@dataclass(frozen=True, kw_only=True)
class Session:
    """One capture and what is remembered on this device."""

    platform: str
    capture: Capture
    memory: Memory

    def segment(self, after: str) -> str | None:
        """The part of the path that follows `after`."""
        parts = self.capture.path.split("/")
        if after in parts[:-1]:
            return unquote(parts[parts.index(after) + 1]) or None
        return None

    def rest(self, after: str) -> list[str]:
        """The parts of the path that follow `after`."""
        parts = self.capture.path.rstrip("/").split("/")
        return [unquote(part) for part in parts[parts.index(after) + 1 :]] if after in parts else []

    def mine(self, own: str) -> str:
        """Notes who the account holder is."""
        kept, day = self.memory.kept, self.capture.at.date().isoformat()
        others = [one for one in self._accounts() if one != own]
        # The day is there so that the entry is not the oldest one for ever.
        kept["accounts"] = {"ids": [*others, own][-MOST_ACCOUNTS:], "day": day}
        if self.capture.stream:
            self.memory.stream["own"] = own
        return own

    def named(self) -> str | None:
        """The account holder's id where the path names it instead of saying ME or SELF.

        The service lets in only whoever shows this account's token, which no other page has: an address alone, whose
        question was refused or whose answer was not seen, names nobody who was not known before. Raises Unreadable.
        """
        name = self.segment("users")
        if name is None or name.lower() in _NOBODY:
            return None
        own, status = identity(name, "the path's user"), self.capture.status
        if status is not None and 200 <= status < 300:
            return self.mine(own)
        if own not in self._accounts():
            raise Unreadable(WHOSE)
        return own

    def claimed(self, own: str) -> str | None:
        """The account that a page calls its own, where an answer named it before."""
        return own if own in self._accounts() else None

    def whose(self, *, conversation: str = "", contact: str = "") -> str:
        """The account holder's id. Raises Unreadable when nothing said it yet."""
        return self.named() or self.known(conversation=conversation, contact=contact)

    def known(self, *, conversation: str = "", contact: str = "") -> str:
        """The same where the path names somebody else; of several, the one that knows the other side."""
        own = self.capture.account or self.memory.stream.get("own")
        if own:
            return str(own)
        accounts, kept = self._accounts(), self.memory.kept
        knowing = [
            one for one in accounts if f"thread/{one}/{conversation}" in kept or f"facts/{one}/{contact}" in kept
        ]
        for some in (accounts, knowing):
            if len(some) == 1:
                return some[0]
        raise Unreadable(WHOSE)

    def one_of(self, *people: str) -> str:
        """The account holder's id where it must be one of these. Raises Unreadable when that is not known."""
        own = self.capture.account or self.memory.stream.get("own")
        found = {one for one in ([own] if own else self._accounts()) if one in people}
        if len(found) != 1:
            raise Unreadable(WHOSE)
        return str(found.pop())

    def account(self, id: str, name: str | None = None) -> Account:
        """The account with this id, by which people know it; a name is only what it calls itself today."""
        return Account(platform=self.platform, id=id, name=name, handle=id)

    def person(self, own: str, id: str, name: str | None = None) -> Account:
        """The same with all that an earlier answer said of the person."""
        facts = self.memory.kept.get(f"facts/{own}/{id}")
        known = Account.from_json(facts) if facts else self.account(id)
        return replace(known, name=name) if name else known

    def learn(self, own: str, contact: Account) -> None:
        """Keeps what an answer says of a person, for what comes later with only the id."""
        # Whether they are friends is true only of the time when it was said.
        lasting = replace(self.person(own, contact.id).merged(contact), is_friend=None)
        if lasting != self.account(contact.id):
            self.memory.kept[f"facts/{own}/{contact.id}"] = lasting.to_json()

    def told(self, own: str, contact: Account) -> Profile:
        """What the platform says of a contact: once as long as it says the same."""
        self.learn(own, contact)
        mark = sha256(repr(contact).encode("utf-8", "replace")).hexdigest()[:16]
        return Profile(
            id=f"profile:{own}:{contact.id}:{mark}",
            at=self.capture.at,
            account=self.account(own),
            contact=contact,
            capture=self.capture.id,
        )

    def was_before(self, at: datetime) -> bool:
        return at < self.capture.at - HISTORY_AFTER

    def _accounts(self) -> list[str]:
        found: list[Any] = dig(self.memory.kept, "accounts", "ids", default=[])
        return [str(one) for one in found]
