"""A language in which every sentence that was looked up is marked, so that what was not looked up stands out."""

import gettext
import re
from collections.abc import Iterator
from html.parser import HTMLParser

CODE = "xx"
OPEN, CLOSE = "\u27e6", "\u27e7"
MARKED = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
PLACE = re.compile(r"(%\(\w+\)s|\{[\w.]+\}|<[^>]*>)")
WORD = re.compile(r"[^\W\d_]{2,}")
SPOKEN = ("title", "alt", "placeholder", "aria-label", "content", "data-on", "data-off", "data-done", "data-failed")
"""Attributes that people see or hear; those of forms that hold a number or a name are none."""
SILENT = ("script", "style", "code", "pre", "textarea", "bdo")


class Pseudo(gettext.NullTranslations):
    """Marks all that is said, but not what is filled in: `⟦on ⟧Facebook⟦, with ⟧Kim`."""

    def gettext(self, message: str) -> str:
        return "".join(
            part if not part or PLACE.fullmatch(part) else f"{OPEN}{part}{CLOSE}" for part in PLACE.split(message)
        )

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


class Visible(HTMLParser):
    """All that a page shows or reads aloud, piece by piece, with the names and ids in it that are marked as code left
    out.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._within.append(tag)
        named = dict(attrs)
        for name in SPOKEN:
            is_head = tag in ("meta", "link") or (name == "content" and tag != "meta")
            if (text := named.get(name)) and not is_head:
                self.said.append(text)

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.said.append(data)


def unmarked(page: str, data: frozenset[str]) -> Iterator[str]:
    """The words on a page that are neither a sentence that was looked up nor in the data."""
    reader = Visible()
    # Marks may go around a part of a sentence that has bold words or a link in it.
    reader.feed(page)
    depth = 0
    for piece in reader.said:
        outside = ""
        for letter in piece:
            depth += (letter == OPEN) - (letter == CLOSE)
            outside += letter if depth == 0 else ""
        words = [word for word in WORD.findall(outside) if word not in data]
        if words:
            yield " ".join(piece.split())[:160]
