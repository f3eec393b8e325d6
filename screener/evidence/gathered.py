"""What a case holds as a whole, found in one walk along its chain: what can be followed up, paid, counted, is gone."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from screener import chain
from screener.evidence.held import Held
from screener.kept import Case, Cases, Entry

MOST_FOUND = 500
MOST_FAULTS = 20
MOST_PAYMENTS = 100
MOST_HELD = 32 * 1024 * 1024
"""So many bytes of entries are held for the files of a bag; a longer chain is walked along for each of them."""
EVENTS = frozenset(
    {
        "message", "friend_request", "accepted", "declined", "removed", "blocked", "edited", "deleted", "call",
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Something that the police can follow up, and the entry in which it was written first. `by` is who wrote it."""

    kind: str
    value: str
    entry: int
    at: datetime
    by: str | None
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One payment, as somebody of the family noted it."""

    entry: int
    noted: datetime
    body: Mapping[str, Any]


@dataclass(kw_only=True)
class Gathered:
    """All of it. `head` and `count` are those of the walk: what is added meanwhile is for the next one."""

    case: Case
    count: int = 0
    head: bytes = b""
    kinds: Counter[str] = field(default_factory=Counter)
    wrote: Counter[str] = field(default_factory=Counter)
    """How many messages have words, by side."""
    first: datetime | None = None
    last: datetime | None = None
    traces: dict[tuple[str, str], Trace] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    afterwards: dict[int, int] = field(default_factory=dict)
    """Entries that were changed or taken back later, and with which entry."""
    offsets: list[int] = field(default_factory=list)
    """The least and the most that the platform's clock was ahead of ours."""
    places: dict[str, None] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    """What the platform said of the contact, the newest of each."""
    began: str | None = None
    version: str | None = None
    pressed: int | None = None
    """The entry in which a threat or a demand was first told."""
    encrypted: int = 0
    without: int = 0
    """Messages of which the words were not kept, or are deleted."""
    bare: int = 0
    """Entries of any kind that say no more."""
    media: int = 0
    before: int = 0
    left_out: int = 0
    held: Held | None = None
    """All entries, where that was asked and there are not too many."""
    faults: list[str] = field(default_factory=list)
    """What is wrong with the chain itself; nothing where it is whole."""

    def take(self, entry: Entry) -> None:
        """One more entry."""
        self.count, self.head = entry.number, entry.link
        self.kinds[entry.kind] += 1
        if entry.offset_ms is not None:
            seen = [*self.offsets, entry.offset_ms]
            self.offsets = [min(seen), max(seen)]
        if entry.kind in EVENTS:
            self.first = min(self.first or entry.at, entry.at)
            self.last = max(self.last or entry.at, entry.at)
        body = entry.body
        if body is None:
            self.bare += 1
            self.without += entry.kind in ("message", "edited")
            return
        if entry.kind in ("message", "edited"):
            self._message(entry, body)
        if isinstance(number := body.get("entry"), int) and entry.kind in ("edited", "deleted"):
            self.afterwards[number] = entry.number
        if body.get("conversation") and len(self.places) < MOST_PAYMENTS:
            self.places[str(body["conversation"])[:200]] = None
        self._noted(entry, body)

    def _message(self, entry: Entry, body: Mapping[str, Any]) -> None:
        self.encrypted += bool(body.get("encrypted"))
        self.media += bool(body.get("media"))
        self.before += bool(body.get("before"))
        if body.get("text"):
            self.wrote[entry.by or ""] += 1
        elif not body.get("encrypted") and not body.get("media"):
            self.without += 1

    def _noted(self, entry: Entry, body: Mapping[str, Any]) -> None:
        match entry.kind:
            case "found":
                for each in body.get("entities", ()):
                    self._trace(entry, str(each.get("kind")), str(each.get("value")))
            case "payment":
                self.payments = [*self.payments, Payment(entry=entry.number, noted=entry.at, body=body)][
                    -MOST_PAYMENTS:
                ]
            case "profile":
                self.profile |= {str(name): value for name, value in (body.get("now") or {}).items()}
            case "alert":
                if "pressure" in (body.get("stages") or ()):
                    self.pressed = self.pressed or entry.number
            case "opened":
                self.began, self.version = _words(body.get("began")), _words(body.get("version"))
                self.left_out = int(body.get("left_out") or 0)

    def _trace(self, entry: Entry, kind: str, value: str) -> None:
        key = (kind, value.casefold())
        if (before := self.traces.get(key)) is not None:
            self.traces[key] = Trace(**(vars(before) | {"times": before.times + 1}))
        elif len(self.traces) < MOST_FOUND:
            self.traces[key] = Trace(kind=kind, value=value, entry=entry.number, at=entry.at, by=entry.by)

    def has(self, *kinds: str) -> bool:
        """Whether the contact wrote anything of these kinds."""
        return any(trace.kind in kinds and trace.by != "member" for trace in self.traces.values())


async def gathered(cases: Cases, case: Case, *, hold: bool = False) -> Gathered:
    """Walks along the whole chain of a case, and checks it on the way; with `hold`, its entries are held."""
    found, check = Gathered(case=case), chain.Check(case=case.id)
    held = Held() if hold else None
    async for entry in cases.entries(case.id):
        if entry.number > case.count:
            break  # it came after the case was read
        link = entry.as_link()
        if len(found.faults) < MOST_FAULTS:
            found.faults += [f"{fault.number}: {fault.why}" for fault in check.follow(link)]
        found.take(entry)
        if held is not None:
            held.add(link)
            if held.size > MOST_HELD:
                held = None
    found.held = held
    found.head = found.head or check.head
    if len(found.faults) < MOST_FAULTS:
        found.faults += [f"{fault.number}: {fault.why}" for fault in check.end(head=case.head, count=case.count)]
    return found


def _words(value: object) -> str | None:
    return str(value)[:60] if value is not None else None
