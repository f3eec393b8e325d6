"""What a simulated platform and a member's page are: values in, values out, and no network in either."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qsl

from screener.events import Event

type Message = str | bytes
type Clock = Callable[[], datetime]


def now() -> datetime:
    """What time it is; tests put another clock in its place."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What a browser asks of a platform."""

    method: str
    host: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def arguments(self) -> dict[str, str]:
        return dict(parse_qsl(self.query))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"null")

    def cookie(self, name: str) -> str:
        found = SimpleCookie(self.headers.get("cookie", "")).get(name)
        return found.value if found else ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the platform answers."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def said(document: Any, status: int = 200) -> Answer:
    """An answer in JSON. The content type stands alone: some clients take a charset after it for plain text."""
    return Answer(body=json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode(), status=status)


NOT_FOUND = Answer(body=b'{"message":"404: Not Found","code":0}', status=404)


class Socket:
    """One open WebSocket, seen from the platform: what it is to send lies in `outgoing`."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.outgoing: asyncio.Queue[Message] = asyncio.Queue()

    def send(self, *messages: Message) -> None:
        for message in messages:
            self.outgoing.put_nowait(message)


class Site(Protocol):
    """A simulated platform: it answers, it listens on sockets, and things happen on it."""

    name: ClassVar[str]
    hosts: ClassVar[tuple[str, ...]]

    async def answer(self, ask: Ask) -> Answer: ...

    def opened(self, socket: Socket) -> None: ...

    def heard(self, socket: Socket, message: Message) -> None: ...

    def closed(self, socket: Socket) -> None: ...

    def ends(self) -> None:
        """The platform goes away: whoever waits for an answer gets one."""
        ...

    def is_watched(self, account: str) -> bool:
        """Whether a page of this account is open and would hear what happens."""
        ...

    def happens(self, event: Event) -> None:
        """Something happens elsewhere than on a member's page: the contact's doing, or on another device."""
        ...


@dataclass(frozen=True, kw_only=True)
class Line:
    """A WebSocket that a page opens."""

    name: str
    host: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Said:
    """Something that a page says on one of its WebSockets."""

    line: str
    message: Message


class Tab(Protocol):
    """A member's page of a platform: what it fetches, what it opens, how it answers what it hears."""

    account: str

    def first(self) -> tuple[Ask, ...]:
        """What it fetches when it is loaded."""
        ...

    def lines(self) -> tuple[Line, ...]:
        """The WebSockets it opens then."""
        ...

    def opens(self, line: str) -> tuple[Message, ...]:
        """What it says first on one of them."""
        ...

    def hears(self, line: str, message: Message) -> tuple[Message, ...]:
        """What it says when it hears something."""
        ...

    def polls(self) -> Ask | None:
        """What it asks again and again, where the platform has no WebSocket."""
        ...

    def looks(self, event: Event) -> tuple[Ask, ...]:
        """What it fetches to see something that is not pushed."""
        ...

    def acts(self, event: Event) -> Ask | Said:
        """What it does when the member does something."""
        ...


class Page(Protocol):
    """An open tab, whatever carries what it says."""

    @property
    def tab(self) -> Tab: ...

    async def asks(self, ask: Ask) -> Answer: ...

    async def acts(self, event: Event) -> None:
        """The member does something on it."""
        ...
