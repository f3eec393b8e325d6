"""A mail server and an ntfy server on loopback that note what reaches them."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass(kw_only=True)
class MailServer:
    """Takes mail for everybody, or with a `password` only from who knows it; `refusal` is said instead of "250".
    `at` is told of each step: before a mail, when it was taken but not yet said so, and after.
    """

    port: int = field(default_factory=free_port)
    password: str = ""
    refusal: str = ""
    raw: list[bytes] = field(default_factory=list)
    at: Callable[[str], None] = lambda step: None

    @property
    def url(self) -> str:
        login = f"kim:{self.password}@" if self.password else ""
        return f"mailto://{login}127.0.0.1:{self.port}?from=home@example.com&to=anna@example.com"

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=default) for raw in self.raw]  # type: ignore[misc]

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    def _lets_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password.decode() == self.password
        return AuthResult(success=right, handled=False)

    @contextmanager
    def up(self) -> Iterator["MailServer"]:
        login: dict[str, Any] = {}
        if self.password:
            login = {"authenticator": self._lets_in, "auth_require_tls": False}
        controller = Controller(_Handler(self), hostname="127.0.0.1", port=self.port, **login)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()


class _Handler:
    """Apart from the server: aiosmtpd looks at every attribute of its handler, for every connection."""

    def __init__(self, ours: MailServer) -> None:
        self.ours = ours

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        if self.ours.refusal:
            return self.ours.refusal
        self.ours.at("before")
        self.ours.raw.append(bytes(envelope.content or b""))
        self.ours.at("taken")
        return "250 OK"

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:
        self.ours.at("after")
        return "221 Bye"


@dataclass(kw_only=True)
class NtfyServer:
    """Notes every request whole; `status` and `headers` are what it answers. `at` is told of each step."""

    port: int = field(default_factory=free_port)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: list[str] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    at: Callable[[str], None] = lambda step: None

    @property
    def url(self) -> str:
        return f"ntfy://127.0.0.1:{self.port}/a-topic"

    @property
    def ids(self) -> list[str]:
        return [note["sequence_id"] for note in self.notes]

    def said(self) -> list[str]:
        """The bodies since the last time."""
        found = [str(note["message"]) for note in self.notes]
        self.notes.clear()
        return found

    @contextmanager
    def up(self) -> Iterator["NtfyServer"]:
        server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        ours = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                ours.at("before")
                ours.raw.append(f"{self.path}\n{self.headers}\n{body.decode()}")
                if ours.status < 300:
                    ours.notes.append(json.loads(body))
                ours.at("taken")
                self.send_response(ours.status)
                for name, value in ours.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")
                ours.at("after")

            do_GET = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        return Handler
