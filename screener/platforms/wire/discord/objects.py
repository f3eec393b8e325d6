"""Discord's objects (users, messages, profiles) in our words, the same in its gateway and its web API."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from screener.platforms.base import Account, Media, dig, moment, need

PLATFORM = "discord"
EPOCH_MS = 1_420_070_400_000
ORDINARY, REPLY, CALL = 0, 19, 3
# What a program answers to a command has kinds of its own.
SPOKEN = (ORDINARY, REPLY, CALL, 20, 23)
MOST_PARTS = 50
MOST_DEEP = 5
LASTING = ("name", "handle", "picture", "avatar", "bio", "mutual_friends", "is_stranger", "origin", "spam")
"""What is remembered of somebody; the rest is in the id, or in the relationship."""


def born(snowflake: str) -> datetime | None:
    """When an id was given out: the upper bits of it are a time."""
    if not is_snowflake(snowflake):
        return None
    return moment((int(snowflake) >> 22) + EPOCH_MS, "ms")


def is_snowflake(id: str) -> bool:
    """Whether an id is one of the platform's own numbers."""
    return id.isascii() and id.isdigit() and len(id) <= 20


def words(thing: Any, *path: str | int) -> str | None:
    """Text that is not empty, None for anything else."""
    found = dig(thing, *path)
    return found if isinstance(found, str) and found else None


def claim(thing: Any, *path: str | int) -> bool | None:
    """True or false where the platform says so, None for anything else."""
    found = dig(thing, *path)
    return found if isinstance(found, bool) else None


def whole(thing: Any, *path: str | int) -> int | None:
    """A number that counts something, None for anything else."""
    found = dig(thing, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**40 else None


def rows(thing: Any, *path: str | int) -> list[Any]:
    """A list, empty for anything else."""
    found = dig(thing, *path)
    return found if isinstance(found, list) else []


def known_only(id: str) -> Account:
    """What an id alone says: its address, and when it was opened."""
    joined = born(id)
    return Account(
        platform=PLATFORM,
        id=id,
        url=f"https://discord.com/users/{id}",
        joined=joined,
        joined_basis="id" if joined else None,
    )


def account_of(user: Any) -> Account:
    """The account that a user object describes. Raises Unreadable when its id is missing."""
    return replace(
        known_only(need(user, "id")),
        name=words(user, "global_name") or words(user, "username"),
        handle=words(user, "username"),
        # A null means no picture; a missing key means that this object doesn't say.
        picture=user["avatar"] is not None if "avatar" in user else None,
        avatar=words(user, "avatar"),
        bio=words(user, "bio"),
    )


def profile_of(page: Any) -> Account:
    """The account that somebody's opened profile describes. Raises Unreadable when its id is missing."""
    shared, places = dig(page, "mutual_friends"), dig(page, "mutual_guilds")
    counted = whole(page, "mutual_friends_count")
    friends = len(shared) if counted is None and isinstance(shared, list) else counted
    return replace(
        account_of(dig(page, "user")),
        mutual_friends=friends,
        # A big server may be shared with anybody: it makes nobody less of a stranger, but none is shared with some.
        is_stranger=False if friends else True if friends == 0 and places == [] else None,
        bio=words(page, "user_profile", "bio") or words(page, "user", "bio"),
    )


def is_the_platforms(message: Any) -> bool:
    """Whether the platform itself wrote it. A program that writes is a contact like any other."""
    return claim(message, "author", "system") is True


def is_a_program(message: Any) -> bool:
    return claim(message, "author", "bot") is True or dig(message, "webhook_id") is not None


def text_of(message: Any) -> str | None:
    """What the message says, and what the messages forwarded in it say."""
    poll = dig(message, "poll")
    parts = [words(one, "content") for one in _parts(message)]
    parts.append(words(poll, "question", "text"))
    parts += [words(answer, "poll_media", "text") for answer in rows(poll, "answers")[:MOST_PARTS]]
    if is_a_program(message):
        # What unfolds below a person's message is the page that they link to; a program writes it itself.
        parts += [part for card in rows(message, "embeds")[:MOST_PARTS] for part in _card(card)]
        parts += _shown(rows(message, "components"))
    return "\n".join(part for part in parts if part) or None


def _card(card: Any) -> list[str | None]:
    fields = [words(one, name) for one in rows(card, "fields")[:MOST_PARTS] for name in ("name", "value")]
    return [words(card, "title"), words(card, "description"), *fields, words(card, "footer", "text")]


def _shown(components: list[Any]) -> list[str | None]:
    """The texts among the parts out of which programs build their messages, which hold one another."""
    found: list[str | None] = []
    level = components
    for _ in range(MOST_DEEP):
        level = level[:MOST_PARTS]
        found += [words(one, "content") or words(one, "label") for one in level]
        level = [below for one in level for below in (*rows(one, "components"), dig(one, "accessory"))]
    return found


def media_of(message: Any) -> tuple[Media, ...]:
    """The kinds of what hangs on the message, each attachment once."""
    kinds: list[Media] = []
    for one in _parts(message):
        kinds += [_kind(words(file, "content_type") or "") for file in rows(one, "attachments")[:MOST_PARTS]]
        kinds += ["sticker" for _ in rows(one, "sticker_items")[:MOST_PARTS]]
    return tuple(kinds)


def call_seconds(message: Any, started: datetime) -> int | None:
    """How long the call that this message announces has lasted, None while it goes on."""
    ended = moment(dig(message, "call", "ended_timestamp"), "iso")
    return int((ended - started) / timedelta(seconds=1)) if ended and ended >= started else None


def _parts(message: Any) -> Iterator[Any]:
    yield message
    for shot in rows(message, "message_snapshots")[:MOST_PARTS]:
        yield dig(shot, "message")


def _kind(content_type: str) -> Media:
    match content_type.partition("/")[0]:
        case "image":
            return "image"
        case "video":
            return "video"
        case "audio":
            return "audio"
        case _:
            return "file"
