"""Instagram's persons in our words, the same in every answer that describes one, and the small values around them."""

import re
from datetime import datetime
from typing import Any

from screener.platforms.base import Account, Unreadable, dig, moment
from screener.platforms.wire.meta import is_id, picture_key, words

PLATFORM = "instagram"
SITE, THREADS_SITE = "https://www.instagram.com/", "https://www.threads.com/@"
# One person has a number for everybody (pk) and others for messaging and for the company's own use.
PUBLIC_IDS = ("pk", "pk_id", "id", "strong_id__")
OTHER_IDS = ("interop_messaging_user_fbid", "fbid_v2", "fbid", "eimu_id")
# Two names of the number under which messages come.
MESSAGING_IDS = frozenset({"interop_messaging_user_fbid", "eimu_id"})
MOST_BIOGRAPHY = 1_000
_HANDLE = re.compile(r"[A-Za-z0-9._]{1,64}")


def count(value: Any) -> int | None:
    """A number that counts something, also as text; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12 else None


def flag(value: Any) -> bool | None:
    """Yes or no where the platform says so, also as a number; None for anything else."""
    if isinstance(value, bool):
        return value
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


def when(value: Any) -> datetime | None:
    """A time from seconds, milliseconds or microseconds: which of them is told by its size."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    return moment(value, "us") or moment(value, "ms") or moment(value, "s")


def rows(thing: Any, *path: str | int, most: int = 5_000) -> list[Any]:
    """A list of a sensible length, empty for anything else."""
    found = dig(thing, *path)
    return found[:most] if isinstance(found, list) else []


def public_id(user: Any) -> str:
    """The number by which everybody knows this person. Raises Unreadable."""
    told = [dig(user, name) for name in PUBLIC_IDS]
    for value in told:
        if is_id(value):
            return str(value)
    raise Unreadable("user.pk is missing" if all(value is None for value in told) else "user.pk is no account id")


def account_of(user: Any, site: str = SITE) -> Account:
    """The account that a user object describes, whichever answer it stands in. Raises Unreadable without its id."""
    handle = words(dig(user, "username"))
    has_none = flag(dig(user, "has_anonymous_profile_picture"))
    return Account(
        platform=PLATFORM,
        id=public_id(user),
        name=words(dig(user, "full_name")),
        handle=handle,
        url=f"{site}{handle}" if handle and _HANDLE.fullmatch(handle) else None,
        mutual_friends=_counted(user, "mutual_followers_count", "edge_mutual_followed_by"),
        friends=_counted(user, "follower_count", "edge_followed_by"),
        following=_counted(user, "following_count", "edge_follow"),
        posts=_counted(user, "media_count", "edge_owner_to_timeline_media"),
        picture=None if has_none is None else not has_none,
        avatar=picture_key(dig(user, "profile_pic_url")),
        verified=flag(dig(user, "is_verified")),
        bio=words(dig(user, "biography"), MOST_BIOGRAPHY),
        is_friend=is_friend(user),
        joined_recently=flag(dig(user, "is_joined_recently")),
    )


def is_friend(user: Any) -> bool | None:
    """Whether the two follow each other: a follower alone, or somebody the member only watches, is no friend."""
    sides = (_side(user, "following", "followed_by_viewer"), _side(user, "followed_by", "follows_viewer"))
    return False if False in sides else True if sides == (True, True) else None


def asks(user: Any) -> bool:
    """Whether this person has asked to follow the member and got no answer yet."""
    return _side(user, "incoming_request", "has_requested_viewer") is True


def _side(user: Any, status: str, edge: str) -> bool | None:
    found = flag(dig(user, "friendship_status", status))
    return flag(dig(user, edge)) if found is None else found


def _counted(user: Any, name: str, edge: str) -> int | None:
    found = count(dig(user, name))
    return count(dig(user, edge, "count")) if found is None else found
