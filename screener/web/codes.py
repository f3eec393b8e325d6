"""One-time codes as a second step: a secret shared with the phone, and codes on paper for the day it is lost."""

import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pyotp
from markupsafe import Markup
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screener.seal import Seal
from screener.store.people import recoveries, users
from screener.web.base import User
from screener.web.claim import ALPHABET

STEP_SECONDS = 30
RECOVERIES, RECOVERY_LETTERS = 10, 12
ISSUER = "Screener"

Checked = Literal["right", "wrong", "lost"]
"""A code is right, or it is not, or it can't be checked any more: the key that opens the secret is gone."""


@dataclass(frozen=True, kw_only=True)
class Codes:
    """Who has codes, and whether one is right. The secret is sealed; of codes on paper only marks are kept."""

    engine: AsyncEngine
    seal: Seal

    async def check(self, user: User, typed: str, now: datetime) -> Checked:
        """Spends the code if it is right: each is good for one log-in."""
        plain = compact(typed)
        if len(plain) == RECOVERY_LETTERS:
            return "right" if await self._spend_recovery(user, plain) else "wrong"
        async with self.engine.connect() as connection:
            sealed = (await connection.execute(select(users.c.codes).where(users.c.id == user.id))).scalar()
        secret = self.seal.opened(sealed, about=_about(user)) if sealed else None
        if secret is None:
            return "lost"
        step = step_of(secret, typed, now)
        if step is None:
            return "wrong"
        # Only forwards, so that a code which was looked at over a shoulder or sent twice is worth nothing.
        fresh = (users.c.id == user.id, users.c.codes_step < step, users.c.codes == sealed)
        async with self.engine.begin() as connection:
            spent = await connection.execute(update(users).where(*fresh).values(codes_step=step))
        return "right" if spent.rowcount else "wrong"

    async def switch_on(self, user: User, secret: str, typed: str, now: datetime) -> tuple[str, ...] | None:
        """The codes for paper, when the phone has shown that it knows the secret."""
        step = step_of(secret, typed, now)
        if step is None:
            return None
        sealed = self.seal.closed(secret, about=_about(user))
        async with self.engine.begin() as connection:
            await connection.execute(update(users).where(users.c.id == user.id).values(codes=sealed, codes_step=step))
            return await self._new_recoveries(connection, user)

    async def new_recoveries(self, user: User) -> tuple[str, ...]:
        """Others than before, which are worth nothing from now on."""
        async with self.engine.begin() as connection:
            return await self._new_recoveries(connection, user)

    async def left(self, user: User) -> int:
        """How many codes on paper are still good."""
        query = select(func.count()).select_from(recoveries).where(recoveries.c.user == user.id)
        async with self.engine.connect() as connection:
            return int((await connection.execute(query)).scalar() or 0)

    async def _new_recoveries(self, connection: AsyncConnection, user: User) -> tuple[str, ...]:
        codes = ["".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LETTERS)) for _ in range(RECOVERIES)]
        rows = [{"user": user.id, "mark": self._mark(user, code)} for code in codes]
        await connection.execute(delete(recoveries).where(recoveries.c.user == user.id))
        await connection.execute(insert(recoveries), rows)
        return tuple("-".join(code[at : at + 4] for at in range(0, RECOVERY_LETTERS, 4)) for code in codes)

    async def _spend_recovery(self, user: User, plain: str) -> bool:
        wanted = (recoveries.c.user == user.id, recoveries.c.mark == self._mark(user, plain))
        async with self.engine.begin() as connection:
            return bool((await connection.execute(delete(recoveries).where(*wanted))).rowcount)

    def _mark(self, user: User, plain: str) -> str:
        return self.seal.mark(plain, about=f"recovery {user.id}")


async def switch_off(engine: AsyncEngine, user_id: str) -> None:
    """The password alone is enough again, and no code on paper is left."""
    async with engine.begin() as connection:
        await connection.execute(update(users).where(users.c.id == user_id).values(codes=None))
        await connection.execute(delete(recoveries).where(recoveries.c.user == user_id))


def new_secret() -> str:
    return pyotp.random_base32()


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The time step whose code this is: that of now, or one beside it, since clocks differ and people type slowly."""
    digits = "".join(letter for letter in typed[:100] if letter in "0123456789")
    codes = pyotp.TOTP(secret, interval=STEP_SECONDS)
    current = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in (current - 1, current, current + 1):
        if hmac.compare_digest(codes.generate_otp(step).encode(), digits.encode()):
            found = step
    return found


def compact(typed: str) -> str:
    """A code on paper without what people add or change when they type it."""
    return "".join(letter for letter in typed[:100].upper() if letter in ALPHABET)


def picture(secret: str, name: str) -> Markup:
    """What the phone's camera reads, drawn into the page: no address, no style, nothing that the policy forbids."""
    import segno  # it takes a moment to load, and few pages need it

    address = pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=name, issuer_name=ISSUER)
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=4)]
    path = "".join(f"M{x} {y}h{wide}v1h-{wide}z" for y, row in enumerate(rows) for x, wide in _runs(row))
    return Markup(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-labelledby="qr-name" shape-rendering="crispEdges">'
        '<rect width="{0}" height="{0}" fill="#fff"/><path fill="#000" d="{1}"/></svg>'
    ).format(len(rows), path)


def _runs(row: list[int]) -> Iterator[tuple[int, int]]:
    """Where each dark stretch of a row begins, and how wide it is."""
    start = None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None


def _about(user: User) -> str:
    return f"codes {user.id}"
