"""A dashboard to ask: in this process for its answers, on a port of its own for a browser."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from screener.web.app import create_app
from screener.web.auth import hashed
from screener.web.claim import Claim
from screener.web.serve import listen, serve_on
from tests.web.memory import NOON, MemoryDesk

SECRET = b"a key for tests that opens nothing at all"
PASSWORD = "four words in a row"


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk()


@pytest.fixture
def claim() -> Claim:
    return Claim.new(NOON)


@pytest.fixture
def app(desk: MemoryDesk, claim: Claim, clock: Clock) -> FastAPI:
    return create_app(desk, claim=claim, secret=SECRET, hosts=("screener.example", "192.0.2.7", "0.0.0.0"), clock=clock)


type Visitors = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def visitor(app: FastAPI) -> AsyncIterator[Visitors]:
    """Makes a browser-like client: where it sits, by which name it asks, and which page its forms come from."""
    made: list[httpx.AsyncClient] = []

    def make(peer: str = "127.0.0.1", host: str = "localhost:8745", origin: str | None = "") -> httpx.AsyncClient:
        headers = {} if origin is None else {"Origin": origin or f"http://{host}"}
        transport = httpx.ASGITransport(app, client=(peer, 50_000))
        made.append(httpx.AsyncClient(transport=transport, base_url=f"http://{host}", headers=headers))
        return made[-1]

    yield make
    for client in made:
        await client.aclose()


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hashed(PASSWORD)


@pytest.fixture
async def anna(desk: MemoryDesk, visitor: Visitors, password_hash: str) -> httpx.AsyncClient:
    """A parent who is logged in."""
    await desk.add_user("anna", password_hash)
    client = visitor()
    answer = await client.post("/login", data={"name": "anna", "password": PASSWORD})
    assert answer.status_code == 303
    return client


def token_of(page: httpx.Response) -> str:
    return page.text.split('name="token" value="', 1)[1].split('"', 1)[0]


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The dashboard on a port of its own; gives its address."""
    listener = listen("127.0.0.1", 0)
    stop = asyncio.Event()
    running = asyncio.create_task(serve_on(app, listener, stop=stop))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        await running
