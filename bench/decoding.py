"""How fast captures are decoded, platform by platform, beside only parsing the same bytes as JSON."""

import argparse
import json
import statistics
import time
from dataclasses import replace
from typing import Any

from screener.capture import Capture
from screener.platforms import Kept, Memory, decode, decoders
from tests.platforms.cases import Case, built, cases

ROUNDS = 20
ROWS = 1_100
"""Requests in a list of about 300 KB."""
USERS = 6_500
"""Users and relationships in a READY of about 1 MB."""


def large() -> dict[str, list[Capture]]:
    """The two sizes that a browser really brings: a list of requests, and the beginning of a session."""
    person = {"name": "Somebody", "url": "https://www.facebook.com/some.example", "social_context": {"text": "x" * 60}}
    rows = [{"node": {"id": str(10**14 + n), **person}, "time": 1_790_000_000 + n} for n in range(ROWS)]
    answer = {"data": {"viewer": {"friending_possibilities": {"edges": rows}}}}
    form = {"av": "100000000000001", "fb_api_req_friendly_name": "FriendingCometFriendRequestsRootQuery"}
    users = [{"id": str(10**18 + n), "username": f"somebody{n}", "global_name": "Somebody"} for n in range(USERS)]
    friends = [{"id": user["id"], "user_id": user["id"], "type": 1} for user in users]
    me = {"id": "1100000000000000001", "username": "me"}
    ready = {"op": 0, "t": "READY", "d": {"user": me, "users": users, "relationships": friends, "session_id": "s"}}
    return {
        "facebook, a list": [
            _one("POST", "https://www.facebook.com/api/graphql/", {"form": form}, {"json": answer}),
        ],
        "discord, READY": [_one("GET", "wss://gateway.discord.gg/?v=9&encoding=json", None, {"json": ready})],
    }


def _one(method: str, url: str, request: Any, response: Any) -> Capture:
    raw = {"method": method, "url": url, "account": "100000000000001", "request": request, "response": response}
    if url.startswith("wss"):
        raw = {"url": url, "body": response}
    case = Case(platform="", title="", captures=(raw,), events=(), unreadable=())
    return next(built(case))[0]


def measured(captures: list[list[Capture]]) -> dict[str, float]:
    """Captures a second, the median and the slowest hundredth in milliseconds, and both beside `json.loads`."""
    took, base = [], []
    events = 0
    for _ in range(ROUNDS):
        for conversation in captures:
            kept, streams = Kept(), {}
            for one in conversation:
                # What a capture has parsed once it remembers.
                fresh = replace(one, id=one.id)
                memory = Memory(kept=kept, stream=streams.setdefault(one.stream, {}))
                began = time.perf_counter()
                decoded = decode(fresh, memory)
                took.append((time.perf_counter() - began) * 1000)
                events += len(decoded.events) if decoded else 0
                began = time.perf_counter()
                _parse(one.response)
                base.append((time.perf_counter() - began) * 1000)
    took.sort()
    return {
        "captures": len(took) // ROUNDS,
        "events": events // ROUNDS,
        "kilobytes": round(sum(len(one.response) for each in captures for one in each) / 1000, 1),
        "a_second": round(1000 * len(took) / sum(took)),
        "p50_ms": round(statistics.median(took), 3),
        "p99_ms": round(took[int(len(took) * 0.99)], 3),
        "times_json": round(sum(took) / max(sum(base), 1e-9), 1),
    }


def _parse(body: bytes) -> None:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return


def main() -> None:
    words = argparse.ArgumentParser(prog="bench.decoding", description=__doc__)
    words.add_argument("--json", action="store_true", help="print JSON")
    given = words.parse_args()
    found = {
        decoder.name: measured([[one for one, _ in built(case)] for case in cases(decoder.name)])
        for decoder in decoders()
    }
    found |= {name: measured([captures]) for name, captures in large().items()}
    if given.json:
        print(json.dumps(found))
        return
    print("Captures decoded on one core; the cases of each platform, then real sizes. Base: json.loads of the answer")
    print(
        f"  {'':18} {'captures':>8} {'events':>7} {'KB':>8} {'a second':>9} {'p50 ms':>8} {'p99 ms':>8} {'of base':>8}"
    )
    for name, row in found.items():
        print(
            f"  {name:18} {row['captures']:8} {row['events']:7} {row['kilobytes']:8} {row['a_second']:9}"
            f" {row['p50_ms']:8} {row['p99_ms']:8} {row['times_json']:7}x"
        )


if __name__ == "__main__":
    main()
