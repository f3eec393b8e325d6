"""What the parts of an entry are called by people; what isn't listed keeps the name that it has in the chain."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from screener.evidence.payments import RAILS
from screener.languages import later

type Say = Callable[[str], str]
"""Puts a sentence into the language of whoever reads."""

KINDS: Mapping[str, str] = {
    "skype-id": later("Skype id"),
    "link": later("Address on the net"),
    "email": later("E-mail address"),
    "phone": later("Phone number"),
    "iban": later("Bank account (IBAN)"),
    "card": later("Card number"),
    "wallet": later("Wallet of a digital currency"),
    "gift-code": later("Code of a gift card"),
    "transfer-number": later("Number of a money transfer"),
    "handle": later("Handle or user name"),
    "cash-tag": later("Name at a payment service"),
}
MEDIA: Mapping[str, str] = {
    "image": later("picture"),
    "video": later("video"),
    "audio": later("sound"),
    "file": later("file"),
    "sticker": later("sticker"),
}
NAMES: Mapping[str, str] = {
    "name": later("Name"),
    "handle": later("Handle or user name"),
    "url": later("Profile address"),
}
ACCOUNT: Mapping[str, str] = {
    **NAMES,
    "joined": later("Account opened"),
    "joined_basis": later("How the opening is known"),
    "joined_recently": later("Opened lately"),
    "joined_recently_at": later("Said to be opened lately, on"),
    "mutual_friends": later("Friends in common"),
    "friends": later("Friends or followers"),
    "following": later("Accounts it follows"),
    "posts": later("Posts"),
    "picture": later("Has a picture"),
    "avatar": later("The platform’s key of the picture"),
    "verified": later("Checked by the platform"),
    "country": later("Country"),
    "age": later("Age that it states"),
    "bio": later("What it says about itself"),
    "is_friend": later("Counted as a friend"),
    "friend_since": later("Friend since"),
    "is_stranger": later("The platform says that the two share nobody"),
    "origin": later("Where it came upon the other"),
    "spam": later("Taken for spam by the platform"),
}
PAYMENT: Mapping[str, str] = {
    "rail": later("How it was paid"),
    "number": later("Number of the payment"),
    "amount": later("Amount"),
    "currency": later("Currency"),
    "at": later("When it was paid"),
    "note": later("Note"),
    "who": later("Noted by"),
}
VALUES: Mapping[str, Mapping[str, str]] = {
    "rail": RAILS,
    "joined_basis": {"stated": later("the platform states it"), "id": later("it is part of the permanent id")},
    "origin": {
        "code": later("a code"),
        "community": later("a community that both are in"),
        "contacts": later("an address book"),
        "game": later("a game"),
        "link": later("a link"),
        "other app": later("another app"),
        "profile": later("the profile"),
        "school": later("the school"),
        "search": later("a search"),
        "suggestion": later("a suggestion of the platform"),
    },
}
JOINED: Mapping[str, str] = {
    "that account was given here": later("that account was named in a text of this one"),
    "this account was given there": later("this account was named in a text of that one"),
    "same name and same picture": later("both show the same name and the same picture"),
    "same handle, after asking to go on elsewhere": later(
        "both have the same handle, and one asked to go on elsewhere"
    ),
    "same name, after asking to go on elsewhere": later("both have the same name, and one asked to go on elsewhere"),
}
"""Why two accounts were taken for one person's, by what the judging says of it."""
TIMES = frozenset({"joined", "joined_recently_at", "friend_since"})
YES, NO = later("yes"), later("no")


def listed(known: Mapping[str, Any], names: Mapping[str, str], say: Say) -> list[tuple[str, str]]:
    """What is known as names and values for people; what is empty is left out."""
    return [
        (say(names[name]) if name in names else name, shown(name, value, say))
        for name, value in known.items()
        if value not in (None, "")
    ]


def shown(name: str, value: Any, say: Say) -> str:
    """One value for people: a time as a time, yes and no as words."""
    if isinstance(value, bool):
        return say(YES if value else NO)
    if name in TIMES and isinstance(value, int):
        return _day(value)
    known = VALUES.get(name, {}).get(str(value))
    return say(known) if known else str(value)


def _day(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return str(seconds)  # what a platform says need not be a time
