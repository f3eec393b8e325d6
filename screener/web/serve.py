"""Runs the dashboard until it is told to stop."""

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from screener.errors import Mistake
from screener.home import here
from screener.web.live import Streams

log = logging.getLogger(__name__)

STOP_SECONDS = 3
MOST_CONNECTIONS = 256


@dataclass(frozen=True, kw_only=True)
class Secure:
    """Where it is served over HTTPS, and with which key."""

    listeners: Sequence[socket.socket]
    context: ssl.SSLContext


class Server(uvicorn.Server):
    """Ends the open streams before it waits for connections to end: a page that listens would hold the stop up."""

    def __init__(self, config: uvicorn.Config, streams: Streams, stop: asyncio.Event | None) -> None:
        super().__init__(config)
        self.streams = streams
        self.stop = stop

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Whoever gave us a stop of their own listens to the signals too.
        with contextlib.nullcontext() if self.stop else super().capture_signals():
            yield

    async def on_tick(self, counter: int) -> bool:
        if self.stop and self.stop.is_set():
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.streams.stop()
        await super().shutdown(sockets)


async def serve(app: FastAPI, host: str, port: int, *, stop: asyncio.Event | None = None) -> None:
    """Until `stop` is set, or without one until SIGINT or SIGTERM. Raises Mistake if it can't listen there."""
    await serve_on(app, [listen(host, port)], stop=stop)


async def serve_on(
    app: FastAPI, listeners: Sequence[socket.socket], *, stop: asyncio.Event | None = None, secure: Secure | None = None
) -> None:
    """On sockets that are bound already, and over HTTPS on others; all end together."""
    streams: Streams = app.state.streams
    serving = [(Server(_config(app), streams, stop), listeners)]
    if secure is not None:
        # The first one alone listens to signals where nobody gave us a stop.
        other = Server(_config(app, secure.context), streams, stop or asyncio.Event())
        serving.append((other, secure.listeners))
    running = [asyncio.ensure_future(server.serve(sockets=list(its))) for server, its in serving]
    try:
        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for server, _its in serving:
            server.should_exit = True
        await asyncio.gather(*running)
        for _server, its in serving:
            for each in its:
                each.close()


async def serve_later(
    app: FastAPI, host: str, port: int, *, stop: asyncio.Event, secure_port: int, context: ssl.SSLContext | None
) -> None:
    """Serves there as well once this machine has that address, and until `stop` is set."""
    while True:
        await here.until(host)
        try:
            listeners, secure = open_at([host], port, secure_port, context)
            break
        except Mistake as why:
            log.error("%s", why)
            await asyncio.sleep(here.LOOK_AGAIN_SECONDS)
    await serve_on(app, listeners, stop=stop, secure=secure)


def _config(app: FastAPI, context: ssl.SSLContext | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        access_log=False,
        date_header=True,
        lifespan="off",
        limit_concurrency=MOST_CONNECTIONS,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        ssl_context_factory=(lambda config, default: context) if context else None,
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_keep_alive=5,
        ws="none",
    )


def listen_at(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """Bound sockets at the same port of each. Raises Mistake where one can't be, and then none is."""
    found: list[socket.socket] = []
    try:
        for host in hosts:
            found.append(listen(host, found[0].getsockname()[1] if found else port))
    except Mistake:
        for each in found:
            each.close()
        raise
    return found


def open_at(
    hosts: Sequence[str], port: int, secure_port: int, context: ssl.SSLContext | None
) -> tuple[list[socket.socket], Secure | None]:
    """Bound sockets for both ways to serve; over HTTPS only with a context. Raises Mistake, and then none is bound."""
    listeners = listen_at(hosts, port)
    if context is None:
        return listeners, None
    try:
        return listeners, Secure(listeners=listen_at(hosts, secure_port), context=context)
    except Mistake:
        for each in listeners:
            each.close()
        raise


def listen(host: str, port: int) -> socket.socket:
    """The bound socket, so that a busy port is known before anything else is started. Port 0 takes any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as why:
        listener.close()
        if why.errno == errno.EADDRINUSE:
            mend = "Stop what uses it, or set another port for the dashboard."
            raise Mistake(f"dashboard: port {port} on {host} is in use. {mend}") from why
        raise Mistake(f"dashboard: can't listen on {host}, port {port}: {why.strerror}. Set another address.") from why
    listener.listen(128)
    listener.setblocking(False)
    return listener
