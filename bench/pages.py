"""How fast the pages come with ten thousand alerts, beside reading every alert whole: `python -m bench.pages`."""

import argparse
import asyncio
import json
import re
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert

from screener.levels import LEVELS
from screener.relationships import Relationship
from screener.store.around import marks
from screener.store.base import Recalled
from screener.store.cases import listed
from screener.store.sql import SqlStore
from screener.store.tables import alerts, relationships
from screener.store.times import micros
from screener.web.roles import Eyes
from tests.make import NOON
from tests.web.house import KIM, Home, a_bad_story, a_home

AIM = "the first page within 100 ms in 99 of 100 cases, and at most 200 KB on a first load"
BASELINE = "whole alerts, sifted in Python"
YARDSTICK = "a million squares, for scale"
ALERTS, CONTACTS, MEMBERS = 10_000, 1_000, 10
ROUNDS, WARM = 100, 5
PAGES = {
    "overview": "/",
    "closed": "/closed",
    "search, first page": "/search",
    "search, a name": "/search?text=stranger+77",
    "search, page 40": "/search?page=40",
}


async def filled(home: Home) -> None:
    """Ten members with a thousand strangers each: copies of one that went all the way."""
    await home.happens(*a_bad_story(KIM))
    async with home.store.transaction() as tx:
        one = await tx.recall(KIM, a_bad_story(KIM)[0])
    assert one.relationship is not None and one.alert is not None
    relationship_rows, alert_rows = [], []
    for n in range(ALERTS - 1):
        whose, who = divmod(n, CONTACTS)
        member = replace(KIM, id=f"{KIM.id}{whose}" if whose else KIM.id, name=KIM.name)
        contact = replace(one.relationship.contact, id=f"8{who:012}", name=f"Stranger {who}")
        kept = replace(one.relationship, member=member, contact=contact, names=(f"Stranger {who}",), called=())
        relationship_rows.append(_relationship(n, kept, one))
        alert_rows.append(_alert(n, kept, one))
    async with home.store.engine.begin() as connection:
        await connection.execute(insert(relationships), relationship_rows)
        await connection.execute(insert(alerts), alert_rows)


def _relationship(n: int, kept: Relationship, one: Recalled) -> dict[str, Any]:
    return {
        "id": f"r{n}",
        "member": kept.member.id,
        "member_name": kept.member.name,
        "member_is_adult": False,
        "platform": kept.contact.platform,
        "contact": kept.contact.id,
        "state": json.dumps(kept.to_json()),
        "signals": json.dumps([signal.to_json() for signal in one.signals]),
        "updated": 0,
        **marks(kept),
    }


def _alert(n: int, kept: Relationship, one: Recalled) -> dict[str, Any]:
    assert one.alert is not None
    level = LEVELS[n % 7 % 3]
    at = NOON - timedelta(minutes=n)
    return {
        "id": f"a{n}",
        "relationship": f"r{n}",
        "level": level,
        "height": LEVELS.index(level) + 1,
        "points": one.alert.points,
        "state": ("new", "seen", "closed")[n % 3],
        "opened": micros(at),
        "updated": micros(at),
        "body": json.dumps(one.alert.to_json()),
        **listed(kept, one.alert.stages, one.alert.signals),
        "pressed": n % 2 == 0,
    }


async def measured(work: Callable[[], Awaitable[object]], rounds: int) -> dict[str, float]:
    """The median and the slowest hundredth, in milliseconds; and the same of the processor's time alone, which other
    programs on the machine don't lengthen.
    """
    took, busy = [], []
    for n in range(rounds + WARM):
        began, worked = time.perf_counter(), time.process_time()
        await work()
        if n >= WARM:
            took.append((time.perf_counter() - began) * 1000)
            busy.append((time.process_time() - worked) * 1000)
    return {**_spread(took, ""), **_spread(busy, "_cpu")}


def _spread(times: list[float], of: str) -> dict[str, float]:
    times.sort()
    last = times[min(int(len(times) * 0.99), len(times) - 1)]
    return {f"p50{of}_ms": round(statistics.median(times), 1), f"p99{of}_ms": round(last, 1)}


async def first_load(browser: httpx.AsyncClient) -> int:
    """The bytes of the overview and of everything it links, as they would go over the wire to a new browser."""
    page = await browser.get("/")
    seen = sum([len(part) async for part in (await _raw(browser, "/")).aiter_raw()])
    for path in dict.fromkeys(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)):
        seen += sum([len(part) async for part in (await _raw(browser, path)).aiter_raw()])
    return seen


async def _raw(browser: httpx.AsyncClient, path: str) -> httpx.Response:
    return await browser.send(browser.build_request("GET", path), stream=True)


async def baseline(home: Home) -> None:
    """What a page that reads every alert whole would do, no more than the five hundred it used to stop at."""
    user = await home.desk.user("anna")
    assert user is not None
    Eyes(user=user, now=home.clock()).whole(await home.desk.alerts(state="open"))


async def squares() -> None:
    """The same work on every machine: about 50 ms on one that has nothing else to do."""
    sum(n * n for n in range(1_000_000))


async def run(rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        home = await a_home(Path(folder))
        await filled(home)
        await _settled(home.store)
        browser = await home.browser("anna")
        found: dict[str, Any] = {}
        for name, path in PAGES.items():
            found[name] = await measured(lambda path=path: _good(browser, path), rounds)  # type: ignore[misc]
        one = (await home.desk.alerts())[0].id
        found["one alert"] = await measured(lambda: _good(browser, f"/alerts/{one}"), rounds)
        found[BASELINE] = await measured(lambda: baseline(home), max(rounds // 10, 3))
        found[YARDSTICK] = await measured(squares, max(rounds // 10, 3))
        found["first load"] = {"kilobytes": round(await first_load(browser) / 1000, 1)}
        await home.close()
        return found


async def _settled(store: SqlStore) -> None:
    """As it lies on a disk after a while: what the planner knows is what is there."""
    async with store.engine.begin() as connection:
        await connection.exec_driver_sql("ANALYZE")


async def _good(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 200, path


def main() -> None:
    words = argparse.ArgumentParser(prog="bench.pages", description=__doc__)
    words.add_argument("--json", action="store_true", help="print JSON")
    words.add_argument("--rounds", type=int, default=ROUNDS)
    given = words.parse_args()
    found = asyncio.run(run(given.rounds))
    if given.json:
        print(json.dumps(found))
        return
    print(f"Pages with {ALERTS:,} alerts about {CONTACTS:,} contacts. Aim: {AIM}")
    for name, row in found.items():
        print(f"  {name:32}" + "  ".join(f"{value:8} {unit.replace('_', ' ')}" for unit, value in row.items()))


if __name__ == "__main__":
    main()
