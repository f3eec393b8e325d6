"""What a dry run over a busy month costs, beside the same past merely read: `python -m bench.dry_run`."""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.judging import read_stories
from screener import rulebook
from screener.events import Edited, Message
from screener.family import Family, Member
from screener.resources import shipped
from screener.rulebook import Rulebook
from screener.seal import Seal
from screener.store import tables
from screener.store.around import marks
from screener.store.memory import MemoryStore
from screener.store.sql import SqlStore
from screener.store.texts import place
from screener.store.times import micros
from screener.story import Story
from screener.tuning.base import Side
from screener.tuning.effect import dry_run
from screener.tuning.past import read

BASELINE = "reading what is kept, without judging it"
AIM = "100,000 events in at most 10 seconds"
EVENTS = 100_000
NOW = datetime.fromisoformat("2026-11-01T12:00:00+00:00")
MEMBERS = ("Kim", "Robin", "Sasha", "Noor")
HARMFUL_IN = 40
"""One relationship of so many is a harmful one; and three of four are with people whom the family knows."""


async def fill(store: SqlStore, seal: Seal, stories: Sequence[Story], events: int) -> None:
    """A busy family's last month, as the database would hold it."""
    ends = []
    for story in stories:
        memory = MemoryStore()
        await _played(story, memory)
        last = story.events[-1]
        ends.append((story, await memory.recall(last.member, last.event)))
    harmful = [end for end in ends if end[1].alert is not None]
    innocent = [end for end in ends if end[1].alert is None]
    made, number = 0, 0
    while made < events:
        story, recalled = (harmful if number % HARMFUL_IN == 0 else innocent)[
            number % len(harmful if number % HARMFUL_IN == 0 else innocent)
        ]
        made += await _written(store, seal, story, recalled, number, known=number % 4 != 0)
        number += 1


async def _played(story: Story, memory: MemoryStore) -> None:
    from screener.pipeline import Pipeline

    pipeline = Pipeline(family=Family(), rulebook=BOOK, store=memory, since=story.events[0].event.at)
    for told in story.events:
        async with memory.transaction() as tx:
            await pipeline.follow(told.event, told.member, tx)


async def _written(store: SqlStore, seal: Seal, story: Story, recalled: Any, number: int, *, known: bool) -> int:
    member = Member.named(MEMBERS[number % len(MEMBERS)], age=12)
    id, shift = f"r{number}", NOW - timedelta(days=number % 3) - story.events[-1].event.at
    relationship = replace(recalled.relationship, member=member, known=known, twins=())
    contact = replace(relationship.contact, id=f"{relationship.contact.id}-{number}")
    relationship = replace(relationship, contact=contact)
    rows, words = [], []
    for told in story.events:
        event = told.event
        key = {"platform": contact.platform, "account": f"a-{member.name}", "id": f"{event.id}-{number}"}
        at = micros(event.at + shift)
        rows.append(
            key
            | {"relationship": id, "member": member.id, "kind": event.kind, "by": event.by, "at": at, "captured": at}
        )
        if not known and isinstance(event, Message | Edited) and event.text:
            sealed = seal.closed(event.text, about=place(**key))
            words.append(key | {"relationship": id, "by": event.by, "at": at, "captured": at, "sealed": sealed})
    signals = [
        replace(signal, at=signal.at + shift, event=f"{signal.event}-{number}").to_json() for signal in recalled.signals
    ]
    async with store.engine.begin() as connection:
        await connection.execute(
            insert(tables.relationships).values(
                id=id,
                member=member.id,
                member_name=member.name,
                member_is_adult=False,
                platform=contact.platform,
                contact=contact.id,
                state=json.dumps(relationship.to_json()),
                signals=json.dumps(signals),
                updated=micros(NOW),
                **marks(relationship),
            )
        )
        await connection.execute(insert(tables.events), rows)
        if words:
            await connection.execute(insert(tables.texts), words)
    return len(rows)


def changes(book: Rulebook) -> dict[str, Rulebook]:
    """The same rulebook with one thing changed, each of another kind."""
    rule = next(rule for rule in book.rules if rule.id == "secrecy")
    without = tuple(rule for rule in book.rules if rule.id != "asks-if-alone")
    levels = replace(book.levels, look=replace(book.levels.look, points=book.levels.look.points + 10))
    lists = tuple(replace(each, phrases=each.phrases[:-1]) if each.name == "secrecy" else each for each in book.lists)
    listener = type(book.listener)([phrase for each in lists for phrase in each.phrases])
    return {
        "points of one rule": replace(
            book, rules=tuple(replace(each, points=1) if each is rule else each for each in book.rules)
        ),
        "one rule less": replace(book, rules=without),
        "a higher threshold": replace(book, levels=levels),
        "a word less": replace(book, lists=lists, listener=listener),
    }


def _always(book: Rulebook, member: Member, platform: str) -> Rulebook:
    return book


async def measured(events: int) -> list[dict[str, Any]]:
    seal = Seal(key=b"b" * 32)
    with tempfile.TemporaryDirectory() as folder:
        store = await SqlStore.opened(Path(folder) / "screener.db", seal)
        await fill(store, seal, read_stories(), events)
        began = time.process_time()
        await read(store, Family(), NOW)
        reading = time.process_time() - began
        found = []
        now = Side(books=partial(_always, BOOK))
        for name, book in changes(BOOK).items():
            steps: list[float] = []
            began, used = time.perf_counter(), time.process_time()
            changed = Side(books=partial(_always, book))
            (effect,) = await dry_run(store, Family(), now, [changed], NOW, progress=steps.append)
            took, used = time.perf_counter() - began, time.process_time() - used
            found.append(
                {
                    "change": name,
                    "events": effect.seen.events,
                    "relationships": effect.seen.relationships,
                    "reading_cpu_s": round(reading, 2),
                    "dry_run_cpu_s": round(used, 2),
                    "dry_run_s": round(took, 2),
                    "times_the_baseline": round(used / reading, 1),
                    "steps_of_progress": len(steps),
                    "added": len(effect.added),
                    "removed": len(effect.removed),
                    "changed": len(effect.changed),
                }
            )
        await store.close()
        return found


BOOK = rulebook.load(shipped("rules"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    given = parser.parse_args()
    print(f"baseline: {BASELINE}; aim: {AIM}")
    for line in asyncio.run(measured(given.events)):
        print(json.dumps(line))


if __name__ == "__main__":
    main()
