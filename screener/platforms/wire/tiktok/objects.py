"""TikTok's users in our words, the same in its web API, its messaging API and its pages."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from screener.platforms.base import Account, Unreadable, dig, moment

PLATFORM = "tiktok"
FIRST_ID, LAST_ID = 10**17, 2**63
USER_KINDS = (0, 4)
MUTUAL = 2
_ID = re.compile(r"[1-9][0-9]{0,19}")
_HANDLE = re.compile(r"[A-Za-z0-9_.]{1,40}")
_PICTURE = re.compile(r"/([0-9a-f]{32}|\d{16})(?=[~.?]|$)")


def words(thing: Any, *paths: str) -> str | None:
    """The first text among keys that is not empty, None for anything else."""
    for key in paths:
        found = dig(thing, key)
        if isinstance(found, str) and found:
            return found
    return None


def count(value: Any) -> int | None:
    """A number that counts something, also in text, None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        value = int(value)
    return value if type(value) is int and 0 <= value < 10**11 else None


def is_id(value: Any) -> bool:
    """Whether a value can be the permanent id of a user."""
    text = str(value) if type(value) is int and 0 < value < 10**20 else value
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def identity(thing: Any, *keys: str) -> str:
    """The user's id under the first of the keys that has one. Raises Unreadable."""
    found = next((value for key in keys if (value := dig(thing, key)) not in (None, "", 0, "0")), None)
    if found is None:
        raise Unreadable(f"{keys[0]} is missing")
    if not is_id(found):
        raise Unreadable(f"{keys[0]} is no user id")
    return str(found)


def born(id: str, now: datetime) -> datetime | None:
    """When an id was given out: the upper half is a time in seconds, and some bits tell that it is a user's.

    Older ids, from before 2018, are plain numbers.
    """
    number = int(id)
    if not FIRST_ID <= number < LAST_ID or (number >> 8) & 15 not in USER_KINDS:
        return None
    given = moment(number >> 32, "s")
    return given if given and given <= now else None


def known_only(id: str, now: datetime) -> Account:
    """What an id alone says: when the account was opened."""
    joined = born(id, now)
    return Account(platform=PLATFORM, id=id, joined=joined, joined_basis="id" if joined else None)


def account_of(user: Any, *, statuses: bool = False) -> Account:
    """The account that a user object describes. Raises Unreadable when its id is missing.

    `statuses` is for the objects whose follow statuses are filled in: in others a 0 may only mean that nobody asked.
    """
    handle = words(user, "unique_id", "uniqueId")
    opened = moment(dig(user, "createTime") or dig(user, "create_time"), "s")
    return Account(
        platform=PLATFORM,
        id=identity(user, "uid", "user_id_str", "id", "user_id"),
        name=words(user, "nickname", "nick_name", "nickName"),
        handle=handle,
        url=f"https://www.tiktok.com/@{handle}" if handle and _HANDLE.fullmatch(handle) else None,
        bio=words(user, "signature"),
        joined=opened,
        joined_basis="stated" if opened else None,
        # A user object that came along with something else is half filled: its zeros say nothing.
        friends=count(dig(user, "follower_count")) or None,
        following=count(dig(user, "following_count")) or None,
        posts=count(dig(user, "aweme_count")) or None,
        verified=_verified(user),
        country=_country(dig(user, "region")),
        avatar=_picture(user),
        is_friend=_friend(user, statuses),
    )


def profile_of(info: Any) -> Account:
    """The account that somebody's opened profile describes: the user and the counts. Raises Unreadable."""

    def counted(name: str) -> int | None:
        found = count(dig(info, "statsV2", name))
        return count(dig(info, "stats", name)) if found is None else found

    return replace(
        account_of(dig(info, "user")),
        friends=counted("followerCount"),
        following=counted("followingCount"),
        posts=counted("videoCount"),
    )


def _verified(user: Any) -> bool | None:
    said = dig(user, "verified")
    return said if isinstance(said, bool) else True if words(user, "custom_verify") else None


def _country(value: Any) -> str | None:
    return value.upper() if isinstance(value, str) and len(value) == 2 and value.isascii() and value.isalpha() else None


def _friend(user: Any, statuses: bool) -> bool | None:
    """TikTok calls friends those who follow each other."""
    ours, theirs = count(dig(user, "follow_status")), count(dig(user, "follower_status"))
    if ours == MUTUAL or (ours == 1 and theirs in (1, MUTUAL)):
        return True
    return False if statuses and ours is not None and theirs is not None else None


def _picture(user: Any) -> str | None:
    """The key of the picture, from the name of its file; sizes and servers come and go around it."""
    for place in (("avatar_thumb",), ("avatars", "avatar_medium"), ("avatars", "avatar_small")):
        shown = dig(user, *place)
        for address in (dig(shown, "uri"), dig(shown, "url_list", 0)):
            if key := _key(address):
                return key
    return _key(dig(user, "avatarThumb")) or _key(dig(user, "avatarLarger"))


def _key(address: Any) -> str | None:
    if not isinstance(address, str) or len(address) > 2_000:
        return None
    found = _PICTURE.search(address)
    return found[1] if found else None
