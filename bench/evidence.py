"""What making a bag costs: a case of sixty days with 20,000 messages, beside only walking along its chain.

Seconds are those of the processor: how busy the machine is otherwise makes no difference.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update

from screener.evidence.export import Wish, exported, written
from screener.evidence.gathered import gathered
from screener.evidence.verify import read, wrongs
from screener.store.casebook import SqlCases
from screener.store.links import Draft, append
from screener.store.tables import alerts, chains
from tests.make import NOON
from tests.web.house import Home, a_bad_story, a_home

DAYS, AT_ONCE = 60, 2_000
MOST_SECONDS, MOST_MB = 10.0, 120.0
MADE = datetime(2026, 12, 2, tzinfo=UTC)


async def grown(home: Home, messages: int) -> str:
    """The id of a case that has so many messages more."""
    await home.happens(*a_bad_story())
    async with home.store.engine.connect() as connection:
        id = str((await connection.scalars(select(alerts.c.id))).one())
    apart = timedelta(days=DAYS) / messages
    for first in range(0, messages, AT_ONCE):
        drafts = [_message(number, NOON + number * apart) for number in range(first, min(first + AT_ONCE, messages))]
        async with home.store.engine.begin() as connection:
            await connection.execute(update(chains).where(chains.c.case == id).values(length=chains.c.length))
            await append(connection, home.seal, id, drafts)
    return id


def _message(number: int, at: datetime) -> Draft:
    words = f"message {number}: so how was your day, did you get the homework done before practice? 😀"
    return Draft(
        kind="message",
        at=at,
        captured=at + timedelta(milliseconds=300),
        offset_ms=-12,
        by="member" if number % 3 else "contact",
        platform="facebook",
        account="100000000000001",
        event=f"mid.$bench.{number}",
        body={"text": words, "conversation": "100000000000666"},
    )


async def measured(messages: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        home = await a_home(Path(folder))
        try:
            id = await grown(home, messages)
            cases = SqlCases(engine=home.store.engine, seal=home.seal)
            case = await cases.case(id)
            assert case is not None
            before = _peak_mb()
            began = time.process_time()
            await gathered(cases, case)
            walk = time.process_time() - began
            began = time.process_time()
            bag = await exported(cases, case, Ed25519PrivateKey.generate(), wish=Wish(), now=MADE)
            place = await written(bag, Path(folder) / "bag.zip")
            took, grew = time.process_time() - began, _peak_mb() - before
            size = place.stat().st_size / 1e6
        finally:
            await home.close()
        began = time.process_time()
        found = wrongs(read(place))
        checked = time.process_time() - began
    print(f"{messages:,} messages of {DAYS} days, {size:.1f} MB of zip")
    print(f"  walking along the chain, the baseline   {walk:6.2f} s   1.0")
    print(f"  making the bag                          {took:6.2f} s   {took / walk:.1f}   {grew:.0f} MB more memory")
    print(f"  checking it                             {checked:6.2f} s   {checked / walk:.1f}   {len(found)} faults")
    return 1 if found or took > MOST_SECONDS or grew > MOST_MB else 0


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    words = argparse.ArgumentParser(prog="bench.evidence", description=__doc__)
    words.add_argument("--messages", type=int, default=20_000)
    return asyncio.run(measured(words.parse_known_args()[0].messages))


if __name__ == "__main__":
    sys.exit(main())
