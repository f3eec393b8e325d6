"""Finds in the database what was kept of a case, lets a parent add to it, and deletes it when a parent says so."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screener import chain
from screener.family import Member
from screener.kept import Case, Entry, Named, NameKind
from screener.relationships import Relationship
from screener.seal import Seal
from screener.store import erasing
from screener.store.entering import Seen
from screener.store.linked import linked
from screener.store.links import AT_ONCE, Draft, append, entry_of
from screener.store.people import acts
from screener.store.tables import alerts, chains, links, relationships
from screener.store.texts import scrub
from screener.store.times import moment

CLOSING = ("closed", "trusted")
LONGEST_BODY = 20_000
"""So many letters may be added at once."""


@dataclass(frozen=True, kw_only=True)
class SqlCases:
    """See `Cases`. Who may see or do what is the pages' business."""

    engine: AsyncEngine
    seal: Seal

    async def case(self, id: str) -> Case | None:
        async with self.engine.connect() as connection:
            row = (await connection.execute(_CASE.where(chains.c.case == id))).first()
            if row is None:
                return None
            closed = await _closed(connection, id) if row.state == "closed" else None
            role = "adult" if row.member_is_adult else "child"
            member = Member(id=row.member, name=row.member_name, role=cast(Any, role))
            relationship = Relationship.from_json(json.loads(row.memory), member=member)
            others = await linked(connection, relationship)
        return Case(
            id=id,
            member=member,
            account=relationship.account,
            contact=relationship.contact,
            names=_names(Seen.from_json(json.loads(row.seen))),
            opened=moment(row.opened),
            closed=closed,
            level=row.level,
            known=row.known,
            wanted=bool(row.is_kept),
            count=row.length,
            head=bytes(row.head),
            linked=others,
        )

    async def entries(self, id: str) -> AsyncIterator[Entry]:
        """In order, as they are at one moment; those beyond a case's `count` came after it was read."""
        async with self.engine.connect() as connection:
            await connection.execute(text("BEGIN"))
            number = 0
            while True:
                query = select(links).where(links.c.case == id, links.c.number > number).order_by(links.c.number)
                rows = (await connection.execute(query.limit(AT_ONCE))).all()
                for row in rows:
                    yield entry_of(row, self.seal)
                if len(rows) < AT_ONCE:
                    return
                number = rows[-1].number

    async def faults(self, id: str) -> list[chain.Fault]:
        """What is wrong with a chain as it lies in the database; nothing where it is whole."""
        case = await self.case(id)
        if case is None:
            return [chain.Fault(number=0, why="there is no such case")]
        check, found = chain.Check(case=id), list[chain.Fault]()
        async for entry in self.entries(id):
            if entry.number > case.count:
                break
            found += check.follow(entry.as_link())
        return found + check.end(head=case.head, count=case.count)

    async def add(self, id: str, kind: str, body: Mapping[str, Any], *, who: str, at: datetime | None = None) -> int:
        """Enters something that did not come from a platform, such as a payment that a parent writes down; gives its
        number. Raises KeyError where there is no such case, ValueError where it is too long.
        """
        now = datetime.now(UTC)
        whole = {**body, "who": who}
        if len(chain.canonical(whole)) > LONGEST_BODY:
            raise ValueError(f"{kind}: this is too long. Keep to {LONGEST_BODY:,} letters.")
        async with self.engine.begin() as connection:
            # The write comes first, so that the end of the chain is read by nobody else meanwhile.
            await connection.execute(update(chains).where(chains.c.case == id).values(length=chains.c.length))
            query = select(alerts.c.platform).join(chains, chains.c.case == alerts.c.id).where(chains.c.case == id)
            platform = (await connection.execute(query)).scalar()
            if platform is None:
                raise KeyError(id)
            draft = Draft(kind=kind, at=at or now, captured=now, platform=platform, body=whole)
            return await append(connection, self.seal, id, [draft])

    async def erase(self, id: str, *, who: str, at: datetime | None = None) -> int:
        """Deletes everything that the case holds, the words of its relationship among it; says how many entries were
        emptied. Afterwards it is nowhere in the files; in the chain stand when something came, and this deletion.
        """
        async with self.engine.begin() as connection:
            gone = await erasing.erase(connection, id, why="asked", who=who, at=at or datetime.now(UTC))
        await scrub(self.engine)
        return gone


_CASE = select(
    chains,
    alerts.c.level,
    alerts.c.state,
    relationships.c.member,
    relationships.c.member_name,
    relationships.c.member_is_adult,
    relationships.c.known,
    relationships.c.state.label("memory"),
    erasing.is_kept().label("is_kept"),
).select_from(
    chains.join(alerts, alerts.c.id == chains.c.case).join(relationships, relationships.c.id == chains.c.relationship)
)


async def _closed(connection: AsyncConnection, id: str) -> datetime | None:
    query = select(func.max(acts.c.at)).where(acts.c.alert == id, acts.c.did.in_(CLOSING))
    at = (await connection.execute(query)).scalar()
    return moment(at) if at is not None else None


def _names(seen: Seen) -> tuple[Named, ...]:
    found = sorted(seen.names, key=lambda each: (each[2], each[3]))
    return tuple(
        Named(value=value, kind=cast(NameKind, kind), first=_second(first), last=_second(last))
        for kind, value, first, last in found
    )


def _second(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
