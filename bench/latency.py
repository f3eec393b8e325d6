"""How long it takes from the wire to an alert on the dashboard's page: `python -m bench.latency`."""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from screener import story
from screener.demo.client import Client
from screener.demo.player import account_of, watched
from screener.demo.stage import STORIES, claimed, staged
from screener.demo.tabs import tab
from screener.events import Account, FriendRequest, Message
from screener.web.sessions import COOKIE
from tests.demo.chromium import browsing

AIM_MS = 2_000
TEXT = "pay me 200 pounds or i post the pictures so your whole school sees them"

# Resolves with the browser's own clock at the moment at which the page shows the name.
SEEN = """(name) => new Promise((seen) => {
  const look = () => document.body.innerText.includes(name) && (observer.disconnect(), seen(Date.now()));
  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  look();
})"""


async def measured(rounds: int) -> list[float]:
    """Milliseconds from wire to page, once for each of so many strangers."""
    told = story.load(STORIES[0])
    ours = Account(platform="facebook", id=account_of(told.member.name, "facebook"))
    took = []
    async with staged([told]) as stage, Client(tab("facebook", ours.id), stage.route):
        await watched(stage.cast.facebook, ours.id)
        url = stage.supervisor.dashboard_url
        session = await asyncio.to_thread(claimed, url, str(stage.supervisor.claim_code), "a long enough password")
        with tempfile.TemporaryDirectory() as folder:
            async with browsing(Path(folder)) as parents:
                await parents.add_cookies([{"name": COOKIE, "value": session, "url": url}])
                page = await parents.new_page()
                await page.goto(url)
                for number in range(rounds):
                    name = f"Stranger {number:03d}"
                    contact = Account(platform="facebook", id=str(100_000_000_001_000 + number), name=name)
                    at = datetime.now(UTC)
                    asked = FriendRequest(id=f"r{number}", at=at, account=ours, contact=contact)
                    stage.cast.facebook.happens(asked)
                    # The page is told of the threat alone: the request is long read by then.
                    await asyncio.sleep(1.0)
                    seen = asyncio.create_task(page.evaluate(SEEN, name))
                    await asyncio.sleep(0.2)
                    began = time.time() * 1000
                    stage.cast.facebook.happens(
                        Message(id=f"mid.$bench{number}", at=at, account=ours, contact=contact, text=TEXT)
                    )
                    took.append(await asyncio.wait_for(seen, 30) - began)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    took = asyncio.run(measured(given.rounds))
    found = {
        "rounds": len(took),
        "median_ms": round(statistics.median(took)),
        "p90_ms": round(statistics.quantiles(took, n=10)[-1]),
        "longest_ms": round(max(took)),
        "aim_ms": AIM_MS,
    }
    if given.json:
        print(json.dumps(found))
        return
    print(f"From the wire to the dashboard's page, milliseconds (aim: at most {AIM_MS})")
    for name in ("median_ms", "p90_ms", "longest_ms"):
        print(f"  {name.removesuffix('_ms'):<8} {found[name]:>6}")


if __name__ == "__main__":
    main()
