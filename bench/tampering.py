"""Breaks bags a thousand times, and kills their making two hundred times (`make soak`): nothing may go unseen."""

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from screener.evidence.export import written
from screener.evidence.verify import read, wrongs
from tests.evidence.rig import after
from tests.evidence.test_export import SLOW


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


def killed(count: int, folder: Path, dice: random.Random) -> int:
    """How often half a bag lay under the final name."""
    place, halves = folder / "killed.zip", 0
    for _ in range(count):
        child = subprocess.Popen([sys.executable, "-c", SLOW, str(place)], stdout=subprocess.PIPE)  # noqa: S603
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(dice.random() * 0.9)
        child.kill()
        child.wait()
        child.stdout.close()
        if place.exists():
            halves += zipfile.ZipFile(place).testzip() is not None
            place.unlink()
    return halves


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
        halves = killed(given.kills, Path(folder), dice)
        print(f"{given.kills} times killed: {halves} half bags under the final name")
    print("\n".join(unseen))
    return 1 if unseen or halves else 0


if __name__ == "__main__":
    sys.exit(main())
