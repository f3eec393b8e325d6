"""How something is said, whatever it means: the encoder looks away from that, and strangers with a plan write alike."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Final

from screener.meaning.base import Turn

LETTERS = 5.0
"""So much is the logarithm of a message of 150 letters."""
LONG_NUMBER = re.compile(r"\d{4}")
DIGIT = re.compile(r"\d")
MONEY = re.compile(
    r"[$€£₱₺]|\b(usd|eur|gbp|php|ron|pln|zł|kr|sek|tl|lei|euros?|dollars?|pounds?)\b", re.IGNORECASE
)  # fmt: skip
ADDRESS = re.compile(r"https?://|www\.|@\w{3}", re.IGNORECASE)
# Signs and pictures, from weather and faces on.
PICTURES: Final = ((0x2600, 0x2C00), (0x1F000, 0x20000))

MANNERS: Mapping[str, Callable[[Turn], float]] = {
    "long": lambda turn: math.log1p(len(turn.text)) / LETTERS,
    "asks": lambda turn: float("?" in turn.text),
    "exclaims": lambda turn: float("!" in turn.text),
    "digit": lambda turn: float(bool(DIGIT.search(turn.text))),
    "long number": lambda turn: float(bool(LONG_NUMBER.search(turn.text))),
    "money": lambda turn: float(bool(MONEY.search(turn.text))),
    "address": lambda turn: float(bool(ADDRESS.search(turn.text))),
    "pictures": lambda turn: float(any(_is_picture(letter) for letter in turn.text)),
    "trails off": lambda turn: float("..." in turn.text or "…" in turn.text),
    "media": lambda turn: float(turn.has_media),
    "wordless": lambda turn: float(not turn.text),
}
"""By name a number of about one at most."""


def manner(turn: Turn) -> tuple[float, ...]:
    return tuple(measure(turn) for measure in MANNERS.values())


def _is_picture(letter: str) -> bool:
    return any(first <= ord(letter) < end for first, end in PICTURES)
