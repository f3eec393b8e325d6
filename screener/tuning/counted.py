"""How often each rule was among the reasons of an alert, and how often a parent said that it did not help."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from screener.family import Family
from screener.levels import LevelName
from screener.rules import Stage
from screener.sight import Watched
from screener.store.people import acts, deeds, feedback
from screener.store.tables import alerts
from screener.store.times import micros, moment

DAYS = 90
MOST_ALERTS = 5_000
DISMISSES = ("unhelpful", "trusted")


@dataclass(frozen=True, kw_only=True)
class Count:
    """`told` in alerts that whoever asks may see; in `dismissed` of those a parent said that they know the person, that
    it did not help, or that this reason does not count.
    """

    told: int = 0
    dismissed: int = 0


@dataclass(frozen=True, kw_only=True)
class _Row:
    """An alert, as far as sight asks."""

    level: LevelName
    stages: tuple[Stage, ...]
    opened: datetime
    member: str
    member_is_adult: bool
    member_age: int | None


async def counts(
    engine: AsyncEngine, family: Family, sees: Callable[[Watched], bool], now: datetime
) -> Mapping[str, Count]:
    """By rule, over the alerts of the last months that may be seen: what may not be seen is not hinted at either."""
    each = func.json_each(alerts.c.body, "$.signals").table_valued("value")
    # As bytes: a name that is no text would make the database refuse the whole list.
    named = select(func.group_concat(func.hex(func.json_extract(each.c.value, "$.rule")))).select_from(each)
    a = alerts.c
    query = (
        select(
            a.id,
            a.relationship,
            a.level,
            a.pressed,
            a.opened,
            a.member,
            a.adult,
            named.scalar_subquery().label("rules"),
        )
        .where(a.updated >= micros(now - timedelta(days=DAYS)))
        .order_by(a.updated.desc())
        .limit(MOST_ALERTS)
    )
    dismissed = (
        select(acts.c.alert)
        .join(deeds, deeds.c.id == acts.c.deed)
        .where(acts.c.did.in_(DISMISSES), deeds.c.undone.is_(None))
    )
    muted = select(feedback.c.relationship, feedback.c.rule).where(
        feedback.c.kind == "mute", feedback.c.undone.is_(None)
    )
    async with engine.connect() as connection:
        rows = (await connection.execute(query)).all()
        gone = {row.alert for row in await connection.execute(dismissed)}
        mutes = {(row.relationship, row.rule) for row in await connection.execute(muted)}
    told, lost = Counter[str](), Counter[str]()
    for row in rows:
        member = family.named(row.member)
        adult = member.role != "child" if member else bool(row.adult)
        seen = _Row(
            level=row.level,
            stages=("pressure",) if row.pressed else (),
            opened=moment(row.opened),
            member=row.member,
            member_is_adult=adult,
            member_age=member.age if member else None,
        )
        if not sees(seen):
            continue
        for name in {bytes.fromhex(each).decode("utf-8", "replace") for each in (row.rules or "").split(",")}:
            told[name] += 1
            lost[name] += row.id in gone or (row.relationship, name) in mutes
    return {name: Count(told=count, dismissed=lost[name]) for name, count in told.items()}
