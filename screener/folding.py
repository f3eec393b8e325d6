"""Brings a text into the two forms that word lists are compared with, and notices when its words were disguised."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import re2

from screener import disguises
from screener.disguises import PILES, TURNS, UNSEEN, UNSPACED, WORD

LONGEST = 10_000
"""Longer texts are read in pieces."""
OVERLAP = 400
MOST_PIECES = 6
"""What stands in a text beyond so many pieces is not read, but for its end; no platform lets anybody write as much."""

PADDING = re.compile(r"\s{2,}")
SWELLING = str.maketrans("\ufdfa\ufdfb", "  ")
"""Single characters that would become whole phrases."""
STYLED = {first + n: ord("a") + n for first in (0x1F150, 0x1F170) for n in range(26)} | str.maketrans(
    "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz"
)
"""Latin letters in a shape that no compatibility form leads back from: in circles and squares, small capitals."""

REPEATED = re2.compile("|".join(c * 3 for c in "abcdefghijklmnopqrstuvwxyz0123456789"))
APART = re.compile(rf"(?=[{UNSPACED}])(?=[^\W_])")
AFTER_APART = re.compile(rf"(?<=[{UNSPACED}])(?=[^\W_])(?![{UNSPACED}])")
RUN = re.compile(r"(\w)\1{2,}")
LATIN_MARKS = re.compile(r"([a-z])[\u0300-\u036f]+")

View = Literal["light", "full"]
type Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Folded:
    """A text in lower case; every run outside letters, marks and digits is one space, and so are both ends."""

    text: str
    """As it came."""
    light: str
    """As it was written."""
    full: str
    """As it was meant, if letters were swapped, split, spaced out or repeated to hide a word."""
    obfuscated: bool
    """Whether words were disguised, beyond the accents, emoji and long vowels of ordinary chat."""

    def where(self, view: View, start: int, end: int) -> Span | None:
        """Where in the text as it came the words between two places of a view stand."""
        spans = self._light_spans if view == "light" else self._full_spans
        folded = self.light if view == "light" else self.full
        places = [place for place in range(max(start, 0), min(end, len(folded))) if folded[place] != " "]
        if not places or not spans:
            return None
        return spans[places[0]][0], spans[places[-1]][1]

    @cached_property
    def _lowered(self) -> tuple[str, list[Span]]:
        return _lowered_with_spans(self.text)

    @cached_property
    def _light_spans(self) -> list[Span]:
        lowered, spans = self._lowered
        return _aligned(lowered, spans, self.light) if self.text else []

    @cached_property
    def _full_spans(self) -> list[Span]:
        if not self.text:
            return []
        lowered, spans = self._lowered
        unsplit = disguises.unsplit(disguises.unmix(lowered)[0])[0]
        # These two change letters and keep their number; the others only leave some out.
        spans = _aligned(disguises.unmix(lowered)[0], spans, unsplit)
        return _aligned(disguises.unleet(unsplit)[0], spans, self.full)


def pieces(text: str) -> list[str]:
    """A long text in parts that can be folded, each beginning with the end of the one before it."""
    text = unpadded(text)
    starts = range(0, max(len(text) - OVERLAP, 1), LONGEST - OVERLAP)
    parts = [text[start : start + LONGEST] for start in starts[: MOST_PIECES - 1]]
    return parts if len(starts) < MOST_PIECES else [*parts, text[-LONGEST:]]


def unpadded(text: str) -> str:
    """A text too long to be read whole, without what takes up room in it unseen; any other as it is."""
    if len(text) <= LONGEST:
        return text
    return PADDING.sub(" ", "".join(c for c in text if c not in UNSEEN))


def fold_whole(text: str) -> Folded:
    """Both forms of a text of any length. Of one too long to be folded at once, no places can be told."""
    parts = pieces(text)
    if parts == [text]:
        return fold(text)
    folded = [fold(part) for part in parts]
    return Folded(
        text="",
        light="".join(part.light for part in folded),
        full="".join(part.full for part in folded),
        obfuscated=any(part.obfuscated for part in folded),
    )


def fold(text: str) -> Folded:
    """Both forms of a text; of a long one, of its beginning and its end."""
    plain = shortened(text)
    if plain.isascii():
        lowered, hidden = plain.lower(), False
    else:
        plain = "".join(c if not 0xD800 <= ord(c) <= 0xDFFF else "\ufffd" for c in plain)
        hidden = disguises.hides_in_words(plain) or any(c in TURNS for c in plain)
        lowered = _lowered("".join(c for c in PILES.sub("", plain) if c not in UNSEEN))
    light = spaced(lowered)
    unmixed, mixed = disguises.unmix(lowered)
    unsplit, split = disguises.unsplit(unmixed)
    unleet, leet = disguises.unleet(unsplit)
    full, letters = disguises.unspace(light if unleet == lowered else spaced(unleet))
    if not full.isascii() or REPEATED.search(full):
        full = RUN.sub(r"\1", full)
    return Folded(text=text, light=light, full=full, obfuscated=hidden or mixed or split or leet or letters)


def shortened(text: str) -> str:
    """A text that is not too long: the beginning and the end of a longer one."""
    return text if len(text) <= LONGEST else text[: LONGEST // 2] + " " + text[-LONGEST // 2 :]


def spaced(lowered: str) -> str:
    """Every run outside letters, marks and digits becomes one space, with one at each end.

    Letters of scripts that know no spaces between words stand alone, so that a word is found in the middle of a line.
    """
    if lowered.isascii():
        words = WORD.findall(lowered)
    else:
        words = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in letters_apart(lowered)).split()
    return f" {' '.join(words)} " if words else " "


def letters_apart(text: str) -> str:
    """The text with a space around every letter of a script that is written without spaces."""
    return AFTER_APART.sub(" ", APART.sub(" ", text))


def _lowered(plain: str) -> str:
    plain = plain.translate(SWELLING).translate(STYLED)
    folded = LATIN_MARKS.sub(r"\1", unicodedata.normalize("NFKD", plain).casefold())
    return unicodedata.normalize("NFC", folded)


# One letter with its marks: there are few, and each is met again and again.
_lowered_cluster = lru_cache(maxsize=4096)(_lowered)


def _lowered_with_spans(text: str) -> tuple[str, list[Span]]:
    """What `fold` begins with, and for each of its letters where that stood in the text."""
    if text.isascii() and len(text) <= LONGEST:
        return text.lower(), [(place, place + 1) for place in range(len(text))]
    missing = max(len(text) - LONGEST - 1, -1)
    pieces: list[str] = []
    spans: list[Span] = []
    cluster, begin, end = "", 0, 0

    def close() -> None:
        if cluster:
            lowered = _lowered_cluster(cluster)
            pieces.append(lowered)
            spans.extend([(begin, end)] * len(lowered))

    short = shortened(text)
    piled = {place for pile in PILES.finditer(short) for place in range(*pile.span())}
    for number, each in enumerate(short):
        if each in UNSEEN or number in piled:
            continue
        place = number + missing if missing >= 0 and number > LONGEST // 2 else number
        c = "\ufffd" if 0xD800 <= ord(each) <= 0xDFFF else each
        # Marks, and the later parts of a Korean syllable, belong to the letter before them.
        first = unicodedata.normalize("NFKD", c)[0]
        if cluster and not c.isascii() and (unicodedata.category(first)[0] == "M" or "\u1160" <= first <= "\u11ff"):
            cluster, end = cluster + c, place + 1
            continue
        close()
        cluster, begin, end = c, place, place + 1
    close()
    return "".join(pieces), spans


def _aligned(before: str, spans: list[Span], after: str) -> list[Span]:
    """The spans of what is left of `before` in `after`; a space stands where its neighbours meet."""
    found: list[Span] = []
    place, last = 0, 0
    for c in after:
        if c == " ":
            found.append((last, last))
            continue
        while place < len(before) and before[place] != c:
            place += 1
        if place == len(before) or place >= len(spans):
            return []
        found.append(spans[place])
        last = spans[place][1]
        place += 1
    return found
