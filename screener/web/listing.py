"""Lists of alerts from the database: filtered there by what is wanted and by what may be seen, and never read whole.

Who may see an alert follows from few things: whose it is, its level, whether there was pressure, and how fresh it is.
So sight is asked once for each kind of alert that there is, and the database is told which kinds are let through.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screener.alerts import height
from screener.family import Family
from screener.levels import LEVELS
from screener.presets import PRESETS
from screener.sight import Watched
from screener.store.cases import folded
from screener.store.tables import alerts, relationships
from screener.store.times import micros, moment
from screener.web.base import AlertView, ContactView, Listed, SignalView, Wanted

FRESH = tuple(sorted({preset.first for preset in PRESETS} - {timedelta()}))
"""How long an alert may be somebody's own, shortest first: it is as fresh as many of these have not passed."""
LONGEST_TEXT = 100


async def listed(
    engine: AsyncEngine,
    family: Family,
    wanted: Wanted,
    see: Callable[[Watched], bool],
    now: datetime,
    *,
    most: int,
    skip: int,
) -> Listed:
    """See `Desk.listed`."""
    asked = _asked(wanted, now)
    a = alerts.c
    async with engine.connect() as connection:
        kinds = await _kinds(connection, family, wanted, asked, now)
        seen = [each for each in kinds if see(each.alert)]
        ids: Sequence[str] = ()
        if seen and most:
            chosen = _chosen(wanted, and_(asked, _let_through(seen, kinds, now)), most, skip)
            ids = (await connection.scalars(chosen)).all()
        rows = {row.id: row for row in await connection.execute(_ROWS.where(a.id.in_(ids)))} if ids else {}
    return Listed(
        count=sum(each.count for each in seen),
        rows=tuple(_light(rows[id], family) for id in ids if id in rows),
        kinds=tuple(each.alert for each in kinds),
    )


def _chosen(wanted: Wanted, asked: ColumnElement[bool], most: int, skip: int) -> Select[Any]:
    """The ids that are shown. Within a state the database has them in order, and stops when it has enough."""

    def ordered(of: FromClause, query: Select[Any]) -> Select[Any]:
        order = (of.c.updated.desc(), of.c.id)
        return query.order_by(*(order if wanted.newest_first else (of.c.height.desc(), *order)))

    a = alerts.c
    of_states = [
        ordered(alerts, select(a.id, a.height, a.updated).where(a.state == state, asked)).limit(skip + most).subquery()
        for state in wanted.states
    ]
    together = union_all(*(select(each) for each in of_states)).subquery()
    return ordered(together, select(together.c.id)).limit(most).offset(skip)


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """Alerts that sight can't tell apart: how many there are, and one such as they are. `adult` is as written down."""

    alert: AlertView
    count: int
    adult: bool
    fresh: int

    @property
    def packed(self) -> int:
        return (("pressure" in self.alert.stages) * 10 + height(self.alert.level)) * 10 + self.fresh


async def _kinds(
    connection: AsyncConnection, family: Family, wanted: Wanted, asked: ColumnElement[bool], now: datetime
) -> list[_Kind]:
    a = alerts.c
    by = (a.member, a.adult, a.platform, a.height, a.pressed)
    fresh = [func.sum(case((a.opened > micros(now - first), 1), else_=0)) for first in FRESH]
    query = select(*by, func.count().label("many"), *fresh).where(asked).group_by(*by)
    if not (wanted.text or wanted.since or wanted.until):
        # In this order nothing needs to be sorted into groups; the planner would rather search by state.
        # Few are put off, so those are quickest found among what is.
        index = "ix_alerts_later" if wanted.put_off else "ix_alerts_kind"
        query = query.with_hint(alerts, f"INDEXED BY {index}", "sqlite")
    rows = (await connection.execute(query)).all()
    names = await _names(connection, {row.member for row in rows}, family)
    found = []
    for row in rows:
        # So many are younger than the longest time, than the next, and so on.
        younger = [row.many, *reversed(row[6:])]
        counts = [more - less for more, less in pairwise([*younger, 0])]
        for passed, count in enumerate(counts):
            if count:
                alert = _like(row, family, names, now, age=FRESH[-1 - passed] if passed < len(FRESH) else timedelta())
                found.append(_Kind(alert=alert, count=count, adult=row.adult, fresh=passed))
    return found


def _asked(wanted: Wanted, now: datetime) -> ColumnElement[bool]:
    """What is wanted, as a condition."""
    a = alerts.c
    conditions: list[ColumnElement[bool]] = [a.state.in_(wanted.states)]
    if wanted.put_off is not None:
        away = and_(a.later.is_not(None), a.later > micros(now))
        conditions.append(away if wanted.put_off else or_(a.later.is_(None), a.later <= micros(now)))
    if wanted.levels:
        conditions.append(a.height.in_([height(level) for level in wanted.levels]))
    if text := folded(wanted.text[:LONGEST_TEXT]):
        conditions.append(a.sought.contains(text, autoescape=True))
    if wanted.platform:
        conditions.append(a.platform == wanted.platform)
    if wanted.member:
        conditions.append(a.member == wanted.member)
    if wanted.since is not None:
        conditions.append(a.updated >= micros(wanted.since))
    if wanted.until is not None:
        conditions.append(a.updated < micros(wanted.until))
    return and_(*conditions)


def _let_through(seen: Iterable[_Kind], kinds: Iterable[_Kind], now: datetime) -> ColumnElement[bool]:
    """That an alert is of one of the kinds that were seen; member by member, so that it is quickly told."""
    there, good = defaultdict(set), defaultdict(set)
    for each in kinds:
        there[each.alert.member, each.adult].add(each.packed)
    for each in seen:
        good[each.alert.member, each.adult].add(each.packed)
    fresh: ColumnElement[int] = literal(0, Integer)
    for first in FRESH:
        fresh = fresh + case((alerts.c.opened > micros(now - first), 1), else_=0)
    packed = (cast(alerts.c.pressed, Integer) * 10 + alerts.c.height) * 10 + fresh
    conditions = []
    for (member, adult), values in good.items():
        whose = and_(alerts.c.member == member, alerts.c.adult == adult)
        everything = values == there[member, adult]
        conditions.append(whose if everything else and_(whose, packed.in_(sorted(values))))
    return or_(false(), *conditions)


async def _names(connection: AsyncConnection, members: set[str], family: Family) -> dict[str, str]:
    """What members are called whom the family's settings don't name."""
    unnamed = [member for member in members if family.named(member) is None]
    if not unnamed:
        return {}
    r = relationships.c
    first = [select(r.member_name).where(r.member == member).limit(1).scalar_subquery() for member in unnamed]
    called = (await connection.execute(select(*first))).one()
    return {member: name or member for member, name in zip(unnamed, called, strict=True)}


def _like(row: Any, family: Family, names: dict[str, str], now: datetime, *, age: timedelta) -> AlertView:
    """An alert such as those of this kind are, as far as sight asks."""
    member = family.named(row.member)
    return AlertView(
        id="",
        level=LEVELS[row.height - 1],
        state="new",
        member=row.member,
        member_name=member.name if member else names[row.member],
        member_is_adult=is_adult(row.adult, row.member, family),
        member_age=member.age if member else None,
        contact=ContactView(platform=row.platform, id=""),
        points=0,
        stages=("pressure",) if row.pressed else (),
        opened=now - age,
        updated=now,
    )


def is_adult(then: bool, member: str, family: Family) -> bool:
    """Who was a child when it was written down may be grown up today."""
    found = family.named(member)
    return then or (found is not None and found.role != "child")


_ROWS = select(*(column for column in alerts.c if column.name not in ("body", "sought")))


def _light(row: Any, family: Family) -> AlertView:
    """An alert as a list shows it."""
    card, member = json.loads(row.card), family.named(row.member)
    top, name = card.get("top"), card.get("name")
    return AlertView(
        id=row.id,
        level=row.level,
        state=row.state,
        member=row.member,
        member_name=card["member"],
        member_is_adult=is_adult(row.adult, row.member, family),
        member_age=member.age if member else None,
        relationship=row.relationship,
        contact=ContactView(
            platform=row.platform,
            id=card["contact"],
            names=(name,) if name else (),
            handle=card.get("handle") or "",
        ),
        points=round(row.points),
        stages=tuple(card["stages"]),
        opened=moment(row.opened),
        updated=moment(row.updated),
        signals=(_signal(top),) if top else (),
        later=moment(row.later) if row.later is not None else None,
        reasons=card["reasons"],
    )


def _signal(kept: dict[str, Any]) -> SignalView:
    return SignalView(
        rule=kept["rule"],
        stage=kept["stage"],
        points=round(kept["points"]),
        because=kept["because"],
        at=datetime.fromisoformat(kept["at"]),
        rule_file=kept.get("file", ""),
        advice=kept.get("advice", ""),
    )
