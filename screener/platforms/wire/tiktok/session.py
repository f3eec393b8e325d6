"""One capture of a TikTok account and what was learnt before: whose it is, who is known, who was kept apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from screener.platforms.base import Account, Capture, Found, Memory, Profile, Unreadable, dig
from screener.platforms.wire.tiktok.objects import PLATFORM, is_id, known_only

WHOSE = "whose account it is, is missing"
# What a list holds that is older than this was not news when the page asked for it.
HISTORY_AFTER = timedelta(minutes=10)
MOST_ACCOUNTS = 20
MOST_SEEN = 20
MOST_ECHOES = 50
_DIRECT = re.compile(r"\d{1,6}:\d{1,6}:(\d{1,20}):(\d{1,20})")


def sides(conversation: str) -> tuple[str, ...]:
    """The two accounts that a conversation of two is named after; none for a group."""
    found = _DIRECT.fullmatch(conversation)
    return (found[1], found[2]) if found else ()


@dataclass(frozen=True, kw_only=True)
class Session:
    """One capture and what is remembered on this device."""

    capture: Capture
    memory: Memory
    own: str | None = None
    """The account holder, where this answer names them."""
    listed: bool = False
    """True for an answer to the page's own question: old things in it are history."""

    def mine(self, own: str) -> None:
        """Notes who the account holder is."""
        kept, day = self.memory.kept, self.capture.at.date().isoformat()
        others = [one for one in self._accounts() if one != own]
        # The day is there so that the entry is not the oldest one for ever.
        kept["accounts"] = {"ids": [*others, own][-MOST_ACCOUNTS:], "day": day}

    def whose(self, conversation: str = "") -> str:
        """The account holder's id: whom the answer names, who is in the conversation, or the only one on the device.

        Raises Unreadable when nothing said it yet.
        """
        accounts, pair = self._accounts(), sides(conversation)
        # In the addresses of its own API the page names its visitor; without an account it's a number of the browser's.
        named = self.own or next((one for one in (self.capture.arguments.get("odinId"),) if one in accounts), None)
        known = [one for one in ([named] if named else accounts) if one in pair or not pair]
        if len(known) != 1:
            raise Unreadable(WHOSE)
        return known[0]

    def _accounts(self) -> list[str]:
        found: list[str] = dig(self.memory.kept, "accounts", "ids", default=[])
        return found

    def was_before(self, at: datetime) -> bool:
        return self.listed and at < self.capture.at - HISTORY_AFTER

    def ours(self, own: str) -> Account:
        return Account(platform=PLATFORM, id=own)

    def meet(self, own: str, id: str) -> Account:
        """Somebody who now has to do with the account holder, as far as they are known."""
        self._write(own, id, self._facts(own, id), met=True)
        return self._person(own, id)

    def _facts(self, own: str, id: str) -> dict[str, Any]:
        """What was told of somebody, or seen of them when their profile was looked at."""
        kept = self.memory.kept
        found: dict[str, Any] = dig(
            kept, f"person/{own}/{id}", "facts", default=dig(kept, f"seen/{own}", id, default={})
        )
        return found

    def _write(self, own: str, id: str, facts: dict[str, Any], *, met: bool) -> None:
        self.memory.kept[f"person/{own}/{id}"] = {"facts": facts, "met": met}

    def _person(self, own: str, id: str) -> Account:
        bare = known_only(id, self.capture.at)
        return bare.merged(Account.from_json({**self._facts(own, id), "platform": PLATFORM, "id": id}))

    def keep(self, own: str, told: Account, secret: Any = None) -> bool:
        """Keeps what the platform says of somebody; whether the account holder has to do with them."""
        kept = self.memory.kept
        facts = Account.from_json({**self._facts(own, told.id), "platform": PLATFORM, "id": told.id}).merged(told)
        met = bool(dig(kept, f"person/{own}/{told.id}", "met") or told.is_friend)
        self._write(own, told.id, _small(facts), met=met)
        if isinstance(secret, str) and secret.isascii() and secret.isprintable() and 0 < len(secret) <= 200:
            # Some acts name the other one by this alone.
            kept[f"secret/{own}/{secret}"] = told.id
        return met

    def learn(self, own: str, told: Account, secret: Any = None) -> Iterator[Found]:
        """Keeps what the platform says of somebody, and tells it where the account holder has to do with them."""
        if told.id != own and self.keep(own, told, secret):
            yield self._profile(own, self._person(own, told.id))

    def look(self, own: str, told: Account, secret: Any = None) -> Iterator[Found]:
        """The same for a profile that was only looked at: of those whom nobody met, the last few are remembered.

        Whoever opens a profile does so before they write to somebody; a list of all of them is none of our business.
        """
        key, kept = f"seen/{own}", self.memory.kept
        if f"person/{own}/{told.id}" in kept:
            yield from self.learn(own, told, secret)
        elif told.id != own:
            seen = {id: facts for id, facts in dig(kept, key, default={}).items() if id != told.id}
            kept[key] = dict([*seen.items(), (told.id, _small(told))][-MOST_SEEN:])

    def behind(self, own: str, secret: Any) -> str | None:
        """The id of the account that is named by its long secret name, where that was seen with somebody known."""
        found = self.memory.kept.get(f"secret/{own}/{secret}")
        return found if is_id(found) else None

    def _profile(self, own: str, contact: Account) -> Profile:
        """What the platform says of a contact: once as long as it says the same."""
        mark = sha256(repr(contact).encode("utf-8", "replace")).hexdigest()[:16]
        return Profile(
            id=f"profile:{own}:{contact.id}:{mark}",
            at=self.capture.at,
            account=self.ours(own),
            contact=contact,
            capture=self.capture.id,
        )

    def apart(self, own: str, conversation: str, said: bool | None) -> bool | None:
        """Whether the platform keeps the conversation apart as a request; what it says now is remembered."""
        key, kept = f"apart/{own}/{conversation}", self.memory.kept
        if said is not None:
            kept[key] = said
        found = kept.get(key)
        return found if isinstance(found, bool) else None

    def sent(self, own: str, client: str, id: str) -> None:
        """Remembers by its client's own number a message that was counted before the platform numbered it."""
        self.memory.kept[f"sent/{own}/{client}"] = id

    def echoed(self, own: str, client: str, id: str) -> None:
        """Remembers the platform's number of a message whose sending may not have been answered yet."""
        key, kept = f"echoed/{own}", self.memory.kept
        others = {nonce: one for nonce, one in dig(kept, key, default={}).items() if nonce != client}
        kept[key] = dict([*others.items(), (client, id)][-MOST_ECHOES:])

    def numbered(self, own: str, client: str) -> str | None:
        """The id under which a message that its client numbered was counted."""
        kept = self.memory.kept
        found: str | None = kept.get(f"sent/{own}/{client}") or dig(kept, f"echoed/{own}", client)
        return found


def _small(account: Account) -> dict[str, Any]:
    facts = account.to_json()
    return {name: value for name, value in facts.items() if name not in ("platform", "id")}
