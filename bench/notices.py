"""How long it takes from an event to its notice at a server, beside only sending it: `python -m bench.notices`."""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from screener import rulebook
from screener.events import Account, Message
from screener.family import Family, Member
from screener.notify.address import read
from screener.notify.base import Note
from screener.notify.bell import Bell
from screener.notify.dispatch import Dispatch
from screener.notify.outbox import Outbox
from screener.notify.people import People
from screener.notify.post import Post
from screener.notify.standing import Household
from screener.notify.worker import Worker
from screener.pipeline import Pipeline
from screener.resources import shipped
from screener.seal import Seal
from screener.store.people import users
from screener.store.sql import SqlStore
from tests.notify.servers import MailServer, NtfyServer

AIM_MS = 2_000
BASELINE = "sending alone"
TEXT = "pay me 200 pounds or i post the pictures so your whole school sees them"
LINK = "http://screener.home:8788/"
KIM = Member.named("Kim", age=11, accounts={"facebook": ("100000000000001",)})
LONGEST_SECONDS = 30.0


@dataclass(kw_only=True)
class Received:
    """When the server took what it was sent."""

    at: list[float]

    def note(self, step: str) -> None:
        if step == "taken":
            self.at.append(time.perf_counter())

    async def wait(self, count: int) -> float:
        """Until so many were taken; when the last one was."""
        # The server runs in a thread of its own: it can set no event of this loop.
        for _ in range(int(LONGEST_SECONDS * 500)):
            if len(self.at) >= count:
                break
            await asyncio.sleep(0.002)
        return self.at[count - 1]


async def alone(url: str, received: Received, rounds: int) -> list[float]:
    """The baseline: the note is there already, and only has to be sent."""
    post, address = Post(), await asyncio.to_thread(read, url)
    took, before = [], len(received.at)
    for number in range(rounds):
        note = Note(
            id=f"{number:032}",
            title="Someone should look.",
            body="Act now.",
            link=LINK,
            at=datetime.now(UTC),
            level="act",
        )
        began = time.perf_counter()
        sending = asyncio.create_task(post.send("one", address, note))
        took.append(1000 * (await received.wait(before + number + 1) - began))
        await sending
    return took


async def whole(folder: Path, url: str, received: Received, rounds: int) -> list[float]:
    """From before an event is followed: judged, kept, told, written to the outbox, sent."""
    store, seal, bell = await SqlStore.opened(folder / "screener.db"), Seal(key=b"b" * 32), Bell()
    family = Family(members=(KIM,))
    pipeline = Pipeline(
        family=family,
        rulebook=rulebook.load(shipped("rules")),
        store=store,
        since=datetime.now(UTC) - timedelta(days=90),
    )
    async with store.engine.begin() as connection:
        row = {"id": "u1", "name": "anna", "password_hash": "-", "epoch": 0, "created": 0, "role": "owner"}
        await connection.execute(insert(users).values(**row))
    people = People(engine=store.engine, seal=seal)
    address = await asyncio.to_thread(read, url)
    await people.add("u1", name="phone", address=address, from_level="look", at=datetime.now(UTC))

    async def members() -> Sequence[Member]:
        return family.members

    async def looks() -> bool:
        return True

    home = Household(engine=store.engine, members=members)
    worker = Worker(
        outbox=Outbox(home=home), dispatch=Dispatch(home=home, seal=seal, link=LINK, looks=looks), bell=bell
    )
    telling = asyncio.create_task(worker.run())
    took, before = [], len(received.at)
    for number in range(rounds):
        event = Message(
            id=f"mid.{number}",
            at=datetime.now(UTC),
            account=Account(platform="facebook", id=KIM.accounts["facebook"][0]),
            contact=Account(
                platform="facebook", id=str(100_000_000_001_000 + number), name="Somebody", mutual_friends=0
            ),
            text=TEXT,
        )
        began = time.perf_counter()
        async with store.transaction() as tx:
            step = await pipeline.follow(event, KIM, tx)
        assert step is not None and step.alert is not None, "this message must make an alert"
        bell.ring(step.alert.id)
        took.append(1000 * (await received.wait(before + number + 1) - began))
    telling.cancel()
    with suppress(asyncio.CancelledError):
        await telling
    await store.close()
    return took


def row(took: list[float]) -> dict[str, float]:
    return {
        "median_ms": round(statistics.median(took), 1),
        "p99_ms": round(statistics.quantiles(took, n=100)[-1], 1),
        "longest_ms": round(max(took), 1),
    }


def measured(rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Mail and ntfy, each beside the baseline."""
    found = {}
    for server in (MailServer(), NtfyServer()):
        received = Received(at=[])
        server.at = received.note
        with server.up(), tempfile.TemporaryDirectory() as folder:
            base = asyncio.run(alone(server.url, received, rounds))
            told = asyncio.run(whole(Path(folder), server.url, received, rounds))
        found[type(server).__name__.removesuffix("Server").lower()] = {BASELINE: row(base), "from the event": row(told)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.notices", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    found = measured(given.rounds)
    if given.json:
        print(json.dumps(found | {"rounds": given.rounds, "aim_ms": AIM_MS}))
        return
    print(f"From an event to its notice at a server on this machine, milliseconds (aim: p99 at most {AIM_MS})")
    print(f"  {'':6} {'':15} {'median':>8} {'p99':>8} {'longest':>8}")
    for service, rows in found.items():
        for name, figures in rows.items():
            print(
                f"  {service:6} {name:15} {figures['median_ms']:>8} {figures['p99_ms']:>8} {figures['longest_ms']:>8}"
            )


if __name__ == "__main__":
    main()
