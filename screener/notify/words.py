"""What notices say: that somebody should look, how urgent it is, and where. Nothing in them comes from a contact.

Each sentence stands whole in a table, so that it can be translated; who sends hands in how that is done.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from screener.alerts import height
from screener.levels import LevelName
from screener.notify.base import Note, later
from screener.notify.when import Clockwork

type Speak = Callable[[str, str], str]
"""A sentence in the language of that code."""

LATE = timedelta(minutes=10)
LONGEST_NAME = 40

TITLE = later("Someone should look at Screener.")
LEVELS: dict[LevelName, str] = {
    "look": later("Have a look when you have a moment."),
    "talk": later("It is worth a talk today."),
    "act": later("Act now."),
}
NAMED: dict[LevelName, str] = {
    "look": later("%(name)s: have a look when you have a moment."),
    "talk": later("%(name)s: it is worth a talk today."),
    "act": later("%(name)s: act now."),
}
WAS_LATE = later("This is late: it was meant for %(time)s.")
WAS_QUIET = later("This came up while it was quiet.")
IS_BACK = later("This was put off until now.")
REMINDS = later("Nobody has looked yet.")

CRY_TITLE = later("Someone at home asks for your help.")
CRY = later("Go to them, or call them, now. Then open Screener, so that they see that you heard.")
CRY_NAMED = later("%(name)s asks for your help.")

ALIVE_TITLE = later("Screener is still looking.")
ALIVE = later("Open this link to show that notices reach you.")
BLIND_TITLE = later("Screener is running, but can’t see everything.")
BLIND = later("Open this link. The first page says what is missing.")

TEST_TITLE = later("This is a test from Screener.")
TEST = later("If you can read this, notices reach you here.")


def plain(text: str, speak: Speak, language: str, **values: str) -> str:
    """A sentence with what belongs into it."""
    said = speak(language, text)
    for name, value in values.items():
        said = said.replace(f"%({name})s", value)
    return said


def shown_name(name: str) -> str:
    """A family member's name on one line, without anything that could pass for more than a name."""
    line = "".join(letter for letter in name if letter.isprintable()).strip()
    return line.replace("://", " ")[:LONGEST_NAME]


def of_alert(
    *,
    id: str,
    level: LevelName,
    at: datetime,
    link: str,
    speak: Speak,
    language: str,
    clockwork: Clockwork,
    meant_for: datetime | None = None,
    was_quiet: bool = False,
    reminds: bool = False,
    is_back: bool = False,
    names: Iterable[tuple[str, LevelName]] = (),
) -> Note:
    """`names` are our own members and how urgent it is with each, where the user wants them named."""
    lines = [plain(NAMED[how], speak, language, name=shown_name(name)) for name, how in names]
    lines = lines or [plain(LEVELS[level], speak, language)]
    if reminds:
        lines.append(plain(REMINDS, speak, language))
    if is_back:
        lines.append(plain(IS_BACK, speak, language))
    if was_quiet:
        lines.append(plain(WAS_QUIET, speak, language))
    if meant_for is not None and at - meant_for > LATE:
        lines.append(plain(WAS_LATE, speak, language, time=clockwork.words(meant_for, at)))
    return Note(id=id, title=plain(TITLE, speak, language), body="\n".join(lines), link=link, at=at, level=level)


def of_cry(
    *, id: str, at: datetime, link: str, speak: Speak, language: str, reminds: bool, names: Iterable[str] = ()
) -> Note:
    """A call for help; `names` are who calls, where the user wants them named."""
    lines = [plain(CRY_NAMED, speak, language, name=shown_name(name)) for name in names]
    lines.append(plain(CRY, speak, language))
    if reminds:
        lines.append(plain(REMINDS, speak, language))
    return Note(id=id, title=plain(CRY_TITLE, speak, language), body="\n".join(lines), link=link, at=at, level="act")


def of_life(*, id: str, at: datetime, link: str, speak: Speak, language: str, looking: bool) -> Note:
    """The weekly sign of life; it does not claim to look where it can't."""
    title, body = (ALIVE_TITLE, ALIVE) if looking else (BLIND_TITLE, BLIND)
    return Note(id=id, title=plain(title, speak, language), body=plain(body, speak, language), link=link, at=at)


def of_test(*, id: str, at: datetime, link: str, speak: Speak, language: str) -> Note:
    return Note(id=id, title=plain(TEST_TITLE, speak, language), body=plain(TEST, speak, language), link=link, at=at)


def by_urgency(found: Iterable[tuple[str, LevelName]]) -> list[tuple[str, LevelName]]:
    """Each name once with its highest level, the most urgent first."""
    highest: dict[str, LevelName] = {}
    for name, level in found:
        if name not in highest or height(level) > height(highest[name]):
            highest[name] = level
    return sorted(highest.items(), key=lambda pair: (-height(pair[1]), pair[0]))


def as_written(language: str, sentence: str) -> str:
    """The sentence as it stands here, in English."""
    return sentence
