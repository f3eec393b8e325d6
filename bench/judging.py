"""What judging costs, beside the same pipeline without any rule in the same run: `python -m bench.judging`."""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any

from bench.hostile import hostile
from bench.processes import memory_mb
from screener import rulebook, story
from screener.events import Event, Message
from screener.family import Family
from screener.pipeline import Pipeline
from screener.platforms import decoders
from screener.relationships import Relationship
from screener.resources import checkout, shipped
from screener.rulebook import Change, Rulebook, Variant
from screener.rulebook.lists import Listener, Phrase
from screener.rules import Condition, Signal
from screener.store.base import Recalled
from screener.store.memory import MemoryStore
from screener.story import Told

BASELINE = "no rules"
AIM = "at least 5,000 events a second with 500 rules"
RULES = (500, 5_000)
EVENTS, WARM = 5_000, 300
RELATIONSHIPS = 10_000
DAYS = (1, 10, 60, 365)
A_DAY = 3
"""Messages a day in a slow relationship."""
LAST = 200


def read_stories() -> Sequence[story.Story]:
    """The stories that everybody may read, long and short, harmful and innocent."""
    here = checkout()
    assert here is not None, "benches run from a checkout"
    folders = (here / "tests/stories", here / "tests/stories/read", here / "screener/demo/stories")
    return [story.load(path) for folder in folders for path in sorted(folder.glob("*.story.yaml"))]


def without_rules(book: Rulebook) -> Rulebook:
    """The baseline: events are remembered and facts gathered, but nothing is heard and nothing weighed."""
    return replace(book, rules=(), lists=(), listener=Listener([]))


def grown(book: Rulebook, rules: int) -> Rulebook:
    """So many rules, made of the shipped ones: each further copy has lists of its own, with a phrase in each."""
    made = list(book.rules[:rules])
    phrases = [phrase for each in book.lists for phrase in each.phrases]
    firsts = {each.name: each.phrases[0].pattern for each in book.lists}
    for number in count(1):
        if len(made) >= rules:
            break
        own = {name: f"{name}-{number}" for name in firsts}
        phrases += [Phrase(list=own[name], pattern=f"{pattern}number{number} ") for name, pattern in firsts.items()]
        for rule in book.rules[: rules - len(made)]:
            conditions = tuple(_of_lists(condition, own) for condition in rule.conditions)
            made.append(replace(rule, id=f"{rule.id}-{number}", conditions=conditions))
    return replace(book, rules=tuple(made), listener=Listener(phrases))


def _of_lists(condition: Condition, own: Mapping[str, str]) -> Condition:
    named: dict[str, Any] = {
        part: frozenset(own.get(name, name) for name in names)
        for part in ("any", "all", "none")
        if (names := getattr(condition, part)) is not None
    }
    return replace(condition, **named)


def tuned(book: Rulebook) -> Rulebook:
    """The same rules with overrides for a member and for every platform, so that each event asks for a variant."""
    changes = {rule.id: Change(points=rule.points + 1) for rule in book.rules[::2]}
    whose = [("Kim", ""), *(("", decoder.name) for decoder in decoders())]
    return replace(book, variants=dict.fromkeys(whose, Variant(rules=changes, levels=book.levels))).warm()


def endless(stories: Sequence[story.Story]) -> Iterator[Told]:
    """The stories' events over and over, each time between other people."""
    for turn in count():
        for told in (told for each in stories for told in each.events):
            yield replace(told, event=_elsewhere(told.event, turn))


def _elsewhere(event: Event, turn: int) -> Event:
    return replace(
        event,
        id=f"{event.id}-{turn}",
        account=replace(event.account, id=f"{event.account.id}-{turn}"),
        contact=replace(event.contact, id=f"{event.contact.id}-{turn}"),
    )


async def followed(book: Rulebook, events: Iterable[Told], store: MemoryStore | None = None) -> list[float]:
    """Seconds of CPU time for each event, through the real pipeline."""
    store = store or MemoryStore()
    pipeline: Pipeline | None = None
    took = []
    for told in events:
        pipeline = pipeline or Pipeline(family=Family(), rulebook=book, store=store, since=told.event.at)
        began = time.process_time()
        async with store.transaction() as tx:
            await pipeline.follow(told.event, told.member, tx)
        took.append(time.process_time() - began)
    return took


def speed(book: Rulebook, stories: Sequence[story.Story], events: int) -> dict[str, Any]:
    """Events a second on one core, and how long one takes."""
    took = asyncio.run(followed(book, islice(endless(stories), WARM + events)))[WARM:]
    return {
        "rules": len(book.rules),
        "phrases": book.listener.phrases,
        "events_per_second": round(len(took) / sum(took)),
        "p50_us": round(statistics.median(took) * 1e6),
        "p99_us": round(statistics.quantiles(took, n=100)[-1] * 1e6),
    }


def memory(book: Rulebook, stories: Sequence[story.Story]) -> dict[str, Any]:
    """What many relationships weigh in this process, each as it comes out of a database, and as they are kept."""
    ends, sizes = [], []
    for told in stories:
        store = MemoryStore()
        asyncio.run(followed(book, told.events, store))
        last = told.events[-1]
        kept = asyncio.run(store.recall(last.member, last.event))
        assert kept.relationship is not None
        ends.append((last, kept))
        sizes.append(len(json.dumps(kept.relationship.state(), separators=(",", ":"))))
    store = MemoryStore()
    before = memory_mb(_me())
    for number in range(RELATIONSHIPS):
        last, kept = ends[number % len(ends)]
        asyncio.run(store.keep(last.member, _elsewhere(last.event, number), _anew(kept)))
    return {
        "relationships": RELATIONSHIPS,
        "memory_mb": round(memory_mb(_me()) - before, 1),
        "state_bytes_median": round(statistics.median(sizes)),
        "state_bytes_longest": max(sizes),
    }


def _me() -> int:
    return int(Path("/proc/self").readlink().name)


def _anew(kept: Recalled) -> Recalled:
    """A copy that shares nothing, as a database gives it."""
    assert kept.relationship is not None
    read = json.loads(json.dumps(kept.relationship.to_json()))
    signals = json.loads(json.dumps([signal.to_json() for signal in kept.signals]))
    return Recalled(
        relationship=Relationship.from_json(read, member=kept.relationship.member),
        signals=tuple(Signal.from_json(signal) for signal in signals),
    )


def by_days(book: Rulebook, stories: Sequence[story.Story]) -> dict[int, float]:
    """Microseconds an event, at the end of one relationship that has lasted so many days."""
    words = [t.event.text for each in stories for t in each.events if isinstance(t.event, Message) and t.event.text]
    told = stories[0].events[0]
    found = {}
    for days in DAYS:
        begin = days * A_DAY
        took = asyncio.run(followed(book, _slow(told, words, 0, begin + LAST)))[begin:]
        found[days] = round(statistics.fmean(took) * 1e6, 1)
    return found


def _slow(told: Told, words: Sequence[str], begin: int, end: int) -> Iterator[Told]:
    """A few messages a day, the last ones always the same."""
    for number in range(begin, end):
        event = Message(
            id=f"m{number}",
            at=told.event.at + timedelta(days=number // A_DAY, hours=number % A_DAY),
            account=told.event.account,
            contact=told.event.contact,
            by="member" if number % A_DAY == 1 else "contact",
            text=words[(end - number) % len(words)],
        )
        yield replace(told, event=event)


def measured(events: int) -> dict[str, Any]:
    """Everything, each beside the baseline."""
    stories = read_stories()
    book = rulebook.load(shipped("rules"))
    plain = without_rules(book)
    kinds = {BASELINE: plain, "shipped": book, "own variants": tuned(book)}
    kinds |= {f"{rules:,} rules": grown(book, rules) for rules in RULES}
    return {
        "speed": {name: speed(each, stories, events) for name, each in kinds.items()},
        "memory": {name: memory(each, stories) for name, each in ((BASELINE, plain), ("shipped", book))},
        "us_by_days": {name: by_days(each, stories) for name, each in ((BASELINE, plain), ("shipped", book))},
        "hostile": hostile(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    found = measured(given.events)
    if given.json:
        print(json.dumps(found))
        return
    print(f"Events judged, one core, CPU time (aim: {AIM})")
    base = found["speed"][BASELINE]["events_per_second"]
    print(f"  {'':12} {'rules':>6} {'phrases':>8} {'events/s':>9} {'of base':>8} {'p50 us':>7} {'p99 us':>7}")
    for name, row in found["speed"].items():
        share = row["events_per_second"] / base
        print(
            f"  {name:12} {row['rules']:>6} {row['phrases']:>8} {row['events_per_second']:>9} {share:>8.2f}"
            f" {row['p50_us']:>7} {row['p99_us']:>7}"
        )
    print(f"\nMemory of {RELATIONSHIPS:,} relationships, and the state that one is judged by (at most 2,000 bytes)")
    for name, row in found["memory"].items():
        print(
            f"  {name:12} {row['memory_mb']:>7} MB   state: median {row['state_bytes_median']},"
            f" longest {row['state_bytes_longest']} bytes"
        )
    print(f"\nMicroseconds an event, after so many days at {A_DAY} messages a day (flat is wanted)")
    for name, row in found["us_by_days"].items():
        print(f"  {name:12} " + "   ".join(f"{days} d: {took}" for days, took in row.items()))
    slow = found["hostile"]
    print(f"\n{slow['patterns']} hostile patterns, milliseconds a message (aim: below {slow['aim_ms']:.0f} at 10 KB)")
    print("  " + "   ".join(f"{size:,} letters: {took}" for size, took in slow["ms_by_size"].items()))
    print("  10,000 letters by kind: " + ", ".join(f"{name} {took}" for name, took in slow["ms_by_text"].items()))
    print(f"  the same in Python's re, {slow['re_letters']} letters: {slow['re_ms']}")
    print("\nPatterns that are refused, as they are explained")
    for line in slow["refused"]:
        print(f"  {line}")


if __name__ == "__main__":
    main()
