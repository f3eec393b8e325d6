"""Finds what a text holds that can be followed up: accounts elsewhere, numbers, ways to pay. It looks nothing up."""

import re
from collections.abc import Callable

import re2

LONGEST = 60_000

KINDS = frozenset(
    {"skype-id", "link", "email", "phone", "iban", "card", "wallet", "gift-code", "transfer-number", "handle"}
)

WORTH_A_LOOK = re.compile(r"\d|[@$]|://|www|live:|\.\w|[A-Z]-[A-Z]")
"""Most chat holds none of these, and nothing to find either."""

MONEY = re2.compile(
    r"(?i)\b(western union|moneygram|ria|mtcn|transfer|remit\w*|pay\w*|money|cash|gift ?card|steam|itunes|google play"
    r"|razer|amazon|code|euros?|pounds?|dollars?|paga\w*|dinero|tarjeta|argent|payer|geld|karte|dinheiro|soldi)\b"
)


def entities(text: str) -> frozenset[str]:
    """The kinds of entity that a text holds."""
    if not WORTH_A_LOOK.search(text):
        return frozenset()
    text = text[:LONGEST].encode(errors="replace").decode()
    return frozenset(kind for kind, holds in _FINDERS.items() if holds(text))


def luhn(number: str) -> bool:
    """Whether the check digit of a card number is right."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def iban(text: str) -> bool:
    """Whether the check digits of an account number are right."""
    moved = text[4:] + text[:4]
    return int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def _shape(pattern: str) -> Callable[[str], bool]:
    compiled = re2.compile(pattern)
    return lambda text: compiled.search(text) is not None


def _checked(pattern: str, check: Callable[[str], bool]) -> Callable[[str], bool]:
    compiled = re2.compile(pattern)

    def holds(text: str) -> bool:
        return any(check(_bare(found.group(1))) for found in compiled.finditer(text))

    return holds


def _beside_money(pattern: str) -> Callable[[str], bool]:
    """A plain number says nothing; next to words of money it does."""
    shape = _shape(pattern)
    return lambda text: MONEY.search(text) is not None and shape(text)


def _bare(found: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", found).upper()


_CARD = r"(?:^|[^\dA-Za-z])((?:\d[ -]?){12,18}\d)(?:$|[^\dA-Za-z])"

_FINDERS: dict[str, Callable[[str], bool]] = {
    "skype-id": _shape(r"(?i)\blive:(?:\.cid\.[0-9a-f]{16}|[a-z0-9_.-]{3,32})\b"),
    "link": _shape(
        r"(?i)\b(?:https?://|hxxps?://|www\.)\S{3,}|\b(?:t\.me|wa\.me|discord\.gg|snapchat\.com/add|paypal\.me|cash\.app)/\S+"
    ),
    "email": _shape(r"(?i)\b[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}\b"),
    "phone": _shape(
        r"(?:^|[^\w.:/])(?:\+|00)\d{1,3}[ .-]?(?:\(?\d{1,5}\)?[ .-]?){2,5}\d{2,}"
        r"|(?:^|[^\w.:/])0\d{2,4}[ /-]?\d{3,4}[ -]?\d{3,4}\b"
    ),
    "iban": _checked(r"\b([A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)\b", iban),
    "card": _checked(_CARD, luhn),
    "wallet": _shape(
        r"\b(?:bc1[ac-hj-np-z02-9]{20,60}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|0x[0-9a-fA-F]{40}|T[1-9A-HJ-NP-Za-km-z]{33})\b"
    ),
    "gift-code": _beside_money(
        r"\b(?:[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}|[A-Z0-9]{4}-[A-Z0-9]{4,6}-[A-Z0-9]{4}|X[A-Z0-9]{15})\b"
    ),
    "transfer-number": _beside_money(
        r"(?i)(?:mtcn|reference|control|ref|number|code|n[ºo°])\D{0,12}\d[\d -]{6,10}\d\b"
    ),
    "handle": _shape(r"(?i)(?:\$[a-z][a-z0-9_]{2,19}\b|(?:^|\s)@[a-z0-9_.]{3,30}\b)"),
}
