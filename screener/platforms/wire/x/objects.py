"""X's persons in our words, whichever of its layouts describes them, and the small values around them."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from screener.platforms.base import EARLIEST, LATEST, Account, Media, Unreadable, dig, moment, permanent_id

PLATFORM = "x"
EPOCH_MS = 1_288_834_974_657
# Accounts were numbered one by one, up to ten digits, until 2016; since then the number holds the time.
LEAST_WITH_TIME = 10**17
LONGEST_NAME, LONGEST_BIO, LONGEST_TEXT = 200, 1_000, 100_000
MOST_LINKS = 100
MOST_USERS = 500
# What else happens in a conversation: nobody says anything in it.
QUIET = frozenset({
    "conversation_avatar_update", "conversation_create", "conversation_metadata_update", "conversation_name_update",
    "conversation_profile_info_header", "conversation_read", "disable_notifications", "enable_notifications",
    "join_conversation", "mark_all_as_read", "mark_all_as_seen", "mention_notifications_setting_update",
    "message_mark_as_spam", "message_unmark_as_spam", "participants_join", "participants_leave", "reaction_create",
    "reaction_delete",
})  # fmt: skip

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {month: n for n, month in enumerate(_NAMES, 1)}
_WRITTEN = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2}) (\d{4})")
_PICTURE = re.compile(r"/profile_images/(\d{1,24})/")
_PAIR = re.compile(r"(\d{1,20})[-:](\d{1,20})")
_GROUP = re.compile(r"g(\d{1,20})")
NO_PICTURE = "default_profile"


def is_id(value: Any) -> bool:
    """Whether a value can be the permanent id of an account: a whole number, also as text."""
    if isinstance(value, int):
        return not isinstance(value, bool) and 0 < value < 10**20
    return isinstance(value, str) and len(value) <= 20 and bool(re.fullmatch(r"[1-9][0-9]*", value))


def need_account(thing: Any, *path: str | int) -> str:
    """The account's id that lies at `path`. Raises Unreadable."""
    return account_id(dig(thing, *path), ".".join(map(str, path)))


def account_id(value: Any, where: str) -> str:
    if value is None:
        raise Unreadable(f"{where} is missing")
    if not is_id(value):
        raise Unreadable(f"{where} is no account id")
    return str(value)


def born(snowflake: str) -> datetime | None:
    """When an id was given out, where it is one of those that hold a time."""
    if not is_id(snowflake) or int(snowflake) < LEAST_WITH_TIME:
        return None
    return moment((int(snowflake) >> 22) + EPOCH_MS, "ms")


def when(value: Any) -> datetime | None:
    """A time in milliseconds, a number or one in text."""
    return moment(value, "ms") if isinstance(value, int | str) and not isinstance(value, bool) else None


def written(value: Any) -> datetime | None:
    """The time in words such as "Wed Oct 02 17:00:00 +0000 2024"."""
    found = _WRITTEN.fullmatch(value) if isinstance(value, str) and len(value) < 50 else None
    if not found or found[1] not in _MONTHS:
        return None
    day, hour, minute, second = (int(found[n]) for n in (2, 3, 4, 5))
    shift = timedelta(hours=int(found[7]), minutes=int(found[8])) * (-1 if found[6] == "-" else 1)
    try:
        zone = timezone(shift)
        at = datetime(int(found[9]), _MONTHS[found[1]], day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if EARLIEST <= at <= LATEST else None


def words(thing: Any, *path: str | int, most: int = LONGEST_NAME) -> str | None:
    """Text that is not empty, None for anything else."""
    found = dig(thing, *path)
    return found[:most] if isinstance(found, str) and found and not found.isspace() else None


def flag(thing: Any, *path: str | int) -> bool | None:
    """Yes or no where the platform says so, None for anything else."""
    found = dig(thing, *path)
    return found if isinstance(found, bool) else None


def count(value: Any) -> int | None:
    """A number that counts something, also as text; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12 else None


def rows(thing: Any, *path: str | int, most: int = 1_000) -> list[Any]:
    """A list, or the values of a mapping that has ids for keys; empty for anything else."""
    found = dig(thing, *path)
    if isinstance(found, dict):
        found = list(found.values())
    return found[:most] if isinstance(found, list) else []


def thread(value: Any) -> str:
    """The one name of a conversation, which has other separators and orders in other places. Raises Unreadable."""
    if value is None:
        raise Unreadable("conversation_id is missing")
    name = permanent_id(value, "conversation_id")
    if pair := _PAIR.fullmatch(name):
        return "-".join(sorted((pair[1], pair[2]), key=int))
    group = _GROUP.fullmatch(name)
    return group[1] if group else name


def sides(conversation: str) -> tuple[str, ...]:
    """The two accounts that a conversation of two is named after; none for a group."""
    found = _PAIR.fullmatch(conversation)
    return (found[1], found[2]) if found else ()


def known_only(id: str) -> Account:
    """What an id alone says: its address, and when it was given out."""
    joined = born(id)
    return Account(
        platform=PLATFORM,
        id=id,
        url=f"https://x.com/i/user/{id}",
        joined=joined,
        joined_basis="id" if joined else None,
    )


def account_of(user: Any) -> Account:
    """The account that a user object describes, of the older or the newer layout. Raises Unreadable without its id."""
    id = _id_of(user)
    layers = [part for part in (user, dig(user, "core"), dig(user, "legacy")) if isinstance(part, dict)]
    stated = _first(written(dig(part, "created_at")) or when(dig(part, "created_at_ms")) for part in layers)
    url = words(user, "avatar", "image_url", most=2_000) or _first(
        words(part, "profile_image_url_https", most=2_000) for part in layers
    )
    account = replace(
        known_only(id),
        name=_first(words(part, "name") for part in layers),
        handle=_first(words(part, "screen_name") for part in layers),
        mutual_friends=_first(count(dig(part, "connecting_user_count")) or None for part in layers),
        friends=_counted(user, layers, "relationship_counts", "followers", "followers_count"),
        following=_counted(user, layers, "relationship_counts", "following", "friends_count"),
        posts=_counted(user, layers, "tweet_counts", "tweets", "statuses_count"),
        picture=_picture(layers, url),
        avatar=found[1] if (found := _PICTURE.search(url or "")) else None,
        verified=_verified(user, layers),
        bio=words(user, "profile_bio", "description", most=LONGEST_BIO)
        or _first(words(part, "description", most=LONGEST_BIO) for part in layers),
        is_friend=_is_friend(user, layers),
    )
    return replace(account, joined=stated, joined_basis="stated") if stated else account


def asks(user: Any) -> bool:
    """Whether this person has asked to follow the account holder and got no answer yet."""
    return any(flag(part, "follow_request_received") is True for part in (user, dig(user, "legacy")))


def users_in(document: Any) -> Iterator[Any]:
    """Every person that a document describes, wherever in it; posts look alike, and are none."""
    for found, _ in zip(filter(is_user, mappings(document)), range(MOST_USERS), strict=False):
        yield found


def is_user(thing: Any) -> bool:
    if dig(thing, "__typename", default="User") != "User" or not is_id(_any_id(thing)):
        return False
    return any(words(part, "screen_name") for part in (thing, dig(thing, "core"), dig(thing, "legacy")))


def mappings(document: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a document, in its order, found without recursion."""
    waiting = [document]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, dict):
            yield thing
            waiting.extend(reversed(list(thing.values())))
        elif isinstance(thing, list):
            waiting.extend(reversed(thing))


def text_of(row: Any) -> str | None:
    """What a message says: with the addresses that its short links stand for, and without those of its own pictures."""
    text = words(row, "text", most=LONGEST_TEXT)
    if text is None:
        return None
    hung = {words(part, "url") for part in _hung_on(row)} - {None}
    for link in rows(row, "entities", "urls", most=MOST_LINKS):
        short, long = words(link, "url"), words(link, "expanded_url", most=2_000)
        if short and long and short not in hung:
            # Once each: a text that repeats a link could else grow without end.
            text = text.replace(short, long, 1)
    for short in hung:
        text = text.replace(str(short), "")
    return html.unescape(text).strip()[:LONGEST_TEXT] or None


def media_of(row: Any) -> tuple[Media, ...]:
    """The kinds of what hangs on a message; a shared post or a preview of a page is part of what it says."""
    return tuple(_kind(name, part) for name, part in _hung(row))


def _kind(name: str, part: Any) -> Media:
    if name == "video":
        return "audio" if flag(part, "audio_only") or flag(part, "video_info", "audio_only") else "video"
    return "file" if name == "file" else "image"


def _hung(row: Any) -> Iterator[tuple[str, Any]]:
    for name in ("photo", "animated_gif", "video", "file"):
        if isinstance(part := dig(row, "attachment", name), dict):
            yield name, part


def _hung_on(row: Any) -> Iterator[Any]:
    for _, part in _hung(row):
        yield part


def _any_id(user: Any) -> Any:
    return next((found for name in ("rest_id", "id_str") if (found := dig(user, name)) is not None), dig(user, "id"))


def _id_of(user: Any) -> str:
    return account_id(_any_id(user), "user.rest_id")


def _first[T](values: Iterator[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _counted(user: Any, layers: list[Any], part: str, name: str, older: str) -> int | None:
    newer = count(dig(user, part, name))
    return newer if newer is not None else _first(count(dig(layer, older)) for layer in layers)


def _picture(layers: list[Any], url: str | None) -> bool | None:
    if any(flag(part, "default_profile_image") is True for part in layers):
        return False
    return NO_PICTURE not in url if url else None


def _verified(user: Any, layers: list[Any]) -> bool | None:
    signs = ("verified", "is_blue_verified", "ext_is_blue_verified")
    told = [flag(part, sign) for part in (*layers, dig(user, "verification")) for sign in signs]
    return True if True in told else False if False in told else None


def _is_friend(user: Any, layers: list[Any]) -> bool | None:
    """Whether the two follow each other: who is only followed, or only follows, is no friend."""
    told = [dig(user, "relationship_perspectives"), *layers]
    both = [_first(flag(part, name) for part in told) for name in ("following", "followed_by")]
    return False if False in both else True if None not in both else None
