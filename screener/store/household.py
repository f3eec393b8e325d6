"""Who lives here and with which devices and accounts, as the dashboard was told: in the database."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Delete, delete, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncEngine

from screener.events import Account
from screener.family import Family, Member, Role
from screener.home.nearby import Neighbour
from screener.store.base import Issue
from screener.store.devices import accounts, devices, members
from screener.store.sql import SqlTransaction
from screener.store.times import micros, moment

MOST = 500
# A device changes its addresses every day or so, and keeps several at once.
MOST_OF_A_CARD = 100
# Accounts of which nobody has said whose they are: on one device, and on all together.
MOST_UNSAID_HERE, MOST_UNSAID = 50, 2_000
GONE_AFTER = timedelta(days=30)
THIS_MACHINE = "127.0.0.1"


def names_in(database: Path) -> tuple[str, ...]:
    """The names of those who were added on the dashboard; for commands, which change nothing there."""
    if not database.is_file():
        return ()
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
            return tuple(str(name) for (name,) in connection.execute("SELECT name FROM members LIMIT ?", (MOST,)))
    except sqlite3.Error:
        return ()  # of an earlier version, which knew nobody but those in config.yaml


@dataclass(frozen=True, kw_only=True)
class Device:
    """A device of the home network. `state` is "new" until somebody has said whose it is, or to leave it alone."""

    address: str
    mac: str
    heard: str
    name: str
    member: str | None
    state: str
    first: datetime
    last: datetime

    @property
    def called(self) -> str:
        """What the family calls it, else what it calls itself, else its address."""
        return self.name or self.heard or self.address

    def takes_along(self, other: "Device") -> bool:
        """Whether what is said of it is said of another address of its network card: not where that was given away."""
        return other.state == "new" or (other.member, other.state) == (self.member, self.state)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a look at the network changed: `moved` are devices, as they were, whose address belongs to another machine
    now; `left_out` counts those that there was no room for.
    """

    moved: tuple[Device, ...]
    left_out: int


@dataclass(frozen=True, kw_only=True)
class Met:
    """An account of ours that was met, and on which device last. `adult` is whose own device it was once met on."""

    platform: str
    account: str
    called: str
    device: str
    member: str | None
    adult: str | None = None


_GIVEN = (devices.c.state != "new") | devices.c.member.is_not(None)
_SAID = accounts.c.member.is_not(None) | accounts.c.adult.is_not(None)


@dataclass(frozen=True, kw_only=True)
class Devices:
    engine: AsyncEngine

    async def all(self) -> tuple[Device, ...]:
        """The newest unknown ones first, then all that were given, by what they are called."""
        new = select(devices).where(~_GIVEN).order_by(devices.c.first.desc()).limit(MOST)
        rows = [*await self._rows(new), *await self._rows(select(devices).where(_GIVEN))]
        return tuple(sorted(map(_device, rows), key=lambda each: (each.state != "new", each.called.casefold())))

    async def one(self, address: str) -> Device | None:
        rows = await self._rows(select(devices).where(devices.c.address == address))
        return _device(rows[0]) if rows else None

    async def together(self, address: str, card: str = "") -> tuple[Device, ...]:
        """That device and the others of its network card, which is `card` as well where that is known."""
        known = await self.one(address)
        cards = {card, known.mac if known else ""} - {""}
        rows = await self._rows(select(devices).where((devices.c.address == address) | devices.c.mac.in_(cards)))
        return tuple(map(_device, rows))

    async def seen(self, found: Iterable[Neighbour], now: datetime, keep: Collection[str] = ()) -> Seen:
        """Notes who is in the network, and forgets who has left it long ago: never those in `keep`, and of those that
        were given only other addresses of a device that is still here.
        """
        moved: list[Device] = []
        left_out = 0
        async with self.engine.begin() as connection:
            await connection.execute(_gone(now - GONE_AFTER, keep))
            known = {row.address: _device(row) for row in await connection.execute(select(devices))}
            new = sum(each.state == "new" for each in known.values())
            for each in found:
                before = known.get(each.address)
                after = replace(before or _unknown(each.address, now), mac=each.mac, last=now)
                after = replace(after, heard=each.heard or after.heard)
                if before is None or (before.mac and each.mac and before.mac != each.mac):
                    moved += [before] if before is not None else []
                    same = [other for other in known.values() if each.mac and other.mac == each.mac]
                    after = _heir(replace(_unknown(each.address, now), mac=each.mac, heard=each.heard), same)
                    if before is None and (len(same) >= MOST_OF_A_CARD or (after.state == "new" and new >= MOST)):
                        left_out += 1
                        continue
                    new += after.state == "new"
                known[each.address] = after
                row = {name: getattr(after, name) for name in ("mac", "heard", "name", "member", "state")}
                row |= {"first": micros(after.first), "last": micros(after.last)}
                insert = upsert(devices).values(address=each.address, **row)
                await connection.execute(insert.on_conflict_do_update(index_elements=["address"], set_=row))
        return Seen(moved=tuple(moved), left_out=left_out)

    async def note(self, issue: Issue) -> None:
        """Something that could not be seen, for the dashboard."""
        async with self.engine.begin() as connection:
            await SqlTransaction(connection).note(issue)

    async def give(
        self, address: str, *, name: str, member: str | None, state: str, now: datetime, along: Iterable[str] = ()
    ) -> None:
        """Says whose it is and what it is called; `along` are other addresses of the same device."""
        row = {"name": name[:60], "member": member, "state": state}
        async with self.engine.begin() as connection:
            for each in {address, *along}:
                insert = upsert(devices).values(address=each[:60], first=micros(now), last=micros(now), **row)
                await connection.execute(insert.on_conflict_do_update(index_elements=["address"], set_=row))

    async def forget(self, addresses: Collection[str]) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(delete(devices).where(devices.c.address.in_(addresses)))

    async def met(self, account: Account, device: str, now: datetime, adults: Mapping[str, str] = {}) -> bool:
        """Notes an account of ours; `adults` are the adults by their own devices. False where there is no room."""
        called, device, id = (account.name or account.handle or "")[:80], device[:60], account.id[:200]
        its = (accounts.c.platform == account.platform) & (accounts.c.account == id)
        async with self.engine.begin() as connection:
            before = (await connection.execute(select(accounts.c.device, accounts.c.adult).where(its))).first()
            if before is None:
                gone = (accounts.c.device == device) & (accounts.c.last < micros(now - GONE_AFTER))
                await connection.execute(delete(accounts).where(~_SAID & gone))
                unsaid = select(accounts.c.device).where(accounts.c.member.is_(None)).subquery()
                here = func.count().filter(unsaid.c.device == device)
                count = (await connection.execute(select(here, func.count()).select_from(unsaid))).one()
                if count[0] >= MOST_UNSAID_HERE or count[1] >= MOST_UNSAID:
                    return False
            adult = before.adult or adults.get(before.device) if before is not None else None
            row = {"device": device, "last": micros(now), "adult": adult or adults.get(device)}
            row |= {"called": called} if called else {}
            insert = upsert(accounts).values(platform=account.platform, account=id, first=micros(now), **row)
            await connection.execute(insert.on_conflict_do_update(index_elements=["platform", "account"], set_=row))
        return True

    async def accounts(self) -> tuple[Met, ...]:
        """All of which somebody said whose they are, and the latest of the others."""
        unsaid = select(accounts).where(~_SAID).order_by(accounts.c.last.desc()).limit(MOST)
        rows = [*await self._rows(select(accounts).where(_SAID)), *await self._rows(unsaid)]
        names = ("platform", "account", "called", "device", "member", "adult")
        found = (Met(**{name: getattr(row, name) for name in names}) for row in rows)
        return tuple(sorted(found, key=lambda each: (each.device, each.platform)))

    async def give_account(self, platform: str, account: str, member: str | None) -> bool:
        """Says whose account it is; False where it was never met."""
        its = (accounts.c.platform == platform) & (accounts.c.account == account)
        async with self.engine.begin() as connection:
            return bool((await connection.execute(update(accounts).where(its).values(member=member))).rowcount)

    async def members(self) -> tuple[Member, ...]:
        """Those who were added on the dashboard, as they were added."""
        rows = await self._rows(select(members).order_by(members.c.added).limit(MOST))
        return tuple(
            Member(
                id=row.id,
                name=row.name,
                born=date.fromisoformat(row.born) if row.born else None,
                role=row.role,
                country=row.country,
                timezone=row.timezone,
            )
            for row in rows
        )

    async def add_member(
        self, name: str, *, born: date | None, role: Role, country: str | None, timezone: str, now: datetime
    ) -> bool:
        """False where somebody is called so already."""
        row = {
            "id": f"member:{name}",
            "name": name,
            "born": born.isoformat() if born else None,
            "role": role,
            "country": country,
            "timezone": timezone,
            "added": micros(now),
        }
        async with self.engine.begin() as connection:
            added = await connection.execute(upsert(members).values(**row).on_conflict_do_nothing())
        return bool(added.rowcount)

    async def family(self, written: Family) -> Family:
        """Everybody: those of config.yaml, who come first, and those of the dashboard, with what is theirs."""
        names = {member.id for member in written.members}
        everybody = [*written.members, *(m for m in await self.members() if m.id not in names)]
        taken = {(platform, id) for m in written.members for platform, ids in m.accounts.items() for id in ids}
        theirs = {device for member in written.members for device in member.devices}
        given = [each for each in await self.all() if each.member and each.address not in theirs]
        met = [each for each in await self.accounts() if each.member and (each.platform, each.account) not in taken]
        return Family(
            members=tuple(
                replace(
                    member,
                    devices=(*member.devices, *(each.address for each in given if each.member == member.id)),
                    accounts=_with(member, [each for each in met if each.member == member.id]),
                )
                for member in everybody
            )
        )

    async def _rows(self, query: Any) -> list[Any]:
        async with self.engine.connect() as connection:
            return list(await connection.execute(query))


def _with(member: Member, met: Iterable[Met]) -> dict[str, tuple[str, ...]]:
    found = dict(member.accounts)
    for each in met:
        found[each.platform] = (*found.get(each.platform, ()), each.account)
    return found


def _device(row: Any) -> Device:
    return Device(**{**row._mapping, "first": moment(row.first), "last": moment(row.last)})


def _unknown(address: str, now: datetime) -> Device:
    return Device(address=address, mac="", heard="", name="", member=None, state="new", first=now, last=now)


def _heir(device: Device, same: list[Device]) -> Device:
    """The same machine under a new address keeps its name and its owner, where all its addresses agree on who that is;
    it shows its certificate anew by itself.
    """
    if len({(each.member, each.state) for each in same}) != 1:
        return device
    latest = max(same, key=lambda each: each.last)
    return replace(device, name=latest.name, member=latest.member, state=latest.state)


def _gone(since: datetime, keep: Collection[str]) -> Delete:
    other = devices.alias()
    is_here = exists().where(
        other.c.mac == devices.c.mac,
        other.c.mac != "",
        other.c.member.is_not_distinct_from(devices.c.member),
        other.c.state == devices.c.state,
        other.c.last >= micros(since),
    )
    left = (devices.c.last < micros(since)) & devices.c.address.not_in(keep)
    return delete(devices).where(left & (~_GIVEN | is_here.correlate(devices)))
