"""Nothing that was a child's is taken from it unseen: the child and everybody who looks after it are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from screener import troubles
from screener.family import Member
from screener.store.base import Issue
from screener.store.handovers import Handover, Handovers, What
from screener.store.household import Device, Devices, Met
from screener.web.belongs import GROWN_UP, LATELY, named


@dataclass(frozen=True, kw_only=True)
class Handing:
    """Notes it on the child's own page, on the page of devices, and as an issue for three days. It is called before the
    deed: a note too many harms nobody, a deed without one might.
    """

    handovers: Handovers
    devices: Devices

    async def device(self, device: Device, was: Member | None, to: Member | None, by: str, now: datetime) -> None:
        """It goes to somebody else, or to nobody in particular."""
        if was is not None and was.role not in GROWN_UP and (to is None or to.id != was.id):
            await self._note("device", device.address, device.called, was, to, by, now)

    async def claimed(
        self, device: Device, addresses: Iterable[str], members: tuple[Member, ...], to: Member, now: datetime
    ) -> None:
        """An adult says that it is theirs: it may have been made nobody's only a while ago, under any address."""
        lately = [await self.handovers.was_lately(each, now - LATELY) for each in sorted(addresses)]
        await self.device(device, named(next(filter(None, lately), None), members), to, to.name, now)

    async def stopped(self, device: Device, was: Member | None, by: str, now: datetime) -> None:
        """It is not looked after any more."""
        if was is not None and was.role not in GROWN_UP:
            await self._note("stopped", device.address, device.called, was, was, by, now)

    async def account(self, met: Met, was: Member | None, to: Member | None, by: str, now: datetime) -> None:
        """It goes to somebody else: an adult's that is made a child's is read by others from then on, a child's that is
        made an adult's by that adult alone.
        """
        if (was.id if was else None) != (to.id if to else None):
            await self._note("account", met.device, met.called or met.account, was, to, by, now)

    async def _note(
        self, what: What, address: str, called: str, was: Member | None, to: Member | None, by: str, now: datetime
    ) -> None:
        handed = Handover(
            what=what,
            address=address,
            called=called,
            member=was.id if was else "",
            to=to.name if to else "",
            by=by,
            at=now,
        )
        await self.handovers.note(handed)
        await self.devices.note(_issue(handed, was.name if was else ""))


def _issue(handed: Handover, was: str) -> Issue:
    said = "handed:stopped" if handed.what == "stopped" else "handed:to" if handed.to else "handed:from"
    return troubles.issue(
        said,
        key=f"handed:{handed.what}:{handed.address}:{handed.called}",
        severity="warning",
        at=handed.at,
        values={"device": handed.called, "was": was, "user": handed.to or "", "by": handed.by},
    )
