"""Keeps the rulebook in force as its files are: a save counts within a second, and a broken one changes nothing."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from screener.errors import Mistake
from screener.rulebook.book import Rulebook
from screener.rulebook.library import Library

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
SETTLE_SECONDS = 0.05
"""An editor may write a file in several steps; what is still changing after this long is looked at again."""


@dataclass(kw_only=True)
class Live:
    """Called, it gives the rulebook in force. `told` hears of each new one, between two events."""

    library: Library
    book: Rulebook
    told: Callable[[Rulebook], None]

    def __call__(self) -> Rulebook:
        return self.book

    async def follow(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = await asyncio.to_thread(self.library.stamp)
            if now == self.library.seen:
                continue
            await asyncio.sleep(SETTLE_SECONDS)
            if await asyncio.to_thread(self.library.stamp) == now:
                await self.read()

    async def read(self) -> None:
        """Reads the files again. Where nothing could be judged with them, what is in force stays."""
        try:
            book = await asyncio.to_thread(self.library.read)
        except Mistake as why:
            book = replace(self.book, mistakes=str(why).splitlines())
        except Exception as bug:
            # An edge like that of the pipeline: whatever somebody saved, screening goes on with what it has.
            log.error("reading the rules again failed: %s", type(bug).__name__)
            told = f"rules:1: they could not be read again ({type(bug).__name__}). Undo the last change."
            book = replace(self.book, mistakes=[told])
        for mistake in book.mistakes:
            log.warning("%s", mistake)
        self.book = book
        self.told(book)
