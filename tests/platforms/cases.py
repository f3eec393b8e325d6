"""Reads the case files, one a platform, and plays a case through the decoders: captures in, events out."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from screener.capture import Capture
from screener.events import Event
from screener.platforms import Kept, Memory, decode
from tests.platforms.bodies import Writer

FOLDER = Path(__file__).parent
KEYS = {"title", "capture", "captures", "events", "unreadable"}
CAPTURE_KEYS = {
    "via", "method", "url", "at", "account", "side", "stream", "status", "device", "headers", "answer_headers",
    "request", "response", "body", "late", "cut",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case: captures in order, sharing a memory, and the events they must give."""

    platform: str
    title: str
    captures: tuple[dict[str, Any], ...]
    events: tuple[dict[str, Any], ...]
    unreadable: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.platform}: {self.title}"


@dataclass(kw_only=True)
class Played:
    """What a case gave."""

    events: list[Event] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    """The numbers of the captures that no decoder reads."""
    kept: Kept = field(default_factory=Kept)


def cases(platform: str | None = None) -> list[Case]:
    """The cases of a platform, or of all."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        if platform in (None, path.stem):
            for number, raw in enumerate(yaml.safe_load(path.read_text("utf-8"))):
                found.append(checked(path, number, raw))
    return found


def checked(path: Path, number: int, raw: dict[str, Any]) -> Case:
    where = f"{path.name}: case {number} ({raw.get('title', 'without a title')})"
    if wrong := set(raw) - KEYS:
        raise ValueError(f"{where}: {sorted(wrong)} are no keys of a case. Use {sorted(KEYS)}.")
    captures = raw["captures"] if "captures" in raw else [raw["capture"]]
    for capture in captures:
        if wrong := set(capture) - CAPTURE_KEYS:
            raise ValueError(f"{where}: {sorted(wrong)} are no keys of a capture. Use {sorted(CAPTURE_KEYS)}.")
    return Case(
        platform=path.stem,
        title=raw["title"],
        captures=tuple(captures),
        events=tuple(raw["events"]),
        unreadable=tuple(raw.get("unreadable", ())),
    )


def built(case: Case) -> Iterator[tuple[Capture, bool]]:
    """The captures of a case, and for each whether the beginning of its connection was missed."""
    writer = Writer()
    for number, raw in enumerate(case.captures):
        yield capture(raw, writer, number), bool(raw.get("late", False))


def capture(raw: dict[str, Any], writer: Writer, number: int = 0) -> Capture:
    address = urlsplit(raw["url"])
    via = raw.get("via") or ("websocket" if address.scheme in ("ws", "wss") else "http")
    stream = raw.get("stream", "" if via == "http" else "stream-1")
    side = raw.get("side", "server")
    request, response = raw.get("request"), raw.get("response")
    if "body" in raw:
        request, response = (raw["body"], None) if side == "client" else (None, raw["body"])
    return Capture(
        id=f"capture-{number}",
        at=moment(raw.get("at", "2026-10-02T18:00:00Z")),
        device=raw.get("device", "device-1"),
        host=address.netloc,
        path=address.path,
        query=address.query,
        method=raw.get("method", "GET"),
        via=via,
        stream=stream,
        side=side,
        status=raw.get("status", 200 if via == "http" else None),
        request_headers={k.lower(): v for k, v in raw.get("headers", {}).items()},
        response_headers={k.lower(): v for k, v in raw.get("answer_headers", {}).items()},
        request=writer.body(request, f"{stream}/client"),
        response=writer.body(response, f"{stream}/server"),
        account=raw.get("account"),
        cut=bool(raw.get("cut", False)),
    )


def moment(value: str | datetime) -> datetime:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def play(captures: list[tuple[Capture, bool]]) -> Played:
    """Every capture through the decoders, in order, with what they remember."""
    played = Played()
    streams: dict[str, dict[str, Any]] = {}
    late: set[str] = set()
    for number, (one, is_late) in enumerate(captures):
        if is_late:
            late.add(one.stream)
        stream = streams.setdefault(one.stream, {}) if one.stream else {}
        memory = Memory(kept=played.kept, stream=stream, late=one.stream in late)
        decoded = decode(one, memory)
        if decoded is None:
            played.unread.append(number)
            continue
        played.events += decoded.events
        played.unreadable += decoded.unreadable
    return played


def shown(value: Any) -> Any:
    """An event or account as plain values, to be compared with a case."""
    if is_dataclass(value) and not isinstance(value, type):
        plain = {f.name: shown(getattr(value, f.name)) for f in fields(value)}
        return {"kind": value.kind, **plain} if isinstance(value, Event) else plain
    return list(value) if isinstance(value, tuple) else value


def differences(expected: Any, found: Any, where: str = "") -> list[str]:
    """Where an event differs from the fields that a case names; the account's and contact's id may stand for them."""
    if isinstance(found, dict) and isinstance(expected, str):
        expected = {"id": expected}
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            line
            for key, value in expected.items()
            for line in (
                differences(value, found[key], f"{where}.{key}".lstrip("."))
                if key in found
                else [f"{where}.{key} is no field of it"]
            )
        ]
    if isinstance(found, datetime) and isinstance(expected, str | datetime):
        expected = moment(expected)
    return (
        []
        if expected == found and type(expected) is type(found)
        else [f"{where}: {expected!r} expected, {found!r} found"]
    )
