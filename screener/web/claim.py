"""The one-time code that lets the first account be made: printed on the console, good for fifteen minutes."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

# Letters and digits that nobody mistakes for another when reading them off a screen.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP = 4, 4
LIFE = timedelta(minutes=15)
MOST_TRIES = 20


@dataclass(kw_only=True)
class Claim:
    """Changes as it is used: every wrong try counts, and a code that has made an account is spent."""

    # Never in a log by accident.
    code: str = field(repr=False)
    expires_at: datetime
    tries_left: int = MOST_TRIES

    @classmethod
    def new(cls, now: datetime) -> Self:
        letters = "".join(secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP))
        groups = [letters[start : start + GROUP] for start in range(0, len(letters), GROUP)]
        return cls(code="-".join(groups), expires_at=now + LIFE)

    def open(self, now: datetime) -> bool:
        return now < self.expires_at and self.tries_left > 0

    def matches(self, code: str, now: datetime) -> bool:
        """Whether the code is right, in time, and tried not too often; a wrong one costs a try."""
        if not self.open(now):
            return False
        if hmac.compare_digest(plain(code), plain(self.code)):
            return True
        self.tries_left -= 1
        return False

    def spend(self) -> None:
        self.tries_left = 0


def plain(code: str) -> bytes:
    """The code without what people add or change when they type it."""
    return "".join(letter for letter in code[:100].upper() if letter in ALPHABET).encode()
