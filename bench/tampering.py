"""Breaks a bag a thousand times, and kills keeping and export two hundred times each (`make soak`): all is seen."""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import select

from screener.evidence.export import Wish, exported, written
from screener.evidence.verify import read, wrongs
from screener.store.casebook import SqlCases
from screener.store.tables import alerts
from tests import killing
from tests.evidence.rig import KEY, MADE, after
from tests.killing import SEAL, opened


async def made(folder: Path) -> Path:
    async with after("police-2", folder) as home:
        return await written(await home.bag("skype"), folder / "bag.zip")


def flipped(files: dict[str, bytes], count: int, dice: random.Random) -> list[str]:
    """Changes of one byte that were not found, or not named."""
    names, sizes = list(files), [len(content) for content in files.values()]
    unseen = []
    for number in range(count):
        name = names[number] if number < len(names) else dice.choices(names, sizes)[0]
        content, at = files[name], dice.randrange(len(files[name]))
        broken = content[:at] + bytes([content[at] ^ dice.randrange(1, 256)]) + content[at + 1 :]
        if not any(name in each for each in wrongs(files | {name: broken})):
            unseen.append(f"{name}, byte {at}")
    return unseen


async def exporting(folder: Path, place: Path, ready: int) -> None:
    """Makes the bag of the case that lies there, as the command does; says when it begins and when it is done."""
    store = opened(folder)
    cases = SqlCases(engine=store.engine, seal=SEAL)
    async with store.engine.connect() as connection:
        id = (await connection.scalars(select(alerts.c.id))).first()
    case = await cases.case(str(id))
    assert case is not None
    os.write(ready, b"b")
    await written(await exported(cases, case, KEY, wish=Wish(), now=MADE), place)
    os.write(ready, b"d")
    await store.close()


def forked(folder: Path, place: Path) -> tuple[int, int]:
    """A process that exports; gives its id, and where it says how far it is."""
    reads, writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reads)
            asyncio.run(exporting(folder, place, writes))
        finally:
            os._exit(0)
    os.close(writes)
    return pid, reads


def killed(count: int, folder: Path, dice: random.Random) -> tuple[int, int]:
    """How often half a bag lay under the final name, and how often a whole one: it was killed after its end."""
    place, halves, wholes, longest = folder / "killed.zip", 0, 0, 0.0
    for number in range(count):
        pid, reads = forked(folder, place)
        assert os.read(reads, 1) == b"b", "the export did not begin"
        began = time.monotonic()
        if number:
            time.sleep(dice.random() * longest)
        else:  # the first goes on to its end, which says how long it takes
            assert os.read(reads, 1) == b"d", "the export did not end"
            longest = (time.monotonic() - began) * 1.1
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(reads)
        if place.exists():
            whole = wrongs(read(place)) == []
            halves, wholes = halves + (not whole), wholes + whole
            place.unlink()
    return halves, wholes


def main() -> int:
    words = argparse.ArgumentParser(prog="bench.tampering", description=__doc__)
    words.add_argument("--flips", type=int, default=1_000)
    words.add_argument("--kills", type=int, default=200)
    words.add_argument("--seed", type=int, default=1)
    given, _ = words.parse_known_args()
    dice = random.Random(given.seed)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory() as folder:
        files = read(asyncio.run(made(Path(folder))))
        assert wrongs(files) == []
        unseen = flipped(files, given.flips, dice)
        print(f"{given.flips:,} bytes changed in {len(files)} files: {len(unseen)} unseen", flush=True)
        # Forked, with everything imported, as a new program for each would take longer than what is killed.
        kept = Path(folder) / "kept"
        kept.mkdir()
        torn = killing.main(kept, given.kills, given.seed)
        halves, wholes = killed(given.kills, kept, dice)
        print(f"{given.kills} times killed at an export: {halves} half bags under the final name, {wholes} whole ones")
    print("\n".join(unseen))
    return 1 if unseen or halves or torn or not 0 < wholes < given.kills else 0


if __name__ == "__main__":
    sys.exit(main())
