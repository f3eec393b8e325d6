"""One copied exchange, or the hole where one is missing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal
from urllib.parse import parse_qsl

from screener.errors import Unreadable
from screener.unpack import plain

Via = Literal["http", "websocket", "sse"]

MAX_DEPTH = 200
MAX_FIELDS = 1000


@dataclass(frozen=True, kw_only=True)
class Capture:
    """One copied exchange: a request with its answer, one WebSocket message, or one server-sent event.

    `request` and `response` are the bodies as they were on the wire; a WebSocket message lies in `request` when the
    browser sent it (`side` is "client"), else in `response`. Headers are lower-case and only those a decoder asked for.
    """

    id: str
    at: datetime
    device: str
    host: str
    path: str
    query: str = ""
    method: str = "GET"
    via: Via = "http"
    stream: str = ""
    side: Literal["client", "server"] = "server"
    status: int | None = None
    request_headers: Mapping[str, str] = field(default_factory=dict)
    response_headers: Mapping[str, str] = field(default_factory=dict)
    request: bytes = b""
    response: bytes = b""
    account: str | None = None
    """The account holder's permanent id, where a cookie or the address names it."""
    cut: bool = False
    """True when the end of the body was not copied."""
    offset_ms: int | None = None
    """How far the platform's clock was ahead of ours, to about a second, where the answer says what time it is."""

    @cached_property
    def request_body(self) -> bytes:
        """What the browser sent, unpacked. Raises Unreadable."""
        return plain(self.request, self.request_headers.get("content-encoding", "") if self.via == "http" else "")

    @cached_property
    def body(self) -> bytes:
        """What the platform answered, or the WebSocket message of either side, unpacked. Raises Unreadable."""
        if self.via == "websocket":
            return plain(self.request if self.side == "client" else self.response, "")
        return plain(self.response, self.response_headers.get("content-encoding", "") if self.via == "http" else "")

    @cached_property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become U+FFFD."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Any:
        """The body as JSON. Raises Unreadable."""
        return parsed(self.body)

    @cached_property
    def request_json(self) -> Any:
        """The request's body as JSON. Raises Unreadable."""
        return parsed(self.request_body)

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of a form that the browser sent; the first value of each. Raises Unreadable."""
        return _fields(self.request_body.decode("utf-8", "replace"))

    @cached_property
    def arguments(self) -> dict[str, str]:
        """The fields of the address's query; the first value of each. Raises Unreadable."""
        return _fields(self.query)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Something that could not be copied: told as an issue, because silence must never look like safety."""

    at: datetime
    device: str
    host: str
    why: str
    count: int = 1


def parsed(body: bytes | str) -> Any:
    """The JSON document in `body`, nested at most MAX_DEPTH deep. Raises Unreadable."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        # Not the parser's own words: they can quote the text.
        raise Unreadable("the body is not JSON") from None
    if not shallow(document):
        raise Unreadable(f"the body is nested more than {MAX_DEPTH} deep")
    return document


def shallow(document: Any, most: int = MAX_DEPTH) -> bool:
    """Whether the document is nested at most `most` deep, found without recursion."""
    level = [document]
    for _ in range(most + 1):
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
            if isinstance(child, dict | list)
        ]
        if not level:
            return True
    return False


def _fields(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Unreadable("the form has too many fields") from None
    return dict(reversed(pairs))
