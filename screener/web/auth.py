"""Names and passwords: what is accepted, and how a password is kept and checked without stopping everything else."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from screener.web.base import Desk, User

SHORTEST, LONGEST = 10, 1000
MOST_WAITING = 8

# 19 MiB and two passes: dear to a guesser, bearable on a small machine at home.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class TooBusy(Exception):
    """So many passwords are waiting to be checked that one more would only make it worse."""


def user_name(text: str) -> str:
    """The name as it is kept and looked up: phones like to write the first letter large. Raises ValueError."""
    name = unicodedata.normalize("NFKC", text).strip().casefold()
    if not 1 <= len(name) <= 60 or not name.isprintable():
        raise ValueError("name: not usable. Take 1 to 60 letters, digits or spaces.")
    return name


def good_password(text: str) -> str:
    """The password as it is hashed, so that the same keys give the same letters everywhere. Raises ValueError."""
    password = unicodedata.normalize("NFKC", text)
    if len(password) < SHORTEST:
        raise ValueError(f"password: too short. Take at least {SHORTEST} characters; a few words in a row are good.")
    if len(password) > LONGEST:
        raise ValueError(f"password: too long. Take at most {LONGEST} characters.")
    return password


def hashed(password: str) -> str:
    """For whoever makes or resets an account; takes a tenth of a second, so never on the event loop."""
    return HASHER.hash(good_password(password))


def fits(password: str, password_hash: str) -> bool:
    try:
        return HASHER.verify(password_hash, unicodedata.normalize("NFKC", password)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


@dataclass(kw_only=True)
class Passwords:
    """Checks one password at a time, in a thread, so that a flood of log-ins can't starve the rest."""

    desk: Desk
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    waiting: int = 0
    # Checked when nobody has the name, so that the answer takes as long as for a name that exists.
    nobody: str = field(default_factory=lambda: HASHER.hash(secrets.token_hex(16)), repr=False)

    async def hash(self, password: str) -> str:
        return await self._in_turn(lambda: hashed(password))

    async def user(self, name: str, password: str) -> User | None:
        """Whoever has that name and password."""
        user = await self.desk.user(name)
        password_hash = user.password_hash if user else self.nobody
        right = await self._in_turn(lambda: fits(password, password_hash))
        return user if right else None

    async def _in_turn[T](self, work: Callable[[], T]) -> T:
        if self.waiting >= MOST_WAITING:
            raise TooBusy
        self.waiting += 1
        try:
            async with self.turn:
                return await asyncio.to_thread(work)
        finally:
            self.waiting -= 1
