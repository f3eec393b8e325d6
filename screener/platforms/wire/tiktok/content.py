"""What a TikTok message holds: its words, the kind of what hangs on it, or only a command between programs."""

from dataclasses import dataclass
from typing import Any

from screener.capture import parsed
from screener.platforms.base import Media, Unreadable, dig
from screener.platforms.wire.protobuf import Message
from screener.platforms.wire.tiktok.objects import words

MOST_TAGS = 200
# The kinds of a message, by its number, by the name of what hangs on it, and by the number in its content.
KINDS: dict[int, Media] = {5: "sticker", 8: "video", 17: "audio", 27: "image", 1802: "image", 1803: "video"}
NAMES: dict[str, Media] = {
    "sticker": "sticker",
    "gif": "sticker",
    "image": "image",
    "photo": "image",
    "video": "video",
    "audio": "audio",
    "voice": "audio",
}
SHARED = (1, 800, 810)
SPOKEN = (0, 700, 703)


@dataclass(frozen=True, kw_only=True)
class Content:
    """What somebody said; `text` is None where it has no words."""

    text: str | None = None
    media: tuple[Media, ...] = ()


def content(raw: bytes | None, kind: int | None, name: str | None) -> Content | None:
    """What a message says, None where a program speaks and nobody else. Raises Unreadable for what isn't JSON."""
    media = _media(kind, name)
    if not raw:
        return Content(media=(media,) if media else ())
    document = parsed(raw)
    if isinstance(document, str):
        # Some clients write the JSON down twice.
        document = parsed(document)
    if not isinstance(document, dict):
        raise Unreadable("the message's content is not an object")
    number, text = dig(document, "aweType"), words(document, "text")
    if "command_type" in document:
        # A program's note, such as of what was read; whatever words are put into it are read all the same.
        text = text or words(document, "tips", "fallback_tips", "hint", "content", "title", "desc")
        return Content(text=text) if text else None
    if media is None and number in SHARED:
        media = "video"
    if media is None and text is None and words(document, "tips", "fallback_tips"):
        # "You can start chatting": the platform's own words.
        return None
    if media is not None and number not in SPOKEN:
        # "[sticker]", or the title that somebody else gave their video.
        text = None
    return Content(text=text, media=(media,) if media else ())


def tags(message: Message, field: int) -> dict[str, str]:
    """The names and values that hang on a message; what can't be read among them is left out."""
    found: dict[str, str] = {}
    for one in message.blobs(field)[:MOST_TAGS]:
        try:
            pair = message.below(one)
        except Unreadable:
            continue
        if name := pair.text(1):
            found[name] = pair.text(2) or ""
    return found


def yes_or_no(value: Any) -> bool | None:
    """A claim that is written as text."""
    return {"true": True, "1": True, "false": False, "0": False}.get(value) if isinstance(value, str) else None


def _media(kind: int | None, name: str | None) -> Media | None:
    said = (name or "").lower()
    return next((media for part, media in NAMES.items() if part in said), None) or KINDS.get(kind or 0)
