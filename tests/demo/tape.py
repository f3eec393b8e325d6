"""Plays a story between platforms and pages without any network, and keeps what a tap would copy."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from screener.capture import Capture, Via
from screener.demo.base import Answer, Ask, Line, Message, Said, Site, Socket, Tab
from screener.demo.player import Cast, Player, accounts_of, before, dated
from screener.demo.tabs import tab
from screener.events import Event
from screener.platforms import Kept, Memory, decode, endpoints
from screener.story import Story

DEVICE = "192.0.2.10"


class Tape:
    """What passed, as captures, in order."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self.at = datetime.min
        self.captures: list[Capture] = []
        self._sites = {host: site for site in sites for host in site.hosts}
        self._numbers = count()

    def site(self, ask: Ask) -> Site:
        return self._sites[ask.host]

    async def exchange(self, ask: Ask) -> Answer:
        answer = await self.site(ask).answer(ask)
        copied = {"content-type": answer.content_type}
        self._keep(ask, "http", request=ask.body, response=answer.body, status=answer.status, response_headers=copied)
        return answer

    def message(self, stream: str, ask: Ask, side: str, message: Message) -> None:
        raw = message if isinstance(message, bytes) else message.encode()
        self._keep(ask, "websocket", stream=stream, side=side, **{"request" if side == "client" else "response": raw})

    def _keep(self, ask: Ask, via: Via, **rest: object) -> None:
        content = rest.get("response_headers", {}).get("content-type")  # type: ignore[attr-defined]
        found = endpoints().find(host=ask.host, method=ask.method, path=ask.path, via=via, content_type=content)
        if found is None:
            return
        names = {"content-type", "content-encoding", *found.headers}
        self.captures.append(
            Capture(
                id=f"c{next(self._numbers)}",
                at=self.at,
                device=DEVICE,
                host=ask.host,
                path=ask.path,
                query=ask.query,
                method=ask.method,
                via=via,
                request_headers={name: value for name, value in ask.headers.items() if name in names},
                account=(ask.cookie(found.cookie) or None) if found.cookie else None,
                **rest,  # type: ignore[arg-type]
            )
        )


class PaperPage:
    """A page whose connections are only written down."""

    def __init__(self, tab: Tab, tape: Tape) -> None:
        self.tab = tab
        self._tape = tape
        self._sockets: dict[str, Socket] = {}
        self._polling: asyncio.Task[None] | None = None

    async def opened(self) -> None:
        await self.fetched()
        for line in self.tab.lines():
            self._open(line)
        if (poll := self.tab.polls()) is not None:
            self._polling = asyncio.create_task(self._poll(poll))
        await self.settled()

    async def fetched(self) -> None:
        for ask in self.tab.first():
            await self.asks(ask)

    async def closed(self) -> None:
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)

    async def asks(self, ask: Ask) -> Answer:
        return await self._tape.exchange(ask)

    async def acts(self, event: Event) -> None:
        act = self.tab.acts(event)
        if isinstance(act, Said):
            self._say(act.line, act.message)
        else:
            await self.asks(act)

    async def settled(self) -> None:
        """Carries messages both ways until neither side has anything to say."""
        for _ in range(20):
            for name, socket in self._sockets.items():
                while not socket.outgoing.empty():
                    message = socket.outgoing.get_nowait()
                    self._tape.message(name, socket.ask, "server", message)
                    for reply in self.tab.hears(name, message):
                        self._say(name, reply)
            await asyncio.sleep(0)

    def _open(self, line: Line) -> None:
        path, _, query = line.path.partition("?")
        ask = Ask(method="GET", host=line.host, path=path, query=query, headers=line.headers)
        self._sockets[line.name] = socket = Socket(ask)
        self._tape.site(ask).opened(socket)
        for message in self.tab.opens(line.name):
            self._say(line.name, message)

    def _say(self, name: str, message: Message) -> None:
        socket = self._sockets[name]
        self._tape.message(name, socket.ask, "client", message)
        self._tape.site(socket.ask).heard(socket, message)

    async def _poll(self, ask: Ask) -> None:
        while True:
            await self._tape.exchange(ask)


async def taped(
    story: Story, end: datetime, *, is_typed: bool = True, reloads: bool = False
) -> tuple[tuple[Event, ...], list[Capture]]:
    """The events that were played, and what passed meanwhile.

    Where `is_typed`, the clock goes with the story and the member types every answer; else it stands after the end.
    Where `reloads`, every page is loaded again after each event, and so the lists are sent again.
    """
    cast = Cast.new(lambda: tape.at)
    tape = Tape(cast.sites)
    events = dated(story, end)
    tape.at = events[0].at
    for platform, account, contact in before(story):
        cast.site(platform).befriended(account, contact)
    pages = {
        account: PaperPage(tab(platform, account), tape)
        for platform, accounts in accounts_of(story).items()
        for account in accounts
    }
    player = Player(cast=cast, pages=pages, pace=0, clock=lambda: tape.at)

    async def heard(event: Event) -> None:
        await pages[event.account.id].settled()

    for page in pages.values():
        await page.opened()
    for event in events:
        tape.at = event.at if is_typed else end + timedelta(hours=1)
        await player.play([event], heard)
        for page in pages.values() if reloads else ():
            await page.fetched()
    for page in pages.values():
        await page.closed()
    return events, tape.captures


def read(captures: Sequence[Capture]) -> tuple[list[Event], list[str]]:
    """What the decoders find in captures, each event once, and what they could not read."""
    kept: dict[str, Kept] = {}
    streams: dict[str, dict[str, object]] = {}
    events: dict[tuple[str, str, str], Event] = {}
    unreadable: list[str] = []
    for capture in captures:
        stream = streams.setdefault(capture.stream, {}) if capture.stream else {}
        platform = (
            endpoints()
            .find(host=capture.host, method=capture.method, path=capture.path, via=capture.via)  # type: ignore[union-attr]
            .platform
        )
        decoded = decode(capture, Memory(kept=kept.setdefault(platform, Kept()), stream=stream))
        assert decoded is not None
        unreadable += decoded.unreadable
        for event in decoded.events:
            events.setdefault((event.account.platform, event.kind, event.id), event)
    return list(events.values()), unreadable
