"""What keeping evidence costs: an event with an open case, beside the same without: `python -m bench.keeping`."""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from screener.alerts import Alert
from screener.events import Account, Event, Message
from screener.family import Member
from screener.relationships import Relationship
from screener.rules import Signal
from screener.score import Score
from screener.seal import Seal
from screener.store import texts
from screener.store.base import Recalled
from screener.store.casebook import SqlCases
from screener.store.sql import SqlStore
from screener.store.tables import events
from screener.store.times import micros

BASELINE = "no words kept"
ALERT = "alert alone"
"""An alert without any words or evidence: what the chain costs is the difference to this."""
KINDS = (BASELINE, "words kept", ALERT, "open case")
EVENTS = 400
BEFORE = 5_000
NOON = datetime(2026, 10, 2, 12, tzinfo=UTC)
KIM = Member(id="member:Kim", name="Kim", age=13)
OURS = Account(platform="facebook", id="100000000000001")
TEXT = "hey, I saw you at the match, call me at +1 555 0100 or look at https://example.com/me"
SIGNAL = Signal(rule="r", stage="pressure", points=50, because="A reason.", advice="", event="m0", at=NOON)


def message(number: int, contact: str = "100000000000002") -> Event:
    return Message(
        id=f"m{number}",
        at=NOON + timedelta(seconds=number),
        account=OURS,
        contact=Account(platform="facebook", id=contact, name="Maya R."),
        text=f"{TEXT} {number}",
    )


def after(event: Event, *, alert: bool) -> Recalled:
    """What the pipeline would keep with it; building that is not measured."""
    relationship = Relationship.first(member=KIM, event=event).after(event)
    score = Score(points=50, level="talk", stages=("pressure",), signals=(SIGNAL,))
    opened = Alert.opening(id="case", score=score, at=NOON) if alert else None
    return Recalled(relationship=relationship, alert=replace(opened, updated=NOON) if opened else None)


async def kept(folder: Path, kind: str, many: int) -> dict[str, float]:
    """Milliseconds for one event in a transaction of its own, the flush to the disk included."""
    store = await SqlStore.opened(folder / "screener.db", None if kind in (BASELINE, ALERT) else Seal(key=b"k" * 32))
    took, worked = [], []
    for number in range(many + 20):
        event = message(number)
        state = after(event, alert=kind in (ALERT, "open case"))
        began, work = time.perf_counter(), time.process_time()
        async with store.transaction() as tx:
            await tx.keep(KIM, event, state)
        took.append(time.perf_counter() - began)
        worked.append(time.process_time() - work)
    await store.close()
    return {
        "p50_ms": round(statistics.median(took[20:]) * 1e3, 2),
        "p99_ms": round(statistics.quantiles(took[20:], n=100)[-1] * 1e3, 2),
        "cpu_ms": round(statistics.fmean(worked[20:]) * 1e3, 2),
    }


async def opening(folder: Path, before: int) -> dict[str, float]:
    """Seconds for the first alert of a relationship in which so much was written before, and for looking it through."""
    seal = Seal(key=b"k" * 32)
    store = await SqlStore.opened(folder / "screener.db", seal)
    async with store.transaction() as tx:
        for number in range(before):
            event = message(number)
            if number == 0:
                await tx.keep(KIM, event, after(event, alert=False))
        row = (await tx.connection.execute(select(events))).one()._asdict()
        rows = [row | {"id": f"m{n}", "at": micros(NOON) + n} for n in range(1, before)]
        await tx.connection.execute(insert(events), rows)
        await _written(tx.connection, seal, row["relationship"], before)
    began = time.perf_counter()
    async with store.transaction() as tx:
        event = message(before)
        await tx.keep(KIM, event, after(event, alert=True))
    opened = time.perf_counter() - began
    cases, began = SqlCases(engine=store.engine, seal=seal), time.perf_counter()
    assert await cases.faults("case") == []
    checked = time.perf_counter() - began
    await store.close()
    return {"before": before, "opened_s": round(opened, 2), "checked_s": round(checked, 2)}


async def _written(connection: Any, seal: Seal, relationship: str, many: int) -> None:
    for number in range(1, many):
        await texts.keep(connection, seal, relationship, message(number), captured=micros(NOON))


def measured(many: int, before: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            found[kind] = asyncio.run(kept(Path(folder), kind, many))
    with tempfile.TemporaryDirectory() as folder:
        found["opening"] = asyncio.run(opening(Path(folder), before))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--before", type=int, default=BEFORE)
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    found = measured(given.events, given.before)
    if given.json:
        print(json.dumps(found))
        return
    print("One event kept, in a transaction of its own; with an open case it also enters the chain, sealed")
    base = found[BASELINE]
    for kind in KINDS:
        row = found[kind]
        share = row["cpu_ms"] / base["cpu_ms"]
        print(
            f"  {kind:14} p50 {row['p50_ms']:>6} ms   p99 {row['p99_ms']:>6} ms   CPU {row['cpu_ms']:>5} ms"
            f"   {share:.2f} of base"
        )
    row = found["opening"]
    print(
        f"\nA case opened with {row['before']:,} messages from before: {row['opened_s']} s, each link checked:"
        f" {row['checked_s']} s"
    )


if __name__ == "__main__":
    main()
