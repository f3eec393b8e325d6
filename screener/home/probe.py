"""The probe page: a device that can open it over TLS trusts our certificate and is enrolled by that."""

import asyncio
import base64
import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

from screener.home import calls, sign
from screener.home.vitals import ALIVE_PATH

log = logging.getLogger(__name__)

PROBE_HOST = "screener.home.arpa"
# The same page, always with the newest certificate: where a device shows during a renewal that it has that one.
RENEW_HOST = f"new.{PROBE_HOST}"
PROBE_HOSTS = frozenset({PROBE_HOST, RENEW_HOST})
# Set by the gate on every request to the page; what a browser claims here is overwritten.
TRUST_HEADER = "screener-trusts"
# Whether a new certificate waits for this device.
RENEW_HEADER = "screener-renew"

MOST_REQUEST = 16 * 1024
MOST_FORM = 1024
PATIENCE_SECONDS = 10.0

# Which device asks, whether it is looked after, and whether somebody at home took it out.
DEVICE_HEADER = "screener-device"
ENROLLED_HEADER = "screener-enrolled"
STOPPED_HEADER = "screener-stopped"
OURS = (TRUST_HEADER, RENEW_HEADER, DEVICE_HEADER, ENROLLED_HEADER, STOPPED_HEADER)

STYLE = (
    ":root{color-scheme:light dark}body{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:3rem auto;"
    "padding:0 1.2rem;overflow-wrap:break-word}h1{font-size:1.5rem;line-height:1.3}h2{font-size:1.2rem}"
    "li{margin:.3rem 0}a.step,button{display:inline-block;font:inherit;padding:.6rem 1rem;margin:.2rem .4rem .2rem 0;"
    "border:1px solid;border-radius:.5rem;text-decoration:none;background:none;color:inherit;cursor:pointer}"
    "a.step{color:LinkText}button:focus-visible,a:focus-visible{outline:3px solid Highlight;outline-offset:2px}"
    ".good{border:2px solid #1a7f37;border-radius:.6rem;padding:.6rem .9rem}.good span{color:#1a7f37}"
    "#help,.new{border:1px solid;border-radius:.6rem;padding:.1rem 1rem .6rem;margin:1.2rem 0}"
    "@media(prefers-color-scheme:dark){.good{border-color:#57d06f}.good span{color:#57d06f}}"
)

PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Screener</title>
<style>{style}</style></head><body><main>{text}</main></body></html>"""


class Probe:
    """A tiny server on loopback: the sign, the certificate, and the button that asks for help. `facts` is where the
    screener process writes down what the sign says of this family, `cries` the folder that it looks for calls in.
    """

    def __init__(
        self,
        certificate: Path,
        facts: Path | None = None,
        cries: Path | None = None,
        vitals: Callable[[], bytes] = lambda: b"{}",
    ) -> None:
        self._certificate = certificate
        self._facts = facts
        self._cries = cries
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
                asked = _asked(head)
                body = await reader.readexactly(asked.size) if 0 < asked.size <= MOST_FORM else b""
                writer.write(await self._answer(asked, body))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # A connection opened in advance, or somebody who talks too much.
        finally:
            writer.close()

    async def _answer(self, asked: "Asked", body: bytes) -> bytes:
        if asked.method == "POST" and asked.path == "/help":
            return await self._help(asked, body)
        if asked.method not in ("GET", "HEAD"):
            return _reply(405, "text/plain", b"Only reading is possible here.\n")
        has_body = asked.method == "GET"
        if asked.path == "/":
            text = await asyncio.to_thread(self._page, asked)
            page = PAGE.format(language=asked.language, style=STYLE, text=text).encode("utf-8", "replace")
            return _reply(200, "text/html; charset=utf-8", page, has_body=has_body)
        if asked.path == ALIVE_PATH:
            return _reply(200, "application/json", self._vitals(), has_body=has_body)
        if asked.path == "/ca.crt":
            try:
                certificate = await asyncio.to_thread(self._certificate.read_bytes)
            except OSError:
                log.warning("the certificate can't be read")
                return _reply(404, "text/plain", b"There is no certificate yet.\n")
            return _reply(200, "application/x-x509-ca-cert", certificate, has_body=has_body)
        return _reply(404, "text/plain", b"There is nothing here.\n")

    def _page(self, asked: "Asked") -> str:
        if not asked.trusts:
            return sign.not_yet(asked.language, host=PROBE_HOST)
        facts = self._of(asked.device)
        told = {"told=1": True, "told=0": False}.get(asked.query)
        if asked.ours[STOPPED_HEADER] == "yes":
            return sign.stopped(asked.language, facts, told)
        if asked.ours[ENROLLED_HEADER] != "yes":
            # Such as after the clock was set back: it trusts us, and is not looked after all the same.
            return sign.missed(asked.language, facts, told)
        new = RENEW_HOST if asked.ours[RENEW_HEADER] == "yes" else ""
        return sign.looked_after(asked.language, facts, new=new, told=told)

    async def _help(self, asked: "Asked", body: bytes) -> bytes:
        """Passes a call for help on. Only a press on this very page counts: another site must not be able to."""
        host = RENEW_HOST if asked.headers.get("host", "").lower() == RENEW_HOST else PROBE_HOST
        own = asked.headers.get("origin", "") in {f"https://{each}" for each in PROBE_HOSTS}
        if not (asked.trusts and own and asked.headers.get("sec-fetch-site", "same-origin") == "same-origin"):
            return _reply(403, "text/plain", b"That is possible on this page only.\n")
        wanted = dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=4)).get("to", "")
        names = await asyncio.to_thread(lambda: self._of(asked.device).tell)
        told = names if wanted == sign.EVERYBODY else tuple(name for name in names if name == wanted)
        sent = bool(told) and self._cries is not None
        if sent and self._cries is not None:
            sent = await asyncio.to_thread(calls.leave, self._cries, asked.device, told)
        return _reply(303, "text/plain", b"", more=(f"Location: https://{host}/?told={int(sent)}#help",))

    def _of(self, device: str) -> sign.Facts:
        return (sign.household(self._facts) if self._facts else sign.Household()).of(device)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request, as far as it matters here. `ours` are the headers that the gate set, whatever a browser says."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    ours: Mapping[str, str]
    size: int

    @property
    def trusts(self) -> bool:
        return self.ours[TRUST_HEADER] == "yes"

    @property
    def device(self) -> str:
        return self.ours[DEVICE_HEADER]

    @property
    def language(self) -> str:
        return sign.language_of(self.headers.get("accept-language", ""))


def _asked(head: bytes) -> Asked:
    line, *lines = head.decode("latin-1").split("\r\n")
    method, _, target = line.partition(" ")
    path, _, query = target.partition(" ")[0].partition("?")
    headers = {name.strip().lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    size = headers.get("content-length", "0")
    return Asked(
        method=method,
        path=path,
        query=query,
        headers=headers,
        ours={name: headers.get(name, "") for name in OURS},
        size=int(size) if size.isascii() and size.isdecimal() and len(size) < 9 else 0,
    )


REASONS = {200: "OK", 303: "See Other", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def _reply(status: int, kind: str, body: bytes, *, has_body: bool = True, more: tuple[str, ...] = ()) -> bytes:
    headers = (
        f"HTTP/1.1 {status} {REASONS[status]}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        f"Content-Security-Policy: default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff",
        # Not "no-referrer": under it browsers send "Origin: null" with our own form, as any other page could.
        "Referrer-Policy: same-origin",
        "Cache-Control: no-store",
        "Connection: close",
        *more,
    )
    return ("\r\n".join(headers) + "\r\n\r\n").encode() + (body if has_body else b"")
