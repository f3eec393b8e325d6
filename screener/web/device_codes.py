"""A code that says whose a device will be: a parent shows it, the device opens it, and then shows its certificate."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from screener.sight import CHANGES
from screener.store.household import Devices
from screener.web.belongs import GROWN_UP, has_other_adult, named, owners
from screener.web.desk import SqlDesk
from screener.web.door import Door
from screener.web.hands import addresses_of, as_one
from screener.web.page import Pages
from screener.web.reach import Reach, plain_address, qr

LIFE = timedelta(minutes=30)
MOST = 50


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Whose it will be and what it is called; `by` is who said so, as a member where they are one. `device` is the
    first that opened the code.
    """

    member: str
    name: str
    by: str | None
    until: datetime
    device: str = ""


@dataclass(kw_only=True)
class DeviceCodes:
    """In memory alone: after a new start a parent shows another. Each is good once, for half an hour."""

    _promised: dict[str, Promise] = field(default_factory=dict)

    def make(self, member: str, name: str, by: str | None, now: datetime) -> str:
        """A new code for a device of this member."""
        self._forget_old(now)
        while len(self._promised) >= MOST:
            del self._promised[next(iter(self._promised))]
        code = secrets.token_urlsafe(12)
        self._promised[_key(code)] = Promise(member=member, name=name, by=by, until=now + LIFE)
        return code

    def has(self, code: str, now: datetime) -> bool:
        """Whether there is such a code."""
        self._forget_old(now)
        return _key(code) in self._promised

    def opened(self, code: str, device: str, now: datetime) -> Promise | None:
        """The promise, where the code is good and no other device has opened it. The device must not be looked after
        yet: what makes it come true is that it shows its certificate from now on.
        """
        self._forget_old(now)
        found = self._promised.get(_key(code))
        if found is None or found.device not in ("", device):
            return None
        self._promised[_key(code)] = replace(found, device=device)
        return found

    def is_waiting(self) -> bool:
        """Whether a device has opened one and may be enrolled any moment."""
        return any(promise.device for promise in self._promised.values())

    def due(self, enrolled: frozenset[str], now: datetime) -> list[Promise]:
        """Those whose devices are enrolled now; each stays due until it is `done` or its code has ended."""
        self._forget_old(now)
        return [promise for promise in self._promised.values() if promise.device in enrolled]

    def done(self, promise: Promise) -> None:
        """It was kept, or never can be."""
        self._promised = {key: each for key, each in self._promised.items() if each is not promise}

    def _forget_old(self, now: datetime) -> None:
        self._promised = {key: promise for key, promise in self._promised.items() if now < promise.until}


async def keep(promise: Promise, devices: Devices, desk: SqlDesk, now: datetime) -> bool:
    """Gives the device to whom it was promised, where nobody has said otherwise meanwhile; says whether it did."""
    members, rows = await desk.members(), await as_one(devices, promise.device)
    member, addresses = named(promise.member, members), addresses_of(promise.device, rows)
    owned = owners(members)
    if member is None or member.role in GROWN_UP or promise.device in owned:
        return False
    if any(owned[each] != member for each in addresses & owned.keys()):
        return False
    if any(each.state != "new" and each.member != member.id for each in rows):
        return False
    met, read = await devices.accounts(), await desk.coverage()
    if has_other_adult(promise.by, addresses, members, met, read, now):
        return False
    name = promise.name or next((each.name for each in rows if each.name), "")
    await devices.give(promise.device, name=name, member=member.id, state="theirs", now=now, along=addresses)
    return True


@dataclass(frozen=True, kw_only=True)
class DeviceCodePages:
    """Where a parent has one shown. An adult's device gets none: that adult logs in on it."""

    codes: DeviceCodes
    desk: SqlDesk
    door: Door
    pages: Pages
    reach: Reach
    port: Callable[[], int]

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/devices/code", self.make, methods=["POST"])
        return router

    async def make(self, request: Request) -> Response:
        visit, fields = await self.door.change(request)
        member = named(fields.get("member", ""), await self.desk.members())
        if visit.user.role not in CHANGES or member is None or member.role in GROWN_UP:
            raise HTTPException(404)
        name = " ".join(fields.get("name", "").split())[:60]
        code = self.codes.make(member.id, name, visit.user.member, self.door.clock())
        start = plain_address(request, f"/start?for={code}", port=self.port(), others=self.reach.name)
        values = {
            "user": visit.user,
            "token": visit.token,
            "member": member,
            "beyond": self.reach.beyond,
            "start": start,
            "qr": qr(start),
            "minutes": int(LIFE.total_seconds() // 60),
        }
        return self.pages.show("device_code.html", values)


def _key(code: str) -> str:
    """Found by its digest: how long a look-up takes says nothing of a code that is nearly right."""
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
