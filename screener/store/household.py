"""Who lives here and with which devices and accounts, as the dashboard was told: in the database."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update
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


@dataclass(frozen=True, kw_only=True)
class Met:
    """An account of ours that was met, and on which device last."""

    platform: str
    account: str
    called: str
    device: str
    member: str | None


@dataclass(frozen=True, kw_only=True)
class Devices:
    engine: AsyncEngine

    async def all(self) -> tuple[Device, ...]:
        """The newest unknown ones first, then by what they are called."""
        rows = await self._rows(select(devices).order_by(devices.c.first.desc()).limit(MOST))
        found = [Device(**{**row._mapping, "first": moment(row.first), "last": moment(row.last)}) for row in rows]
        return tuple(sorted(found, key=lambda each: (each.state != "new", each.called.casefold())))

    async def one(self, address: str) -> Device | None:
        return next((each for each in await self.all() if each.address == address), None)

    async def seen(self, found: Iterable[Neighbour], now: datetime) -> tuple[Device, ...]:
        """Notes who is in the network. Returns the devices whose address belongs to another machine now, as they were:
        they are not to be looked after under it any more.
        """
        known = {each.address: each for each in await self.all()}
        changed: list[Device] = []
        async with self.engine.begin() as connection:
            for each in found:
                before = known.get(each.address)
                row: dict[str, Any] = {"mac": each.mac, "last": micros(now)}
                row |= {"heard": each.heard} if each.heard else {}
                moved = before is not None and before.mac and each.mac and before.mac != each.mac
                if before is None or moved:
                    changed += [before] if before is not None else []
                    twin = next((k for k in known.values() if k.mac == each.mac and k.state != "new"), None)
                    row |= {"first": micros(now), "heard": each.heard}
                    # The same machine under a new address keeps its name; it shows its certificate anew by itself.
                    kept = (twin.name, twin.member, twin.state) if each.mac and twin else ("", None, "new")
                    row |= dict(zip(("name", "member", "state"), kept, strict=True))
                if before is None and len(known) >= MOST:
                    continue
                insert = upsert(devices).values(address=each.address, **({"first": micros(now)} | row))
                await connection.execute(insert.on_conflict_do_update(index_elements=["address"], set_=row))
        return tuple(changed)

    async def note(self, issue: Issue) -> None:
        """Something that could not be seen, for the dashboard."""
        async with self.engine.begin() as connection:
            await SqlTransaction(connection).note(issue)

    async def give(self, address: str, *, name: str, member: str | None, state: str, now: datetime) -> None:
        """Says whose it is and what it is called."""
        row = {"name": name[:60], "member": member, "state": state}
        insert = upsert(devices).values(address=address[:60], first=micros(now), last=micros(now), **row)
        async with self.engine.begin() as connection:
            await connection.execute(insert.on_conflict_do_update(index_elements=["address"], set_=row))

    async def forget(self, address: str) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(delete(devices).where(devices.c.address == address))

    async def met(self, account: Account, device: str, now: datetime) -> None:
        """Notes an account of ours."""
        called = (account.name or account.handle or "")[:80]
        row = {"device": device[:60], "last": micros(now)} | ({"called": called} if called else {})
        first = {"platform": account.platform, "account": account.id[:200], "first": micros(now)}
        insert = upsert(accounts).values(**first, **row)
        async with self.engine.begin() as connection:
            await connection.execute(insert.on_conflict_do_update(index_elements=["platform", "account"], set_=row))

    async def accounts(self) -> tuple[Met, ...]:
        rows = await self._rows(select(accounts).order_by(accounts.c.device, accounts.c.platform).limit(MOST))
        names = ("platform", "account", "called", "device", "member")
        return tuple(Met(**{name: getattr(row, name) for name in names}) for row in rows)

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
