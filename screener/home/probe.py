"""The probe page: a device that can open it over TLS trusts our certificate and is enrolled by that."""

import asyncio
import base64
import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

from screener import platforms
from screener.home.vitals import ALIVE_PATH

log = logging.getLogger(__name__)

PROBE_HOST = "screener.home.arpa"
# Set by the gate on every request to the page; what a browser claims here is overwritten.
TRUST_HEADER = "screener-trusts"

MOST_REQUEST = 16 * 1024
PATIENCE_SECONDS = 10.0

STYLE = (
    ":root{color-scheme:light dark}body{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:3rem auto;"
    "padding:0 1.2rem}h1{font-size:1.5rem;line-height:1.3}li{margin:.3rem 0}a.step{display:inline-block;"
    "padding:.6rem 1rem;border:1px solid;border-radius:.5rem;text-decoration:none}"
)

LOOKED_AFTER = """<h1>This device is looked after by Screener</h1>
<p>It runs in your home. It looks for strangers who behave like the ones that police warn of, and tells a
parent at home when it finds one, so that nobody has to be alone with it.</p>
<h2>What it looks at</h2>
<ul><li>In a browser, on {platforms}: friend requests, calls that ring, and messages, both what is
written to you and what you write. A program reads them as they pass; no person does.</li></ul>
<h2>What a parent sees</h2>
<ul><li>Mostly nothing. When somebody behaves like such a stranger: who it is, since when, and what gave it away,
such as “asked to keep a secret”.</li>
<li>Up to 9 years: all of that, and the words it is about.</li>
<li>From 10: all of that. To read the words a parent must open them, and you see each time that they did.</li>
<li>From 13: what is serious; of smaller things only that there is something, and why. The words open only when it says
“act now”, or when you agree.</li>
<li>From 16: only what says “act now”. The words open only on a threat or a demand, or when you agree.</li>
<li>From 18, and for every adult: nothing. Only you see what is noticed about you.</li></ul>
<h2>Your own page</h2>
<p>Ask at home for a log-in of your own to Screener. There, “About me” shows you everything that was noticed about you,
and who opened what. You can say what you think of it, and call for help with one press.</p>
<h2>What it does not look at</h2>
<ul><li>Any other site. Those stay locked between you and them.</li>
<li>Pictures, videos and voice. They are never copied.</li>
<li>Chats that are locked from end to end, and apps on a phone.</li></ul>
<h2>What it keeps</h2>
<p>The words of people whom your family knows are not kept. What others write to you, and what you answer, is kept
locked for 30 days, longer only if somebody keeps it for the police. None of it leaves your home, and nothing you see is
changed. This page is always here: nobody can switch it off, not even a parent.</p>
<p>If something worries you, tell somebody you trust: whatever happened, it is not your fault.</p>"""

# Whether a browser trusts us can't be told over plain HTTP, so this page must be true for one that does, too.
NOT_YET = f"""<h1>Is this device looked after?</h1>
<p>Open <a href="https://{PROBE_HOST}/">https://{PROBE_HOST}/</a>. If it opens without a warning, Screener looks after
this device, and the page says what that means.</p>
<p>If the browser warns instead, it does not trust the certificate of your family's Screener, and Screener can't see
what is done in it. To have it looked after:</p>
<p><a class="step" href="/ca.crt">Download the certificate</a></p>
<ol><li>Install it as a certificate authority, trusted for web sites. Firefox: Settings, “Certificates”, Authorities,
Import. Chrome and Edge on Windows or a Mac: open the file, and put it into the trusted root certificates. Chrome on
Linux: Settings, “Manage certificates”, Custom.</li>
<li>Then open <a href="https://{PROBE_HOST}/">https://{PROBE_HOST}/</a> again.</li></ol>
<p>Do not click a warning away: where there is one, the certificate is not installed.</p>"""

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Screener</title>
<style>{style}</style></head><body><main>{text}</main></body></html>"""


class Probe:
    """A tiny server on loopback. It serves two pages and the certificate, and reads nothing but the request's head."""

    def __init__(self, certificate: Path, vitals: Callable[[], bytes] = lambda: b"{}") -> None:
        self._certificate = certificate
        self._vitals = vitals
        self._server: asyncio.Server | None = None

    @property
    def is_serving(self) -> bool:
        """Whether it listens."""
        return self._server is not None

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError("the probe page is not being served")
        host, port = self._server.sockets[0].getsockname()[:2]
        return str(host), int(port)

    async def start(self) -> None:
        """Starts listening, on a port that is free."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=MOST_REQUEST)

    async def close(self) -> None:
        """Stops listening."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(await self._answer(head))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # A connection opened in advance, or somebody who talks too much.
        finally:
            writer.close()

    async def _answer(self, head: bytes) -> bytes:
        line, *headers = head.decode("latin-1").split("\r\n")
        method, _, target = line.partition(" ")
        path = target.partition(" ")[0].partition("?")[0]
        trusts = f"{TRUST_HEADER}: yes" in (header.lower() for header in headers)
        if method not in ("GET", "HEAD"):
            return _reply(405, "text/plain", b"Only reading is possible here.\n")
        if path == "/":
            text = LOOKED_AFTER.format(platforms=_watched()) if trusts else NOT_YET
            body = PAGE.format(style=STYLE, text=text).encode()
            return _reply(200, "text/html; charset=utf-8", body, has_body=method == "GET")
        if path == ALIVE_PATH:
            return _reply(200, "application/json", self._vitals(), has_body=method == "GET")
        if path == "/ca.crt":
            try:
                body = await asyncio.to_thread(self._certificate.read_bytes)
            except OSError:
                log.warning("the certificate can't be read")
                return _reply(404, "text/plain", b"There is no certificate yet.\n")
            return _reply(200, "application/x-x509-ca-cert", body, has_body=method == "GET")
        return _reply(404, "text/plain", b"There is nothing here.\n")


REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed"}
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def _watched() -> str:
    *most, last = sorted(platforms.title(decoder.name) for decoder in platforms.decoders())
    return f"{', '.join(most)} and {last}" if most else last


def _reply(status: int, kind: str, body: bytes, *, has_body: bool = True) -> bytes:
    headers = (
        f"HTTP/1.1 {status} {REASONS[status]}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        f"Content-Security-Policy: default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff",
        "Referrer-Policy: no-referrer",
        "Cache-Control: no-store",
        "Connection: close",
    )
    return ("\r\n".join(headers) + "\r\n\r\n").encode() + (body if has_body else b"")
