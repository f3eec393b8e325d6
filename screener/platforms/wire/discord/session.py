"""One capture of a Discord account and what was learnt before: whose it is, who is meant, who talks with whom."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from screener.events import Side
from screener.platforms.base import Account, Capture, Memory, Profile, Unreadable, dig, need
from screener.platforms.wire.discord.objects import LASTING, PLATFORM, account_of, is_snowflake, known_only

DIRECT, GROUP = 1, 3
FRIEND, SHUT_OUT, INCOMING, OUTGOING = 1, 2, 3, 4
WHOSE = "whose account it is, is missing"
NOBODY = ""
"""In place of a writer: the platform itself."""
WRITER = "who wrote the message is not known yet"
# What a list holds that is older than this was not news when the page asked for it.
HISTORY_AFTER = timedelta(minutes=10)
MOST_REMEMBERED = 5_000
MOST_ACCOUNTS = 20
MOST_WRITERS = 40
# A group holds ten people, or a few more where somebody pays for it.
MOST_PEOPLE = 50
MOST_LETTERS = 20


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

    def meet(self, own: str, user: Any) -> None:
        """Remembers on this connection how somebody is called: later mentions may carry only the id."""
        if isinstance(user, dict) and "id" in user:
            account = account_of(user)
            self.remembered("people")[account.id] = account
            if _person(own, account.id) in self.memory.kept:
                self.learn(own, account)

    def person(self, own: str, id: str, user: Any = None) -> Account:
        """The account with this id: what the user object beside it says, and all that was told before."""
        if isinstance(user, dict) and "id" in user and need(user, "id") == id:
            return self.learn(own, account_of(user))
        known = self.memory.kept.get(_person(own, id))
        if known is None and (met := self.remembered("people").get(id)):
            known = self._kept(own, met)
        return known_only(id).merged(Account.from_json({**(known or {}), "platform": PLATFORM, "id": id}))

    def learn(self, own: str, account: Account) -> Account:
        """Remembers what was told of somebody in one answer, for the events that come of others."""
        self._kept(own, account)
        return account.merged(self.person(own, account.id))

    def _kept(self, own: str, account: Account) -> dict[str, Any]:
        known: dict[str, Any] = self.memory.kept.get(_person(own, account.id)) or {}
        told = {name: value for name, value in account.to_json().items() if name in LASTING}
        if told:
            self.memory.kept[_person(own, account.id)] = known | told
        return known | told

    def told(self, contact: Account) -> Profile:
        """What the platform says of a contact: once as long as it says the same."""
        own = self.whose(contact=contact.id)
        contact = self.learn(own, contact)
        mark = sha256(repr(contact).encode("utf-8", "replace")).hexdigest()[:16]
        return Profile(
            id=f"profile:{own}:{contact.id}:{mark}",
            at=self.capture.at,
            account=self.person(own, own),
            contact=contact,
            history=self.past,
            capture=self.capture.id,
        )

    def stands(self, own: str, contact: str) -> dict[str, Any]:
        """How the two stood last: the type of their relationship, since when, its mark, and when it was closed."""
        old: dict[str, Any] = dig(self.memory.kept, f"relation/{own}/{contact}", default={})
        # What was remembered before there were marks.
        return {"mark": old.get("since") or old.get("after"), **old} if old else {}

    def stands_open(self, own: str, contact: str) -> Any:
        """The type of the relationship that is not over, None where there is none."""
        old = self.stands(own, contact)
        return None if self._is_over(old) else old.get("type")

    def relate(self, own: str, contact: str, kind: Any, since: datetime | None) -> str:
        """Remembers how the two stand, and gives what tells this occasion from another in the ids of its events.

        A request and what comes of it are one occasion, whether they are pushed, listed, or done by the page itself,
        where the platform does not say since when.
        """
        old, told = self.stands(own, contact), since.isoformat() if since else ""
        mark: str = old.get("mark") or ""
        closed: str | None = old.get("closed")
        is_request = kind in (INCOMING, OUTGOING)
        if not old:
            mark = told
        elif self._is_over(old):
            # Without a time of its own, a second request is told from the first by the end of the first.
            mark, closed, old = told or closed or "", None, {}
        elif is_request and told and (old.get("since") or old.get("type") != kind):
            mark = told if old.get("since") != told else mark
        self.memory.kept[f"relation/{own}/{contact}"] = {
            "type": kind if isinstance(kind, int) else None,
            # What comes of a request has a time of its own; the request's is what it is known by.
            "since": (told if is_request else "") or old.get("since") or told,
            "mark": mark,
            "closed": closed,
            "asked": {INCOMING: "contact", OUTGOING: "member"}.get(kind) if is_request else old.get("asked"),
        }
        return occasion(mark)

    def has_listed(self) -> None:
        """Notes that the whole list of relationships was told: who is not in it has none."""
        with suppress(Unreadable):
            self.memory.kept[f"listed/{self.whose()}"] = True

    def has_list(self, own: str) -> bool:
        """Whether the list of relationships was ever told."""
        return f"listed/{own}" in self.memory.kept

    def part(self, own: str, contact: str, by: Side) -> None:
        """Remembers that a friendship or a request is over, and whose doing it was as far as that was seen."""
        old, at = self.stands(own, contact), self.capture.at.isoformat()
        over = {"closed": old.get("closed") or at, "by": old.get("by") or by}
        self.memory.kept[f"relation/{own}/{contact}"] = {**old, **over}

    def _is_over(self, old: dict[str, Any]) -> bool:
        # A connection that is fed again after a restart tells of times before the end.
        closed: str = old.get("closed") or ""
        return bool(closed) and self.capture.at.isoformat() > closed

    def converse(self, own: str, channel: str, kind: int, people: list[str], pending: bool | None) -> None:
        """Remembers who is in a conversation; None says nothing of whether it is kept apart, and changes nothing."""
        old = self.conversation(own, channel)
        others = [one for one in people if one != own] or old.get("with") or []
        pending = old.get("pending") if pending is None else pending
        self.memory.kept[f"channel/{own}/{channel}"] = {"type": kind, "with": others, "pending": pending}

    def wrote(self, own: str, channel: str, message: str, author: str) -> None:
        """Remembers who wrote a message: when it is taken back, only its id is said."""
        self.remembered("authors")[message] = author
        if is_snowflake(message) and len(author) <= MOST_LETTERS:
            writers = {**dig(self.memory.kept, f"writers/{own}/{channel}", default={}), message: author}
            latest = sorted(writers, key=int)[-MOST_WRITERS:]
            self.memory.kept[f"writers/{own}/{channel}"] = {id: writers[id] for id in latest}

    def writer(self, own: str, channel: str, message: str) -> str | None:
        """Who wrote a message, None where that was not seen."""
        known: dict[str, str] = dig(self.memory.kept, f"writers/{own}/{channel}", default={})
        author: str | None = self.remembered("authors").get(message, known.get(message))
        return author

    def conversation(self, own: str, channel: str) -> dict[str, Any]:
        """What is remembered of a conversation."""
        return dict(dig(self.memory.kept, f"channel/{own}/{channel}", default={}))

    def is_group(self, own: str, channel: str, told: Any = None) -> bool | None:
        """Whether a conversation is a group, None where nothing said so; `told` is the type that a message names."""
        kind = self.conversation(own, channel).get("type") or told
        return kind == GROUP if kind in (DIRECT, GROUP) else None

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
            return self.person(own, author, user), "contact"
        side: Side = "member" if author else "contact"
        known = self.conversation(own, channel)
        if known.get("type") == DIRECT and len(known["with"]) == 1:
            return self.person(own, known["with"][0]), side
        if author and isinstance(answered, dict) and "id" in answered and need(answered, "id") != own:
            return self.person(own, need(answered, "id"), answered), side
        if known.get("type") != GROUP:
            raise Unreadable("who is in the conversation is missing")
        return None


def occasion(mark: Any) -> str:
    """The end of an event's id: when the relationship began, as far as the platform says."""
    return f":{mark}" if mark else ""


def _person(own: str, id: str) -> str:
    return f"person/{own}/{id}"
