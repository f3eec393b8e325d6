"""Passkeys: a log-in without a password, tied to the address at which it was made."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from screener.store.people import passkeys, users
from screener.store.times import micros, moment
from screener.web.base import User
from screener.web.desk import user_of
from screener.web.once import Once

if TYPE_CHECKING:
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria

# The longest id that the table takes; real ones are a tenth of it.
LONGEST_ID, LONGEST_NAME, MOST = 400, 60, 20
ISSUER = "Screener"


class NotAccepted(Exception):
    """What the browser sent proves nothing, or was asked for too long ago."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the page is open: a passkey belongs to the host, and its answer names the whole origin."""

    host: str
    origin: str


@dataclass(frozen=True, kw_only=True)
class Passkey:
    id: str
    name: str
    created: datetime
    last: datetime


@dataclass(frozen=True, kw_only=True)
class Passkeys:
    """Makes, checks and forgets them. `asked` holds the challenges that wait for their one answer."""

    engine: AsyncEngine
    asked: Once[str] = field(default_factory=Once)

    async def of(self, user: User) -> tuple[Passkey, ...]:
        query = select(passkeys).where(passkeys.c.user == user.id).order_by(passkeys.c.created, passkeys.c.id)
        async with self.engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(
            Passkey(id=row.id, name=row.name, created=moment(row.created), last=moment(row.last)) for row in rows
        )

    async def remove(self, id: str, user: User) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(delete(passkeys).where(passkeys.c.id == id, passkeys.c.user == user.id))

    async def ask_to_make(self, user: User, place: Place, *, owner: str, now: datetime) -> dict[str, Any]:
        """What the browser needs to make one."""
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers import base64url_to_bytes
        from webauthn.helpers.structs import PublicKeyCredentialDescriptor

        challenge = self._challenge(f"make {user.id}", owner, now)
        options = generate_registration_options(
            rp_id=place.host,
            rp_name=ISSUER,
            user_id=user.id.encode(),
            user_name=user.name,
            challenge=challenge,
            authenticator_selection=_wanted(),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.id)) for each in await self.of(user)
            ],
        )
        return dict(json.loads(options_to_json(options)))

    async def make(self, user: User, place: Place, credential: str, name: str, now: datetime) -> None:
        """Raises NotAccepted."""
        from webauthn import verify_registration_response
        from webauthn.helpers import bytes_to_base64url
        from webauthn.helpers.exceptions import WebAuthnException

        challenge = self._answered(credential, f"make {user.id}", now)
        try:
            made = verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=place.host,
                expected_origin=place.origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError) as why:
            raise NotAccepted from why
        id = bytes_to_base64url(made.credential_id)
        if len(id) > LONGEST_ID or len(await self.of(user)) >= MOST:
            raise NotAccepted
        row = {
            "id": id,
            "user": user.id,
            "public_key": made.credential_public_key,
            "count": made.sign_count,
            "name": name[:LONGEST_NAME],
            "created": micros(now),
            "last": micros(now),
        }
        try:
            async with self.engine.begin() as connection:
                await connection.execute(insert(passkeys).values(**row))
        except IntegrityError as why:
            raise NotAccepted from why

    def ask_to_enter(self, place: Place, *, owner: str, now: datetime) -> dict[str, Any]:
        """What the browser needs to use one; it knows by itself which of them belong here."""
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers.structs import UserVerificationRequirement

        options = generate_authentication_options(
            rp_id=place.host,
            challenge=self._challenge("enter", owner, now),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return dict(json.loads(options_to_json(options)))

    async def enter(self, place: Place, credential: str, now: datetime) -> User:
        """Whose passkey this is. Raises NotAccepted."""
        from webauthn import verify_authentication_response
        from webauthn.helpers.exceptions import WebAuthnException

        challenge = self._answered(credential, "enter", now)
        id = str(_read(credential).get("id", ""))
        query = select(users, passkeys.c.public_key, passkeys.c.count).join(passkeys, passkeys.c.user == users.c.id)
        async with self.engine.connect() as connection:
            row = (await connection.execute(query.where(passkeys.c.id == id[:LONGEST_ID]))).first()
        if row is None or not _handle_fits(credential, row.id):
            raise NotAccepted
        try:
            used = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=place.host,
                expected_origin=place.origin,
                credential_public_key=row.public_key,
                credential_current_sign_count=row._mapping["count"],
                # The finger, face or PIN is the second step: a key that was only lying around opens nothing.
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError) as why:
            raise NotAccepted from why
        async with self.engine.begin() as connection:
            seen = update(passkeys).where(passkeys.c.id == id).values(count=used.new_sign_count, last=micros(now))
            await connection.execute(seen)
        return user_of(row)

    def _challenge(self, what: str, owner: str, now: datetime) -> bytes:
        from webauthn.helpers import bytes_to_base64url

        challenge = secrets.token_bytes(32)
        self.asked.put(bytes_to_base64url(challenge), what, owner=owner, now=now)
        return challenge

    def _answered(self, credential: str, what: str, now: datetime) -> bytes:
        """The challenge that this answers, which no second answer will do."""
        from webauthn.helpers import base64url_to_bytes

        response = _read(credential).get("response")
        try:
            told = json.loads(base64url_to_bytes(str(response["clientDataJSON"]))) if isinstance(response, dict) else {}
            challenge = str(told["challenge"])
        except (ValueError, KeyError, TypeError, RecursionError) as why:
            raise NotAccepted from why
        if self.asked.take(challenge, now) != what:
            raise NotAccepted
        return base64url_to_bytes(challenge)


def _read(credential: str) -> dict[str, Any]:
    try:
        found = json.loads(credential)
    except (ValueError, RecursionError) as why:
        raise NotAccepted from why
    if not isinstance(found, dict):
        raise NotAccepted
    return found


def _handle_fits(credential: str, user: str) -> bool:
    """Whether the passkey says itself whose it is, and says the same."""
    from webauthn.helpers import base64url_to_bytes

    handle = _read(credential)["response"].get("userHandle")
    try:
        return not handle or base64url_to_bytes(str(handle)) == user.encode()
    except ValueError:
        return False


def _wanted() -> "AuthenticatorSelectionCriteria":
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    return AuthenticatorSelectionCriteria(
        resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
    )
