"""Disguised forms of a story: what the contact writes is spelt so that a filter for words would not know it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from screener.events import Edited, Event, FriendRequest, Message
from screener.story import Story

# A word with the signs around it. What holds digits or signs inside (a handle, an address) is left as it is, because
# a disguise that makes those useless would be of no use to its writer either.
TOKEN = re.compile(r"\S+")
PLAIN = re.compile(r"([^\w\s]*)([^\W\d_]+(?:['’][^\W\d_]+)?)([^\w\s]*)")

LOOKALIKES = str.maketrans("aceiopxyACEHIKMOPTXY", "асеіорхуАСЕНІКМОРТХУ")
LEET = str.maketrans("aeio", "4310")
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
VOWEL = re.compile(r"[aeiouyAEIOUY](?=[^aeiouyAEIOUY]*$)")
SHORT = 4
"""Words of fewer letters are left as they are by disguises that take a word apart."""


def lookalikes(word: str) -> str:
    """Every second letter that has a twin in another alphabet is replaced by it."""
    places = [n for n, letter in enumerate(word) if ord(letter) in LOOKALIKES][::2]
    return "".join(letter.translate(LOOKALIKES) if n in places else letter for n, letter in enumerate(word))


def leet(word: str) -> str:
    """Vowels after the first letter become digits."""
    return word[0] + word[1:].translate(LEET)


def apart(between: str) -> Callable[[str], str]:
    """A sign between every two letters."""
    return lambda word: between.join(word)


def spaced(word: str) -> str:
    """A space between every two letters, and a wider one around the word."""
    return f" {' '.join(word)} "


def hidden(word: str) -> str:
    """Invisible characters after the second letter."""
    return f"{word[:2]}\u200b{word[2:]}"


def wide(word: str) -> str:
    """The full-width forms that East Asian scripts have of Latin letters."""
    return word.translate(WIDE)


def longer(word: str) -> str:
    """The last vowel three times."""
    return VOWEL.sub(lambda vowel: vowel[0] * 3, word)


def split(word: str) -> str:
    """An emoji in the middle."""
    middle = len(word) // 2
    return f"{word[:middle]}🔥{word[middle:]}"


VARIANTS: Mapping[str, tuple[Callable[[str], str], int]] = {
    "look-alikes": (lookalikes, 2),
    "leet": (leet, SHORT),
    "spaced": (spaced, SHORT),
    "zero-width": (hidden, 3),
    "dotted": (apart("."), SHORT),
    "full-width": (wide, 1),
    "repeated": (longer, 2),
    "emoji": (split, SHORT),
}
"""By name: what becomes of a word, and of how many letters it must be."""


def disguised(story: Story, variant: str) -> Story:
    """The story with the contact's words in disguise; ids, times, facts and what the member writes stay."""
    return replace(story, events=tuple(replace(told, event=_disguised(told.event, variant)) for told in story.events))


def disguise(text: str, variant: str) -> str:
    """A text with its plain words in disguise."""
    change, least = VARIANTS[variant]

    def word(token: re.Match[str]) -> str:
        plain = PLAIN.fullmatch(token[0])
        if plain is None or len(plain[2]) < least:
            return token[0]
        return plain[1] + change(plain[2]) + plain[3]

    return TOKEN.sub(word, text)


def _disguised(event: Event, variant: str) -> Event:
    match event:
        case Message() | Edited() if event.by == "contact" and event.text:
            return replace(event, text=disguise(event.text, variant))
        case FriendRequest() if event.by == "contact" and event.note:
            return replace(event, note=disguise(event.note, variant))
        case _:
            return event
