"""Finds the decoders, one file a platform, and follows a capture to the one that reads it."""

import importlib
import logging
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from screener.capture import Capture
from screener.errors import Unreadable
from screener.events import Account, Event
from screener.platforms.base import Decoder, Endpoint, Kept, Memory, Seen, Sight

log = logging.getLogger(__name__)

__all__ = [
    "Decoded",
    "Endpoints",
    "Kept",
    "Memory",
    "decode",
    "decoders",
    "endpoints",
    "platform_of",
    "platform_of_host",
    "sees",
    "title",
    "unseen",
]


@cache
def decoders() -> tuple[Decoder, ...]:
    """Every decoder, found by looking: a file in this folder is a platform."""
    found = []
    for module in pkgutil.iter_modules(__path__):
        if module.name == "base" or module.ispkg:
            continue
        source = importlib.import_module(f"{__name__}.{module.name}")
        found += [
            kind()
            for kind in vars(source).values()
            if isinstance(kind, type) and issubclass(kind, Decoder) and kind.__module__ == source.__name__
        ]
    return tuple(sorted(found, key=lambda decoder: decoder.name))


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """The one table of what is watched: compiled from the decoders, used by the tap, by replays and by `decode`."""

    all: tuple[Endpoint, ...]
    exact: frozenset[str]
    below: frozenset[str]
    sites: frozenset[str] = frozenset()
    """The domains that the watched hosts belong to: a page at any name below may be the platform's own."""

    @classmethod
    def over(cls, decoders: tuple[Decoder, ...]) -> "Endpoints":
        hosts = {host.lower() for decoder in decoders for host in decoder.hosts}
        return cls(
            all=tuple(endpoint for decoder in decoders for endpoint in decoder.endpoints()),
            exact=frozenset(host for host in hosts if not host.startswith("*.")),
            below=frozenset(host[2:] for host in hosts if host.startswith("*.")),
            sites=frozenset(_site(host) for host in hosts),
        )

    def is_own_page(self, origin: str) -> bool:
        """Whether a page of this origin ("https://www.example.com") is a watched platform's."""
        scheme, _, host = origin.strip().lower().rpartition("://")
        return scheme == "https" and _site(host.partition(":")[0]) in self.sites

    def watches(self, host: str) -> bool:
        """Whether any decoder reads this host; a set look-up a label, whatever the number of platforms."""
        host = host.rstrip(".").lower()
        if host in self.exact:
            return True
        _, dot, rest = host.partition(".")
        while dot:
            if rest in self.below:
                return True
            _, dot, rest = rest.partition(".")
        return False

    def watched(
        self, *, host: str, method: str, path: str, is_socket: bool, content_type: str | None = None
    ) -> Endpoint | None:
        """The endpoint for which such an exchange is copied; server-sent events are known by their content type.

        Without a content type, because the answer is still to come: the first endpoint that might read it.
        """
        if is_socket:
            return self.find(host=host, method=method, path=path, via="websocket")
        if content_type is None or content_type.strip().lower().startswith("text/event-stream"):
            found = self.find(host=host, method=method, path=path, via="sse")
            if found is not None or content_type is not None:
                return found
        return self.find(host=host, method=method, path=path, via="http", content_type=content_type)

    def find(self, *, host: str, method: str, path: str, via: str, content_type: str | None = None) -> Endpoint | None:
        """The endpoint that reads such an exchange; `path` is without its query."""
        host = host.rstrip(".").lower()
        for endpoint in self.all:
            if endpoint.fits(host, method, path, via) and (content_type is None or endpoint.takes(content_type)):
                return endpoint
        return None


def _site(host: str) -> str:
    """The domain of a platform's host: its last two names, as no platform lives below a longer public suffix."""
    return ".".join(host.rstrip(".").split(".")[-2:])


@cache
def endpoints() -> Endpoints:
    """The table over every decoder."""
    return Endpoints.over(decoders())


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """What one capture gave: events, and a sentence for each part that could not be read."""

    platform: str
    endpoint: str = ""
    events: tuple[Event, ...] = ()
    unreadable: tuple[str, ...] = ()


def platform_of(capture: Capture) -> str | None:
    """The platform whose decoder reads such an exchange, or None."""
    endpoint = endpoints().find(host=capture.host, method=capture.method, path=capture.path, via=capture.via)
    return endpoint.platform if endpoint else None


def platform_of_host(host: str) -> str | None:
    """The platform that a host belongs to, or None."""
    for decoder in decoders():
        if Endpoints.over((decoder,)).watches(host):
            return decoder.name
    return None


def title(platform: str) -> str:
    """What people call a platform."""
    known = next((decoder.title for decoder in decoders() if decoder.name == platform), "")
    return known or platform.capitalize()


def sees(platform: str) -> Mapping[Sight, Seen]:
    """By what can be seen of a stranger, whether it can be seen on this platform."""
    return next((decoder.sees for decoder in decoders() if decoder.name == platform), {})


def unseen(platform: str) -> str:
    """One sentence on what can't be read of a platform."""
    return next((decoder.unseen for decoder in decoders() if decoder.name == platform), "")


# A hostile answer could hold a million rows; an honest inbox page holds a few hundred.
MAX_EVENTS = 2_000


def decode(capture: Capture, memory: Memory) -> Decoded | None:
    """The events in a capture, or None when no decoder reads such an exchange.

    `memory` is changed by the decoder. What comes before an unreadable part is kept.
    """
    endpoint = endpoints().find(
        host=capture.host,
        method=capture.method,
        path=capture.path,
        via=capture.via,
        content_type=capture.response_headers.get("content-type", "") if capture.via == "http" else None,
    )
    if endpoint is None:
        return None
    events: list[Event] = []
    unreadable: list[str] = []
    try:
        for found in endpoint.read(capture, memory):
            if isinstance(found, Unreadable):
                unreadable.append(str(found))
            else:
                events.append(_writable(found))
            if len(events) + len(unreadable) >= MAX_EVENTS:
                unreadable.append("too many events in one answer")
                break
    except Unreadable as why:
        unreadable.append(str(why))
    except Exception as bug:
        # The one place where everything is caught: a decoder's bug costs one capture, and is shown.
        log.error("the %s decoder failed at %s: %s", endpoint.platform, endpoint.name, type(bug).__name__)
        unreadable.append(f"the decoder failed ({type(bug).__name__})")
    return Decoded(
        platform=endpoint.platform, endpoint=endpoint.name, events=tuple(events), unreadable=tuple(unreadable)
    )


def _writable(event: Event) -> Event:
    """The event with half characters, which JSON can smuggle in and no file can hold, replaced by U+FFFD."""
    contact, account = _whole(event.contact), _whole(event.account)
    is_whole = contact is event.contact and account is event.account
    return _whole(event if is_whole else replace(event, contact=contact, account=account))


def _whole[T: Event | Account](thing: T) -> T:
    broken: dict[str, Any] = {
        f.name: value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        for f in fields(thing)
        if isinstance(value := getattr(thing, f.name), str) and not value.isascii() and _SURROGATE.search(value)
    }
    return replace(thing, **broken) if broken else thing


_SURROGATE = re.compile(r"[\ud800-\udfff]")
