"""Brings a text into the two forms that word lists are compared with, and notices when its words were disguised."""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 10_000
"""Longer texts are read in pieces."""
LONGEST_NAME = 500
OVERLAP = 400
MOST_PIECES = 6
"""What stands in a text beyond so many pieces is not read, but for its end; no platform lets anybody write as much."""

ZERO_WIDTH = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0"
)
JOINERS = frozenset("\u200b\u200c\u200d\u200e\u200f")
TURNS = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
"""What turns the direction of text; a left-to-right mark alone is ordinary."""

INVISIBLE = ZERO_WIDTH | JOINERS | TURNS
PADDING = re.compile(r"\s{2,}")
PILES = re.compile("[\u0300-\u036f\u0483-\u0487\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5,}")
"""Marks heaped on one letter: no language does it, and putting them in order takes the square of their number."""
SWELLING = str.maketrans("\ufdfa\ufdfb", "  ")
"""Single characters that would become whole phrases."""
STYLED = {first + n: ord("a") + n for first in (0x1F150, 0x1F170) for n in range(26)} | str.maketrans(
    "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz"
)
"""Latin letters in a shape that no compatibility form leads back from: in circles and squares, small capitals."""

# Letters of other scripts that look like Latin ones, after case folding and compatibility forms.
LOOKALIKES = str.maketrans(
    "авгдеёзікмнорстухцчшѕјԁһԛԝүӏαβγεζηικνοπρτυχωɑɡıſℓ",
    "abrdeezikmhopctyxuywsjdhqwyiabyeznikvonptuxwagisl",
)
LEET = str.maketrans("0134578@$!|€", "oieastbasiie")

WORD = re.compile(r"[^\W_]+")
SPLIT = re.compile(r"(?<=[a-z])[*~^|•·]+(?=[a-z])")
LEET_WORD = re.compile(r"(?<![\w@$!|€.:/])[a-z]+(?:[0134578@$!|€]{1,2}[a-z]+)+(?![\w@$|€])(?!\.\w)")
SPACED = re.compile(r"(?<= )(?:[^\W\d_] ){3,}")
RUN = re.compile(r"(\w)\1{2,}")
LATIN_MARKS = re.compile(r"([a-z])[\u0300-\u036f]+")


@dataclass(frozen=True, kw_only=True)
class Folded:
    """A text in lower case; every run outside letters, marks and digits is one space, and so are both ends."""

    light: str
    """As it was written."""
    full: str
    """As it was meant, if letters were swapped, split, spaced out or repeated to hide a word."""
    obfuscated: bool
    """Whether words were disguised, beyond the accents, emoji and long vowels of ordinary chat."""


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
    return PADDING.sub(" ", "".join(c for c in text if c not in INVISIBLE))


def fold(text: str) -> Folded:
    """Both forms of a text."""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + " " + text[-LONGEST // 2 :]
    plain = "".join(c if not 0xD800 <= ord(c) <= 0xDFFF else "\ufffd" for c in text)
    if plain.isascii():
        hidden = turned = False
    else:
        hidden = _hides_in_words(plain)
        turned = any(c in TURNS for c in plain)
        plain = PILES.sub("", "".join(c for c in plain if c not in INVISIBLE)).translate(SWELLING)
        plain = plain.translate(STYLED)
    lowered = LATIN_MARKS.sub(r"\1", unicodedata.normalize("NFKD", plain).casefold())
    lowered = unicodedata.normalize("NFC", lowered)
    light = spaced(lowered)
    unmixed, mixed = _unmix(lowered)
    unsplit, split = _unsplit(unmixed)
    unleet, leet = _unleet(unsplit)
    full, letters = _unspace(spaced(unleet))
    full = RUN.sub(r"\1", full)
    return Folded(light=light, full=full, obfuscated=hidden or turned or mixed or split or leet or letters)


def spaced(lowered: str) -> str:
    """Every run outside letters, marks and digits becomes one space, with one at each end."""
    if lowered.isascii():
        words = WORD.findall(lowered)
    else:
        words = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in lowered).split()
    return f" {' '.join(words)} " if words else " "


def mixes_scripts(word: str) -> bool:
    """Whether letters that look Latin but are not stand among Latin ones in one word."""
    has_latin = any("a" <= c <= "z" for c in word.lower())
    return has_latin and any(ord(c) in LOOKALIKES and c not in "ıſɑɡℓ" for c in word.lower())


def is_disguised(name: str) -> bool:
    """Whether a name mixes look-alike letters, or hides or turns some of it."""
    name = PILES.sub("", name[:LONGEST_NAME])
    return (
        any(c in TURNS for c in name)
        or _hides_in_words(name)
        or any(mixes_scripts(word) for word in WORD.findall(unicodedata.normalize("NFKC", name)))
    )


def _hides_in_words(text: str) -> bool:
    """Invisible characters between two Latin letters; elsewhere they shape scripts and emoji."""
    invisible = ZERO_WIDTH | JOINERS
    seen_letter = pending = False
    for c in text:
        if c in invisible:
            pending = seen_letter
            continue
        letter = c.isalpha() and ord(c) < 0x250
        if pending and letter:
            return True
        seen_letter, pending = letter, False
    return False


def _unmix(lowered: str) -> tuple[str, bool]:
    """Look-alikes become Latin in words that mix scripts; a text in its own script stays as it is."""
    if lowered.isascii():
        return lowered, False
    found = False
    has_latin = re.search("[a-z]{2}", lowered) is not None

    def latin(word: re.Match[str]) -> str:
        nonlocal found
        if not mixes_scripts(word[0]):
            # A whole word of look-alikes among Latin ones may be one in disguise, or another language: no proof.
            is_alike = has_latin and all(ord(c) in LOOKALIKES for c in word[0])
            return word[0].translate(LOOKALIKES) if is_alike else word[0]
        found = True
        return word[0].translate(LOOKALIKES)

    return WORD.sub(latin, lowered), found


def _unsplit(text: str) -> tuple[str, bool]:
    """Takes out emoji and signs that stand inside a word (sn*ap), but not those of ordinary writing."""
    joined, found = SPLIT.subn("", text)
    if joined.isascii():
        return joined, found > 0
    kept: list[str] = []
    for place, c in enumerate(joined):
        between = 0 < place < len(joined) - 1 and joined[place - 1].isalpha() and joined[place + 1].isalpha()
        if between and unicodedata.category(c) in ("So", "Sk"):
            found += 1
        else:
            kept.append(c)
    return "".join(kept), found > 0


def _unleet(text: str) -> tuple[str, bool]:
    """Digits and signs become letters inside words that mix them (s3cret), not at a word's end (player2)."""
    found = False

    def letters(word: re.Match[str]) -> str:
        nonlocal found
        found = True
        return word[0].translate(LEET)

    return LEET_WORD.sub(letters, text), found


def _unspace(text: str) -> tuple[str, bool]:
    """Joins words that were written letter by letter."""
    found = False

    def joined(letters: re.Match[str]) -> str:
        nonlocal found
        word = letters[0].replace(" ", "")
        found = found or (len(word) > 3 and len(set(word)) > 2)
        return word + " "

    return SPACED.sub(joined, text), found
