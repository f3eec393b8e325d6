"""Runs recorded input through the real pipeline, offline; what it prints is a public interface (docs/replay.md)."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from screener import platforms, recording, story
from screener.capture import Capture, Gap
from screener.errors import Mistake
from screener.events import Call, Edited, Event, FriendRequest, Message
from screener.family import Family, Member
from screener.meaning import Scorer
from screener.memories import Memories
from screener.pipeline import Followed, Pipeline
from screener.rulebook import Rulebook
from screener.spool.assemble import Assembler
from screener.store.base import Store

Show = Literal["events", "alerts"]
type Line = dict[str, Any]

SUFFIXES = (".mitm", ".har", ".story.yaml")


@dataclass(kw_only=True)
class Counts:
    """What the last line of a file says."""

    captures: int = 0
    events: int = 0
    unreadable: int = 0
    alerts: int = 0
    gaps: int = 0


@dataclass(kw_only=True)
class Replay:
    """One memory, through which one file or several go. `store` says where what is learnt lies meanwhile."""

    rulebook: Rulebook
    store: Store
    family: Family
    show: Show = "alerts"
    member: Member | None = None
    meaning: Scorer | None = None
    counts: Counts = field(default_factory=Counts)
    _pipeline: Pipeline | None = None
    _numbers: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _memories: Memories = field(init=False)

    def __post_init__(self) -> None:
        self._memories = Memories(store=self.store)

    async def file(self, path: Path) -> AsyncIterator[Line]:
        """The lines that one file gives, its summary last. Raises Mistake when it can't be read."""
        began, before = time.monotonic(), Counts(**vars(self.counts))
        if path.name.endswith(".story.yaml"):
            lines = self._story(await asyncio.to_thread(story.load, path))
        else:
            lines = self._recording(await asyncio.to_thread(recording.load, path))
        async for line in lines:
            yield line
        counted = {name: value - getattr(before, name) for name, value in vars(self.counts).items()}
        yield {"summary": True, **counted, "seconds": round(time.monotonic() - began, 3)}

    async def _story(self, told: story.Story) -> AsyncIterator[Line]:
        begins = told.events[0].event.at if told.events else datetime.now(UTC)
        pipeline = self._following(begins)
        for each in told.known:
            async with self.store.transaction() as tx:
                await pipeline.follow(each.event, self.member or each.member, tx)
        for each in told.events:
            async with self.store.transaction() as tx:
                step = await pipeline.follow(each.event, self.member or each.member, tx)
            for line in self._told(step):
                yield line

    async def _recording(self, recorded: recording.Recording) -> AsyncIterator[Line]:
        assembler = Assembler()
        # No connection goes on in the next file, and each file counts its connections from nought.
        self._memories.streams.clear()
        self.counts.gaps += recorded.cut
        for frame in recorded.frames:
            for found in assembler.feed(frame):
                if isinstance(found, Gap):
                    self.counts.gaps += found.count
                    continue
                self.counts.captures += 1
                async for line in self._capture(found, found.stream in assembler.late):
                    yield line

    async def _capture(self, capture: Capture, late: bool) -> AsyncIterator[Line]:
        memory = await self._memories.of(capture, late=late)
        decoded = platforms.decode(capture, memory)
        if decoded is None:
            return
        for step in await self._following(capture.at).screen(capture, decoded, memory):
            for line in self._told(step):
                yield line
        for why in decoded.unreadable:
            self.counts.unreadable += 1
            if self.show == "events":
                yield {"kind": "unreadable", "platform": decoded.platform, "why": why}

    def _told(self, step: Followed | None) -> Iterator[Line]:
        if step is None or step.again:
            return
        number = self._numbers[_key(step.event)] = self.counts.events
        self.counts.events += 1
        if self.show == "events":
            yield event_line(step)
        if step.is_news:
            self.counts.alerts += 1
            if self.show == "alerts":
                yield self._alert_line(step, number)

    def _following(self, begins: datetime) -> Pipeline:
        # The clock of a replay is the recording's own: these devices are looked after since its beginning.
        if self._pipeline is None:
            self._pipeline = Pipeline(
                family=self.family,
                rulebook=self.rulebook,
                store=self.store,
                since=begins,
                member=self.member,
                meaning=self.meaning,
            )
        return self._pipeline

    def _alert_line(self, step: Followed, number: int) -> Line:
        alert = step.alert
        assert alert is not None
        account = step.event.account
        return {
            "alert": alert.id,
            "member": step.member.name,
            "contact_id": step.event.contact.id,
            "platform": step.event.contact.platform,
            "at": utc(step.event.at),
            "event": number,
            "level": alert.level,
            "points": round(alert.points),
            "stages": list(alert.stages),
            "signals": [
                {
                    "rule": signal.rule,
                    "points": round(signal.points),
                    "because": signal.because,
                    "event": self._numbers.get((account.platform, account.id, signal.event)),
                }
                for signal in alert.signals
            ],
        }


def _key(event: Event) -> tuple[str, str, str]:
    return event.account.platform, event.account.id, event.id


def event_line(step: Followed) -> Line:
    """One decoded event with what is known of the contact after it."""
    event, contact = step.event, step.relationship.contact
    return {
        "kind": event.kind,
        "platform": event.contact.platform,
        "at": utc(event.at),
        "id": event.id,
        "account_id": event.account.id,
        "contact_id": contact.id,
        "contact_name": contact.name,
        "contact_handle": contact.handle,
        "contact_url": contact.url,
        "from": event.by,
        "conversation_id": event.conversation,
        "text": event.text if isinstance(event, Message | Edited) else None,
        "call": event.call if isinstance(event, Call) else None,
        "pending": event.pending,
        "encrypted": event.encrypted if isinstance(event, Message) else None,
        "history": event.history,
        "group": event.group,
        "media": list(event.media) if isinstance(event, Message) else [],
        "mutual_friends": contact.mutual_friends,
        "joined": contact.joined.date().isoformat() if contact.joined else None,
        "friends": contact.friends,
        "following": contact.following,
        "verified": contact.verified,
        "note": event.note if isinstance(event, FriendRequest) else None,
    }


def utc(at: datetime) -> str:
    """A time in UTC with `Z`, as precise as it is."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def check(paths: list[Path], rules: Path | None) -> None:
    """Raises Mistake naming everything that can't be used, before anything is replayed."""
    mistakes = []
    if rules is not None and not rules.is_dir():
        mistakes.append(f"{rules}: there is no such folder. Name one that holds rules.")
    for path in paths:
        if not path.name.endswith(SUFFIXES):
            mistakes.append(
                f"{path}: this kind of file can't be replayed. Name one that ends in {', '.join(SUFFIXES)}."
            )
        elif not path.is_file():
            mistakes.append(f"{path}: there is no such file. Check the name.")
    if mistakes:
        raise Mistake("\n".join(mistakes))
