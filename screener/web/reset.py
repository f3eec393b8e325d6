"""Gives an account a new password, from the machine itself and from nowhere else."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from screener.errors import Mistake
from screener.store.people import passkeys, users
from screener.store.sql import SqlStore
from screener.web.auth import hashed, user_name
from screener.web.base import User
from screener.web.codes import switch_off
from screener.web.desk import set_password, user_names, user_of
from screener.web.logins import SqlLogins

DONE = "The password is changed, and every log-in with the old one has ended."
CODES_STAY = "Codes from the phone stay on; if the phone is lost, run this again with --codes-too."
CODES_GO = "Codes from the phone are switched off."
PASSKEYS_STAY = "Passkeys go on working; they can be removed on the dashboard, under You."


async def reset(database: Path, name: str, password: str, *, codes_too: bool = False) -> str:
    """Says what is so from now on. Raises Mistake when there is no such account, or the password is too short."""
    try:
        name, kept = user_name(name), hashed(password)
    except ValueError as why:
        raise Mistake(str(why)) from None
    _check(database)
    store = await SqlStore.opened(database)
    try:
        if not await set_password(store.engine, name, kept):
            names = ", ".join(await user_names(store.engine)) or "nobody yet"
            raise Mistake(f"{name}: nobody has this name. Who has an account here: {names}.")
        user, has_passkeys = await _found(store.engine, name)
        await SqlLogins(engine=store.engine).end_all(user)
        said = [DONE]
        if codes_too:
            await switch_off(store.engine, user.id)
        if user.has_codes:
            said.append(CODES_GO if codes_too else CODES_STAY)
        return "\n".join([*said, *([PASSKEYS_STAY] if has_passkeys else [])])
    finally:
        await store.close()


async def _found(engine: AsyncEngine, name: str) -> tuple[User, bool]:
    """The user of that name, and whether they have passkeys."""
    async with engine.connect() as connection:
        user = user_of((await connection.execute(select(users).where(users.c.name == name))).one())
        first = select(passkeys.c.id).where(passkeys.c.user == user.id).limit(1)
        return user, (await connection.execute(first)).first() is not None


def _check(database: Path) -> None:
    if not database.is_file():
        raise Mistake(f"{database}: there is no database yet. Start Screener once with: make up")
