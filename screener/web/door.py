"""Who is asking: finds the user of a request, reads a form, and turns away whoever is not logged in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from screener.web import agents, halfway, tongue
from screener.web.auth import Passwords
from screener.web.base import Desk, User
from screener.web.guard import peer
from screener.web.halfway import Halfway, Halfways
from screener.web.logins import Logins
from screener.web.sessions import COOKIE, LIFE, Session, Sessions
from screener.web.tries import Tries, place

MOST_BYTES, MOST_FIELDS = 16_384, 20


class LogInFirst(Exception):
    """The page needs a user and there is none."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A logged-in user at a page. `token` goes into every form on it."""

    user: User
    session: Session
    token: str


@dataclass(frozen=True, kw_only=True)
class Door:
    """`passwords` and `tries` are one for the whole dashboard: a guess counts wherever it is made."""

    desk: Desk
    sessions: Sessions
    halfways: Halfways
    logins: Logins
    passwords: Passwords
    tries: Tries
    clock: Callable[[], datetime]

    async def visit(self, request: Request) -> Visit:
        """Raises LogInFirst unless the request comes with a session that still holds."""
        now = self.clock()
        session = self.sessions.read(request.cookies.get(COOKIE), now)
        user = await self.desk.user(session.name) if session else None
        if session is None or user is None or user.epoch != session.epoch:
            raise LogInFirst
        if not await self.logins.holds(session, user, now):
            raise LogInFirst
        tongue.speak_to(user.language)
        return Visit(user=user, session=session, token=self.sessions.token(session))

    async def change(self, request: Request, *, most: int = MOST_BYTES) -> tuple[Visit, Mapping[str, str]]:
        """The visit and form of a request that changes something; refused without the session's own token."""
        visit = await self.visit(request)
        fields = await form(request, most)
        if not self.sessions.token_fits(visit.session, fields.get("token", "")):
            raise HTTPException(403)
        return visit, fields

    async def let_in(self, request: Request, user: User, answer: Response) -> Response:
        """Begins a session of its own, whatever cookie came along, and ends the one that this browser had."""
        now = self.clock()
        before = self.sessions.read(request.cookies.get(COOKIE), now)
        if before is not None and (owner := await self.desk.user(before.name)) is not None:
            await self.logins.end(before.id, owner)
        cookie = self.sessions.cookie(user, now)
        session = self.sessions.read(cookie, now)
        assert session is not None, "a cookie that was just made can be read"
        agent = agents.kind(request.headers.get("user-agent", ""))
        await self.logins.begin(session, user, agent=agent, peer=place(peer(request.scope)), now=now)
        self._give(request, answer, COOKIE, cookie, seconds=int(LIFE.total_seconds()))
        if halfway.COOKIE in request.cookies:
            answer.delete_cookie(halfway.COOKIE)
        return answer

    def half_in(self, request: Request, user: User, to: str) -> Response:
        """The password was right; the code is asked for next."""
        answer = RedirectResponse("/login/code", 303)
        cookie = self.halfways.cookie(user, to, self.clock())
        self._give(request, answer, halfway.COOKIE, cookie, seconds=int(halfway.LIFE.total_seconds()))
        return answer

    async def halfway(self, request: Request) -> tuple[User, Halfway] | None:
        """Who has given the password a moment ago, and must give a code."""
        note = self.halfways.read(request.cookies.get(halfway.COOKIE), self.clock())
        user = await self.desk.user(note.name) if note else None
        if note is None or user is None or user.epoch != note.epoch:
            return None
        tongue.speak_to(user.language)
        return user, note

    def _give(self, request: Request, answer: Response, name: str, cookie: str, *, seconds: int) -> None:
        safe = request.url.scheme == "https"
        answer.set_cookie(name, cookie, max_age=seconds, httponly=True, samesite="strict", secure=safe)


async def form(request: Request, most: int = MOST_BYTES) -> dict[str, str]:
    """The fields of a small plain form; the last of a name wins."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise HTTPException(400)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise HTTPException(413)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as wrong:
        raise HTTPException(400) from wrong


def to_log_in(request: Request) -> Response:
    # A part of a page that refreshes itself can't show a log-in form in its place: the whole page must go there.
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": "/login"})
    if request.method != "GET" or request.url.path in ("/", "/live"):
        return RedirectResponse("/login", 303)
    return RedirectResponse(f"/login?next={quote(request.url.path)}", 303)


def local(path: str) -> str:
    """The path if it is one of our own pages, else the front page: a log-in must not lead elsewhere."""
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if plain and len(path) < 300 else "/"
