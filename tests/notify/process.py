"""A home in a process of its own, to be killed: `python -m tests.notify.process FOLDER ALERTS`.

It goes on where the last one was killed, and says "done" when so many alerts are told.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Table, func, select

from screener.notify.people import People
from screener.seal import Seal
from screener.store.people import notices
from screener.store.sql import SqlStore
from screener.store.tables import alerts
from tests.notify.rig import Clock, Place, a_worker

SEAL = Seal(key=b"k" * 32)


class Now(Clock):
    """The real time."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)


async def main(folder: Path, most: int) -> None:
    store, clock = await SqlStore.opened(folder / "screener.db"), Now()
    place = Place(
        store=store,
        clock=clock,
        seal=SEAL,
        worker=a_worker(store, SEAL, clock),
        people=People(engine=store.engine, seal=SEAL),
    )
    place.worker.tick = 0.2
    telling = asyncio.create_task(place.worker.run())
    await told(store)
    for there in range(await count(store, alerts, alerts.c.id.is_not(None)), most):
        await place.happens("act" if there % 2 else "talk", contact=f"{100_000_000_000_000 + there}")
        await told(store)
    print("done", flush=True)
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    await store.close()


async def told(store: SqlStore) -> None:
    """Until nothing waits any more; an alert whose notice is not made yet waits as well."""
    for _ in range(600):
        made = await count(store, notices, notices.c.what != "known")
        waits = await count(store, notices, notices.c.state.in_(("waits", "sending")))
        if not waits and made >= await count(store, alerts, alerts.c.id.is_not(None)):
            return
        await asyncio.sleep(0.02)


async def count(store: SqlStore, table: Table, which: ColumnElement[bool]) -> int:
    async with store.engine.connect() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table).where(which)) or 0)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
