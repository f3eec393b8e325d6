"""Between the password and the code: a signed note that the first was right, good for five minutes."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from screener.web.base import User

COOKIE = "screener_step"
LIFE = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Halfway:
    """Whose password was right, under which epoch, and where they wanted to go. It opens nothing by itself."""

    name: str
    epoch: int
    to: str
    until: float


@dataclass(frozen=True, kw_only=True)
class Halfways:
    secret: bytes = field(repr=False)

    def cookie(self, user: User, to: str, now: datetime) -> str:
        note = {"name": user.name, "epoch": user.epoch, "to": to, "until": (now + LIFE).timestamp()}
        return self._signer().dumps(note)

    def read(self, cookie: str | None, now: datetime) -> Halfway | None:
        if not cookie or len(cookie) > 3000:
            return None
        try:
            found = Halfway(**self._signer().loads(cookie))
        except (BadSignature, TypeError, ValueError):
            return None
        return found if now.timestamp() < found.until else None

    def _signer(self) -> URLSafeSerializer:
        # Another salt than that of sessions: neither can stand in for the other.
        return URLSafeSerializer(self.secret, salt="screener halfway", signer_kwargs={"digest_method": hashlib.sha256})
