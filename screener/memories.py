"""What the decoders remember, of every device and of every open connection; it begins with what the store kept."""

from dataclasses import dataclass, field

from screener import platforms
from screener.capture import Capture
from screener.platforms import Kept, Memory
from screener.store.base import Store


@dataclass(kw_only=True)
class Memories:
    """`kept` lies by platform and device, `streams` by the connection's name; whoever sees one end takes it out."""

    store: Store
    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)
    streams: dict[str, Memory] = field(default_factory=dict)

    async def of(self, capture: Capture, *, late: bool) -> Memory:
        """The memory that this capture is decoded with. `late`: something of its connection was lost before it."""
        key = (platforms.platform_of(capture) or "", capture.device)
        if key not in self.kept:
            self.kept[key] = Kept(await self.store.remembered(*key))
        if capture.via == "http":
            return Memory(kept=self.kept[key])
        memory = self.streams.setdefault(capture.stream, Memory(kept=self.kept[key]))
        memory.late = late
        return memory
