"""The language of a page: sentences are written in English and looked up in the catalogue of who reads them.

`_` translates now, in the language of the request that is being answered; `later` marks what is translated when shown.
"""

from contextvars import ContextVar

from screener.languages import LANGUAGES as LANGUAGES
from screener.languages import catalogue
from screener.languages import later as later

_speaking: ContextVar[str] = ContextVar("speaking", default="en")
_accepted: ContextVar[str] = ContextVar("accepted", default="")


def language() -> str:
    """The language that is spoken now."""
    return _speaking.get()


def begin(header: str) -> None:
    """A request begins: until we know who asks, the browser's own wish counts."""
    _accepted.set(header)
    _speaking.set(chosen("", header))


def speak_to(user: str) -> None:
    """From here on the request is answered in this user's language, where they chose one."""
    _speaking.set(chosen(user, _accepted.get()))


def chosen(user: str, accepted: str) -> str:
    """The user's own choice, else the first of ours that the browser accepts ("de-AT,de;q=0.9,en;q=0.8")."""
    for part in (user, *accepted[:200].split(",")):
        code = part.partition(";")[0].strip().lower().partition("-")[0]
        if code in LANGUAGES:
            return code
    return "en"


def _(text: str) -> str:
    return catalogue(_speaking.get()).gettext(text)


def plural(one: str, many: str, count: int) -> str:
    """The form for so many; `{count}` in it is filled in."""
    return catalogue(_speaking.get()).ngettext(one, many, count).replace("{count}", str(count))


def plural_of(one: str, many: str, count: int) -> str:
    """The form for so many, as templates ask for it; they fill in themselves."""
    return catalogue(_speaking.get()).ngettext(one, many, count)
