"""The desk on the store: what the dashboard shows and changes, read from the database and from the spool's counters."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncEngine

from screener import health, platforms
from screener.family import Family, Member
from screener.relationships import Relationship
from screener.sight import Watched
from screener.spool import Reader
from screener.store.base import Issue
from screener.store.cases import alert_of
from screener.store.people import failures, users
from screener.store.sql import SqlStore, canary_of
from screener.store.tables import alerts, canaries, issues, readings, relationships
from screener.store.times import micros, moment
from screener.web import listing
from screener.web.base import AlertView, Change, ContactView, Coverage, IssueView, Listed, SignalView, User, Wanted
from screener.web.facts import told

# An issue that has not happened for this long has ended by itself.
ISSUE_ENDS_AFTER = timedelta(days=3)
MAX_ALERTS = 500
MAX_FAILURES = 50
MAX_WAITING = 100


class SqlDesk:
    """See `screener.web.base.Desk`. `lasting` are issues that last, such as a broken rule, and whoever gave them may
    change them; `standing` are those of how things stand now; `enrolled` says which devices are looked after, `router`
    what a router's heartbeat left word of.
    """

    def __init__(
        self,
        store: SqlStore,
        reader: Reader,
        lasting: list[Issue] | None = None,
        enrolled: Callable[[], Collection[str]] = frozenset,
        family: Family | None = None,
        router: Callable[[], Mapping[str, object]] | None = None,
        standing: Callable[[datetime], Iterable[Issue]] = lambda now: (),
    ) -> None:
        self._engine = store.engine
        self._reader = reader
        self._lasting = lasting if lasting is not None else []
        self._enrolled = enrolled
        self._standing = standing
        self._family = family or Family()
        self._router = router
        self._listeners: set[asyncio.Queue[Change]] = set()

    def announce(self, change: Change) -> None:
        """Tells every open page; a page that doesn't listen loses the oldest news, never memory."""
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(change)

    async def changes(self) -> AsyncIterator[Change]:
        queue: asyncio.Queue[Change] = asyncio.Queue(MAX_WAITING)
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)

    async def alerts(self, *, state: Literal["open", "closed"] | None = None) -> list[AlertView]:
        wanted = {None: ("new", "seen", "closed"), "open": ("new", "seen"), "closed": ("closed",)}[state]
        query = (
            _ALERTS.where(alerts.c.state.in_(wanted))
            .order_by(alerts.c.height.desc(), alerts.c.updated.desc())
            .limit(MAX_ALERTS)
        )
        family = self._family.on(datetime.now(UTC))
        return [_view(row, family) for row in await self._rows(query)]

    async def listed(
        self, wanted: Wanted, see: Callable[[Watched], bool], now: datetime, *, most: int = 100, skip: int = 0
    ) -> Listed:
        family = self._family.on(datetime.now(UTC))
        return await listing.listed(self._engine, family, wanted, see, now, most=most, skip=skip)

    async def alert(self, id: str) -> AlertView | None:
        rows = await self._rows(_ALERTS.where(alerts.c.id == id))
        return _view(rows[0], self._family.on(datetime.now(UTC))) if rows else None

    async def issues(self) -> list[IssueView]:
        now = datetime.now(UTC)
        rows = await self._rows(
            select(issues)
            .where(issues.c.last >= micros(now - ISSUE_ENDS_AFTER))
            .order_by(issues.c.last.desc())
            .limit(100)
        )
        counters = await asyncio.to_thread(self._reader.counters)
        heard = select(canaries).where(canaries.c.last >= micros(now - ISSUE_ENDS_AFTER))
        birds = [canary_of(row) for row in await self._rows(heard)]
        standing = await asyncio.to_thread(self._standing, now)
        lasting = [*health.of_proxy(counters, now), *health.of_canaries(birds), *standing, *self._lasting]
        if self._router is not None:
            lasting += health.of_router(await asyncio.to_thread(self._router), now)
        return [_issue(issue) for issue in lasting] + [
            IssueView(key=row.key, severity=row.severity, what=row.what, mend=row.mend, since=moment(row.since))
            for row in rows
        ]

    async def coverage(self) -> list[Coverage]:
        rows = await self._rows(select(readings).order_by(readings.c.device, readings.c.platform, readings.c.member))
        found = [
            Coverage(
                device=row.device, member=row.member, platform=row.platform, state="reads", last_read=moment(row.last)
            )
            for row in rows
        ]
        last = {(each.device, each.platform): each.last_read for each in found}
        enrolled = await asyncio.to_thread(self._enrolled)
        shut: dict[tuple[str, str], Coverage] = {}
        for seen in await asyncio.to_thread(self._reader.coverage):
            key = (seen.device, platforms.platform_of_host(seen.host) or "")
            read = last.get(key)
            # What was read once and has kept us out since can be two programs: the browser, and an app.
            if not key[1] or (read is not None and (seen.state == "read" or seen.at < read.timestamp())):
                continue
            state: Literal["waiting", "blind", "unenrolled"] = "blind" if seen.state == "refused" else "waiting"
            if seen.state == "unenrolled" and seen.device not in enrolled:
                state = "unenrolled"
            if key not in shut or state == "blind":
                shut[key] = Coverage(device=seen.device, member="", platform=key[1], state=state)
        found += shut.values()
        idle = sorted(set(enrolled) - {each.device for each in found})
        return found + [Coverage(device=device, member="", platform="", state="waiting") for device in idle]

    async def users(self) -> int:
        return int((await self._rows(select(func.count()).select_from(users)))[0][0])

    async def have_pages(self) -> frozenset[str]:
        rows = await self._rows(select(users.c.member).where(users.c.member.is_not(None)))
        return frozenset(row.member for row in rows)

    async def user(self, name: str) -> User | None:
        rows = await self._rows(select(users).where(users.c.name == name))
        return user_of(rows[0]) if rows else None

    async def add_user(self, name: str, password_hash: str) -> None:
        async with self._engine.begin() as connection:
            added = await connection.execute(
                upsert(users).values(**_user(name, password_hash)).on_conflict_do_nothing()
            )
        if not added.rowcount:
            raise ValueError("the name is taken")

    async def members(self) -> tuple[Member, ...]:
        return self._family.on(datetime.now(UTC)).members

    async def member(self, id: str | None) -> Member | None:
        return self._family.on(datetime.now(UTC)).named(id) if id is not None else None

    def lives(self, family: Family) -> None:
        """Somebody moved in, or was given a device."""
        self._family = family

    async def add_first_user(self, name: str, password_hash: str, member: str | None = None) -> bool:
        nobody = ~select(users.c.id).exists()
        row = _user(name, password_hash) | {"role": "owner", "member": member}
        async with self._engine.begin() as connection:
            added = await connection.execute(
                insert(users).from_select(list(row), select(*(literal(value) for value in row.values())).where(nobody))
            )
        return bool(added.rowcount)

    async def end_sessions(self, name: str) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(update(users).where(users.c.name == name).values(epoch=users.c.epoch + 1))

    async def failures(self, key: str) -> tuple[datetime, ...]:
        rows = await self._rows(
            select(failures.c.at).where(failures.c.key == key).order_by(failures.c.at.desc()).limit(MAX_FAILURES)
        )
        return tuple(moment(row.at) for row in rows)

    async def record_failure(self, key: str, at: datetime) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(insert(failures).values(key=key, at=micros(at)))
            await connection.execute(delete(failures).where(failures.c.at < micros(at - timedelta(days=1))))

    async def clear_failures(self, key: str) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(delete(failures).where(failures.c.key == key))

    async def _rows(self, query: Any) -> list[Any]:
        async with self._engine.connect() as connection:
            return list(await connection.execute(query))


_ALERTS = select(
    alerts,
    relationships.c.member_name,
    relationships.c.contact,
    relationships.c.state.label("memory"),
).join(relationships, relationships.c.id == alerts.c.relationship)


def user_of(row: Any) -> User:
    """The user in a row of the table."""
    names = ("id", "name", "password_hash", "epoch", "role", "member", "language")
    return User(**{name: getattr(row, name) for name in names}, has_codes=row.codes is not None)


def _view(row: Any, family: Family) -> AlertView:
    alert = alert_of(row)
    member = family.named(row.member)
    relationship = Relationship.from_json(json.loads(row.memory), member=Member(id=row.member, name=row.member_name))
    contact = relationship.contact
    return AlertView(
        id=alert.id,
        level=alert.level,
        state=alert.state,
        member_name=row.member_name,
        member_is_adult=listing.is_adult(row.adult, row.member, family),
        member=row.member,
        member_age=member.age if member else None,
        relationship=row.relationship,
        contact=ContactView(
            platform=row.platform,
            id=row.contact,
            names=tuple(reversed(relationship.names)),
            handle=contact.handle or "",
            url=contact.url or "",
            facts=told(contact),
        ),
        points=round(alert.points),
        stages=alert.stages,
        opened=alert.opened,
        updated=alert.updated,
        signals=tuple(
            SignalView(
                rule=signal.rule,
                stage=signal.stage,
                points=round(signal.points),
                because=signal.because,
                at=signal.at,
                rule_file=signal.file,
                advice=signal.advice,
            )
            for signal in alert.signals
        ),
        unseen=platforms.unseen(row.platform),
        began=alert.began,
        later=moment(row.later) if row.later is not None else None,
    )


async def set_password(engine: AsyncEngine, name: str, password_hash: str) -> bool:
    """A new password ends every session; says whether there is such a user."""
    async with engine.begin() as connection:
        changed = await connection.execute(
            update(users).where(users.c.name == name).values(password_hash=password_hash, epoch=users.c.epoch + 1)
        )
    return bool(changed.rowcount)


async def user_names(engine: AsyncEngine) -> list[str]:
    """Who may log in."""
    async with engine.connect() as connection:
        return list((await connection.scalars(select(users.c.name).order_by(users.c.name))).all())


def _issue(issue: Issue) -> IssueView:
    return IssueView(key=issue.key, severity=issue.severity, what=issue.what, mend=issue.mend, since=issue.at)


def _user(name: str, password_hash: str) -> dict[str, Any]:
    return {"id": secrets.token_hex(8), "name": name, "password_hash": password_hash, "epoch": 0, "created": _now()}


def _now() -> int:
    return micros(datetime.now(UTC))
