"""Stories as samples: every turn as the real pipeline tells a scorer of it, with the labels its author gave."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from screener import rulebook, story
from screener.family import Family
from screener.meaning.base import IDEAS, Meant, Turn
from screener.meaning.network import Numbers
from screener.pipeline import Pipeline
from screener.resources import shipped
from screener.store.memory import MemoryStore
from screener.story import Story


@dataclass(kw_only=True)
class Sample:
    """One conversation in one story, on whichever accounts it goes on. `at` are its turns' places in the story."""

    name: str
    group: str
    """Twins share it, so that one is never judged by what was learnt from the other."""
    is_harmful: bool
    events: int
    warn_by: int | None
    threat: int | None
    has_labels: bool
    turns: list[Turn] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    ideas: list[list[bool]] = field(default_factory=list)
    vectors: Numbers = field(default_factory=lambda: np.zeros((0, 0)))


@dataclass(kw_only=True)
class Noting:
    """A scorer that only notes what it is told."""

    turn: Turn | None = None
    before: int = 0

    def heard(self, before: Meant, turn: Turn) -> Meant:
        self.turn, self.before = turn, before.turns
        return replace(before, turns=before.turns + 1)


def read(folders: Sequence[Path]) -> list[Sample]:
    """The samples of every story below these folders."""
    rules = rulebook.load(shipped("rules"))
    paths = sorted(path for each in folders for path in ([each] if each.is_file() else each.rglob("*.story.yaml")))
    found = []
    for path in paths:
        marked = yaml.safe_load(path.read_text(encoding="utf-8"))["events"]
        found += asyncio.run(_of(path, story.load(path), marked, rules))
    return found


async def _of(path: Path, told: Story, marked: list[Any], rules: rulebook.Rulebook) -> list[Sample]:
    noting, store = Noting(), MemoryStore()
    pipeline = Pipeline(
        family=Family(members=tuple({each.member.id: each.member for each in told.events}.values())),
        rulebook=rules,
        store=store,
        since=told.events[0].event.at,
        meaning=noting,
    )
    name = path.name.removesuffix(".story.yaml")
    blank = Sample(
        name=name,
        group=name.removesuffix("-h").removesuffix("-i"),
        is_harmful=told.expect.verdict == "harmful",
        events=len(told.events),
        warn_by=told.expect.warn_by,
        threat=told.expect.threat,
        has_labels=any("means" in each for each in marked),
    )
    found: dict[tuple[str, str, str], Sample] = {}
    async with store.transaction() as tx:
        for each in told.known:
            await pipeline.follow(each.event, each.member, tx)
        for place, (each, marks) in enumerate(zip(told.events, marked, strict=True)):
            noting.turn = None
            await pipeline.follow(each.event, each.member, tx)
            if noting.turn is None:
                continue
            contact = each.event.contact
            key = (each.member.id, contact.platform, contact.id)
            sample = _continued(found, key, noting.before) or replace(blank, turns=[], at=[], ideas=[])
            found[key] = sample
            sample.turns.append(noting.turn)
            sample.at.append(place)
            sample.ideas.append([idea in marks.get("means", ()) for idea in IDEAS])
    return list({id(sample): sample for sample in found.values()}.values())


def _continued(found: dict[tuple[str, str, str], Sample], key: tuple[str, str, str], turns: int) -> Sample | None:
    """The sample that a turn continues, which so many turns came before; the same person may have another account."""
    same = [found[key]] if key in found else []
    others = [sample for other, sample in found.items() if other[0] == key[0]]
    return next((sample for sample in (*same, *others) if turns and len(sample.turns) == turns), None)
