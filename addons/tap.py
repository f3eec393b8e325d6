"""Copies what watched platforms and the family's browsers tell each other. It never holds and never alters a byte.

Runs in the proxy, and as a plain script: mitmdump -s addons/tap.py --set screener_home=DIR
"""

import ipaddress
import secrets
import sys
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from itertools import count
from pathlib import Path

from mitmproxy import connection, ctx, exceptions, http, tcp
from mitmproxy.addonmanager import Loader

if __name__.startswith("__mitmproxy_script__"):
    sys.path.append(str(Path(__file__).resolve().parent.parent))

from addons.tee import MOST_BYTES, Copy, Offer, Tee
from screener.platforms import Endpoints, endpoints
from screener.spool import Writer, allowed, place

MOST_OPEN = 8_192
MOST_ADDRESS = 16_384
# Pictures are not looked at and not kept, and a form with parts is how a browser sends them.
NEVER_COPIED_BODIES = ("image/", "video/", "audio/", "font/", "multipart/form-data")


class Tap:
    """`is_enrolled` says whether a device's traffic may be copied; `offer` takes the copies and never waits."""

    def __init__(
        self, offer: Offer, table: Endpoints, is_enrolled: Callable[[str], bool], counts: Counter[str] | None = None
    ) -> None:
        self.counts: Counter[str] = Counter() if counts is None else counts
        self._offer = offer
        self._table = table
        self._is_enrolled = is_enrolled
        self._open: dict[str, Copy] = {}
        self._prefix = secrets.token_hex(5)
        self._numbers = count(1)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Lets the request stream; copies its body if a decoder reads such an exchange."""
        flow.request.stream = True
        try:
            if not _is_upgrade(flow.request) and (copy := self._begin(flow, is_socket=False)):
                self._open[flow.id] = copy
                packed = flow.request.headers.get("content-encoding", "identity").strip().lower() != "identity"
                if packed and copy.hides:
                    # No browser packs what it sends, and to look for secrets in it would be work that others wait for.
                    copy.cut = True
                elif _may_copy(flow.request.headers.get("content-type", "")):
                    flow.request.stream = Tee(copy, "request")
        except BaseException:
            self.counts["tap_errors"] += 1

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Lets the answer stream; copies it if its content type is one that the decoder reads."""
        if flow.response is None:
            return
        flow.response.stream = True
        try:
            if copy := self._open.get(flow.id):
                self._answer(flow, flow.response, copy)
        except BaseException:
            self.counts["tap_errors"] += 1

    def response(self, flow: http.HTTPFlow) -> None:
        """The answer is complete, or a socket opens."""
        if flow.websocket is None:
            self._close(flow.id, cut=False)
            return
        try:
            if copy := self._begin(flow, is_socket=True):
                self._open[flow.id] = copy
        except BaseException:
            self.counts["tap_errors"] += 1
        if flow.id not in self._open:
            # A socket that nobody reads passes as bytes: mitmproxy would gather and unpack each message, and 300 KB
            # can become 300 MB, for which every browser in the house waits.
            flow.websocket = None

    def error(self, flow: http.HTTPFlow) -> None:
        """The exchange was broken off; what passed before is copied already."""
        self._close(flow.id, cut=True)

    def websocket_start(self, flow: http.HTTPFlow) -> None:
        """Begins the copy of a socket that a decoder reads."""
        try:
            if copy := self._open.get(flow.id):
                copy.tell("open")
        except BaseException:
            self.counts["tap_errors"] += 1

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Copies one message, then lets mitmproxy forget it, which would else keep all of them for ever."""
        if flow.websocket is None:
            return
        try:
            if (copy := self._open.get(flow.id)) and flow.websocket.messages:
                message = flow.websocket.messages[-1]
                if len(message.content) <= MOST_BYTES:
                    copy.tell("client" if message.from_client else "server", message.content, text=message.is_text)
                else:
                    # Half a message would be worse than none: it breaks an inflater without saying so.
                    self.counts["truncated"] += 1
                    copy.tell("gap", meta={"device": copy.device, "host": copy.host, "why": "too large", "count": 1})
        except BaseException:
            self.counts["tap_errors"] += 1
        flow.websocket.messages.clear()

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        """The socket is closed."""
        self._close(flow.id, cut=False)

    def tcp_message(self, flow: tcp.TCPFlow) -> None:
        """Lets mitmproxy forget the bytes of a connection that turned out not to be HTTP."""
        flow.messages.clear()

    def client_disconnected(self, client: connection.Client) -> None:
        """Closes what the client left open."""
        try:
            for flow, copy in list(self._open.items()):
                if copy.client == client.id:
                    self._close(flow, cut=True)
        except BaseException:
            self.counts["tap_errors"] += 1

    def _begin(self, flow: http.HTTPFlow, *, is_socket: bool) -> Copy | None:
        host = host_of(flow.request)
        if not self._table.watches(host) or not self._is_genuine(flow):
            return None
        device = device_of(flow.client_conn)
        if not self._is_enrolled(device):
            return None
        if self._is_from_elsewhere(flow.request.headers):
            self.counts["from_elsewhere"] += 1
            return None
        path = flow.request.path.partition("?")[0]
        endpoint = self._table.watched(host=host, method=flow.request.method, path=path, is_socket=is_socket)
        if endpoint is None:
            return None
        if len(self._open) >= MOST_OPEN:
            self.counts["too_many_open"] += 1
            return None
        return Copy(
            stream=f"{self._prefix}-{next(self._numbers)}",
            client=flow.client_conn.id,
            offer=self._offer,
            counts=self.counts,
            blank=endpoint.blanked if endpoint.secrets else None,
            meta=allowed.opening(
                via="websocket" if is_socket else "http",
                device=device,
                method=flow.request.method,
                host=host,
                target=_clean(flow.request.path),
                found=_plain(flow.request.headers),
                wanted=endpoint.headers,
                cookie=endpoint.cookie,
                asked=endpoint.query,
            ),
        )

    def _is_genuine(self, flow: http.HTTPFlow) -> bool:
        """Whether the platform itself answers, as its certificate proves.

        The host asked for is only a header: without this, anybody in the house could serve a conversation of their own
        in a platform's name, and make an old friend of a stranger or an alert about somebody.
        """
        sni = flow.client_conn.sni or ""
        return flow.request.scheme == "https" and flow.client_conn.tls_established and self._table.watches(sni)

    def _is_from_elsewhere(self, headers: http.Headers) -> bool:
        """Whether a page of somebody else's asked, as the browser itself says.

        Any page can open a platform's socket as an account of its own making, whose friends then seem known here; its
        lists are not the family's. Apps name no origin, and a link that is followed comes from anywhere.
        """
        if "origin" in headers:
            return not self._table.is_own_page(headers["origin"])
        return headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate"

    def _answer(self, flow: http.HTTPFlow, response: http.Response, copy: Copy) -> None:
        content_type = response.headers.get("content-type", "")
        endpoint = self._table.watched(
            host=copy.host,
            method=flow.request.method,
            path=flow.request.path.partition("?")[0],
            is_socket=False,
            content_type=content_type,
        )
        if endpoint is None or not _may_copy(content_type):
            self._close(flow.id, cut=True)
            return
        if response.status_code in (403, 429):
            # A site that doubts the browser behind a proxy says so in this way.
            self.counts[f"answered_{response.status_code}"] += 1
        copy.is_endless = endpoint.via == "sse"
        found = allowed.headers(_plain(response.headers), allowed.ANSWERS)
        copy.tell("head", meta={"status": response.status_code, "headers": found})
        response.stream = Tee(copy, "response")

    def _close(self, flow: str, *, cut: bool) -> None:
        try:
            if copy := self._open.pop(flow, None):
                copy.close(cut=cut)
        except BaseException:
            self.counts["tap_errors"] += 1


@lru_cache(maxsize=1_024)
def _device(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(getattr(found, "ipv4_mapped", None) or found)


def device_of(client: connection.Client) -> str:
    """The device at the other end of a connection, by its address."""
    return _device(client.peername[0])


def host_of(request: http.Request) -> str:
    """The host asked for, not the address it was found at."""
    return request.pretty_host.rstrip(".").lower()


def _is_upgrade(request: http.Request) -> bool:
    return bool(request.headers.get("upgrade", "").lower() == "websocket")


def _may_copy(content_type: str) -> bool:
    return not content_type.strip().lower().startswith(NEVER_COPIED_BODIES)


def _plain(headers: http.Headers) -> dict[str, str]:
    found = {name: _clean(value) for name, value in headers.items()}
    # Over HTTP/2 browsers send each cookie in a header of its own.
    if "cookie" in headers:
        found = {name: value for name, value in found.items() if name.lower() != "cookie"}
        found["cookie"] = "; ".join(headers.get_all("cookie"))
    return found


def _clean(text: str) -> str:
    return text[:MOST_ADDRESS].encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class TapScript:
    """Starts the tap in a plain mitmdump, which decides by itself what is decrypted."""

    def load(self, loader: Loader) -> None:
        """Names the option."""
        loader.add_option("screener_home", str, "", "The folder of Screener's home.")

    def running(self) -> None:
        """Starts copying."""
        home = home_option()
        counts: Counter[str] = Counter()
        self.writer = Writer(place(home), extra=lambda: dict(counts))
        ctx.master.addons.add(Tap(self.writer.offer, endpoints(), lambda device: True, counts))

    def done(self) -> None:
        """Writes what is still queued."""
        self.writer.close()


def home_option() -> Path:
    """The home folder that a plain mitmdump was given."""
    if not ctx.options.screener_home:
        raise exceptions.OptionsError("screener_home: no folder is named. Add --set screener_home=DIR.")
    return Path(ctx.options.screener_home).expanduser()


if __name__.startswith("__mitmproxy_script__"):
    addons = [TapScript()]
