"""What the watched member says to an alert about them, and whether they agree that a parent reads what was written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from screener.store.people import acts, answers
from screener.store.times import micros, moment
from screener.web.tongue import later

Said = Literal["know", "unsure", "untrue", "words", "agree", "disagree"]
"""I know them; I am not sure; it isn't true; only words of their own; a parent may read it; not any more."""

ANSWERS: Mapping[Said, str] = {
    "know": later("I know them"),
    "unsure": later("I am not sure"),
    "untrue": later("It is not true"),
}
"""What can be chosen, in the words of who answers."""

MOST_LETTERS = 500
MOST_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer; `words` are theirs and are shown as a stranger's text is: escaped, and never logged."""

    by: str
    at: datetime
    said: Said
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The answers in the database. Who may give one is the pages' business."""

    engine: AsyncEngine

    async def add(self, alert: str, answer: Answer) -> None:
        row = {"alert": alert, "by": answer.by, "at": micros(answer.at), "said": answer.said}
        async with self.engine.begin() as connection:
            await connection.execute(insert(answers).values(**row, words=answer.words[:MOST_LETTERS]))

    async def of(self, alert: str) -> tuple[Answer, ...]:
        """What was said to an alert, newest first."""
        query = (
            select(answers).where(answers.c.alert == alert).order_by(answers.c.at.desc(), answers.c.id.desc())
        ).limit(MOST_SHOWN)
        async with self.engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(
            Answer(by=row.by, at=moment(row.at), said=row.said, words=row.words)
            for row in rows
            if row.said in get_args(Said)
        )

    async def asked(self, alert: str) -> str | None:
        """Who asked last whether they may read what was written, where nobody has answered that since."""
        said = select(func.max(answers.c.at)).where(answers.c.alert == alert, answers.c.said.in_(("agree", "disagree")))
        query = (
            select(acts.c.by)
            .where(acts.c.alert == alert, acts.c.did == "asked", acts.c.at >= func.coalesce(said.scalar_subquery(), 0))
            .order_by(acts.c.at.desc())
            .limit(1)
        )
        async with self.engine.connect() as connection:
            return (await connection.execute(query)).scalar()

    async def agreed(self, alert: str) -> bool:
        """Whether the young person agrees, as of now, that a parent reads what was written; for `Eyes.may_open`."""
        query = (
            select(answers.c.said)
            .where(answers.c.alert == alert, answers.c.said.in_(("agree", "disagree")))
            .order_by(answers.c.at.desc(), answers.c.id.desc())
            .limit(1)
        )
        async with self.engine.connect() as connection:
            return (await connection.execute(query)).scalar() == "agree"
