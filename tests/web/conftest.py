"""A dashboard to ask: in this process for its answers, on a port of its own for a browser."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from screener.web.app import create_app
from screener.web.auth import hashed
from screener.web.case import Case
from screener.web.claim import Claim
from screener.web.door import Door
from screener.web.page import Pages
from screener.web.serve import listen, serve_on
from tests.browser import chromium_path
from tests.make import RULES
from tests.web.memory import NOON, MemoryCases, MemoryDesk

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, ViewportSize

PHONE: "ViewportSize" = {"width": 390, "height": 844}
DESK: "ViewportSize" = {"width": 1280, "height": 800}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]

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
    hosts = ("screener.example", "192.0.2.7", "0.0.0.0")

    def rooms(door: Door, pages: Pages) -> list[APIRouter]:
        cases: Any = MemoryCases(desk)
        parts = dict.fromkeys(("files", "deeds", "excerpts", "answers"), cases)
        case = Case(
            desk=desk, door=door, pages=pages, rulebook=lambda: RULES, announce=lambda change: None, made=never, **parts
        )
        return [case.routes()]

    return create_app(desk, claim=claim, secret=SECRET, logins=desk.logins, hosts=hosts, clock=clock, rooms=rooms)


async def never(alert: str) -> None:
    """Nothing was changed because of any alert."""


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
    running = asyncio.create_task(serve_on(app, [listener], stop=stop))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        await running


@pytest.fixture
async def browser() -> AsyncIterator["Browser"]:
    # Most tests of the dashboard need none, and it takes a moment to load.
    from playwright.async_api import async_playwright

    path = await asyncio.to_thread(chromium_path)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, chromium_sandbox=False, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def complaints() -> list[str]:
    """What the console said, violations of the policy included, and every request that went elsewhere."""
    return []


@pytest.fixture
async def page(browser: "Browser", complaints: list[str]) -> "Page":
    page = await browser.new_page(viewport=PHONE)
    page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("request", lambda asked: "127.0.0.1" in asked.url or complaints.append(f"went to {asked.url}"))
    return page
