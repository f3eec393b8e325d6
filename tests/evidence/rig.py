"""Cases as a home keeps them: stories played on simulated platforms, decoded, judged and kept by the real program."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from screener import story
from screener.evidence.export import Bag, Wish, exported
from screener.family import Family, Member
from screener.kept import Case
from screener.pipeline import Pipeline
from screener.platforms import Kept, Memory, decode, endpoints
from screener.seal import Seal
from screener.store.casebook import SqlCases
from screener.store.sql import SqlStore
from screener.store.tables import alerts
from tests.demo.tape import taped
from tests.make import RULES

ROOT = Path(__file__).resolve().parents[2]
STORIES = ROOT / "screener" / "demo" / "stories"
END = datetime(2026, 11, 21, 12, tzinfo=UTC)
MADE = datetime(2026, 11, 21, 13, 5, 7, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


@dataclass(kw_only=True)
class Kept_:
    """What lies in a home after its stories."""

    store: SqlStore
    cases: SqlCases
    member: Member

    async def case(self, platform: str) -> Case:
        """The case on that platform, of the member as the family knows them."""
        async with self.store.engine.connect() as connection:
            ids = (await connection.scalars(select(alerts.c.id).where(alerts.c.platform == platform))).all()
        case = await self.cases.case(ids[0])
        assert case is not None
        return replace(case, member=self.member)

    async def bag(self, platform: str, **wish: object) -> Bag:
        return await exported(
            self.cases,
            await self.case(platform),
            KEY,
            wish=Wish(by="anna", **wish),
            now=MADE,  # type: ignore[arg-type]
        )


@asynccontextmanager
async def after(name: str, folder: Path) -> AsyncIterator[Kept_]:
    """A home in which the story of that name was played."""
    told = story.load(STORIES / f"{name}.story.yaml")
    seal = Seal(key=b"s" * 32)
    store = await SqlStore.opened(folder / f"{name}.db", seal)
    try:
        played, captures = await taped(told, END)
        member = replace(
            told.events[0].member, accounts={event.account.platform: (event.account.id,) for event in played}
        )
        pipeline = Pipeline(
            family=Family(members=(member,)), rulebook=RULES, store=store, since=END - timedelta(days=400)
        )
        kept: dict[str, Kept] = {}
        streams: dict[str, dict[str, object]] = {}
        for capture in captures:
            stream = streams.setdefault(capture.stream, {}) if capture.stream else {}
            found = endpoints().find(host=capture.host, method=capture.method, path=capture.path, via=capture.via)
            assert found is not None
            memory = Memory(kept=kept.setdefault(found.platform, Kept()), stream=stream)
            decoded = decode(capture, memory)
            assert decoded is not None
            await pipeline.screen(capture, decoded, memory)
        yield Kept_(store=store, cases=SqlCases(engine=store.engine, seal=seal), member=member)
    finally:
        await store.close()


async def whole(bag: Bag) -> bytes:
    return b"".join([piece async for piece in bag.pieces])
