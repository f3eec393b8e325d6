"""Instagram's page "About this account": since when there is an account, and the country it is used from."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from screener.platforms.base import Account, Found, dig
from screener.platforms.wire.documents import MAX_NODES, found
from screener.platforms.wire.instagram.countries import code_of
from screener.platforms.wire.instagram.objects import PLATFORM
from screener.platforms.wire.instagram.session import Session

APPS = ("com.instagram.interactions.about_this_account", "com.bloks.www.ig.about_this_account")
PATHS = tuple(f"/api/v1/bloks/apps/{app}/" for app in APPS)
COUNTRY = ":about_this_account_country"
VALUES = frozenset({"data"})
# The month's name in the languages whose pages we can read, to its first letters where these are enough.
MONTHS: tuple[tuple[str, ...], ...] = (
    ("january", "januar", "janvier", "enero", "janeiro", "gennaio", "januari", "styczeń"),
    ("february", "februar", "février", "febrero", "fevereiro", "febbraio", "februari", "luty"),
    ("march", "märz", "mars", "marzo", "março", "maart", "marzec"),
    ("april", "avril", "abril", "aprile", "kwiecień"),
    ("may", "mai", "mayo", "maio", "maggio", "mei", "maj"),
    ("june", "juni", "juin", "junio", "junho", "giugno", "czerwiec"),
    ("july", "juli", "juillet", "julio", "julho", "luglio", "lipiec"),
    ("august", "août", "agosto", "augustus", "sierpień"),
    ("september", "septembre", "septiembre", "setembro", "settembre", "wrzesień"),
    ("october", "oktober", "octobre", "octubre", "outubro", "ottobre", "październik"),
    ("november", "novembre", "noviembre", "novembro", "listopad"),
    ("december", "dezember", "décembre", "diciembre", "dezembro", "dicembre", "grudzień"),
)
_MONTHS = {name: number for number, names in enumerate(MONTHS, 1) for name in names}
_NAMED = re.compile(r"([^\W\d_]{3,12})(?: de| del)? (20[0-4]\d)(?: г\.)?")
_NUMBERED = re.compile(r"(20[0-4]\d)\s?[年년]\s?(\d{1,2})\s?[月월]")
_QUOTED = re.compile(r'"([^"]{2,60})"')


def about(session: Session, contact: str, document: Any) -> Iterator[Found]:
    """What the page says of the account whose page it is."""
    joined = min((at for text in _texts(document) if (at := _month(text))), default=None)
    described = Account(
        platform=PLATFORM,
        id=contact,
        joined=joined,
        joined_basis="stated" if joined else None,
        country=_country(document),
    )
    if described.joined or described.country:
        yield from session.told(session.learn(described))


def _month(text: str) -> datetime | None:
    """The first day of a month that a text is; the oldest one of the page is when the account was opened."""
    if len(text) > 40:
        return None
    if named := _NAMED.fullmatch(text.strip()):
        month, year = _MONTHS.get(named[1].casefold(), 0), int(named[2])
    elif numbered := _NUMBERED.fullmatch(text.strip()):
        month, year = int(numbered[2]), int(numbered[1])
    else:
        return None
    return datetime(year, month, 1, tzinfo=UTC) if 1 <= month <= 12 and year >= 2010 else None


def _country(document: Any) -> str | None:
    for _, value in found(document, VALUES):
        key = dig(value, "key")
        if isinstance(key, str) and key.endswith(COUNTRY):
            plain, computed = dig(value, "initial"), dig(value, "initial_lispy")
            if isinstance(plain, str):
                return code_of(plain)
            quoted = _QUOTED.search(computed[:2_000]) if isinstance(computed, str) else None
            return code_of(quoted[1]) if quoted else None
    return None


def _texts(document: Any) -> Iterator[str]:
    """Every text in the page's description, in whatever place of it."""
    waiting = [document]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
