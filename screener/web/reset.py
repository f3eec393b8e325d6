"""Gives an account a new password, from the machine itself and from nowhere else."""

from pathlib import Path

from screener.errors import Mistake
from screener.store.sql import SqlStore
from screener.web.auth import hashed, user_name
from screener.web.desk import set_password, user_names


async def reset(database: Path, name: str, password: str) -> None:
    """Raises Mistake when there is no such account, or the password is too short."""
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
    finally:
        await store.close()


def _check(database: Path) -> None:
    if not database.is_file():
        raise Mistake(f"{database}: there is no database yet. Start Screener once with: make up")
