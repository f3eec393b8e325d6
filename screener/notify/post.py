"""Takes a note to wherever an address says."""

import logging
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib import import_module

from screener.notify import mail, ntfy, push, service
from screener.notify.address import MAIL, NTFY, Address, kind_of, plugin
from screener.notify.base import BUSY, NO_ANSWER, NOT_FOUND, NOT_TAKEN, Note, Outcome
from screener.notify.threads import Aside, StillRunning

log = logging.getLogger(__name__)

SECONDS = 30.0

type Send = Callable[[str, Address, Note], Awaitable[Outcome]]
"""Sends a note for the channel of that id."""


@dataclass(kw_only=True)
class Post:
    """One note at a time for each channel, a few at once in all."""

    aside: Aside = field(default_factory=Aside)
    seconds: float = SECONDS

    async def send(self, channel: str, address: Address, note: Note) -> Outcome:
        try:
            return await self.aside.run(channel, lambda: deliver(address, note), seconds=self.seconds)
        except StillRunning:
            return BUSY
        except TimeoutError:
            return NO_ANSWER
        except RuntimeError:
            return NOT_TAKEN

    def warm(self) -> None:
        """Loads apprise beside the loop, so that the first notice need not wait for it."""
        threading.Thread(target=lambda: import_module("apprise"), name="notices", daemon=True).start()


def deliver(address: Address, note: Note) -> Outcome:
    """In a thread: apprise and smtplib wait."""
    try:
        if address.url.startswith(push.SCHEMA):
            return push.send(address.url, note, now=time.time())
        made = plugin(address.url)
        if made is None:
            return NOT_FOUND
        way = {MAIL: mail.send, NTFY: ntfy.send}.get(kind_of(made), service.send)
        return way(made, note)
    except Exception as bug:
        # The edge to some 170 services that others wrote: whatever one of them raises, it was not taken.
        log.error("a notice could not be sent: %s", type(bug).__name__)
        return NOT_TAKEN
