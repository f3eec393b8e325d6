"""How far each platform's clock is from ours, as its latest answers said."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from screener.capture import Capture

GOOD_FOR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """A socket doesn't say what time it is: there, what an answer said within the hour holds."""

    said: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def ahead_ms(self, platform: str, capture: Capture) -> int | None:
        """How far the platform was ahead when this passed; None where that is not known."""
        if capture.offset_ms is not None:
            self.said[platform] = (capture.at, capture.offset_ms)
        if platform not in self.said:
            return None
        at, offset_ms = self.said[platform]
        return offset_ms if abs(capture.at - at) < GOOD_FOR else None
