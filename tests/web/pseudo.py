"""A language in which every sentence that is looked up is marked, so that what was not looked up stands out."""

import gettext
import re
from collections.abc import Collection, Iterator
from html.parser import HTMLParser

CODE = "xx"
OPEN, CLOSE = "\u27e6", "\u27e7"
PLACE = re.compile(r"(%\(\w+\)s|\{[\w.]+\}|<[^>]*>)")
WORD = re.compile(r"[^\W\d_]{2,}")
SAID = ("title", "alt", "placeholder", "aria-label", "data-on", "data-off", "data-done", "data-failed", "data-clear",
        "data-wrong", "data-last")  # fmt: skip
"""Attributes that people see or hear, at once or after a press."""
NOT_SAID = ("script", "style", "code", "pre", "textarea")
"""What holds a program, an id, a file or what somebody wrote."""


class Pseudo(gettext.NullTranslations):
    """Marks all that is said, and not what is filled in: `⟦on ⟧Facebook⟦, with ⟧Kim`."""

    def gettext(self, message: str) -> str:
        return "".join(
            part if not part or PLACE.fullmatch(part) else f"{OPEN}{part}{CLOSE}" for part in PLACE.split(message)
        )

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


class Visible(HTMLParser):
    """All that a page shows or reads aloud, piece by piece, but for what says that it is in a language of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if self._within or tag in NOT_SAID or (named.get("lang") and tag != "html"):
            self._within += [tag] if not self._within or tag == self._within[0] else []
        self.said += [text for name in SAID if (text := named.get(name))]

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.said.append(data)


def unmarked(page: str, data: Collection[str]) -> Iterator[str]:
    """What stands on a page outside the marks, and is none of the data."""
    reader = Visible()
    reader.feed(page)
    known = sorted(data, key=len, reverse=True)
    for piece in reader.said:
        outside = re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", piece)
        for each in known:
            outside = re.sub(rf"(?<!\w){re.escape(each)}(?!\w)", " ", outside)
        if WORD.search(outside):
            yield " ".join(piece.split())[:160]
