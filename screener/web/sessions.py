"""The session cookie: signed, good for twelve hours, and void as soon as its user's epoch moves on."""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from screener.web.base import User

COOKIE = "screener_session"
LIFE = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class Session:
    """`id` is this log-in alone; `name` is the user's."""

    id: str
    name: str
    epoch: int
    until: float


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """Makes and reads cookies. The key lives in the home's key file; whoever has it can log in as anybody."""

    secret: bytes = field(repr=False)

    def cookie(self, user: User, now: datetime) -> str:
        made = {
            "id": secrets.token_urlsafe(16),
            "name": user.name,
            "epoch": user.epoch,
            "until": (now + LIFE).timestamp(),
        }
        return self._signer().dumps(made)

    def read(self, cookie: str | None, now: datetime) -> Session | None:
        """The session of a cookie we made that is not too old; whether its epoch still holds is the caller's to ask."""
        if not cookie or len(cookie) > 2000:
            return None
        try:
            session = Session(**self._signer().loads(cookie))
        except (BadSignature, TypeError, json.JSONDecodeError):
            return None
        return session if now.timestamp() < session.until else None

    def token(self, session: Session) -> str:
        """What a form of this session must carry."""
        return hmac.new(self.secret, f"form {session.id}".encode(), hashlib.sha256).hexdigest()

    def token_fits(self, session: Session, token: str) -> bool:
        return hmac.compare_digest(token.encode(errors="replace"), self.token(session).encode())

    def _signer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt="screener session", signer_kwargs={"digest_method": hashlib.sha256})
