"""The last messages of a conversation: who wrote each, and in which words, so that a change of one is noticed.

A list shows a message as it reads now, under the id that is known already: what was changed while no page was open is
seen only by comparing. Words are remembered by a short digest, never themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from screener.platforms.base import Unreadable
from screener.platforms.wire.meta import Place

MOST_MESSAGES = 100
# A message may be changed a few times only.
MOST_VERSIONS = 10


@dataclass(frozen=True, kw_only=True)
class Written:
    """A message that was seen: the id of its event, who wrote it, where, and every wording that was read of it."""

    id: str
    author: str
    thread: str
    marks: frozenset[str]

    def is_new(self, text: str | None) -> bool:
        """Whether these words were never read under this message; a message without words has nothing to read."""
        digest = mark(text)
        return digest is not None and digest not in self.marks


def mark(text: str | None) -> str | None:
    """A short digest of a text, the same however its spaces stand; None where there are no words."""
    plain = " ".join(text.split()) if text else ""
    return sha256(plain.encode("utf-8", "replace")).hexdigest()[:12] if plain else None


def remember(
    place: Place, thread: str, message: str, *, author: str, at: datetime | None, id: str, texts: Iterable[str | None]
) -> None:
    """Remembers who wrote a message, and its words beside those that were read before; the latest messages are kept."""
    rows = dict(place.kept.get(_key(place, thread)) or {})
    before = rows.get(message) or [id, author, int(place.at.timestamp()), []]
    marks = dict.fromkeys([*before[3], *(digest for text in texts if (digest := mark(text)))])
    second = int(at.timestamp()) if at else before[2]
    rows[message] = [before[0], author, second, list(marks)[-MOST_VERSIONS:]]
    # By their times, not by when they were read: who scrolls up in an old conversation pushes nothing out.
    latest = sorted(rows, key=lambda each: rows[each][2])[-MOST_MESSAGES:]
    place.kept[_key(place, thread)] = {each: rows[each] for each in latest}


def find(place: Place, thread: str, message: str) -> Written | None:
    """What is remembered of a message, None where it was never seen or is long ago."""
    row = (place.kept.get(_key(place, thread)) or {}).get(message)
    return _written(thread, row) if row else None


def find_all(place: Place, messages: set[str]) -> dict[str, Written]:
    """The same where nothing says in which conversation the messages stand."""
    beginning = _key(place, "")
    return {
        message: _written(key.removeprefix(beginning), rows[message])
        for key, rows in place.kept.items()
        if key.startswith(beginning)
        for message in messages & rows.keys()
    }


def unknown_writer() -> Unreadable:
    return Unreadable("who wrote the message is not known yet")


def _key(place: Place, thread: str) -> str:
    return f"wrote/{place.holder}/{thread}"


def _written(thread: str, row: list[object]) -> Written:
    id, author, _, marks = row
    return Written(
        id=str(id), author=str(author), thread=thread, marks=frozenset(marks if isinstance(marks, list) else ())
    )
