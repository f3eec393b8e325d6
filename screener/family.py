"""Who lives here: the members of the family, and the devices and accounts that are theirs."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from screener.events import Account


def timezone_named(name: str) -> str:
    """The name itself, if it is that of a time zone. Raises ValueError saying which one may be meant."""
    if name in available_timezones():
        return name
    near = difflib.get_close_matches(name, available_timezones(), 1)
    mend = f'Did you mean "{near[0]}"?' if near else 'Write one such as "Europe/London".'
    raise ValueError(f'"{name[:60]}" is not a time zone. {mend}')


Role = Literal["parent", "child", "adult"]
ADULT_FROM = 18


@dataclass(frozen=True, kw_only=True)
class Member:
    """One of us, child or adult. `accounts` are the permanent ids that are theirs, by platform."""

    id: str
    name: str
    age: int | None = None
    born: date | None = None
    role: Role = "child"
    country: str | None = None
    timezone: str = "UTC"
    accounts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    devices: tuple[str, ...] = ()

    @classmethod
    def named(cls, name: str, *, age: int | None = None, role: Role | None = None, **more: Any) -> Self:
        """The member whom the family calls so. Whose role nobody has said is an adult from 18 on, else a child."""
        grown = age is not None and age >= ADULT_FROM
        return cls(id=f"member:{name}", name=name, age=age, role=role or ("adult" if grown else "child"), **more)

    def on(self, at: datetime) -> Self:
        """The member as old as on that day, where the birthday is known: a child grows up by itself."""
        if self.born is None:
            return self
        today = at.astimezone(self.zone).date()
        age = today.year - self.born.year - ((today.month, today.day) < (self.born.month, self.born.day))
        grown = "adult" if self.role == "child" and age >= ADULT_FROM else self.role
        return replace(self, age=max(age, 0), role=grown)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, kw_only=True)
class Family:
    """All whom we look after. An account belongs to the member it was given to, else to the owner of the device."""

    members: tuple[Member, ...] = ()

    def on(self, at: datetime) -> Self:
        """The same, each as old as on that day."""
        return replace(self, members=tuple(member.on(at) for member in self.members))

    def named(self, id: str) -> Member | None:
        """The member with that id."""
        return next((member for member in self.members if member.id == id), None)

    def owner(self, account: Account, device: str = "") -> Member:
        """Whose account this is; a member named after the account itself where nobody has said."""
        for member in self.members:
            if account.id in member.accounts.get(account.platform, ()):
                return member
        for member in self.members:
            if device and device in member.devices:
                return member
        return Member(
            id=f"{account.platform}:{account.id}",
            name=account.name or account.handle or f"the {account.platform} account {account.id}",
        )
