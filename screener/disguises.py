"""What words are disguised with, and how it is taken off: look-alikes, signs, digits, letters spaced out."""

import re
import unicodedata
from functools import lru_cache

LONGEST_NAME = 500

ZERO_WIDTH = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0"
)
JOINERS = frozenset("\u200b\u200c\u200d\u200e\u200f")
TURNS = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
"""What turns the direction of text; a left-to-right mark alone is ordinary."""
UNSEEN = ZERO_WIDTH | JOINERS | TURNS

PILES = re.compile("[\u0300-\u036f\u0483-\u0487\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5,}")
"""Marks heaped on one letter: no language does it, and putting them in order takes the square of their number."""

# Letters of other scripts that look like Latin ones, after case folding and compatibility forms.
LOOKALIKES = str.maketrans(
    "авгдеёзікмнорстухцчшѕјԁһԛԝүӏαβγεζηικνοπρτυχωɑɡıſℓ",
    "abrdeezikmhopctyxuywsjdhqwyiabyeznikvonptuxwagisl",
)
LEET = str.maketrans("0134578@$!|€", "oieastbasiie")

WORD = re.compile(r"[^\W_]+")
# Cheap looks that spare most texts a dear one.
SPLIT_SIGN = re.compile(r"[*~^|•·]")
LEET_SIGN = re.compile(r"[0134578@$!|€]")
ALONE = re.compile(r" [^ ] [^ ] [^ ] ")
SPLIT = re.compile(r"(?<=[a-z])[*~^|•·]+(?=[a-z])")
LEET_WORD = re.compile(r"(?<![\w@$!|€.:/])[a-z]+(?:[0134578@$!|€]{1,2}[a-z]+)+(?![\w@$|€])(?!\.\w)")
# Thai, Lao, Burmese, Khmer, Japanese and Chinese are written without spaces between words.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
SPACED = re.compile(rf"(?<= )(?:(?![{UNSPACED}])[^\W\d_] ){{3,}}")


def mixes_scripts(word: str) -> bool:
    """Whether letters that look Latin but are not stand among Latin ones in one word."""
    has_latin = any("a" <= c <= "z" for c in word.lower())
    return has_latin and any(ord(c) in LOOKALIKES and c not in "ıſɑɡℓ" for c in word.lower())


@lru_cache(maxsize=4096)
def is_disguised(name: str) -> bool:
    """Whether a name mixes look-alike letters, or hides or turns some of it."""
    name = PILES.sub("", name[:LONGEST_NAME])
    return (
        any(c in TURNS for c in name)
        or hides_in_words(name)
        or any(mixes_scripts(word) for word in WORD.findall(unicodedata.normalize("NFKC", name)))
    )


def hides_in_words(text: str) -> bool:
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


def unmix(lowered: str) -> tuple[str, bool]:
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


def unsplit(text: str) -> tuple[str, bool]:
    """Takes out emoji and signs that stand inside a word (sn*ap), but not those of ordinary writing."""
    joined, found = SPLIT.subn("", text) if SPLIT_SIGN.search(text) else (text, 0)
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


def unleet(text: str) -> tuple[str, bool]:
    """Digits and signs become letters inside words that mix them (s3cret), not at a word's end (player2)."""
    if not LEET_SIGN.search(text):
        return text, False
    found = False

    def letters(word: re.Match[str]) -> str:
        nonlocal found
        found = True
        return word[0].translate(LEET)

    return LEET_WORD.sub(letters, text), found


def unspace(text: str) -> tuple[str, bool]:
    """Joins words that were written letter by letter."""
    if not ALONE.search(text):
        return text, False
    found = False

    def joined(letters: re.Match[str]) -> str:
        nonlocal found
        word = letters[0].replace(" ", "")
        found = found or (len(word) > 3 and len(set(word)) > 2)
        return word + " "

    return SPACED.sub(joined, text), found
