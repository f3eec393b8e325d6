"""The markup in Skype's and Teams' messages: what a person reads of it, and who took part in a call."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from html.parser import HTMLParser

from screener.errors import Unreadable
from screener.events import Media

# Longer than any message that the platform accepts.
MAX_MARKUP = 64 * 1024
MAX_PARTS = 100
MAX_SHOWN = 20
_QUOTES = frozenset({"quote", "legacyquote", "blockquote"})
# What old clients show around a quote: when it was said and by whom, and a sign at its end.
_FRAME = re.compile(r"\s*(?:\[[^\[\]]{1,40}\] [^:\n]{0,60}: ?)?\s*(?:<<< ?)?\s*")
_BREAKS = frozenset({"br", "p", "div", "li"})
_MEDIA: dict[str, Media] = {"img": "image", "video": "video", "audio": "audio"}
_SHOWN = frozenset({*_MEDIA, "emoji"})
_OPENS = re.compile(r"<(?:([a-zA-Z/][^<>]{0,4000})>)?")


@dataclass(frozen=True, kw_only=True)
class CallNote:
    """What the platform wrote into a conversation about a call."""

    state: str
    call: str | None
    """The call's own id, where it is given."""
    identities: tuple[str, ...]
    seconds: int | None


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a person reads and sees in a message."""

    text: str
    media: tuple[Media, ...]


def text_of(markup: str, others: Collection[str] = ()) -> str:
    """The words of a message. Raises Unreadable."""
    return said_in(markup, others).text


def said_in(markup: str, others: Collection[str] = ()) -> Said:
    """The words of a message and what is shown between them. Raises Unreadable.

    A link whose words are not its address is followed by the address. What is quoted of one of `others`, who are in the
    conversation beside the writer, was said and read before, and is left out unless there is nothing else. Any other
    quote is text: its writer chose it, only claims whose it is, and it is read all the same.
    """
    reader = _Words(others)
    _feed(reader, markup)
    said, cited = reader.read()
    return Said(text=_tidy(said.words) or _tidy(cited.words), media=tuple(said.shown))


def call_note(markup: str) -> CallNote:
    """What a message about a call says. Raises Unreadable."""
    reader = _Parts()
    _feed(reader, markup)
    if reader.state is None:
        raise Unreadable("the call's partlist is missing")
    return CallNote(
        state=reader.state,
        call=reader.call,
        identities=tuple(reader.identities),
        seconds=max(reader.seconds, default=None),
    )


def _feed(reader: HTMLParser, markup: str) -> None:
    if len(markup) > MAX_MARKUP:
        raise Unreadable("the message's markup is too long")
    try:
        reader.feed(_OPENS.sub(_tag_or_sign, _without_comments(markup)))
        reader.close()
    except AssertionError:
        # The standard parser's answer to some broken declarations.
        raise Unreadable("the message's markup is broken") from None


def _without_comments(markup: str) -> str:
    """What a reader sees; a comment that never ends is none."""
    kept: list[str] = []
    at = 0
    while (start := markup.find("<!--", at)) >= 0 and (end := markup.find("-->", start + 4)) >= 0:
        kept.append(markup[at:start])
        at = end + 3
    return "".join([*kept, markup[at:]])


def _tag_or_sign(found: re.Match[str]) -> str:
    """A tag as it is; what only looks like the beginning of one as the sign that a reader sees.

    The standard parser searches for the end of each such sign again and again, a minute for 64 KB of them.
    """
    tag = found[1]
    if tag is None or tag.count('"') % 2 or tag.count("'") % 2:
        return "&lt;" + found[0][1:]
    return found[0]


@dataclass(kw_only=True)
class _Piece:
    """A message, or a quote in it."""

    tag: str = ""
    author: str | None = None
    words: list[str] = field(default_factory=list)
    shown: list[Media] = field(default_factory=list)

    def take(self, other: "_Piece") -> None:
        self.words += other.words
        self.shown += other.shown[: MAX_SHOWN - len(self.shown)]


class _Words(HTMLParser):
    def __init__(self, others: Collection[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.others = frozenset(one.lower() for one in others)
        self.open = [_Piece()]
        self.cited = _Piece()
        self.link = ""
        self.link_from = 0

    def read(self) -> tuple[_Piece, _Piece]:
        """What the writer says, and what was only quoted."""
        while len(self.open) > 1:
            self._close()
        return self.open[0], self.cited

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _QUOTES and len(self.open) <= MAX_PARTS:
            if tag != "legacyquote":
                self.handle_data("\n")
            self.open.append(_Piece(tag=tag, author=_named(given.get("author"))))
        elif tag in _BREAKS:
            self.handle_data("\n")
        elif tag == "c":
            # A shared contact: there are no words in it, only who is recommended.
            self.handle_data(f"{given.get('f') or ''} ({given.get('s') or given.get('p') or ''})\n")
        elif tag == "a":
            self.link = given.get("href") or ""
            self.link_from = len(self.open[-1].words)
        elif given.get("itemprop") == "mri" and self.open[-1].tag == "blockquote":
            # Only the first counts: a later one would stand among the words.
            self.open[-1].author = self.open[-1].author or _named(given.get("itemid"))
        elif tag in _SHOWN:
            self._show(tag, given)

    def _show(self, tag: str, given: dict[str, str | None]) -> None:
        kind = (given.get("itemtype") or "").rpartition("/")[2].lower()
        if kind.startswith("emoji") or tag == "emoji":
            self.handle_data(given.get("alt") or "")
        elif len(self.open[-1].shown) < MAX_SHOWN and tag in _MEDIA:
            self.open[-1].shown.append(_MEDIA[tag])

    def handle_endtag(self, tag: str) -> None:
        if any(piece.tag == tag for piece in self.open[1:]):
            while self._close() != tag:
                pass
        elif tag in _BREAKS:
            self.handle_data("\n")
        elif tag == "a" and self.link:
            words = "".join(self.open[-1].words[self.link_from :]).strip()
            if _bare(words) != _bare(self.link):
                self.handle_data(f" ({self.link})" if words else self.link)
            self.link = ""

    def handle_data(self, words: str) -> None:
        self.open[-1].words.append(words)

    def _close(self) -> str:
        piece = self.open.pop()
        if piece.tag == "legacyquote" and _FRAME.fullmatch("".join(piece.words)):
            # Nobody's words.
            return piece.tag
        around = self.cited if piece.author in self.others else self.open[-1]
        around.take(piece)
        if piece.tag != "legacyquote":
            around.words.append("\n")
        return piece.tag


def _named(value: str | None) -> str | None:
    """Whom a quote claims to be of, as ids are written elsewhere."""
    return value.rpartition("/")[2].removeprefix("8:").lower() if value else None


class _Parts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.state: str | None = None
        self.call: str | None = None
        self.identities: list[str] = []
        self.seconds: list[int] = []
        self.in_duration = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "ended":
            self.state = "ended"
        elif tag == "partlist":
            # Teams tells the beginning by no type, the end by a tag of its own, and what is between by a number.
            untold = self.state or ("changed" if "count" in given else "started")
            self.state = given.get("type") or untold
            self.call = given.get("callid") or None
        elif tag == "part" and len(self.identities) < MAX_PARTS:
            self.identities.append(given.get("identity") or "")
        self.in_duration = tag == "duration"

    def handle_endtag(self, tag: str) -> None:
        self.in_duration = False

    def handle_data(self, words: str) -> None:
        number = words.strip()
        if self.in_duration and number.isascii() and number.isdigit() and len(number) < 8:
            self.seconds.append(int(number))


def _tidy(parts: list[str]) -> str:
    return "\n".join(line for part in "".join(parts).split("\n") if (line := part.strip()))


def _bare(address: str) -> str:
    return address.strip().lower().removeprefix("https://").removeprefix("http://").removesuffix("/")
