"""The facts of one person, as Facebook's pages write them: in fields, in counted lines, in cards and in sentences."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from screener.platforms.base import Account, dig, moment
from screener.platforms.wire.documents import holders
from screener.platforms.wire.facebook.dates import day_in, is_about_joining
from screener.platforms.wire.meta import Place, facebook_address, is_id, person, picture_key, words
from screener.platforms.wire.mutual import friends_in, number_in

MOST_CARDS = 200
MOST_COUNTED = 20
MOST_LETTERS = 300
MOST = 10**10
PICTURES = (
    "profilePicLarge", "profilePicMedium", "profilePicSmall", "profilePic160", "profile_picture_160",
    "profile_picture_for_sticky_bar", "profile_picture", "big_image_src",
)  # fmt: skip
# The grey head and shoulders that stands where nobody put a picture.
NO_PICTURE = re.compile(r"/t1\.30497-1/")
HANDLE = re.compile(r"[A-Za-z0-9.]{3,60}")
# The kinds of line in a person's introduction and hover card, whatever the language of their words.
MUTUAL, FRIENDS = frozenset({"MUTUAL_FRIENDS"}), frozenset({"FRIENDS", "FRIEND_COUNT"})
FOLLOWERS = frozenset({"FOLLOWER_COUNT", "INTRO_CARD_FOLLOWERS"})
JOINED, SINCE = frozenset({"JOINED_FACEBOOK", "INTRO_CARD_MEMBER_SINCE"}), frozenset({"FRIENDS_SINCE"})
# Where the counted lines below a person's name lead to, and the lists of a person's friends by number.
LEADS = {"friends_mutual": "mutual_friends", "friends": "friends", "followers": "followers", "following": "following"}
FRIENDS_SECTION = "2356318349"
LISTS = {"2": "friends", "3": "mutual_friends", "32": "followers", "33": "following"}

type Counts = dict[str, int]


def described(place: Place, node: Any, *path: str | int) -> Account:
    """The account that a document describes at `path`, with every fact that lies there. Raises Unreadable."""
    contact, user = person(place, node, *path), dig(node, *path)
    address = facebook_address(dig(user, "profile_url")) or contact.url or facebook_address(dig(user, "uri"))
    uri = next((uri for name in PICTURES if isinstance(uri := dig(user, name, "uri"), str)), dig(user, "thumbSrc"))
    join_time = dig(user, "join_time")
    joined = moment(join_time, "s") if isinstance(join_time, int) and join_time < MOST else None
    counts = _counted(user)
    contact = replace(
        contact,
        handle=_handle(dig(user, "username"), dig(user, "username_for_profile"), dig(user, "vanity"), _vanity(address)),
        url=address,
        avatar=picture_key(uri) if has_picture(uri) else None,
        picture=has_picture(uri),
        verified=_either(dig(user, "show_verified_badge_on_profile"), dig(user, "is_verified")),
        is_friend=_is_friend(user, contact.is_friend),
        bio=words(dig(user, "bio_text", "text"), MOST_LETTERS),
        joined=joined if joined and joined <= place.at else None,
        joined_basis="stated" if joined and joined <= place.at else None,
        following=counts.get("following"),
        friends=counts.get("friends", counts.get("followers")),
        mutual_friends=counts.get("mutual_friends", contact.mutual_friends),
    )
    # A hover card's lines are part of the person; an introduction's lie elsewhere.
    lines = dig(user, "timeline_context_items", "nodes")
    return cards(place, contact, lines[:MOST_CARDS] if isinstance(lines, list) else ())


def cards(place: Place, contact: Account, lines: Iterable[Any]) -> Account:
    """The account with what the lines of an introduction or a hover card tell of it."""
    for line in lines:
        kind = dig(line, "timeline_context_list_item_type")
        title = dig(line, "renderer", "context_item", "title", default=dig(line, "title"))
        text = dig(title, "text")
        kind = kind if isinstance(kind, str) else ""
        # Who counts their friends, too, is followed by others than these.
        if kind not in FOLLOWERS or contact.friends is None:
            contact = contact.merged(_line(place, contact.id, kind, text, title))
        if bio := words(dig(line, "profile_status_text", "text"), MOST_LETTERS):
            contact = replace(contact, bio=bio)
    return contact


def sentences(place: Place, contact: str, texts: Iterable[Any]) -> Account:
    """What plain sentences tell: that somebody joined Facebook in a month, or how many friends are shared."""
    account = place.theirs(contact)
    for text in texts:
        account = account.merged(_line(place, contact, "", text, None))
    return account


def has_picture(uri: Any) -> bool | None:
    """Whether somebody put a picture of their own; None where nothing can be told."""
    if not isinstance(uri, str):
        return None
    return False if NO_PICTURE.search(uri[:2_000]) else True if picture_key(uri) else None


def listed(thing: Any) -> tuple[str, str, int] | None:
    """Whose list of people an object is, which one, and how many are in it: `("1000…", "mutual_friends", 0)`."""
    token, count = _token(dig(thing, "id")), dig(thing, "items", "count")
    if len(token) != 4 or token[0] != "app_collection" or token[2] != FRIENDS_SECTION or type(count) is not int:
        return None
    name = LISTS.get(token[3])
    # A list that is hidden is empty as well. Friends in common are never hidden from the one who shares them.
    if name is None or not is_id(token[1]) or not (0 if name == "mutual_friends" else 1) <= count < MOST:
        return None
    return token[1], name, count


def counting(account: Account, name: str, count: int) -> Account:
    """The account with one count of people."""
    match name:
        case "mutual_friends":
            return replace(account, mutual_friends=count)
        case "following":
            return replace(account, following=count)
    return replace(account, friends=count)


def _line(place: Place, contact: str, kind: str, text: Any, title: Any) -> Account:
    account = place.theirs(contact)
    # Without the platform's own mark a text may be anything that people say of themselves, such as where they work.
    if kind in MUTUAL or (not kind and friends_in(text) is not None and str(text).lstrip()[:1].isdigit()):
        return replace(account, mutual_friends=_highest(friends_in(text), number_in(text) if kind else None, title))
    if kind in FRIENDS | FOLLOWERS:
        return replace(account, friends=number_in(text))
    if kind in JOINED or (not kind and is_about_joining(text)):
        joined = day_in(text, place.at)
        return replace(account, joined=joined, joined_basis="stated") if joined else account
    if kind in SINCE:
        return replace(account, friend_since=day_in(text, place.at))
    return account


def _highest(counted: int | None, number: int | None, title: Any) -> int | None:
    """Never fewer than any part of the line says."""
    ranges = dig(title, "aggregated_ranges")
    counts = [dig(each, "count") for each in ranges[:MOST_COUNTED]] if isinstance(ranges, list) else []
    found = [n for n in (counted if counted is not None else number, *counts) if type(n) is int and 0 <= n < MOST]
    return max(found, default=None)


def _counted(user: Any) -> Counts:
    """The counts that stand below a person's name, told apart by the address that each leads to."""
    counts: Counts = {}
    content = dig(user, "profile_social_context", "content")
    for each in content[:MOST_COUNTED] if isinstance(content, list) else ():
        name, count = _leads_to(dig(each, "uri")), number_in(dig(each, "text", "text"))
        if name and count is not None:
            counts[name] = count
    if type(count := dig(user, "follower_count")) is int and 0 <= count < MOST:
        counts.setdefault("followers", count)
    sections = dig(user, "profile_tabs", "profile_user", "timeline_nav_app_sections", "edges")
    for each in sections[:MOST_COUNTED] if isinstance(sections, list) else ():
        section, count = dig(each, "node"), dig(each, "node", "displayable_count")
        # None and zero alike stand for a list that is hidden.
        if dig(section, "section_type") == "FRIENDS" and type(count) is int and 0 < count < MOST:
            counts.setdefault("friends", count)
    return counts


def _leads_to(uri: Any) -> str | None:
    if not isinstance(uri, str) or len(uri) > 500:
        return None
    last = re.search(r"(?:[/=])(friends_mutual|friends|followers|following)/?(?:$|[?&#])", uri)
    return LEADS[last[1]] if last else None


def _is_friend(user: Any, stated: bool | None) -> bool | None:
    if stated is not None:
        return stated
    if type(flag := dig(user, "is_viewer_friend", default=dig(user, "is_friend"))) is bool:
        return flag
    for owner in holders([dig(user, "primaryActions", default=[])], frozenset({"friendship_status"})):
        if isinstance(status := owner["friendship_status"], str):
            return status == "ARE_FRIENDS"
    return None


def _either(*flags: Any) -> bool | None:
    told = [flag for flag in flags if type(flag) is bool]
    return any(told) if told else None


def _handle(*names: Any) -> str | None:
    return next((name for name in names if isinstance(name, str) and HANDLE.fullmatch(name)), None)


def _vanity(address: str | None) -> str | None:
    """The name in the address of a profile, where it has one."""
    path = urlsplit(address).path.strip("/") if address else ""
    return path if path and not path.isdigit() and not path.endswith(".php") and "/" not in path else None


def _token(value: Any) -> list[str]:
    if not isinstance(value, str) or len(value) > 200:
        return []
    try:
        return base64.b64decode(value, validate=True).decode("ascii").split(":")
    except (binascii.Error, ValueError):
        return []
