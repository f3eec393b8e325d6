"""Roblox's users in our words, the same whichever of its many APIs describes them."""

from datetime import datetime
from typing import Any

from screener.platforms.base import Account, Unreadable, dig, moment, permanent_id

PLATFORM = "roblox"
MOST_ROWS = 1_000


def words(thing: Any, *path: str | int) -> str | None:
    """Text that is not blank, None for anything else."""
    found = dig(thing, *path)
    return found if isinstance(found, str) and found.strip() else None


def claim(thing: Any, *path: str | int) -> bool | None:
    """True or false where the platform says so, None for anything else."""
    found = dig(thing, *path)
    return found if isinstance(found, bool) else None


def whole(thing: Any, *path: str | int) -> int | None:
    """A number that counts something, None for anything else."""
    found = dig(thing, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**40 else None


def rows(thing: Any, *path: str | int) -> list[Any]:
    """A list of a sensible length, empty for anything else."""
    found = dig(thing, *path)
    return found[:MOST_ROWS] if isinstance(found, list) else []


def time_of(thing: Any, *path: str | int) -> datetime | None:
    """A time; None also for the year 1, by which Roblox says that it doesn't say."""
    return moment(dig(thing, *path), "iso")


def person_id(value: Any, where: str) -> str:
    """The id of a person: a whole number, as text. Raises Unreadable."""
    if value is None:
        raise Unreadable(f"{where} is missing")
    id = permanent_id(value, where)
    if not (id.isascii() and id.isdigit() and len(id) <= 20 and id.strip("0")):
        raise Unreadable(f"{where} is no person's id")
    return str(int(id))


def known_only(id: str) -> Account:
    """What an id alone says: where the profile is."""
    return Account(platform=PLATFORM, id=id, url=f"https://www.roblox.com/users/{id}/profile")


def account_of(user: Any) -> Account:
    """The account that a user object describes. Raises Unreadable when its id is missing.

    The lists of friends and requests may leave the names blank: then the badge beside them says nothing either.
    """
    handle = words(user, "name") or words(user, "username")
    joined = time_of(user, "created")
    id = person_id(dig(user, "id") or dig(user, "userId"), "id")
    return Account(
        platform=PLATFORM,
        id=id,
        url=known_only(id).url,
        name=words(user, "displayName") or words(user, "display_name") or handle,
        handle=handle,
        joined=joined,
        joined_basis="stated" if joined else None,
        verified=_badge(user, "hasVerifiedBadge", "is_verified") if handle else None,
        bio=words(user, "description"),
    )


def named(profile: Any) -> Account:
    """The account that a line of looked-up names describes. Raises Unreadable."""
    names = dig(profile, "names")
    handle = words(names, "username")
    id = person_id(dig(profile, "userId"), "userId")
    return Account(
        platform=PLATFORM,
        id=id,
        url=known_only(id).url,
        name=words(names, "displayName") or words(names, "combinedName") or handle,
        handle=handle,
        verified=claim(profile, "isVerified"),
    )


def profile_of(page: Any) -> Account:
    """The account that an opened profile page describes. Raises Unreadable."""
    header, about = dig(page, "components", "UserProfileHeader"), dig(page, "components", "About")
    joined = time_of(about, "joinDateTime") or time_of(page, "components", "Statistics", "userJoinedDate")
    id = person_id(dig(page, "profileId") or dig(header, "userId"), "profileId")
    return Account(
        platform=PLATFORM,
        id=id,
        url=known_only(id).url,
        name=words(header, "names", "displayName") or words(header, "names", "primaryName"),
        handle=words(header, "names", "username"),
        joined=joined,
        joined_basis="stated" if joined else None,
        mutual_friends=_counted(header, "MutualFriends"),
        friends=_counted(header, "Friends"),
        following=_counted(header, "Followings"),
        verified=claim(header, "isVerified"),
        bio=words(about, "description"),
    )


def _counted(header: Any, what: str) -> int | None:
    """A number of the profile's header; one that is switched off stands there as 0."""
    if claim(header, "counts", f"is{what}CountEnabled") is False:
        return None
    return whole(header, "counts", f"{what[0].lower()}{what[1:]}Count")


def _badge(user: Any, *names: str) -> bool | None:
    return next((said for name in names if (said := claim(user, name)) is not None), None)
