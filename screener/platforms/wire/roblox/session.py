"""One capture of a Roblox account and what was learnt before: whose it is, who is who, and how two of them stand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from screener.events import Side
from screener.platforms.base import Account, Capture, Memory, Profile, Unreadable, dig
from screener.platforms.wire.roblox.objects import known_only, person_id

WHOSE = "whose account it is, is missing"
# What a list holds that is older than this was not news when the page asked for it.
HISTORY_AFTER = timedelta(minutes=10)
# A push and the list that follows it tell of the same request at nearly the same time.
SAME_REQUEST = timedelta(minutes=10)
# An account that a page showed longer ago than this may have been left since.
SHOWN_LATELY = timedelta(hours=12)
MOST_ACCOUNTS = 20


@dataclass(frozen=True, kw_only=True)
class Session:
    """One capture and what is remembered on this device."""

    capture: Capture
    memory: Memory

    def mine(self, own: str) -> str:
        """Notes that a page showed this account as the one that is logged in."""
        others = {id: at for id, at in self._accounts().items() if id != own}
        last = dict([*others.items(), (own, self.capture.at.isoformat(timespec="minutes"))][-MOST_ACCOUNTS:])
        self.memory.kept["accounts"] = {"shown": last}
        return own

    def mine_among(self, talks: Iterable[Iterable[str]]) -> None:
        """Notes the one account that takes part in all of several conversations that an answer lists.

        An address or what a page asks for is never believed of itself: any page may open an address.
        """
        sides = {frozenset(talk) for talk in talks}
        sides = {talk for talk in sides if len(talk) > 1}
        common = frozenset.intersection(*sides) if len(sides) > 1 else frozenset()
        if len(common) == 1:
            self.mine(next(iter(common)))

    def one_of_mine(self, id: str) -> str:
        """The account that a page names as its own, where an answer showed it before. Raises Unreadable."""
        if not self.is_mine(id):
            raise Unreadable(WHOSE)
        return id

    def is_mine(self, id: str) -> bool:
        return id in self._accounts()

    def whose(self, *, contact: str = "", channel: str = "") -> str:
        """The account holder's id. Raises Unreadable where several accounts on this device might be meant."""
        shown, kept = self._accounts(), self.memory.kept
        begin = (self.capture.at - SHOWN_LATELY).isoformat(timespec="minutes")
        lately = [id for id, at in shown.items() if at >= begin]
        knowing = [id for id in shown if f"channel/{id}/{channel}" in kept or f"contact/{id}/{contact}" in kept]
        for some in (lately, knowing, list(shown)):
            if len(some) == 1:
                return some[0]
        raise Unreadable(WHOSE)

    def between(self, ids: tuple[str, str]) -> tuple[str, str]:
        """Which of the two is the account holder, and which the contact. Raises Unreadable."""
        ours = [id for id in ids if self.is_mine(id)]
        own = ours[0] if len(ours) == 1 else self.whose()
        if own not in ids:
            raise Unreadable(WHOSE)
        return own, ids[1] if own == ids[0] else ids[0]

    def path_id(self) -> str:
        """The person that the path names. Raises Unreadable."""
        return person_id(next((part for part in self.capture.path.split("/") if part.isdigit()), None), "the path's id")

    def was_before(self, at: datetime) -> bool:
        return at < self.capture.at - HISTORY_AFTER

    def learn(self, found: Account) -> bool:
        """Remembers what the platform says of somebody; whether it is news."""
        # What lies between two people is not a fact about the one.
        found = replace(found, mutual_friends=None, is_friend=None, friend_since=None, origin=None)
        old = self._facts(found.id)
        new = (old or found).merged(found).to_json()
        self.memory.kept[f"user/{found.id}"] = new
        return old is None or old.to_json() != new

    def person(self, id: str, own: str = "") -> Account:
        """The account with this id with all that is known of it, also how it stands to the holder's."""
        stand = self.stand(own, id) if own else {}
        return replace(
            self._facts(id) or known_only(id),
            mutual_friends=stand.get("mutual"),
            is_friend=stand.get("friend"),
            origin=stand.get("origin"),
        )

    def told(self, found: Account) -> Iterator[Profile]:
        """Remembers what was said of somebody, and tells it of each account on this device that deals with them."""
        is_news = self.learn(found)
        for own in self._accounts():
            if own != found.id and f"contact/{own}/{found.id}" in self.memory.kept:
                shared = {} if found.mutual_friends is None else {"mutual": found.mutual_friends}
                if self.note(own, found.id, **shared) or is_news:
                    yield self.profile(own, found.id)

    def profile(self, own: str, id: str) -> Profile:
        """What is known of a contact: the same id as long as it is the same."""
        contact = self.person(id, own)
        mark = sha256(repr(contact).encode("utf-8", "replace")).hexdigest()[:16]
        return Profile(
            id=f"profile:{own}:{id}:{mark}",
            at=self.capture.at,
            account=self.person(own),
            contact=contact,
            capture=self.capture.id,
        )

    def stand(self, own: str, contact: str) -> dict[str, Any]:
        """How the two stand, as far as it was seen."""
        return dict(dig(self.memory.kept, f"contact/{own}/{contact}", default={}))

    def note(self, own: str, contact: str, **changes: Any) -> bool:
        """Remembers how the two stand; whether that is news."""
        old = self.stand(own, contact)
        self.memory.kept[f"contact/{own}/{contact}"] = {**old, **changes}
        return old != {**old, **changes}

    def asked(self, own: str, contact: str, at: datetime, by: Side, *, exact: bool) -> str:
        """Notes that one asked the other, and gives what tells this time from an earlier one in the event's id.

        Pushes carry no time and lists do, so a time can't be part of the id: the end of the last time is. Where the
        end was not seen, a request that is newer than the one that was open is another one. `exact` says whether `at`
        is when it was asked, or only when it was seen.
        """
        stand = self.stand(own, contact)
        opened, closed, when = stand.get("opened"), stand.get("closed"), at.isoformat()
        before = (at - SAME_REQUEST).isoformat()
        seen_to_end = bool(closed) and (when if exact else before) > str(closed)
        newer = not closed and bool(opened) and exact and before > str(opened)
        if seen_to_end or newer:
            self.note(own, contact, after=closed or opened, opened=when, closed=None, asked=by, friend=False)
        elif not opened and not closed:
            self.note(own, contact, opened=when, asked=by, friend=False)
        return self.occasion(own, contact)

    def closed(self, own: str, contact: str, *, friend: bool | None) -> str:
        """Notes that a request or a friendship has ended in something, and gives the same mark as its beginning."""
        self.note(own, contact, closed=self.capture.at.isoformat(), friend=friend)
        return self.occasion(own, contact)

    def occasion(self, own: str, contact: str) -> str:
        after = self.stand(own, contact).get("after")
        return f":after:{after}" if after else ""

    def _facts(self, id: str) -> Account | None:
        found = self.memory.kept.get(f"user/{id}")
        return Account.from_json(found) if found else None

    def _accounts(self) -> dict[str, str]:
        return dict(dig(self.memory.kept, "accounts", "shown", default={}))
