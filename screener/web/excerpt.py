"""What was written, where somebody asked for it and may read it: a few lines around one message, for this once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from screener.events import Side
from screener.seal import Seal
from screener.store.people import openings
from screener.store.tables import texts
from screener.store.texts import place
from screener.store.times import micros, moment

LONGEST = 280
"""So many letters are shown at most, those of the lines before included."""
MOST_BEFORE = 3


@dataclass(frozen=True, kw_only=True)
class Written:
    """One message, or as much of it as is shown: before, inside and after the words that the rule heard."""

    by: Side
    at: datetime
    before: str = ""
    heard: str = ""
    after: str = ""


@dataclass(frozen=True, kw_only=True)
class Excerpts:
    """The sealed texts in the database. Who may read one is the pages' business."""

    engine: AsyncEngine
    seal: Seal

    async def there(self, relationship: str, events: Iterable[str]) -> frozenset[str]:
        """Of which of these events the words are kept."""
        query = select(texts.c.id).where(texts.c.relationship == relationship, texts.c.id.in_(sorted(set(events))))
        async with self.engine.connect() as connection:
            return frozenset((await connection.scalars(query)).all())

    async def opened(
        self, alert: str, relationship: str, event: str, words: tuple[int, int] | None, *, by: str, at: datetime
    ) -> Sequence[Written]:
        """The lines around an event, oldest first; none where the words are gone. Who opened them is noted first, so
        that nothing is ever read unseen.
        """
        async with self.engine.begin() as connection:
            await connection.execute(insert(openings).values(alert=alert, by=by, at=micros(at)))
        async with self.engine.connect() as connection:
            mine = texts.c.relationship == relationship
            row = (await connection.execute(select(texts).where(mine, texts.c.id == event))).first()
            if row is None:
                return ()
            earlier = select(texts).where(mine, texts.c.at < row.at).order_by(texts.c.at.desc()).limit(MOST_BEFORE)
            rows = (await connection.execute(earlier)).all()
        text = self._text(row)
        if text is None:
            return ()
        lines = [around(text, words, by=row.by, at=moment(row.at))]
        left = LONGEST - sum(len(part) for part in (lines[0].before, lines[0].heard, lines[0].after))
        for each in rows:
            said = self._text(each)
            if said is None or len(said) > left:
                break
            lines.append(Written(by=each.by, at=moment(each.at), before=said))
            left -= len(said)
        return tuple(reversed(lines))

    def _text(self, row: Any) -> str | None:
        return self.seal.opened(row.sealed, about=place(row.platform, row.account, row.id))


def around(text: str, words: tuple[int, int] | None, *, by: Side, at: datetime) -> Written:
    """The text, cut so that the words heard stand in its middle."""
    begin, end = words if words and 0 <= words[0] < words[1] <= len(text) else (0, 0)
    end = min(end, begin + LONGEST)
    room = LONGEST - (end - begin)
    first = max(min(begin - room // 2, len(text) - LONGEST), 0)
    last = min(first + LONGEST, len(text))
    before, after = text[first:begin], text[end:last]
    # Dots within the measure say that there is more.
    if first > 0:
        before = "…" + before[1:] if before else before
    if last < len(text) and after:
        after = after[:-1] + "…"
    return Written(by=by, at=at, before=before, heard=text[begin:end], after=after)
