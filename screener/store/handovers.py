"""What was a child's and is no more: which device or account, who said so, and to whom it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from screener.store.devices import handovers
from screener.store.times import micros, moment

type What = Literal["device", "account", "stopped"]
"""A device or an account that went to somebody else, or a device that is not looked after any more."""

KEPT_FOR = timedelta(days=365)
MOST = 100


@dataclass(frozen=True, kw_only=True)
class Handover:
    """`member` is the id of whose it was, empty where nobody had said; `to` is the name of whose it is, empty where it
    is nobody's alone. `address` is the device, `called` what it or the account was called.
    """

    what: What
    address: str
    called: str
    member: str
    to: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Handovers:
    engine: AsyncEngine

    async def note(self, handed: Handover) -> None:
        """Keeps it for a year; nothing of the dashboard takes one away."""
        row = {
            "what": handed.what,
            "address": handed.address[:60],
            "called": handed.called[:80],
            "member": handed.member,
            "to": handed.to[:80],
            "by": handed.by[:200],
            "at": micros(handed.at),
        }
        async with self.engine.begin() as connection:
            await connection.execute(delete(handovers).where(handovers.c.at < micros(handed.at - KEPT_FOR)))
            await connection.execute(insert(handovers).values(**row))

    async def all(self) -> tuple[Handover, ...]:
        """The newest first."""
        return await self._found(select(handovers))

    async def of(self, member: str) -> tuple[Handover, ...]:
        """What was this member's, the newest first."""
        return await self._found(select(handovers).where(handovers.c.member == member))

    async def was_lately(self, address: str, since: datetime) -> str | None:
        """The id of the child whose device it was since then; None where it was no child's."""
        its = (handovers.c.address == address) & (handovers.c.what == "device") & (handovers.c.at >= micros(since))
        found = await self._found(select(handovers).where(its))
        return found[0].member if found else None

    async def _found(self, query: Select[tuple[object, ...]]) -> tuple[Handover, ...]:
        newest = query.order_by(handovers.c.id.desc()).limit(MOST)
        async with self.engine.connect() as connection:
            rows: Sequence[object] = (await connection.execute(newest)).all()
        return tuple(_read(row) for row in rows)


def _read(row: object) -> Handover:
    names = ("what", "address", "called", "member", "to", "by")
    return Handover(**{name: getattr(row, name) for name in names}, at=moment(getattr(row, "at")))  # noqa: B009
