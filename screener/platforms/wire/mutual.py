"""How many friends a contact shares with the member, out of the words that Facebook shows in many languages."""

import re
import unicodedata
from typing import Any

from screener.platforms.base import dig

MOST_LETTERS = 300
MOST_FRIENDS = 100_000

# Two parts of a phrase, in any order: "friend" and "in common". A phrase that is one word has an empty second part.
# Followers, group members and the like are counted in the same place, and are no friends.
PHRASES: tuple[tuple[str, str], ...] = (
    ("mutual", "friend"),
    ("amig", "común"),
    ("amig", "comum"),
    ("ami", "commun"),
    ("freund", "gemeinsam"),
    ("amic", "comune"),
    ("vriend", "gemeenschappelijk"),
    ("znajom", "wspóln"),
    ("vän", "gemensam"),
    ("ven", "fælles"),
    ("venn", "felles"),
    ("kaveri", "yhtei"),
    ("arkadaş", "ortak"),
    ("teman", "sama"),
    ("kaibigan", "mutual"),
    ("kaibigan", "pareho"),
    ("bạn chung", ""),
    ("общ", "друз"),
    ("общ", "друг"),
    ("спільн", "друз"),
    ("спільн", "друг"),
    ("prieten", "comun"),
    ("ismerős", "közös"),
    ("přátel", "společn"),
    ("φίλ", "κοιν"),
    ("مشترك", "صديق"),
    ("مشترك", "أصدقاء"),
    ("आपसी", "मित्र"),
    ("म्यूचुअल", "फ़्रेंड"),
    ("เพื่อน", "ร่วมกัน"),
    ("共同", "好友"),
    ("共同", "朋友"),
    ("共通", "友達"),
    ("함께", "친구"),
)
_PHRASES = tuple(tuple(unicodedata.normalize("NFKC", part).casefold() for part in phrase) for phrase in PHRASES)
_NUMBER = re.compile(r"(\d{1,7}(?:[.,'’٬٫\u00a0\u202f ]\d{1,3})*)\s?(k\b|m\b|mil\b|тыс)?")
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’٬\u00a0\u202f ]\d{2,3})*[.,'’٬\u00a0\u202f ]\d{3}")
_TIMES = {"k": 1_000, "mil": 1_000, "тыс": 1_000, "m": 1_000_000}


def mutual_friends(person: Any) -> int | None:
    """The number in the words, and never fewer than the friends that are named; None where Facebook says nothing."""
    named = dig(person, "social_context_top_mutual_friends")
    least = len(named) if isinstance(named, list) and len(named) <= MOST_FRIENDS else 0
    counted = friends_in(dig(person, "social_context", "text"))
    if counted is None:
        # An empty list is no proof: the words may be missing because they are sent later.
        return least or None
    return max(counted, least)


def friends_in(text: Any) -> int | None:
    """The number of friends in common that a text states; None where it counts something else or nothing."""
    if not isinstance(text, str) or len(text) > MOST_LETTERS:
        return None
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not any(first in folded and second in folded for first, second in _PHRASES):
        return None
    return _first_number(folded, MOST_FRIENDS)


def number_in(text: Any, most: int = 10**9) -> int | None:
    """The first number in a text, whatever it counts; "1.2K" is a rounded one."""
    if not isinstance(text, str) or len(text) > MOST_LETTERS:
        return None
    return _first_number(unicodedata.normalize("NFKC", text).casefold(), most)


def _first_number(folded: str, most: int) -> int | None:
    match = _NUMBER.search(folded)
    if match is None:
        return None
    number, unit = match.groups()
    if _GROUPED.fullmatch(number):
        count = float(re.sub(r"\D", "", number))
    elif unit:
        count = float(re.sub(r"[,٫]", ".", number)) if re.fullmatch(r"\d+(?:[.,٫]\d+)?", number) else -1
    else:
        # "2 3 friends" or "1.5 friends": only the first whole number can be meant.
        count = float(re.split(r"\D", number)[0])
    count *= _TIMES.get(unit or "", 1)
    return int(count) if 0 <= count <= most else None
