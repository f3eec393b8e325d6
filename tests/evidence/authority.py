"""A time-stamp authority on this machine: OpenSSL makes its stamps, as it does for many that are on the net."""

import hashlib
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SETTINGS = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
"""


@dataclass(kw_only=True)
class Authority:
    """`root` is its certificate; `queries` are all that it was sent, headers among it."""

    folder: Path
    url: str = ""
    queries: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def reply(self, query: bytes) -> bytes:
        """The stamp for a query."""
        asked, answer = self.folder / "query.tsq", self.folder / "answer.tsr"
        asked.write_bytes(query)
        run("ts", "-reply", "-config", self.folder / "own.cnf", "-queryfile", asked, "-signer", self.root,
            "-inkey", self.folder / "key.pem", "-out", answer)  # fmt: skip
        return answer.read_bytes()


def run(*words: object) -> str:
    """What OpenSSL says. A machine that lacks it can't run this test."""
    program = shutil.which("openssl")
    assert program, "openssl is not installed. Run: sudo apt-get install openssl"
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def an_authority(folder: Path, answer: Callable[[Authority, bytes], bytes] | None = None) -> Iterator[Authority]:
    """One that listens; `answer` stands in for its own answer, status line and all."""
    own = Authority(folder=folder)
    (folder / "own.cnf").write_text(SETTINGS.format(folder=folder))
    (folder / "serial").write_text("01\n")
    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-out", own.root, "-days", "2",
        "-subj", "/CN=Example time-stamps", "-addext", "extendedKeyUsage=critical,timeStamping")  # fmt: skip

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            own.queries.append((dict(self.headers), query))
            raw = answer(own, query) if answer else ok(own.reply(query))
            self.wfile.write(raw)

        def log_message(self, *words: object) -> None:
            """The test's own output is enough."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    own.url = f"http://127.0.0.1:{server.server_address[1]}/tsr"
    try:
        yield own
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ok(body: bytes, kind: str = "application/timestamp-reply") -> bytes:
    head = f"HTTP/1.0 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def digest_of(statement: bytes) -> bytes:
    return hashlib.sha512(statement).digest()
