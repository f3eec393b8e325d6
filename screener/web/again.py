"""Asks for the password again before what gives or takes lasting access: a browser left open is not its owner."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request

from screener.web.auth import LONGEST, SHORTEST, TooBusy
from screener.web.base import User
from screener.web.door import Door
from screener.web.guard import peer
from screener.web.tongue import _
from screener.web.words import in_words


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why not, in words, and the status that goes with it."""

    words: str
    status: int


async def refusal(door: Door, request: Request, user: User, password: str) -> Refusal | None:
    """None when the password is the user's. Guesses count like those at the log-in."""
    here = peer(request.scope)
    wait = await door.tries.begin(user.name, here, door.clock())
    if wait:
        return Refusal(words=too_many(in_words(wait)), status=429)
    try:
        right = await door.passwords.user(user.name, password)
    except TooBusy:
        raise HTTPException(503) from None
    if right is None:
        return Refusal(words=_("The password is not right. Nothing was changed."), status=403)
    await door.tries.succeed(user.name, here)
    return None


def unusable() -> str:
    """What is said of a new password that is too short or too long."""
    return _("The password must have {least} to {most} characters. A few words in a row are good.").format(
        least=SHORTEST, most=LONGEST
    )


def too_many(wait: str) -> str:
    return _("Too many tries. Wait {wait}, then try again.").format(wait=wait)
