"""What Meta's web pages have in common: whose account it is, persons, and times."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from screener.platforms.base import Account, Kept, Media, Profile, Unreadable, dig, moment
from screener.platforms.wire.mutual import mutual_friends

# What is older than this and comes as the answer to a question was there before.
FRESH = timedelta(minutes=10)
EARLIEST, LATEST = datetime(2010, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
MOST_LETTERS = 200
PICTURE = re.compile(r"/\d{1,24}_(\d{1,24})_\d{1,24}_[a-z]\.(?:jpe?g|png|webp)(?:$|[?#])")
MOST_IN_TEXT = 100_000


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where events are found: whose account, in which capture, and what is remembered of it."""

    account: str | None
    at: datetime
    capture: str
    kept: Kept
    platform: str = "facebook"

    @property
    def holder(self) -> str:
        """The account holder's id. Raises Unreadable when nothing named it."""
        if self.account is None:
            raise Unreadable("whose account it is, is missing")
        return self.account

    @property
    def ours(self) -> Account:
        return Account(platform=self.platform, id=self.holder)

    def theirs(self, contact: str) -> Account:
        return Account(platform=self.platform, id=contact)

    def held_by(self, *accounts: Any) -> "Place":
        """This place with the first of the accounts that can be one, where none was known."""
        known = next((str(account) for account in accounts if is_id(account)), None)
        return self if self.account or known is None else replace(self, account=known)


def sending(place: Place, otid: Any) -> str:
    """The id of a message that the browser is just sending: the platform's own id is not known yet."""
    place.kept[f"sent/{place.holder}/{otid}"] = 1
    return f"otid:{otid}"


def own_message_id(place: Place, otid: Any, message: str) -> str:
    """The id of one of the member's own messages: the platform's, unless its sending was seen and counted."""
    return f"otid:{otid}" if is_id(otid) and f"sent/{place.holder}/{otid}" in place.kept else message


def is_id(value: Any, *, least: int = 1) -> bool:
    """Whether a value can be the permanent id of an account or a thread: a whole number, also as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return False
    # A hostile number can be too long to be written down.
    if isinstance(value, int):
        return bool(10 ** (least - 1) <= value < 10**20)
    return least <= len(value) <= 20 and bool(re.fullmatch(r"[1-9][0-9]*", value))


def need_id(thing: Any, *path: str | int) -> str:
    """The account id that lies at `path`. Raises Unreadable."""
    value = dig(thing, *path)
    where = ".".join(map(str, path))
    if value is None:
        raise Unreadable(f"{where} is missing")
    if not is_id(value):
        raise Unreadable(f"{where} is no account id")
    return str(value)


def stamp(value: Any) -> datetime | None:
    """A time from seconds or milliseconds: which of the two is told by its size."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    found = moment(value, "s") or moment(value, "ms")
    return found if found and EARLIEST <= found <= LATEST else None


def words(value: Any, most: int = MOST_LETTERS) -> str | None:
    """A name or another text; None where there is none. Half a character, which no file can hold, becomes U+FFFD."""
    if not isinstance(value, str) or not value or value.isspace():
        return None
    return value[:most].encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def person(place: Place, node: Any, *path: str | int) -> Account:
    """The account that a document describes at `path`. Raises Unreadable when it has no id."""
    contact, described = need_id(node, *path, "id"), dig(node, *path)
    status = dig(described, "friendship_status")
    return Account(
        platform=place.platform,
        id=contact,
        name=words(dig(described, "name")),
        url=facebook_address(dig(described, "url")),
        avatar=picture_key(dig(described, "profile_picture", "uri")),
        mutual_friends=mutual_friends(described),
        is_friend=status == "ARE_FRIENDS" if isinstance(status, str) else None,
    )


def facebook_address(value: Any) -> str | None:
    """The address of a profile, if it is one on Facebook."""
    if not isinstance(value, str) or len(value) > 500 or not value.isprintable():
        return None
    try:
        address = urlsplit(value)
        host = address.hostname or ""
    except ValueError:
        return None
    ours = host == "facebook.com" or host.endswith(".facebook.com")
    return value if ours and address.scheme in ("http", "https") else None


def picture_key(value: Any) -> str | None:
    """The number of the picture, from the name of its file; sizes and servers come and go around it."""
    if not isinstance(value, str) or len(value) > 2_000:
        return None
    found = PICTURE.search(value)
    return found[1] if found else None


def news(
    place: Place,
    key: str,
    contact: Account,
    *,
    conversation: str | None = None,
    group: bool | None = None,
    pending: bool | None = None,
) -> Iterator[Profile]:
    """What we learned of a contact, if it is not what `key` already tells: contacts are sent again with every page."""
    told = hashlib.sha256(repr((contact, conversation, group, pending)).encode("utf-8", "replace")).hexdigest()[:12]
    if place.kept.get(key) == told:
        return
    place.kept[key] = told
    yield Profile(
        id=f"profile:{place.holder}:{contact.id}:{int(place.at.timestamp())}:{told}",
        at=place.at,
        account=place.ours,
        contact=contact,
        conversation=conversation,
        group=group,
        pending=pending,
        capture=place.capture,
    )


def media_kind(name: Any) -> Media | None:
    """The kind of an attachment by Messenger's number or type name."""
    match name:
        case 1 | "StickerAttachment" | "Sticker":
            return "sticker"
        case 2 | 3 | 8 | "MessageImage" | "MessageAnimatedImage":
            return "image"
        case 4 | 9 | "MessageVideo":
            return "video"
        case 5 | "MessageAudio":
            return "audio"
        case 6 | "MessageFile":
            return "file"
    return None
