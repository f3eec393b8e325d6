"""Finds what a text holds that can be followed up: accounts elsewhere, numbers, ways to pay. It looks nothing up."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import re2

LONGEST = 60_000
MOST = 20
"""Of each kind, a text gives this many at most."""
MOST_GIVEN = 4

KINDS = frozenset(
    {
        "skype-id", "link", "email", "phone", "iban", "card", "wallet", "gift-code", "transfer-number", "handle",
        "cash-tag",
    }
)  # fmt: skip

WORTH_A_LOOK = re.compile(r"\d|[@$]|://|www|live:|\.\w|[A-Z]-[A-Z]")
"""Most chat holds none of these, and nothing to find either."""

HOST = re.compile(r"^(?:[a-z]+://)?(?:[^/@?#]*@)?([\w.-]+)", re.IGNORECASE)
MAY_GIVE = re.compile(r"[@_:/\d]|\.\w|snap|insta|skype|discord|telegr|kik|roblox|steam", re.IGNORECASE)
GIVEN = re2.compile(
    r"(?:/|@|: ?|\b(?:snap\w*|insta\w*|skype|discord|telegram|kik|roblox|steam)(?: is| name| id)? )"
    r"([a-z][a-z0-9_.-]{4,60})|(live:[a-z0-9_.-]{3,60}|\b[a-z]+[0-9_.][a-z0-9_.-]{2,60}|\b[0-9]{15,20}\b)"
)
SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")

MONEY = re2.compile(
    r"(?i)\b(western union|moneygram|ria|mtcn|transfer|remit\w*|pay\w*|money|cash|gift ?card|steam|itunes|google play"
    r"|razer|amazon|code|euros?|pounds?|dollars?|paga\w*|dinero|tarjeta|argent|payer|geld|karte|dinheiro|soldi)\b"
)


@dataclass(frozen=True, kw_only=True)
class Entity:
    """Something that can be followed up, as it was written, and where in the text it stands."""

    kind: str
    value: str
    start: int
    end: int


def entities(text: str) -> frozenset[str]:
    """The kinds of entity that a text holds."""
    if not WORTH_A_LOOK.search(text):
        return frozenset()
    text = _readable(text)
    return frozenset(kind for kind, finder in _FINDERS.items() if next(finder(text), None) is not None)


def found(text: str) -> tuple[Entity, ...]:
    """Every entity that a text holds: evidence, for whom follows it up."""
    if not WORTH_A_LOOK.search(text):
        return ()
    text = _readable(text)
    return tuple(
        Entity(kind=kind, value=text[start:end], start=start, end=end)
        for kind, finder in _FINDERS.items()
        for (start, end), _ in zip(finder(text), range(MOST), strict=False)
    )


def given(text: str) -> tuple[str, ...]:
    """What in a text can be the handle or id of an account, in lower case; which it is, only a comparison tells."""
    if not MAY_GIVE.search(text):
        return ()
    handles = ((found[1] or found[2]).rstrip("._-") for found in GIVEN.finditer(_readable(text).lower()))
    return tuple(dict.fromkeys(handle for handle in handles if len(handle) >= 5))[:MOST_GIVEN]


def domains(text: str) -> frozenset[str]:
    """The registered domains that the links in a text lead to, such as example.com; nothing is asked of the network."""
    if "." not in text:
        return frozenset()
    links = (text[start:end] for start, end in _FINDERS["link"](_readable(text)))
    hosts = (HOST.search(link) for link, _ in zip(links, range(MOST), strict=False))
    named = (_suffixes()(host[1]) for host in hosts if host)
    return frozenset(each.top_domain_under_public_suffix.lower() for each in named if each.suffix and each.domain)


@cache
def _suffixes() -> Any:
    # A quarter of a second, which most runs never need.
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)


def _readable(text: str) -> str:
    return text[:LONGEST].translate(SURROGATES)


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


type Finder = Callable[[str], Iterator[tuple[int, int]]]


def _shape(pattern: str) -> Finder:
    compiled = re2.compile(pattern)
    group = min(compiled.groups, 1)
    return lambda text: (found.span(group) for found in compiled.finditer(text))


def _checked(pattern: str, check: Callable[[str], bool]) -> Finder:
    compiled = re2.compile(pattern)
    return lambda text: (found.span(1) for found in compiled.finditer(text) if check(_bare(found.group(1))))


def _beside_money(pattern: str) -> Finder:
    """A plain number says nothing; next to words of money it does."""
    shape = _shape(pattern)
    return lambda text: shape(text) if MONEY.search(text) is not None else iter(())


def _bare(found: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", found).upper()


_CARD = r"(?:^|[^\dA-Za-z])((?:\d[ -]?){12,18}\d)(?:$|[^\dA-Za-z])"

_FINDERS: dict[str, Finder] = {
    "skype-id": _shape(r"(?i)\blive:(?:\.cid\.[0-9a-f]{16}|[a-z0-9_.-]{3,32})\b"),
    "link": _shape(
        r"(?i)\b(?:https?://|hxxps?://|www\.)\S{3,}|\b[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,3}\.[a-z]{2,10}/\S+|\b(?:t\.me|wa\.me|discord\.gg|snapchat\.com/add|paypal\.me|cash\.app)/\S+"
    ),
    "email": _shape(r"(?i)\b[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}\b"),
    "phone": _shape(
        r"(?:^|[^\w.:/])((?:\+|00)\d{1,3}[ .-]?(?:\(?\d{1,5}\)?[ .-]?){2,5}\d{2,}"
        r"|0\d{2,4}[ /-]?\d{3,4}[ -]?\d{3,4}\b)"
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
    "handle": _shape(r"(?i)(?:^|\s)(@[a-z0-9_.]{3,30})\b"),
    "cash-tag": _shape(r"(?i)(?:^|[^\w$])(\$[a-z][a-z0-9_]{2,19})\b"),
}
