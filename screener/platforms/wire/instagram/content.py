"""What an Instagram message says and shows, in the shape of its web pages and in that of its older web API."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from screener.events import CallKind
from screener.platforms.base import Media, dig
from screener.platforms.wire.instagram.objects import flag, rows, when
from screener.platforms.wire.meta import MOST_IN_TEXT, words
from screener.platforms.wire.written import MOST_VERSIONS

MOST_PARTS = 50
MOST_IN_LINK = 2_000
OWN_SITES = ("instagram.com", "threads.com", "threads.net", "facebook.com", "fbcdn.net", "cdninstagram.com")
WRAPPERS = frozenset({"l.instagram.com", "l.facebook.com", "l.threads.com", "l.threads.net"})
_ENDED = re.compile(r"\b(?:ended|missed)\b")

# The names of content that is one thing, and where several things of a kind are listed.
_LISTED: dict[str, tuple[str, Media]] = {
    "SlideMessageImageContent": ("attachments", "image"),
    "SlideMessageVideosContent": ("videos", "video"),
    "SlideMessageAudiosContent": ("audio_attachments", "audio"),
}
_ITEMS: dict[str, Media] = {
    "media": "image",
    "raven_media": "image",
    "visual_media": "image",
    "voice_media": "audio",
    "animated_media": "image",
    "clip": "video",
    "file": "file",
}


def is_notice(message: Any) -> bool:
    """Whether the platform itself speaks: that somebody left, reacted or named the group."""
    return str(dig(message, "content", "__typename"))[:100] == "SlideMessageAdminText"


def is_call(message: Any) -> bool:
    """Whether the notice is of a call; its kind of content says so in every language."""
    return "CALL" in str(dig(message, "content_type"))[:100]


def notice(message: Any) -> str:
    """The platform's own words, folded so that they can be searched."""
    text = " ".join(
        str(dig(part, "plaintext", default=""))[:500] for part in rows(message, "content", "text_fragments")
    )
    folded = unicodedata.normalize("NFKD", text[:2_000]).casefold()
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def is_over(words_of_it: str) -> bool:
    """Whether a call's notice says, in English, that it has ended or was missed."""
    return _ENDED.search(words_of_it) is not None


def call_kind(words_of_it: str) -> CallKind | None:
    return "video" if "video" in words_of_it else "audio" if "audio" in words_of_it else None


def plain_of(message: Any) -> str | None:
    """The words of a message of the web pages."""
    content = dig(message, "content")
    return _first(dig(message, "text_body"), dig(content, "text_body"), dig(content, "xma_text_body"))


def text_of(message: Any) -> str | None:
    """What a message of the web pages says, and the addresses it leads to."""
    card = dig(message, "content", "xma")
    links = [dig(card, "target_url"), *(dig(button, "action_url") for button in rows(card, "cta_buttons"))]
    return _joined(plain_of(message), links)


def earlier_of(message: Any) -> tuple[tuple[str, datetime | None], ...]:
    """What a message of the web pages said before it was changed, with the times of these words."""
    entries = rows(message, "slide_edit_history", most=MOST_VERSIONS)
    return tuple(
        (text, when(dig(entry, "timestamp_ms")))
        for entry in entries
        if (text := words(dig(entry, "body"), MOST_IN_TEXT))
    )


def changed_at(message: Any) -> datetime | None:
    """When a message of the web pages was last changed."""
    entries = rows(message, "slide_edit_history", most=MOST_VERSIONS)
    return max((at for entry in entries if (at := when(dig(entry, "timestamp_ms")))), default=None)


def media_of(message: Any) -> tuple[Media, ...]:
    """The kinds of what a message of the web pages shows."""
    content = dig(message, "content")
    name = str(dig(content, "__typename"))[:100]
    if name in _LISTED:
        column, kind = _LISTED[name]
        return (kind,) * max(len(rows(content, column, most=MOST_PARTS)), 1)
    if name == "SlideMessageMultiMediaContent":
        parts = rows(content, "ordered_photo_video_attachments", most=MOST_PARTS)
        return tuple(_album(part) for part in parts) or ("image",)
    if name == "SlideMessageAnimatedMediaContent":
        return (
            ("sticker",) if any(flag(dig(one, "is_sticker")) for one in rows(content, "animated_media")) else ("image",)
        )
    if name.startswith("SlideMessageRaven"):
        return ("video",) if "Video" in name else ("image",)
    return ("sticker",) if "Sticker" in name else ()


def item_plain(item: Any) -> str | None:
    """The words of an item of the older web API."""
    return _first(dig(item, "text"), dig(item, "link", "text"), dig(item, "reel_share", "text"))


def item_text(item: Any) -> str | None:
    """What an item of the older web API says, and the addresses it leads to."""
    links = [dig(item, "link", "link_context", "link_url"), *_cards(item)]
    return _joined(item_plain(item) or _first(dig(item, "like")), links)


def item_media(item: Any) -> tuple[Media, ...]:
    """The kinds of what an item of the older web API shows."""
    name = str(dig(item, "item_type"))[:50]
    kind = _ITEMS.get(name)
    shown = dig(item, "visual_media", "media", default=dig(item, "media", default=dig(item, "raven_media")))
    if name in ("media", "raven_media", "visual_media") and dig(shown, "media_type") == 2:
        kind = "video"
    if name == "animated_media" and flag(dig(item, "animated_media", "is_sticker")):
        kind = "sticker"
    return (kind,) if kind else ()


def _album(part: Any) -> Media:
    is_video = "Video" in str(dig(part, "__typename"))[:100] or dig(part, "dash_manifest") is not None
    return "video" if is_video else "image"


def _cards(item: Any) -> Iterator[Any]:
    for name, value in item.items() if isinstance(item, dict) else ():
        if isinstance(name, str) and (name.startswith("xma_") or name == "generic_xma"):
            yield from (dig(card, "target_url") for card in rows(value, most=MOST_PARTS))


def _first(*texts: Any) -> str | None:
    return next((found for text in texts if (found := words(text, MOST_IN_TEXT))), None)


def _joined(said: str | None, links: list[Any]) -> str | None:
    parts = [said or ""]
    for link in dict.fromkeys(filter(None, map(_outside, links[:MOST_PARTS]))):
        if link not in parts[0]:
            parts.append(link)
    return "\n".join(part for part in parts if part) or None


def _outside(link: Any) -> str | None:
    """An address that leads away from Instagram, out of the wrapping that counts who follows it."""
    if not isinstance(link, str) or len(link) > MOST_IN_LINK or not link.isprintable():
        return None
    try:
        address = urlsplit(link)
        if address.hostname in WRAPPERS:
            link = parse_qs(address.query, max_num_fields=50).get("u", [""])[0]
            address = urlsplit(link)
        host = address.hostname or ""
    except ValueError:
        return None
    is_ours = any(host == site or host.endswith(f".{site}") for site in OWN_SITES)
    return link if host and not is_ours and address.scheme in ("http", "https") and link.isprintable() else None
