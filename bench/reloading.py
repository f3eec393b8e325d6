"""How long after a save the new rules are in force, beside reading everything anew: `python -m bench.reloading`."""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from screener.resources import shipped
from screener.rulebook import Library
from screener.rulebook.live import Live

BASELINE = "everything anew"
AIM_SECONDS = 1.0
SAVES = 10


async def measured() -> dict[str, Any]:
    """Seconds from the save of overrides.yaml until a running loop judges by it."""
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "home" / "rules"
        own.mkdir(parents=True)
        began = time.monotonic()
        library = Library(shipped("rules"), own, good=Path(folder) / "good")
        book = library.read()
        anew = time.monotonic() - began
        changed = asyncio.Event()
        live = Live(library=library, book=book, told=lambda book: changed.set())
        following = asyncio.create_task(live.follow())
        took, reading = [], []
        for number in range(SAVES):
            changed.clear()
            began, cpu = time.monotonic(), time.process_time()
            (own / "overrides.yaml").write_text(f"rules: {{late-hours: {{points: {number + 1}}}}}\n")
            await changed.wait()
            took.append(time.monotonic() - began)
            reading.append(time.process_time() - cpu)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    return {
        BASELINE: round(anew, 2),
        "after_a_save_median": round(statistics.median(took), 2),
        "after_a_save_most": round(max(took), 2),
        "cpu_of_a_save_median": round(statistics.median(reading), 3),
        "of_base": round(statistics.median(took) / anew, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    found = asyncio.run(measured())
    if given.json:
        print(json.dumps(found))
        return
    print(f"Seconds from a save until it is in force, over {SAVES} saves (aim: at most {AIM_SECONDS:.0f})")
    for name, value in found.items():
        print(f"  {name:24} {value}")


if __name__ == "__main__":
    main()
