"""One capture of an X account and what was learnt before: whose it is, who is meant, who was kept apart."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from screener.events import Side
from screener.platforms.base import Account, Capture, Found, Memory, Profile, Unreadable, dig
from screener.platforms.wire.x.objects import PLATFORM, account_of, is_id, is_user, known_only, sides

WHOSE = "whose account it is, is missing"
ELSEWHERE = "the account is not in the conversation"
PAIR, GROUP = "pair", "group"
# What a list holds that is older than this was not news when the page asked for it.
HISTORY_AFTER = timedelta(minutes=10)
MOST_ACCOUNTS = 20
MOST_SEEN = 30


def named_in(cookie: str | None) -> str | None:
    """The account that the cookie "twid" names: its id behind "u=", as a rule with the sign written as %3D."""
    id = unquote(cookie or "").strip('"').removeprefix("u=")
    return id if is_id(id) else None


@dataclass(frozen=True, kw_only=True)
class Session:
    """One capture and what is remembered on this device."""

    capture: Capture
    memory: Memory
    own: str | None = None
    """The account holder, where this capture names them."""

    @classmethod
    def of(cls, capture: Capture, memory: Memory) -> "Session":
        return cls(capture=capture, memory=memory).held_by(named_in(capture.account))

    def held_by(self, own: Any) -> "Session":
        """This session of the account that the capture names, which is remembered."""
        if self.own or not is_id(own):
            return self
        kept, day = self.memory.kept, self.capture.at.date().isoformat()
        others = [one for one in self._accounts() if one != str(own)]
        # The day is there so that the entry is not the oldest one for ever.
        kept["accounts"] = {"ids": [*others, str(own)][-MOST_ACCOUNTS:], "day": day}
        return replace(self, own=str(own))

    def held_by_one_in(self, conversations: Iterable[str]) -> "Session":
        """This session, of the one account that takes part in every conversation of two that an inbox lists."""
        pairs = {pair for one in conversations if (pair := sides(one)) and pair[0] != pair[1]}
        if self.own or len(pairs) < 2:
            return self
        times = Counter(id for pair in pairs for id in pair)
        everywhere = [id for id, seen in times.items() if seen == len(pairs)]
        return self.held_by(everywhere[0]) if len(everywhere) == 1 else self

    def held_by_name(self, users: Iterable[Any]) -> "Session":
        """This session, of the user who goes by the name that the account's settings gave on this device."""
        name = self.memory.kept.get("handle")
        if self.own or not name:
            return self
        told = (account_of(user) for user in users if is_user(user))
        return self.held_by(next((one.id for one in told if (one.handle or "").lower() == name), None))

    def whose(self, conversation: str = "") -> str:
        """The account holder's id: whom the capture names, who is in the conversation, or the only one on the device.

        Raises Unreadable when nothing said it yet.
        """
        pair, kept = sides(conversation), self.memory.kept
        if self.own:
            return self.own
        known = [one for one in self._accounts() if one in pair or not pair]
        if len(known) > 1:
            known = [one for one in known if f"thread/{one}/{conversation}" in kept]
        if len(known) != 1:
            raise Unreadable(WHOSE)
        return known[0]

    def _accounts(self) -> list[str]:
        found: list[str] = dig(self.memory.kept, "accounts", "ids", default=[])
        return found

    def was_before(self, at: datetime) -> bool:
        return at < self.capture.at - HISTORY_AFTER

    def ours(self, own: str) -> Account:
        return Account(platform=PLATFORM, id=own)

    def state(self, own: str, conversation: str) -> dict[str, Any]:
        """What is remembered of a conversation: its kind, whether it is a request, who began it."""
        known: dict[str, Any] = self.memory.kept.get(f"thread/{own}/{conversation}") or {}
        return dict(known)

    def keep_thread(self, own: str, conversation: str, **news: Any) -> dict[str, Any]:
        """Remembers more of a conversation; None says nothing, and changes nothing."""
        state = self.state(own, conversation) | {name: value for name, value in news.items() if value is not None}
        self.memory.kept[f"thread/{own}/{conversation}"] = state
        return state

    def is_group(self, own: str, conversation: str) -> bool | None:
        # Two give their conversation its name; a group has a number of its own.
        kind = PAIR if sides(conversation) else GROUP if is_id(conversation) else None
        kind = self.state(own, conversation).get("kind") or kind
        return {GROUP: True, PAIR: False}.get(str(kind))

    def parties(
        self, own: str, conversation: str, speaker: str | None, recipient: Any = None
    ) -> tuple[Account, Side] | None:
        """Who the contact is and whose act it was; None where a member speaks to a group or to themselves.

        Raises Unreadable where the conversation is one of two other people.
        """
        if (pair := sides(conversation)) and own not in pair:
            raise Unreadable(ELSEWHERE)
        if speaker is not None and speaker != own:
            return self.meet(own, speaker), "contact"
        others = [one for one in pair if one != own]
        if not others and is_id(recipient) and self.is_group(own, conversation) is not True:
            others = [str(recipient)]
        if len(others) != 1 or others[0] == own:
            return None
        return self.meet(own, others[0]), "member" if speaker else "contact"

    def meet(self, own: str, id: str) -> Account:
        """Somebody who now has to do with the account holder, as far as they are known."""
        key, kept = f"person/{own}/{id}", self.memory.kept
        entry: dict[str, Any] = dict(kept.get(key) or {})
        if not entry.get("met"):
            facts = entry.get("facts") or dig(kept, f"seen/{own}", id, default={})
            kept[key] = {**entry, "facts": facts, "met": True}
        return self.person(own, id)

    def person(self, own: str, id: str) -> Account:
        facts: dict[str, Any] = dig(self.memory.kept, f"person/{own}/{id}", "facts", default={})
        return _with(known_only(id), Account.from_json({**facts, "platform": PLATFORM, "id": id}))

    def keep(self, own: str, told: Account) -> None:
        """Keeps what the platform says of somebody in a conversation."""
        key, kept = f"person/{own}/{told.id}", self.memory.kept
        if told.id != own:
            kept[key] = {**(kept.get(key) or {}), "facts": _small(_with(self.person(own, told.id), told))}

    def look(self, own: str, told: Account) -> Iterator[Found]:
        """Keeps what the platform says of somebody anywhere, and tells it where the account holder knows them.

        Of those whom nobody met, the last few are remembered: whoever opens a profile does so before they write.
        """
        key, kept = f"seen/{own}", self.memory.kept
        if f"person/{own}/{told.id}" in kept:
            self.keep(own, told)
            yield from self.told(own, told.id)
        elif told.id != own:
            seen: dict[str, Any] = dict(dig(kept, key, default={}))
            older = Account.from_json({**seen.pop(told.id, {}), "platform": PLATFORM, "id": told.id})
            kept[key] = dict([*seen.items(), (told.id, _small(_with(older, told)))][-MOST_SEEN:])

    def told(self, own: str, id: str) -> Iterator[Found]:
        """What the platform says of a contact, where it is not what was told last."""
        key, kept = f"person/{own}/{id}", self.memory.kept
        entry: dict[str, Any] = dict(kept.get(key) or {})
        contact = self.person(own, id)
        mark = sha256(repr(contact).encode("utf-8", "replace")).hexdigest()[:16]
        if not entry.get("met") or entry.get("told") == mark or id == own:
            return
        kept[key] = {**entry, "told": mark}
        yield Profile(
            id=f"profile:{own}:{id}:{mark}",
            at=self.capture.at,
            account=self.ours(own),
            contact=contact,
            capture=self.capture.id,
        )


def _with(older: Account, newer: Account) -> Account:
    """Both accounts' facts, the newer ones over the older; a stated age is not lost to one read off the id."""
    if older.joined_basis == "stated" and newer.joined_basis != "stated":
        newer = replace(newer, joined=None, joined_basis=None)
    return older.merged(newer)


def _small(account: Account) -> dict[str, Any]:
    kept = account.to_json()
    return {name: value for name, value in kept.items() if name not in ("platform", "id", "url")}
