"""One capture of an Instagram account and what was learnt before: whose it is, who is meant, who talks with whom.

A person has one number that everybody uses (pk) and another one for messages. The second is in no event: it is looked
up here, in what the threads, profiles and messages told of the two.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any

from screener.platforms.base import Account, Capture, Memory, Profile, dig, need, permanent_id
from screener.platforms.wire.instagram.objects import MESSAGING_IDS, OTHER_IDS, PLATFORM, SITE, THREADS_SITE, account_of
from screener.platforms.wire.meta import Place, is_id, news

PAIR, GROUP, PROGRAM = "pair", "group", "program"
# The app names the account in a header, the gateway in the address, every page in the cookie.
OWN_HEADER, OWN_ARGUMENT = "ig-u-ds-user-id", "x-dgw-uuid"


@dataclass(frozen=True, kw_only=True)
class Session:
    """One capture and what is remembered: turns Instagram's objects into events of the account they belong to."""

    place: Place
    site: str = SITE

    @classmethod
    def of(cls, capture: Capture, memory: Memory) -> "Session":
        place = Place(account=None, at=capture.at, capture=capture.id, kept=memory.kept, platform=PLATFORM)
        # Anybody can put the gateway's field into the address of a page.
        named = capture.arguments.get(OWN_ARGUMENT) if capture.via == "websocket" else None
        return cls(
            place=place.held_by(capture.account, named, capture.request_headers.get(OWN_HEADER)),
            site=THREADS_SITE if ".threads." in capture.host else SITE,
        )

    @property
    def own(self) -> str:
        """The account holder's id. Raises Unreadable when nothing named it."""
        return self.place.holder

    def held_by(self, *accounts: Any) -> "Session":
        """This session, of the first of the accounts that can be one, where none was known."""
        return replace(self, place=self.place.held_by(*accounts))

    def viewed_by(self, viewer: Any, *accounts: Any) -> "Session":
        """This session, with what an answer says of the account that it was made for."""
        public = dig(viewer, "pk", default=dig(viewer, "id"))
        session = self.held_by(public, *accounts)
        session.identify(dig(viewer, OTHER_IDS[0]), str(public) if is_id(public) else session.own)
        return session

    def identify(self, other: Any, public: str, kind: str = OTHER_IDS[0]) -> None:
        """Remembers that two numbers mean one person; `kind` is what the platform calls the first of them."""
        if is_id(other, least=5) and str(other) != public:
            self.place.kept[f"fbid/{other}"] = public
            if public == self.place.account and kind in MESSAGING_IDS:
                self.place.kept[f"number/{public}"] = str(other)

    @property
    def knows_own_number(self) -> bool:
        """Whether the number under which the member's own messages come was told."""
        return f"number/{self.own}" in self.place.kept

    def identified(self, other: Any) -> str | None:
        """The public number of the person with this messaging number, None where it was never told."""
        known = self.place.kept.get(f"fbid/{other}") if is_id(other) else None
        return str(known) if known else None

    def meet(self, user: Any) -> Account:
        """The person that a user object describes, with all that was told before. Raises Unreadable without an id."""
        account = account_of(user, self.site)
        for name in OTHER_IDS:
            self.identify(dig(user, name), account.id, name)
        if account.joined_recently is not None:
            # To the day: a page that is opened twice tells nothing new.
            account = replace(account, joined_recently_at=datetime.combine(self.place.at, time(), UTC))
        return self.learn(account)

    def learn(self, account: Account) -> Account:
        """Remembers what was told of a person, and gives all that is known."""
        if account.id == self.own:
            return account
        known = self._known(account.id).merged(account)
        self.place.kept[f"person/{self.own}/{account.id}"] = known.to_json()
        return self.person(account.id)

    def person(self, id: str) -> Account:
        """All that is known of a person; where no name was told, the handle is what they are called."""
        known = self._known(id)
        return known if known.name else replace(known, name=known.handle)

    def _known(self, id: str) -> Account:
        known = self.place.kept.get(f"person/{self.own}/{id}")
        return Account.from_json(known) if known else Account(platform=PLATFORM, id=id)

    def told(self, contact: Account) -> Iterator[Profile]:
        """What a page says of a contact, where it is not what was told last."""
        if contact.id != self.own:
            yield from news(self.place, f"profile/{self.own}/{contact.id}", contact)

    def thread(self, *names: Any) -> str:
        """The one name of a thread that has several, long and short. Raises Unreadable when none can be one."""
        told = [permanent_id(name, "the thread's id") for name in names if name is not None]
        if not told:
            need(None, "thread_fbid")
        keys = [f"alias/{self.own}/{name}" for name in told]
        known = next((str(self.place.kept[key]) for key in keys if key in self.place.kept), told[0])
        if len(told) > 1:
            for key in keys:
                self.place.kept[key] = known
        return known

    def state(self, thread: str) -> dict[str, Any]:
        """What is remembered of a thread: its kind, who is in it, whether it is a request, or encrypted."""
        known: dict[str, Any] = self.place.kept.get(f"thread/{self.own}/{thread}") or {}
        return dict(known)

    def keep(self, thread: str, **news: Any) -> dict[str, Any]:
        """Remembers more of a thread; None says nothing, and changes nothing."""
        state = self.state(thread) | {name: value for name, value in news.items() if value is not None}
        self.place.kept[f"thread/{self.own}/{thread}"] = state
        return state

    def partner(self, state: dict[str, Any]) -> str | None:
        """The other one, where the thread is known to be with one person."""
        people = state.get("with") or []
        return str(people[0]) if state.get("kind") == PAIR and len(people) == 1 else None
