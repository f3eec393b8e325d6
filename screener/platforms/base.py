"""What a decoder is: the hosts it watches, the exchanges it reads, and the events it finds in them.

A decoder is pure. It sees one capture and what it remembers, and yields events (or Unreadable, for a part it could not
read); no network, no clock, no disk. The event's id and the contact's id are *needed*; everything else is *dug* and may
be missing, because platforms change their layout every week.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import translate
from typing import Any, ClassVar, Literal, get_args, overload

from screener.capture import Capture, Via
from screener.errors import Unreadable
from screener.events import (
    Accepted,
    Account,
    Blocked,
    Call,
    Declined,
    Deleted,
    Edited,
    Event,
    FriendRequest,
    Media,
    Message,
    Profile,
    Removed,
)
from screener.platforms.wire.kept import Kept

__all__ = [
    "Accepted",
    "Account",
    "Blocked",
    "Call",
    "Capture",
    "Declined",
    "Decoder",
    "Deleted",
    "Edited",
    "Event",
    "Found",
    "FriendRequest",
    "Kept",
    "Media",
    "Memory",
    "Message",
    "Method",
    "Profile",
    "Removed",
    "Unreadable",
    "dig",
    "events_stream",
    "every",
    "moment",
    "need",
    "permanent_id",
    "reads",
    "socket",
]

Sight = Literal["requests", "messages", "calls", "profiles", "pending", "account age", "mutual friends"]
"""What can be seen of a stranger: four kinds of exchange, whether a message waits to be allowed, and two facts."""
Seen = Literal["yes", "no", "partly", "encrypted", "app only"]
SIGHTS: tuple[Sight, ...] = get_args(Sight)


@dataclass(kw_only=True)
class Memory:
    """What a decoder remembers, handed in with every capture: it may change it, and keeps nothing of its own.

    `kept` outlives a restart. `stream` belongs to one connection: anything at all (an inflater, open subscriptions);
    after a restart the connection's messages are fed again to build it anew. `late` is True when the beginning of the
    connection, or something in its middle, was not copied: what needs it must raise Unreadable rather than guess.
    """

    kept: Kept = field(default_factory=Kept)
    stream: dict[str, Any] = field(default_factory=dict)
    late: bool = False


type Found = Event | Unreadable
type Method = Callable[..., Iterable[Found]]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One kind of exchange that a decoder reads; `hosts` and `paths` are compiled patterns."""

    platform: str
    name: str
    via: Via
    method: str
    hosts: re.Pattern[str]
    paths: re.Pattern[str]
    content: tuple[str, ...]
    """The content types read, empty for any; checked when the answer's headers are known."""
    headers: frozenset[str]
    """The request headers, lower-case, that may be copied besides content type and encoding."""
    query: re.Pattern[str]
    """The fields of the address's query that may be copied, by name."""
    cookie: str | None
    """The one cookie that may be copied: it names the account holder."""
    secrets: re.Pattern[bytes] | None
    """What the browser sends that opens the account: blanked before it is copied."""
    read: Method

    def fits(self, host: str, method: str, path: str, via: str) -> bool:
        return (
            self.via == via
            and (via != "http" or self.method in (method, "*"))
            and self.hosts.fullmatch(host) is not None
            and self.paths.fullmatch(path) is not None
        )

    def blanked(self, sent: bytes) -> bytes:
        """What the browser sent, as long as it was, with every secret in it made unreadable."""
        if self.secrets is None:
            return sent
        return self.secrets.sub(lambda found: found[0][: -len(found[1])] + b"*" * len(found[1]), sent)

    def takes(self, content_type: str) -> bool:
        return not self.content or content_type.partition(";")[0].strip().lower() in self.content


@dataclass(frozen=True, kw_only=True)
class _Mark:
    via: Via
    method: str
    paths: tuple[str, ...]
    hosts: tuple[str, ...]
    content: tuple[str, ...]


def reads[F: Method](
    method: str, *paths: str, hosts: tuple[str, ...] = (), content: tuple[str, ...] = ()
) -> Callable[[F], F]:
    """Marks a decoder's method as the reader of HTTP exchanges: `*` in a path stands for anything, in `method` for any.

    `hosts` narrows the decoder's own hosts; `content` names the content types worth copying.
    """
    return _marked(_Mark(via="http", method=method, paths=paths, hosts=hosts, content=content))


def socket[F: Method](*paths: str, hosts: tuple[str, ...] = ()) -> Callable[[F], F]:
    """Marks a decoder's method as the reader of WebSocket messages, of both sides, one capture a message."""
    return _marked(_Mark(via="websocket", method="GET", paths=paths, hosts=hosts, content=()))


def events_stream[F: Method](*paths: str, hosts: tuple[str, ...] = ()) -> Callable[[F], F]:
    """Marks a decoder's method as the reader of server-sent events, one capture an event."""
    return _marked(_Mark(via="sse", method="GET", paths=paths, hosts=hosts, content=()))


def _marked[F: Method](mark: _Mark) -> Callable[[F], F]:
    def mark_it(method: F) -> F:
        method.__dict__.setdefault("marks", []).append(mark)
        return method

    return mark_it


class Decoder:
    """One platform. `name` is the file's name; `sees` says honestly what it can see."""

    name: ClassVar[str]
    title: ClassVar[str] = ""
    """What people call it, where that is not the name with a capital."""
    hosts: ClassVar[tuple[str, ...]]
    """Host names; `*.example.com` stands for every name below example.com, not for itself."""
    cookie: ClassVar[str | None] = None
    headers: ClassVar[tuple[str, ...]] = ()
    query: ClassVar[tuple[str, ...]] = ()
    """The fields of the address that a reader asks for, `*` for anything; the rest, tokens among it, is not copied."""
    secrets: ClassVar[tuple[bytes, ...]] = ()
    """Patterns of what stands before a token in what the browser sends; the token after it is never copied."""
    sees: ClassVar[Mapping[Sight, Seen]] = {}
    """By what can be seen of a stranger, whether it can be seen here."""
    proof: ClassVar[str] = ""
    """What besides ourselves says that the platform speaks so."""
    unseen: ClassVar[str] = ""
    """One sentence for parents: what of this platform can't be read."""

    def endpoints(self) -> Iterator[Endpoint]:
        for name in dir(type(self)):
            method = getattr(type(self), name)
            for mark in getattr(method, "marks", ()):
                yield Endpoint(
                    platform=self.name,
                    name=name,
                    via=mark.via,
                    method=mark.method,
                    hosts=_any_of(mark.hosts or self.hosts),
                    paths=_any_of(mark.paths),
                    content=mark.content,
                    headers=frozenset(h.lower() for h in self.headers),
                    query=_any_of(self.query or ("",)),
                    cookie=self.cookie,
                    secrets=_secrets(self.secrets),
                    read=getattr(self, name),
                )


def _secrets(patterns: tuple[bytes, ...]) -> re.Pattern[bytes] | None:
    """Any of the patterns, and the word of a token's letters that follows it."""
    if not patterns:
        return None
    return re.compile(rb"(?:" + b"|".join(patterns) + rb")([A-Za-z0-9._~%+/=:-]{6,4096})")


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Patterns with `*` compiled into one; they are ours, never a parent's or a stranger's."""
    return re.compile("|".join(translate(p) for p in patterns))


def every(rows: Any, read: Callable[[Any], Iterable[Found]]) -> Iterator[Found]:
    """What `read` finds in each row; a row that can't be read is reported and does not stop the others."""
    for row in rows if isinstance(rows, list) else ():
        try:
            yield from read(row)
        except Unreadable as why:
            yield why


_MISSING: Any = object()


@overload
def dig(thing: Any, *path: str | int) -> Any: ...
@overload
def dig[T](thing: Any, *path: str | int, default: T) -> Any | T: ...
def dig(thing: Any, *path: str | int, default: Any = None) -> Any:
    """What lies at `path` in nested dictionaries and lists; `default` where a step is missing or null."""
    for step in path:
        if isinstance(step, str) and isinstance(thing, dict):
            thing = thing.get(step)
        elif isinstance(step, int) and isinstance(thing, list) and -len(thing) <= step < len(thing):
            thing = thing[step]
        else:
            return default
    return default if thing is None else thing


def need(thing: Any, *path: str | int) -> str:
    """The id that lies at `path`, as text. Raises Unreadable when it is missing or can't be an id."""
    found = dig(thing, *path, default=_MISSING)
    where = ".".join(map(str, path))
    if found is _MISSING:
        raise Unreadable(f"{where} is missing")
    return permanent_id(found, where)


def permanent_id(value: Any, where: str = "the id") -> str:
    """An id as text: a whole number or a short printable word. Raises Unreadable for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**40:
        return str(value)
    if isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable() and not value.isspace():
        return value
    raise Unreadable(f"{where} can't be an id")


# Outside these years a number is not the time of a message, whatever its unit.
EARLIEST, LATEST = datetime(2004, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def moment(value: Any, unit: Literal["s", "ms", "us", "iso"]) -> datetime | None:
    """A time in UTC out of a number, a number in text, or ISO 8601; None for what can't be the time of an event."""
    try:
        if unit == "iso":
            text = re.sub(r"(\.\d{6})\d+", r"\1", str(value))
            at = datetime.fromisoformat(text)
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        else:
            at = datetime.fromtimestamp(int(value) / {"s": 1, "ms": 1_000, "us": 1_000_000}[unit], UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return at if EARLIEST <= at <= LATEST else None
