"""Plays a story on the wire: what the contact does happens on the platform, what the member does is done on a page."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from screener.demo.base import Clock, Page, Site, now
from screener.demo.discord import Discord
from screener.demo.facebook import Facebook
from screener.demo.skype import Skype
from screener.demo.wire.discord import snowflake
from screener.errors import Mistake
from screener.events import Accepted, Account, Call, Declined, Event, FriendRequest, Message
from screener.story import Story, Told

# What is older than this by the story's time was written on another device of the member's: a page would date it today.
TYPED_WITHIN = timedelta(minutes=2)

type Heard = Callable[[Event], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The simulated platforms of one run, and which account on each is whose."""

    facebook: Facebook
    discord: Discord
    skype: Skype

    @classmethod
    def new(cls, clock: Clock = now) -> "Cast":
        return cls(facebook=Facebook(), discord=Discord(clock), skype=Skype(clock))

    @property
    def sites(self) -> tuple[Site, ...]:
        return (self.facebook, self.discord, self.skype)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(host for site in self.sites for host in site.hosts)

    def site(self, platform: str) -> Facebook | Discord | Skype:
        for site in (self.facebook, self.discord, self.skype):
            if site.name == platform:
                return site
        raise Mistake(f'story: there is no simulated "{platform}". Tell it on facebook, discord or skype.')


def account_of(name: str, platform: str) -> str:
    """The permanent id of a member's account on a simulated platform: the same in every run."""
    number = sum(ord(letter) << 6 * place for place, letter in enumerate(name.lower()[:5])) % 10**9
    if platform == "skype":
        return f"live:.cid.{number:016x}"
    if platform == "discord":
        return str(1_190_000_000_000_000_000 + number)
    return f"1000{number:011d}"


def accounts_of(story: Story) -> Mapping[str, tuple[str, ...]]:
    """The accounts that the story's member needs, by platform."""
    platforms = {told.event.contact.platform for told in (*story.known, *story.events)}
    return {platform: (account_of(story.member.name, platform),) for platform in sorted(platforms)}


def dated(story: Story, end: datetime, *, spread: bool = True) -> tuple[Event, ...]:
    """The story's events with their platforms' own ids and the member's accounts, moved so that the last is at `end`.

    Without `spread` the days between them are left out, and each comes a second after the one before.
    """
    told = story.events
    if not told:
        return ()
    last = told[-1].event.at
    named = []
    for number, each in enumerate(told):
        at = end - (last - each.event.at) if spread else end - timedelta(seconds=len(told) - 1 - number)
        # Platforms count in milliseconds.
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        named.append(_named(each, at, number))
    return tuple(named)


def _named(told: Told, at: datetime, number: int) -> Event:
    event = told.event
    platform = event.contact.platform
    account = Account(platform=platform, id=account_of(told.member.name, platform), name=told.member.name)
    if platform == "discord":
        id = snowflake(at, number)
    elif platform == "skype":
        id = str(round(at.timestamp() * 1000) + number)
    else:
        id = f"mid.$demo{round(at.timestamp() * 1000)}{number:04d}"
    return replace(event, id=id, at=at, account=account)


@dataclass(frozen=True, kw_only=True)
class Player:
    """One story's playing: `pace` is the seconds between two events."""

    cast: Cast
    pages: Mapping[str, Page]
    pace: float
    clock: Clock = now

    async def play(self, events: Sequence[Event], heard: Heard) -> None:
        """Plays events in order and says each as it has happened."""
        for event in events:
            await self._play(event)
            await heard(event)
            await asyncio.sleep(self.pace)

    async def _play(self, event: Event) -> None:
        site = self.cast.site(event.contact.platform)
        page = self.pages[event.account.id]
        await watched(site, event.account.id)
        if is_done_by_member(event, self.clock()):
            await page.acts(event)
            return
        site.happens(event)
        for ask in page.tab.looks(event):
            await page.asks(ask)


def is_done_by_member(event: Event, at: datetime) -> bool:
    """Whether the member does this on the page; a call, and what was written elsewhere before, only appears there."""
    if event.by != "member" or isinstance(event, Call):
        return False
    if isinstance(event, Message):
        return bool(event.text) and at - event.at < TYPED_WITHIN
    return isinstance(event, Accepted | Declined | FriendRequest)


def before(story: Story) -> Iterator[tuple[str, str, Account]]:
    """Who were friends before the story begins: platform, the member's account, the contact."""
    for told in story.known:
        contact = told.event.contact
        yield contact.platform, account_of(told.member.name, contact.platform), contact


async def watched(site: Site, account: str, *, seconds: float = 30) -> None:
    """Waits until the account's page is open and would hear. Raises Mistake when it never is."""
    end = asyncio.get_running_loop().time() + seconds
    while not site.is_watched(account):
        if asyncio.get_running_loop().time() > end:
            raise Mistake(
                f"demo: the {site.name} page never opened its connections. "
                "Look at the proxy's lines above, and start the demo again."
            )
        await asyncio.sleep(0.02)
