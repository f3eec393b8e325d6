"""A bell: whoever has something for the worker rings it, and the worker wakes."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Bell:
    """`alerts` are those of which there is news; ringing for none only wakes."""

    alerts: set[str] = field(default_factory=set)
    rung: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self, *alerts: str) -> None:
        self.alerts.update(alerts)
        self.rung.set()

    async def wait(self, seconds: float) -> set[str]:
        """Until it rings, or so long; the alerts that it rang for."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.rung.wait(), seconds)
        self.rung.clear()
        news, self.alerts = self.alerts, set()
        return news
