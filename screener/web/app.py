"""The dashboard put together."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import UTC, datetime

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

from screener.web.auth import Passwords
from screener.web.away import Away
from screener.web.base import Desk
from screener.web.claim import Claim
from screener.web.door import Door, LogInFirst, to_log_in
from screener.web.entry import Entry
from screener.web.guard import Guard, plain_host
from screener.web.halfway import Halfways
from screener.web.live import Streams
from screener.web.logins import Logins
from screener.web.overview import Overview
from screener.web.page import HERE, Pages
from screener.web.sessions import Sessions
from screener.web.tries import Tries


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    desk: Desk,
    *,
    claim: Claim | None,
    secret: bytes,
    logins: Logins,
    hosts: Collection[str] = (),
    https_port: int = 0,
    clock: Callable[[], datetime] = utc_now,
    rooms: Callable[[Door, Pages], Iterable[APIRouter]] = lambda door, pages: (),
) -> FastAPI:
    """`hosts` are the names and addresses it answers to besides loopback; `secret` is at least 32 random bytes;
    `logins` are those that hold; `https_port` is where it is served over HTTPS, if it is; `rooms` are further pages.
    """
    if len(secret) < 32:
        raise ValueError("secret: too short. Give at least 32 random bytes.")
    pages = Pages(clock=clock)
    door = Door(
        desk=desk,
        sessions=Sessions(secret=secret),
        halfways=Halfways(secret=secret),
        logins=logins,
        passwords=Passwords(desk=desk),
        tries=Tries(desk=desk, secret=secret),
        clock=clock,
    )
    streams = Streams()
    entry = Entry(
        desk=desk,
        door=door,
        pages=pages,
        claim=claim,
    )
    # An address that means "every address" is nobody's name, though some browsers would open it.
    names = frozenset(plain_host(host) for host in hosts) - {"0.0.0.0", "::", ""}  # noqa: S104
    guard = Middleware(Guard, pages=pages, hosts=names, claimed=remembered_once(desk), https_port=https_port)
    app = FastAPI(title="Screener", openapi_url=None, docs_url=None, redoc_url=None, middleware=[guard])
    app.state.streams = streams
    # Only what is the same for everybody: how long a page gets when packed would tell something of what is on it.
    app.mount("/static", GZipMiddleware(StaticFiles(directory=HERE / "static"), minimum_size=1_000))
    app.include_router(entry.routes())
    app.include_router(Overview(desk=desk, door=door, pages=pages, streams=streams).routes())
    app.include_router(Away(door=door, pages=pages).routes())
    for router in rooms(door, pages):
        app.include_router(router)
    app.add_api_route("/healthz", healthy, methods=["GET"])
    answer_mistakes(app, pages)
    return app


async def healthy() -> Response:
    return PlainTextResponse("ok")


def remembered_once(desk: Desk) -> Callable[[], Awaitable[bool]]:
    """Whether an account exists; asked of the desk until it does, since every request wants to know."""
    known = False

    async def claimed() -> bool:
        nonlocal known
        known = known or await desk.users() > 0
        return known

    return claimed


def answer_mistakes(app: FastAPI, pages: Pages) -> None:
    async def turned_away(request: Request, error: Exception) -> Response:
        return to_log_in(request)

    async def refused(request: Request, error: Exception) -> Response:
        return pages.error(error.status_code if isinstance(error, HTTPException) else 500)

    app.add_exception_handler(LogInFirst, turned_away)
    app.add_exception_handler(HTTPException, refused)
