"""The simulated platforms on one port of this machine, told apart by the name that was asked for."""

import asyncio
import contextlib
import socket as sockets
from collections.abc import AsyncIterator, Generator, Sequence
from typing import Any, cast

import uvicorn

from screener.demo.base import NOT_FOUND, Ask, Site, Socket
from screener.demo.certificates import Certificates

MOST_BODY_BYTES = 1024 * 1024


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        # Ctrl-C belongs to whoever runs the demonstration.
        yield


@contextlib.asynccontextmanager
async def served(sites: Sequence[Site], certificates: Certificates) -> AsyncIterator[int]:
    """Serves the sites over TLS and gives the port, which the system chooses."""
    listening = sockets.socket(sockets.AF_INET, sockets.SOCK_STREAM)
    listening.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        App(sites),
        ssl_certfile=certificates.chain,
        ssl_keyfile=certificates.key,
        ws="websockets-sansio",
        # One of the client libraries offers compression and can't undo it.
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        # The server has no other way of saying that it listens.
        while not server.started and not running.done():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        yield listening.getsockname()[1]
    finally:
        for site in sites:
            site.ends()
        server.should_exit = True
        await running
        listening.close()


class App:
    """The sites as one ASGI application."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self._sites = {host: site for site in sites for host in site.hosts}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "").partition(":")[0]
        ask = Ask(
            method=scope.get("method", "GET"),
            host=host,
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=await _body(receive) if scope["type"] == "http" else b"",
        )
        site = self._sites.get(host)
        if scope["type"] == "websocket":
            await _converse(site, Socket(ask), receive, send)
            return
        answer = await site.answer(ask) if site else NOT_FOUND
        listed = {"content-type": answer.content_type, "content-length": str(len(answer.body)), **answer.headers}
        raw = [(name.encode(), value.encode("latin-1")) for name, value in listed.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body})


async def _body(receive: Any) -> bytes:
    body = b""
    while len(body) < MOST_BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body


async def _converse(site: Site | None, socket: Socket, receive: Any, send: Any) -> None:
    """Carries one WebSocket's messages both ways until either side leaves."""
    await receive()
    if site is None:
        await send({"type": "websocket.close", "code": 4004})
        return
    await send({"type": "websocket.accept"})
    site.opened(socket)
    sending = asyncio.create_task(_send_all(socket, send))
    try:
        while (message := await receive())["type"] == "websocket.receive":
            body = message.get("text") if message.get("text") is not None else message.get("bytes")
            site.heard(socket, cast("str | bytes", body))
    finally:
        site.closed(socket)
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending


async def _send_all(socket: Socket, send: Any) -> None:
    while True:
        message = await socket.outgoing.get()
        if isinstance(message, str):
            await send({"type": "websocket.send", "text": message})
        else:
            await send({"type": "websocket.send", "bytes": message})
