"""What every request must pass before a page sees it, and the headers every answer carries."""

import ipaddress
import logging
import traceback
from collections.abc import Awaitable, Callable, Collection
from dataclasses import KW_ONLY, dataclass
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from screener.home.scripts import SYSTEMS
from screener.web import tongue
from screener.web.page import Pages
from screener.web.tries import is_loopback

log = logging.getLogger(__name__)

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

# Answered before an account exists and without one: they say nothing of the family.
OPEN = frozenset({"/healthz", "/proxy.pac", "/ca.crt", "/start", *(f"/start/screener-{f}" for f in SYSTEMS.values())})

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    # Installed on a phone, and read away from home: see away.py. Each policy lets one script through, a worker.
    "manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types screener offline push"
)


def policy(nonce: str) -> str:
    """The same for a page whose editor makes its own styles: those with this nonce, and no others."""
    return POLICY.replace("style-src 'self'", f"style-src 'self' 'nonce-{nonce}'")


HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": under it browsers send "Origin: null" with our own forms, and we could not tell them apart.
    # Nothing leaves the home either way.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}

HSTS = "max-age=31536000"


@dataclass(frozen=True)
class Guard:
    """Host, origin and first-run checks. `claimed` says whether an account exists; where there is an `https_port`,
    other devices are sent there.
    """

    app: ASGIApp
    _: KW_ONLY
    pages: Pages
    hosts: Collection[str]
    claimed: Callable[[], Awaitable[bool]]
    https_port: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        tongue.begin(Headers(scope=scope).get("accept-language", ""))
        answer = Answer(
            send=send,
            cache="no-cache" if scope["path"].startswith("/static/") else "no-store",
            only_https=scope["scheme"] == "https" and host_name(Headers(scope=scope)) not in LOOPBACK_NAMES,
        )
        # The edge of the dashboard: whatever breaks on a page, the next page still works.
        try:
            refusal = await self._refusal(scope)
            await (refusal or self.app)(scope, receive, answer)
        except Exception as error:
            # Where it broke, but not the error's own words: they may quote what a stranger wrote.
            log.error(
                "a page failed with %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__))
            )
            if not answer.started:
                await self.pages.error(500)(scope, receive, answer)

    async def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        path: str = scope["path"]
        host = host_name(headers)
        is_look = scope["method"] in ("GET", "HEAD")
        if host not in LOOPBACK_NAMES and host not in self.hosts:
            return self.pages.error(421)
        if self.https_port and scope["scheme"] == "http" and path not in OPEN and not is_loopback(peer(scope)):
            return RedirectResponse(over_https(scope, host, self.https_port), 307 if is_look else 303)
        if not is_look and not from_our_page(headers, scope["scheme"]):
            return self.pages.error(403)
        if path in OPEN or path.startswith("/static/") or await self.claimed():
            return None
        if not is_loopback(peer(scope)) or host not in LOOPBACK_NAMES:
            return self.pages.error(
                403, mend="Screener is not set up yet. That is done on the machine it runs on, not over the network."
            )
        return None if path == "/claim" else RedirectResponse("/claim", 303)


@dataclass(kw_only=True)
class Answer:
    """Adds our headers to what is sent, and knows whether anything was."""

    send: Send
    cache: str
    only_https: bool
    started: bool = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            own = headers.get("Content-Security-Policy")
            headers.update(HEADERS | ({"Content-Security-Policy": own} if own else {}))
            # Pages name people; nothing of them stays behind in the browser. Our own files may.
            headers["Cache-Control"] = self.cache
            # Not for this machine itself: its name is shared with whatever else somebody tries out on it.
            if self.only_https:
                headers["Strict-Transport-Security"] = HSTS
        await self.send(message)


def peer(scope: Scope) -> str:
    """Who is at the other end of the socket. Headers that claim another address are never believed."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def host_name(headers: Headers) -> str:
    """The name of the one Host header, in small letters and without its port; empty if it makes no sense."""
    given = headers.getlist("host")
    if len(given) != 1:
        return ""
    try:
        parts = urlsplit(f"//{given[0]}")
        if parts.netloc != given[0] or "@" in given[0] or (parts.port == 0):
            return ""
        return plain_host(parts.hostname or "")
    except ValueError:
        return ""


def over_https(scope: Scope, host: str, port: int) -> str:
    """The same page over HTTPS; the front page for what was to change something, as that is not sent twice."""
    name = f"[{host}]" if ":" in host else host
    if scope["method"] not in ("GET", "HEAD"):
        return f"https://{name}:{port}/"
    query = scope.get("query_string", b"").decode("latin-1")
    return f"https://{name}:{port}{quote(scope['path'])}" + (f"?{query}" if query else "")


def plain_host(name: str) -> str:
    """One spelling a host: an address in its usual form, a name in small letters."""
    bare = name.strip("[]").casefold().removesuffix(".")
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return bare


def from_our_page(headers: Headers, scheme: str) -> bool:
    """Whether a change was asked for by a page of ours; when the browser doesn't say, it was not."""
    fetched_from = headers.get("sec-fetch-site")
    if fetched_from not in (None, "same-origin"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return fetched_from == "same-origin"
    return origin == f"{scheme}://{headers.get('host', '')}"
