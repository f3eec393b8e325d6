"""The languages that we speak: sentences are written in English, and each language has a catalogue of them."""

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path

CATALOGUES = Path(__file__).parent / "web" / "languages"
LANGUAGES = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "pt": "Português",
    "pl": "Polski",
}


def later(text: str) -> str:
    """The text itself, marked for the catalogues: what is kept in a table is translated when it is shown."""
    return text


@cache
def catalogue(code: str) -> gettext.NullTranslations:
    """The sentences of a language; English where it is none of ours."""
    known = code if code in LANGUAGES else "en"
    return gettext.translation("screener", CATALOGUES, languages=[known], fallback=True)


def speaker(code: str) -> Callable[[str], str]:
    """What puts sentences into that language; what is in no catalogue stays as it is, and nothing stays nothing."""
    found = catalogue(code)
    return lambda text: found.gettext(text) if text else text
