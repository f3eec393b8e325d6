"""A platform on loopback with real TLS, and the real proxy in front of it."""

import asyncio
import gzip
import ipaddress
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypercorn.asyncio import serve
from hypercorn.config import Config

from screener.platforms import Endpoints
from screener.platforms.base import Capture, Decoder, Found, events_stream, reads, socket
from screener.proxy import ProxySettings, run
from screener.spool import Frame, Reader, discard, place

HOST = "chat.pixelpals.example"
OTHER = "www.bank.example"
WRONG = "wrong.pixelpals.example"
"""A watched host for which the origin has no certificate."""
PROBE = "screener.home.arpa"
DEVICE = "127.0.0.1"
LONG_TEXT = json.dumps([{"id": n, "text": "see you at the match"} for n in range(500)]).encode()


class Pixelpals(Decoder):
    """A platform that does not exist."""

    name = "pixelpals"
    hosts = (HOST, WRONG)
    cookie = "c_user"
    headers = ("x-friendly-name",)
    query = ("v",)
    secrets = (rb'"token"\s*:\s*"',)

    @reads("GET", "/json", "/gzip", "/chunked", "/big", "/slow", "/n/*", content=("application/json",))
    @reads("POST", "/echo", "/upload")
    @reads("GET", "/picture")
    def exchanges(self, capture: Capture) -> Iterator[Found]:
        yield from ()

    @events_stream("/sse")
    def pushes(self, capture: Capture) -> Iterator[Found]:
        yield from ()

    @socket("/socket")
    def messages(self, capture: Capture) -> Iterator[Found]:
        yield from ()


TABLE = Endpoints(
    all=tuple(Pixelpals().endpoints()),
    exact=frozenset({HOST, WRONG}),
    below=frozenset(),
    sites=frozenset({"pixelpals.example"}),
)


@dataclass(kw_only=True)
class Origin:
    """The simulated platform. `asked` is what it was sent, `release` lets the second server-sent event go."""

    port: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(
        self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if scope["type"] == "websocket":
            await self._socket(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(
        self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        self.asked.append(
            {
                "method": scope["method"],
                "path": scope["raw_path"] + b"?" + scope["query_string"],
                "http": scope["http_version"],
                "headers": sorted(scope["headers"]),
                "body": body,
            }
        )
        await self._answer(scope["path"], body, send)

    async def _answer(self, path: str, body: bytes, send: Callable[[Any], Awaitable[None]]) -> None:
        async def reply(
            kind: bytes,
            *pieces: bytes,
            sized: bool = True,
            headers: tuple[tuple[bytes, bytes], ...] = (),
            status: int = 200,
        ) -> None:
            size = ((b"content-length", str(sum(map(len, pieces))).encode()),) if sized else ()
            found = [(b"content-type", kind), (b"x-twice", b"a"), (b"x-twice", b"b"), *size, *headers]
            await send({"type": "http.response.start", "status": status, "headers": found})
            for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

        if path == "/gzip":
            await reply(
                b"application/json", gzip.compress(LONG_TEXT, mtime=0), headers=((b"content-encoding", b"gzip"),)
            )
        elif path == "/chunked":
            await reply(
                b"application/json", *(LONG_TEXT[n : n + 999] for n in range(0, len(LONG_TEXT), 999)), sized=False
            )
        elif path == "/forbidden":
            await reply(b"text/html", b"Are you a machine?", status=403)
        elif path == "/big":
            await reply(b"application/json", *[b"x" * 65_536] * 320)
        elif path == "/echo":
            await reply(b"application/json", body, headers=((b"set-cookie", b"session=never-copy-me"),))
        elif path == "/picture":
            await reply(b"image/png", b"\x89PNG never-copy-this-picture")
        elif path in ("/sse", "/slow"):
            kind = b"text/event-stream" if path == "/sse" else b"application/json"
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
            await send({"type": "http.response.body", "body": b"data: one\n\n", "more_body": True})
            await self.release.wait()
            await send({"type": "http.response.body", "body": b"data: two\n\n", "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        else:
            await reply(b"application/json", LONG_TEXT)

    async def _socket(self, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "bytes": event.get("bytes"), "text": event.get("text")})


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A certificate authority for origins, with one leaf for all of their names."""

    certificate: Path
    leaf: Path
    key: Path


def an_authority(folder: Path, *names: str) -> Authority:
    """Makes one, with a leaf for the names and for 127.0.0.1."""
    now = datetime.now(UTC)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Origins of a test")])
    unused = ("content_commitment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only")
    usage = dict.fromkeys(unused, False)

    def begin(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder(ca_name, subject, public, x509.random_serial_number())
        return builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))

    ca = (
        begin(ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_encipherment=False, key_cert_sign=True, crl_sign=True, **usage),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    alternatives = [*map(x509.DNSName, names), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    leaf = (
        begin(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]), key.public_key())
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    made = Authority(certificate=folder / "origins.pem", leaf=folder / "leaf.pem", key=folder / "leaf.key")
    made.certificate.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    made.leaf.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made


@asynccontextmanager
async def an_origin(authority: Authority) -> AsyncIterator[Origin]:
    """Serves the simulated platform over TLS, HTTP/1.1 and HTTP/2, on a free port."""
    origin = Origin()
    config = Config()
    config.bind = ["127.0.0.1:0"]
    config.certfile, config.keyfile = str(authority.leaf), str(authority.key)
    config.alpn_protocols = ["h2", "http/1.1"]
    config.accesslog = config.errorlog = None
    config.graceful_timeout = 0.1
    sockets = config.create_sockets()
    origin.port = sockets.secure_sockets[0].getsockname()[1]
    config.create_sockets = lambda: sockets  # type: ignore[method-assign]
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(origin, config, shutdown_trigger=stop.wait))  # type: ignore[arg-type]
    try:
        yield origin
    finally:
        origin.release.set()
        stop.set()
        await asyncio.wait_for(serving, 10)


@dataclass(frozen=True, kw_only=True)
class Rig:
    """The proxy with an origin behind it, and what a browser in the family needs to reach both."""

    home: Path
    port: int
    origin: Origin
    authority: Authority
    reader: Reader

    @property
    def proxy(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def trust(self, *, ours: bool = True, origins: bool = True) -> ssl.SSLContext:
        """What the client trusts: our certificate authority, the origins' own, or both."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if ours:
            context.load_verify_locations(self.home / "ca" / "mitmproxy-ca-cert.pem")
        if origins:
            context.load_verify_locations(self.authority.certificate)
        return context

    def browser(self, *, http2: bool = False, ours: bool = True, origins: bool = False) -> httpx.AsyncClient:
        """A client that goes through the proxy, and by default believes only a connection that was decrypted."""
        return httpx.AsyncClient(
            proxy=self.proxy,
            verify=self.trust(ours=ours, origins=origins),
            http2=http2,
            trust_env=False,
            timeout=10,
        )

    async def frames(self, until: Callable[[list[Frame]], bool] = bool) -> list[Frame]:
        """What the spool holds, as soon as it holds what is waited for, or after four seconds."""
        found: list[Frame] = []
        for _ in range(80):
            found = [frame for _, frame in self.reader.batch(0, 100_000)]
            if until(found):
                break
            await asyncio.sleep(0.05)
        return found

    async def counters(self, until: Callable[[dict[str, int]], bool] = bool) -> dict[str, int]:
        """What the proxy counted, as soon as it says what is waited for, or after five seconds."""
        found: dict[str, int] = {}
        for _ in range(100):
            found = self.reader.counters()
            if until(found):
                break
            await asyncio.sleep(0.05)
        return found


@asynccontextmanager
async def a_proxy(settings: ProxySettings, table: Endpoints | None = None) -> AsyncIterator[tuple[int, Reader]]:
    """The real proxy in this process: its port, and a reader of its spool."""
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    running = asyncio.create_task(run(settings, ready=port.set_result, stop=stop, table=table))
    await asyncio.wait((running, port), return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    reader = Reader(place(settings.home))
    try:
        yield port.result(), reader
    finally:
        reader.close()
        stop.set()
        await asyncio.wait_for(running, 10)
        discard(settings.home)


@asynccontextmanager
async def a_rig(
    folder: Path, *, enrolled: bool = True, watch: bool = True, spool_bytes: int = 64 * 1024 * 1024
) -> AsyncIterator[Rig]:
    """The real proxy in this process, in front of an origin that is HOST, OTHER and 127.0.0.1."""
    authority = an_authority(folder, HOST, OTHER)
    home = folder / "home"
    home.mkdir(mode=0o700)
    async with an_origin(authority) as origin:
        settings = ProxySettings(
            home=home,
            port=0,
            spool_bytes=spool_bytes,
            steer=dict.fromkeys((HOST, OTHER, WRONG), ("127.0.0.1", origin.port)),
            upstream_ca=authority.certificate,
            always_enrolled=(DEVICE,) if enrolled else (),
        )
        table = TABLE if watch else Endpoints(all=(), exact=frozenset(), below=frozenset())
        async with a_proxy(settings, table) as (port, reader):
            yield Rig(home=home, port=port, origin=origin, authority=authority, reader=reader)
