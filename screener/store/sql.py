"""The store on a database, through SQLAlchemy Core."""

import json
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, event, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from screener.canaries import Canary, Outcome
from screener.errors import Mistake
from screener.events import Event
from screener.family import Member
from screener.feedback import is_trusted
from screener.relationships import Relationship
from screener.rules import Signal
from screener.seal import Seal
from screener.store import answers, cases, erasing, file, kept, migrate, texts
from screener.store.around import find, marks
from screener.store.base import Issue, Recalled, event_key, relationship_key
from screener.store.cases import alert_of
from screener.store.tables import alerts, canaries, events, handles, issues, memories, readings, relationships
from screener.store.times import micros, moment
from screener.surroundings import Question, Surroundings


class SqlStore:
    """Relationships, events and alerts in a database. Make one with `opened`."""

    def __init__(self, engine: AsyncEngine, seal: Seal | None = None) -> None:
        self.engine = engine
        self.seal = seal

    @classmethod
    async def opened(cls, path: Path, seal: Seal | None = None) -> "SqlStore":
        """The store in the SQLite file at `path`, brought up to date; without a seal no text is kept. Raises Mistake
        when it can't be used.
        """
        file.make_ready(path)
        # Whatever fails is told without the names that were being written.
        engine = create_async_engine(f"sqlite+aiosqlite:///{path}", connect_args={"timeout": 30}, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", file.prepare)
        store = cls(engine, seal)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(migrate.upgrade)
            if seal is not None:
                await kept.catch_up(engine, seal)
        except DBAPIError as why:
            await engine.dispose()
            if getattr(why.orig, "sqlite_errorcode", 0) & 0xFF in file.DISK:
                # Not a word of moving it away: everything that was seen lies in it.
                raise Mistake(
                    f"{path}: the database can't be written ({why.orig}). Make room on the disk, then start again."
                ) from None
            raise Mistake(
                f"{path}: this is not a database of Screener ({why.orig}). Move it away, or restore a backup."
            ) from None
        return store

    async def begun(self) -> datetime:
        """When this home began to be looked after: its first event, or now."""
        async with self.engine.connect() as connection:
            first = (await connection.execute(select(func.min(events.c.captured)))).scalar()
        return moment(first) if first else datetime.now(UTC)

    async def close(self) -> None:
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["SqlTransaction"]:
        async with self.engine.begin() as connection:
            yield SqlTransaction(connection, self.seal)

    async def remembered(self, platform: str, device: str) -> dict[str, Any]:
        async with self.engine.connect() as connection:
            rows = await connection.execute(
                select(memories.c.key, memories.c.value)
                .where(memories.c.platform == platform, memories.c.device == device)
                .order_by(memories.c.turn)
            )
            return {key: json.loads(value) for key, value in rows}


class SqlTransaction:
    """One transaction on the database; see `Transaction`."""

    def __init__(self, connection: AsyncConnection, seal: Seal | None = None) -> None:
        self.connection = connection
        self.seal = seal
        self.passing: kept.Passed | None = None

    async def passed(self, at: datetime, offset_ms: int | None) -> None:
        self.passing = kept.Passed(at=at, offset_ms=offset_ms)

    async def knows(self, event: Event) -> bool:
        platform, account, id = event_key(event)
        found = await self.connection.execute(
            select(events.c.kind).where(events.c.platform == platform, events.c.account == account, events.c.id == id)
        )
        return found.first() is not None

    async def recall(self, member: Member, event: Event) -> Recalled:
        return await self._recalled(member, event.at, *relationship_key(member, event))

    async def recall_account(self, member: Member, platform: str, contact: str, at: datetime) -> Recalled:
        return await self._recalled(member, at, member.id, platform, contact)

    async def surroundings(self, question: Question) -> Surroundings:
        return await find(self.connection, question)

    async def _recalled(self, member: Member, at: datetime, *key: str) -> Recalled:
        row = (await self.connection.execute(_one(relationships, *key))).first()
        if row is None:
            return Recalled()
        alert = (await self.connection.execute(select(alerts).where(alerts.c.relationship == row.id))).first()
        # Only alerts are answered, so that what leads to none costs no look-up.
        feedback = await answers.given(self.connection, row.id) if alert is not None else ()
        return Recalled(
            relationship=Relationship.from_json(json.loads(row.state), member=member),
            signals=tuple(Signal.from_json(signal) for signal in json.loads(row.signals)),
            alert=alert_of(alert) if alert is not None else None,
            feedback=feedback,
        ).trusted(at)

    async def keep(self, member: Member, event: Event, recalled: Recalled) -> None:
        relationship = recalled.relationship
        if relationship is None:
            raise ValueError("there is no relationship to keep")
        key = relationship_key(member, event)
        now = micros(datetime.now(UTC))
        values = {
            "member_name": member.name,
            "member_is_adult": member.role != "child",
            "state": json.dumps(relationship.to_json(), ensure_ascii=True),
            "signals": json.dumps([signal.to_json() for signal in recalled.signals], ensure_ascii=True),
            "updated": now,
            **marks(relationship),
        }
        row = (await self.connection.execute(_one(relationships, *key))).first()
        id = row.id if row is not None else secrets.token_hex(8)
        if row is None:
            await self.connection.execute(
                insert(relationships).values(id=id, member=key[0], platform=key[1], contact=key[2], **values)
            )
        else:
            await self.connection.execute(update(relationships).where(relationships.c.id == id).values(**values))
        if relationship.gave and event.by == "contact":
            rows = [{"handle": handle, "relationship": id} for handle in relationship.gave]
            await self.connection.execute(upsert(handles).on_conflict_do_nothing(), rows)
        platform, account, event_id = event_key(event)
        entered = await self.connection.execute(
            upsert(events)
            .values(
                platform=platform,
                account=account,
                id=event_id,
                relationship=id,
                member=member.id,
                kind=event.kind,
                by=event.by,
                at=micros(event.at),
                captured=now,
            )
            .on_conflict_do_nothing()
        )
        again = not entered.rowcount
        if recalled.alert is not None:
            await cases.keep(self.connection, id, recalled.alert, relationship, event)
        if self.seal is not None:
            await self._keep_words(self.seal, id, event, recalled, was_known=row is not None and row.known, again=again)

    async def _keep_words(
        self, seal: Seal, id: str, event: Event, recalled: Recalled, *, was_known: bool, again: bool
    ) -> None:
        """Keeps what was written and what came with it, and from the first alert on the evidence."""
        relationship, now = recalled.relationship, datetime.now(UTC)
        assert relationship is not None
        known = relationship.known
        if not known and recalled.alert is not None:
            # A parent may have said so since it was recalled; nobody else writes from here to the end.
            known = is_trusted(await answers.given(self.connection, id), event.at)
        if not known:
            await texts.keep(self.connection, seal, id, event, captured=micros(now))
            await kept.keep_details(self.connection, seal, id, event, now=micros(now))
        elif not was_known:
            await erasing.forget_known(self.connection, id, who="", at=now)
        if recalled.alert is not None:
            passed = self.passing or kept.Passed(at=now)
            await kept.follow(
                self.connection, seal, id, event, relationship, recalled.alert, known=known, passed=passed, again=again
            )

    async def remember(self, platform: str, device: str, values: Iterable[tuple[str, Any]]) -> None:
        turn = micros(datetime.now(UTC))
        for n, (key, value) in enumerate(values):
            if value is None:
                await self.connection.execute(
                    delete(memories).where(
                        memories.c.platform == platform, memories.c.device == device, memories.c.key == key
                    )
                )
                continue
            row = {"value": json.dumps(value, ensure_ascii=True), "turn": turn + n}
            await self.connection.execute(
                upsert(memories)
                .values(platform=platform, device=device, key=key, **row)
                .on_conflict_do_update(index_elements=["platform", "device", "key"], set_=row)
            )

    async def read(self, device: str, platform: str, member: str, at: datetime) -> None:
        """Notes that something of this platform was read on this device."""
        last = micros(at)
        await self.connection.execute(
            upsert(readings)
            .values(device=device, platform=platform, member=member, last=last)
            .on_conflict_do_update(index_elements=["device", "platform", "member"], set_={"last": last})
        )

    async def note(self, issue: Issue) -> None:
        """Counts something that could not be seen."""
        at = micros(issue.at)
        await self.connection.execute(
            upsert(issues)
            .values(
                key=issue.key,
                severity=issue.severity,
                what=issue.what,
                mend=issue.mend,
                since=at,
                last=at,
                count=issue.count,
            )
            .on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "severity": issue.severity,
                    "what": issue.what,
                    "mend": issue.mend,
                    "last": at,
                    "count": issues.c.count + issue.count,
                },
            )
        )

    async def count(self, came: Iterable[tuple[str, str, Outcome, datetime]]) -> None:
        """Counts what came of answers."""
        known: dict[tuple[str, str], Canary] = {}
        for platform, endpoint, outcome, at in came:
            key = (platform, endpoint)
            if key not in known:
                query = select(canaries).where(canaries.c.platform == platform, canaries.c.endpoint == endpoint)
                row = (await self.connection.execute(query)).first()
                known[key] = canary_of(row) if row else Canary(platform=platform, endpoint=endpoint)
            known[key] = known[key].after(outcome, at)
        for canary in known.values():
            await self.connection.execute(insert(canaries).prefix_with("OR REPLACE").values(**_canary(canary)))


def _canary(canary: Canary) -> dict[str, Any]:
    at = {name: micros(found) if (found := getattr(canary, name)) else 0 for name in ("since", "last", "began")}
    return {**asdict(canary), **at}


def canary_of(row: Any) -> Canary:
    """The canary in a row of the table."""
    at = {name: moment(found) if (found := getattr(row, name)) else None for name in ("since", "last", "began")}
    return Canary(**{**row._mapping, **at})


def _one(table: Any, member: str, platform: str, contact: str) -> Any:
    return select(table).where(table.c.member == member, table.c.platform == platform, table.c.contact == contact)
