"""Who lives here, kept up to date while the dashboard runs: for the reading, the desk, and the sign on devices."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from screener import troubles
from screener.events import Account
from screener.family import Family, Member
from screener.home import calls, sign
from screener.home.folder import Home, write_private
from screener.home.nearby import neighbours
from screener.routes import Row, shipped_routes
from screener.store.household import Devices
from screener.web.belongs import GROWN_UP
from screener.web.cries import Cries, refresh
from screener.web.desk import SqlDesk
from screener.web.device_codes import DeviceCodes, Promise, keep
from screener.web.looking import Named, look_around

log = logging.getLogger(__name__)

CALLS_SECONDS = 1.0
SIGN_SECONDS = 15.0
LOOK_SECONDS = 300.0
MOST_MET = 500


@dataclass(kw_only=True)
class LivingHere:
    """`written` is the family of config.yaml; `moved` is told of the family as it is now.
    `named` and `codes` are those of the pages.
    """

    home: Home
    written: Family
    devices: Devices
    desk: SqlDesk
    cries: Cries
    moved: Callable[[Family], None]
    named: Named = str
    codes: DeviceCodes = field(default_factory=DeviceCodes)
    family: Family = field(default_factory=Family)
    _met: OrderedDict[tuple[str, str, str], Account] = field(default_factory=OrderedDict)

    async def changed(self) -> None:
        """Somebody moved in, or was given a device."""
        self.family = await self.devices.family(self.written)
        self.desk.lives(self.family)
        self.moved(self.family)
        await self._write_sign()

    def met(self, account: Account, device: str) -> None:
        """An account of ours was met; it is noted with the next round."""
        if account.id and len(self._met) < MOST_MET:
            self._met[account.platform, account.id, device] = account

    async def run(self) -> None:
        """Until it is cancelled: takes up calls for help at once, and the rest by and by."""
        signed = looked = 0.0
        loop = asyncio.get_running_loop()
        while True:
            await self._taking_care(self.take_up_calls)
            await self._taking_care(self.keep_promises)
            if loop.time() - signed > SIGN_SECONDS:
                signed = loop.time()
                await self._taking_care(self.note_met)
                await self._taking_care(self.changed)
            if loop.time() - looked > LOOK_SECONDS:
                looked = loop.time()
                await self._taking_care(self._look)
            await asyncio.sleep(CALLS_SECONDS)

    async def take_up_calls(self) -> None:
        """Tells whom they are for; a call stays in its folder until that is in the database."""
        waiting = await asyncio.to_thread(calls.waiting, self.home.calls)
        for path, call in waiting:
            here = set(await self.cries.helpers(""))
            to = [name for name in call.to if name in here]
            owner = next((m for m in self.family.members if call.device in m.devices), None)
            at = datetime.fromtimestamp(min(call.at, datetime.now(UTC).timestamp()), UTC)
            await self.cries.add(owner.id if owner else f"device:{call.device}", to or sorted(here), at)
            await asyncio.to_thread(path.unlink, missing_ok=True)
        if waiting:
            refresh(self.desk)

    async def keep_promises(self) -> None:
        """A device that opened a parent's code, and has shown its certificate since, belongs to whom the code said."""
        if not self.codes.is_waiting():
            return
        enrolled, now = await asyncio.to_thread(self.home.enrolled_devices), datetime.now(UTC)
        for each in self.codes.due(enrolled, now):
            await self._taking_care(partial(self._keep, each, now))

    async def _keep(self, promise: Promise, now: datetime) -> None:
        """One that fails is tried again with the next round, for as long as its code is good."""
        kept = await keep(promise, self.devices, self.desk, now)
        self.codes.done(promise)
        if kept:
            await self.changed()

    async def note_met(self) -> None:
        """Notes the accounts that were met since the last round."""
        now = datetime.now(UTC)
        grown = [member for member in self.family.on(now).members if member.role in GROWN_UP]
        adults = {device: member.id for member in grown for device in member.devices}
        while self._met:
            (_platform, _id, device), account = self._met.popitem(last=False)
            if not await self.devices.met(account, device, now, adults):
                key, values = f"accounts:{device}", {"device": device}
                await self.devices.note(
                    troubles.issue("accounts:full", key=key, severity="warning", at=now, values=values)
                )

    async def _look(self) -> None:
        await look_around(self.devices, self.home, neighbours, self.named, datetime.now(UTC))

    async def _write_sign(self) -> None:
        helpers = await self.cries.helpers("")
        members = self.family.on(datetime.now(UTC)).members
        said = sign.Household(
            watchers=helpers,
            tell=helpers,
            devices={device: member.name for member in members for device in member.devices},
            lines={"": _lines(None), **{member.name: _lines(member) for member in members}},
        ).written()
        await asyncio.to_thread(self._replace_sign, said)

    def _replace_sign(self, said: bytes) -> None:
        if not self.home.sign.exists() or self.home.sign.read_bytes() != said:
            write_private(self.home.sign, said)

    async def _taking_care(self, work: Callable[[], Awaitable[None]]) -> None:
        """One round that fails must not end the others: a call for help may be in the next."""
        try:
            await work()
        except Exception as why:
            log.error("looking after the household failed (%s)", type(why).__name__)


def _lines(member: Member | None) -> tuple[sign.Line, ...]:
    """Who can be called: in the member's country, for their age."""
    age = 12 if member is None or member.age is None else member.age
    if member is not None and member.age is None and member.role != "child":
        age = 40
    rows = shipped_routes().of(member.country if member else None).of("emergency", "help", age=age, own=True)
    return tuple(sign.Line(name=row.name, reach=reach) for row in rows if (reach := _reach(row)))


def _reach(row: Row) -> str:
    return " · ".join(each for each in (row.phone, row.address) if each)
