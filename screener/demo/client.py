"""A member's browser without a window: real connections through the proxy, checked against the family's certificate."""

import asyncio
import contextlib
import http.client
import io
import logging
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from screener.demo.base import Answer, Ask, Line, Said, Tab
from screener.errors import Mistake
from screener.events import Event
from screener.home.probe import PROBE_HOST

log = logging.getLogger(__name__)

MOST_SECONDS = 40
BETWEEN_TRIES_SECONDS = 1.0
TRIES = 30


@dataclass(frozen=True, kw_only=True)
class Route:
    """How a browser reaches the platforms: through which proxy, and whose certificates it trusts."""

    proxy_host: str
    proxy_port: int
    trust: Path

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.trust))


async def asked(route: Route, ask: Ask) -> Answer:
    """One exchange over a connection of its own. Raises OSError where it fails."""
    async with asyncio.timeout(MOST_SECONDS):
        reader, writer = await asyncio.open_connection(route.proxy_host, route.proxy_port)
        try:
            writer.write(f"CONNECT {ask.host}:443 HTTP/1.1\r\nHost: {ask.host}:443\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n", 1)[0] + b" ":
                raise OSError(f"the proxy refused {ask.host}")
            await writer.start_tls(route.context(), server_hostname=ask.host)
            writer.write(_written(ask))
            raw = await reader.read()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    return _answered(ask, raw)


def _written(ask: Ask) -> bytes:
    target = ask.path + (f"?{ask.query}" if ask.query else "")
    headers = {"host": ask.host, **ask.headers, "content-length": str(len(ask.body)), "connection": "close"}
    lines = [f"{ask.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + ask.body


class _Read:
    """What the standard library's parser of answers reads from."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._raw)


def _answered(ask: Ask, raw: bytes) -> Answer:
    answer = http.client.HTTPResponse(cast("Any", _Read(raw)), method=ask.method)
    try:
        answer.begin()
        return Answer(body=answer.read(), status=answer.status, content_type=answer.headers.get("content-type", ""))
    except http.client.HTTPException as why:
        raise OSError(f"{ask.host} sent no whole answer ({type(why).__name__})") from None


async def enrolled(route: Route) -> None:
    """Opens the page that says this device is looked after, which enrols it. Raises Mistake when it doesn't come."""
    try:
        answer = await asked(route, Ask(method="GET", host=PROBE_HOST, path="/"))
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as why:
        raise Mistake(
            f"demo: https://{PROBE_HOST}/ can't be reached through the proxy ({why}). Start the demo again."
        ) from None
    if answer.status != 200:
        raise Mistake(f"demo: https://{PROBE_HOST}/ answered {answer.status}. Start the demo again.")


class Client:
    """One page, open: it fetches, keeps its WebSockets up or its poll going, and does what the member does."""

    def __init__(self, tab: Tab, route: Route) -> None:
        self.tab = tab
        self._route = route
        self._lines: dict[str, ClientConnection] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        for ask in self.tab.first():
            await self.asks(ask)
        self._tasks = [asyncio.create_task(self._keep(line)) for line in self.tab.lines()]
        if (poll := self.tab.polls()) is not None:
            self._tasks.append(asyncio.create_task(self._poll(poll)))
        return self

    async def __aexit__(self, *why: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def asks(self, ask: Ask) -> Answer:
        """Fetches something, as often as it takes while the proxy starts again."""
        for _ in range(TRIES):
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                return await asked(self._route, ask)
            await asyncio.sleep(BETWEEN_TRIES_SECONDS)
        raise Mistake(f"demo: {ask.host} can't be reached through the proxy. Look at the proxy's lines above.")

    async def acts(self, event: Event) -> None:
        """The member does something on the page."""
        act = self.tab.acts(event)
        if not isinstance(act, Said):
            await self.asks(act)
            return
        for _ in range(TRIES):
            with contextlib.suppress(KeyError, ConnectionClosed):
                await self._lines[act.line].send(act.message)
                return
            await asyncio.sleep(BETWEEN_TRIES_SECONDS)
        raise Mistake(f"demo: the page's connection {act.line} stays broken. Look at the proxy's lines above.")

    async def _keep(self, line: Line) -> None:
        """Holds one WebSocket open, and opens it again when it breaks, as pages do."""
        while True:
            # Whatever broke it, the page tries again; a proxy that is being restarted is no reason to give up.
            with contextlib.suppress(OSError, TimeoutError, WebSocketException):
                await self._hold(line)
            self._lines.pop(line.name, None)
            log.info("the connection to %s broke and is opened again", line.host)
            await asyncio.sleep(BETWEEN_TRIES_SECONDS)

    async def _hold(self, line: Line) -> None:
        agent = line.headers.get("user-agent")
        headers = {name: value for name, value in line.headers.items() if name not in ("origin", "user-agent")}
        async with connect(
            f"wss://{line.host}{line.path}",
            proxy=f"http://{self._route.proxy_host}:{self._route.proxy_port}",
            ssl=self._route.context(),
            additional_headers=headers,
            origin=cast("Any", line.headers.get("origin")),
            user_agent_header=agent,
            ping_interval=None,
        ) as connection:
            self._lines[line.name] = connection
            for message in self.tab.opens(line.name):
                await connection.send(message)
            async for message in connection:
                for reply in self.tab.hears(line.name, message):
                    await connection.send(reply)

    async def _poll(self, ask: Ask) -> None:
        while True:
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                await asked(self._route, ask)
                continue
            await asyncio.sleep(BETWEEN_TRIES_SECONDS)
