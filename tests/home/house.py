"""A home in network namespaces: a child's device, a guest's, the router with the real proxy, and the internet.

Everything here is made by the tests and gone after them; no packet leaves these namespaces.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from screener.home.probe import PROBE_HOST
from screener.home.router.ruleset import PROBE_ADDRESS
from screener.spool import Reader, discard, place
from tests.addons.rig import Authority, an_authority

ROOT = Path(__file__).resolve().parents[2]
SCREENER = Path(sys.executable).with_name("screener")
PLATFORM, BANK = "gateway.discord.gg", "www.bank.example"
CARDS = {"child": "02:00:5e:10:00:01", "guest": "02:00:5e:10:00:02"}
ADDRESSES = {
    "child": ("10.77.0.11", "fd77::11"),
    "guest": ("10.77.0.12", "fd77::12"),
    "router": ("10.77.0.1", "fd77::1"),
}
FAR = {PLATFORM: ("203.0.113.10", "2001:db8:f::10"), BANK: ("203.0.113.20", "2001:db8:f::20")}
NAMES_SERVER = "203.0.113.53"
VISIT_SECONDS = 5.0
CLONE_NEWNET = 0x40000000

needs_house = pytest.mark.needs_root("it makes network namespaces, which stand for a home")


def missing() -> str:
    """What this machine lacks for a home in namespaces, in words; empty where nothing is missing."""
    lacking = [tool for tool in ("ip", "nft", "dnsmasq") if not shutil.which(tool)]
    return f"{', '.join(lacking)}: not found. Run: sh scripts/test-setup.sh" if lacking else ""


def run(*words: str, **how: Any) -> str:
    ran = subprocess.run(words, capture_output=True, text=True, timeout=30, **how)
    assert ran.returncode == 0, f"{' '.join(words)}: {ran.stderr}"
    return ran.stdout


@dataclass(kw_only=True)
class House:
    """The home, with everything in it switched on that a test asks for."""

    folder: Path
    tag: str
    authority: Authority
    proxy: subprocess.Popen[bytes] | None = None
    heart: subprocess.Popen[bytes] | None = None
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def state(self) -> Path:
        return self.folder / "heartbeat.json"

    @property
    def names(self) -> Path:
        return self.folder / "dnsmasq.d"

    def space(self, name: str) -> str:
        return f"sc{self.tag}{name}"

    def at(self, name: str, *words: str, **how: Any) -> str:
        """Runs a program in one of the namespaces."""
        return run("ip", "netns", "exec", self.space(name), *words, **how)

    def inside[T](self, name: str, what: Callable[[], T]) -> T:
        """Calls something as if this process were that machine: sockets made in it belong to its namespace."""
        found: Future[T] = Future()

        def work() -> None:
            try:
                with Path(f"/run/netns/{self.space(name)}").open() as space:
                    os.setns(space.fileno(), CLONE_NEWNET)
                found.set_result(what())
            except BaseException as why:
                found.set_exception(why)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return found.result(40)

    def screener(self, *words: str, may_fail: bool = False) -> str:
        """The `screener` command on the router."""
        ran = subprocess.run(
            ["ip", "netns", "exec", self.space("router"), SCREENER, *words, "--home", self.home],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
        )
        assert may_fail or ran.returncode == 0, ran.stderr
        return ran.stdout

    def start_proxy(self, *, block: bool = False) -> None:
        """Starts the real proxy on the router, and waits until it says that it is ready."""
        words = ["-m", "screener.proxy"] if not block else ["-m", "tests.home.blocked"]
        words += ["--home", str(self.home), "--upstream-ca", str(self.authority.certificate)]
        self.proxy = subprocess.Popen(
            ["ip", "netns", "exec", self.space("router"), sys.executable, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "SCREENER_SUPERVISED": "1"},
        )
        assert self.proxy.stdout is not None
        said = self.proxy.stdout.readline()
        assert said.startswith(b"ready"), f"the proxy ended with status {self.proxy.wait(10)}"

    def stop_proxy(self, how: int = signal.SIGTERM) -> None:
        if self.proxy is not None:
            self.proxy.send_signal(how)
            self.proxy.communicate(timeout=20)
            self.proxy = None

    def start_heart(self, *words: str) -> None:
        self.heart = subprocess.Popen(
            [
                *("ip", "netns", "exec", self.space("router"), sys.executable, "-m", "screener.home.heartbeat"),
                *("--home", str(self.home), "--state", str(self.state), *words),
            ],
            cwd=ROOT,
        )

    def stop_heart(self, how: int = signal.SIGTERM) -> None:
        if self.heart is not None:
            self.heart.send_signal(how)
            self.heart.wait(10)
            self.heart = None

    def heard(self) -> dict[str, Any]:
        try:
            found = json.loads(self.state.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def wait(self, what: Callable[[], bool], seconds: float = 15.0) -> float:
        """How long it took until something became true."""
        began = time.monotonic()
        while not what():
            assert time.monotonic() - began < seconds, "it did not become true"
            time.sleep(0.05)
        return time.monotonic() - began

    def ready(self) -> "House":
        """Everything runs, and the router leads to the proxy."""
        if self.proxy is None:
            self.start_proxy()
        if self.heart is None:
            self.start_heart()
        self.wait_alive()
        return self

    def wait_alive(self) -> None:
        self.state.unlink(missing_ok=True)
        self.wait(lambda: self.heard().get("state") == "alive")

    def enrol(self, *who: str) -> None:
        """Writes who is enrolled, as the proxy does, and waits until the router knows."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        devices = {CARDS[each]: now for each in who}
        (self.home / "enrolled.json").write_text(json.dumps({"devices": devices}))
        self.wait(lambda: all((CARDS[each] in self.rules()) is (each in who) for each in CARDS))

    def rules(self) -> str:
        return self.at("router", "nft", "list", "ruleset")

    def reader(self) -> Reader:
        return Reader(place(self.home))

    # What devices do.

    def resolve(self, who: str, name: str) -> list[str]:
        """Asks the router for a name's addresses, as every device does before it connects."""
        return [found for kind in (1, 28) for found in self.inside(who, lambda kind=kind: asked(name, kind))]

    def visit(self, who: str, name: str, path: str = "/", *, version: int = 4, trusts_us: bool = True) -> "Visit":
        """Opens a page over TLS, and says whose certificate was shown."""
        address = PROBE_ADDRESS if name == PROBE_HOST else FAR[name][0 if version == 4 else 1]
        trust = self.trust(ours=trusts_us)
        return self.inside(who, lambda: _visit(address, name, path, trust))

    def visit_later(self, who: str, name: str, path: str) -> "Future[Visit]":
        """The same, while the test goes on."""
        found: Future[Visit] = Future()

        def work() -> None:
            try:
                found.set_result(self.visit(who, name, path))
            except BaseException as why:
                found.set_exception(why)

        threading.Thread(target=work, daemon=True).start()
        return found

    def quic(self, who: str, name: str, *, version: int = 4) -> str:
        """Speaks UDP to port 443: "answered", "refused" (a browser takes TCP at once) or "silence" (it would wait)."""
        return self.inside(who, lambda: _quic(FAR[name][0 if version == 4 else 1]))

    def trust(self, *, ours: bool = True, theirs: bool = True) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if ours and (self.home / "ca" / "mitmproxy-ca-cert.pem").exists():
            context.load_verify_locations(self.home / "ca" / "mitmproxy-ca-cert.pem")
        if theirs:
            context.load_verify_locations(self.authority.certificate)
        return context


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What a device got: whose certificate it saw, and what it was answered."""

    issuer: str
    body: bytes

    @property
    def decrypted(self) -> bool:
        return "Screener" in self.issuer


def _quic(address: str) -> str:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as line:
        line.settimeout(2)
        line.connect((address, 443))
        try:
            line.send(b"hello")
            return "answered" if line.recv(100) == b"hello" else "something else"
        except ConnectionRefusedError:
            return "refused"
        except TimeoutError:
            return "silence"


def _visit(address: str, name: str, path: str, trust: ssl.SSLContext) -> Visit:
    with (
        socket.create_connection((address, 443), timeout=VISIT_SECONDS) as plain,
        trust.wrap_socket(plain, server_hostname=name) as secure,
    ):
        issuer = str(secure.getpeercert()["issuer"])  # type: ignore[index]
        secure.sendall(f"GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := secure.recv(65_536):
            answer += piece
    return Visit(issuer=issuer, body=answer.partition(b"\r\n\r\n")[2])


def asked(name: str, kind: int, server: str = ADDRESSES["router"][0]) -> list[str]:
    """A name's addresses from the router's dnsmasq; kind 1 is IPv4, 28 is IPv6."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    question = struct.pack("!HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", kind, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(3)
        line.sendto(question, (server, 53))
        answer = line.recv(4_096)
    found, at = [], len(question)
    for _ in range(struct.unpack_from("!H", answer, 6)[0]):
        # The name once more: as a pointer to the question, or in full.
        name_bytes = 2 if answer[at] >= 0xC0 else answer.index(0, at) - at + 1
        got, _, _, size = struct.unpack_from("!HHIH", answer, at + name_bytes)
        at += name_bytes + 10
        if got == kind:
            found.append(socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, answer[at : at + size]))
        at += size
    return found


@contextmanager
def a_house(folder: Path) -> Iterator[House]:
    """Builds it, with the internet's servers running; takes it down whatever happens."""
    house = House(folder=folder, tag=secrets.token_hex(3), authority=an_authority(folder, PLATFORM, BANK))
    house.home.mkdir(mode=0o700)
    house.names.mkdir()
    (house.home / "config.yaml").write_text(
        f"proxy: {{port: 8787}}\nrouter: {{inside: [br0], dnsmasq: {house.names}}}\n"
    )
    try:
        _build(house)
        yield house
    finally:
        house.stop_heart(signal.SIGKILL)
        if house.proxy is not None:
            house.proxy.send_signal(signal.SIGCONT)
        house.stop_proxy(signal.SIGKILL)
        for server in house.servers:
            server.kill()
            server.communicate(timeout=10)
        for name in ("child", "guest", "router", "far"):
            subprocess.run(["ip", "netns", "del", house.space(name)], capture_output=True)
        discard(house.home)


def _build(house: House) -> None:
    for name in ("child", "guest", "router", "far"):
        run("ip", "netns", "add", house.space(name))
        house.at(name, "ip", "link", "set", "lo", "up")
    for setting in ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv6.conf.default.accept_dad=0"):
        house.at(
            "router", "sh", "-c", f"echo {setting.split('=')[1]} > /proc/sys/{setting.split('=')[0].replace('.', '/')}"
        )
    house.at("router", "ip", "link", "add", "br0", "type", "bridge")
    _address(house, "router", "br0", *(f"{each}" for each in ("10.77.0.1/24", "fd77::1/64")))
    for name, card in CARDS.items():
        run(
            "ip",
            "link",
            "add",
            "eth0",
            "netns",
            house.space(name),
            "address",
            card,
            "type",
            "veth",
            "peer",
            "name",
            f"to-{name}",
            "netns",
            house.space("router"),
        )
        house.at("router", "ip", "link", "set", f"to-{name}", "master", "br0", "up")
        v4, v6 = ADDRESSES[name]
        _address(house, name, "eth0", f"{v4}/24", f"{v6}/64")
        house.at(name, "ip", "route", "add", "default", "via", ADDRESSES["router"][0])
        house.at(name, "ip", "-6", "route", "add", "default", "via", ADDRESSES["router"][1])
    run(
        "ip",
        "link",
        "add",
        "wan0",
        "netns",
        house.space("router"),
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        house.space("far"),
    )
    _address(house, "router", "wan0", "203.0.113.1/24", "2001:db8:f::1/64")
    _address(
        house,
        "far",
        "eth0",
        "203.0.113.2/24",
        f"{NAMES_SERVER}/24",
        "2001:db8:f::2/64",
        *(f"{v4}/24" for v4, _ in FAR.values()),
        *(f"{v6}/64" for _, v6 in FAR.values()),
    )
    house.at("far", "ip", "route", "add", "default", "via", "203.0.113.1")
    house.at("far", "ip", "-6", "route", "add", "default", "via", "2001:db8:f::1")
    house.at("router", "ip", "route", "add", "default", "via", "203.0.113.2")
    names = [f"--address=/{name}/{address}" for name, both in FAR.items() for address in both]
    _serve(
        house,
        "far",
        "dnsmasq",
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--no-resolv",
        "--no-hosts",
        "--user=root",
        "--pid-file=",
        f"--listen-address={NAMES_SERVER}",
        "--bind-interfaces",
        *names,
    )
    internet = (ROOT / "tests" / "home" / "internet.py", house.authority.leaf, house.authority.key)
    everywhere = [address for both in FAR.values() for address in both]
    _serve(house, "far", sys.executable, *map(str, internet), *everywhere)
    house.wait(lambda: b"ready" in _line(house.servers[-1]))


def _address(house: House, name: str, interface: str, *addresses: str) -> None:
    for each in addresses:
        words = ("nodad",) if ":" in each else ()
        house.at(name, "ip", "address", "add", each, "dev", interface, *words)
    house.at(name, "ip", "link", "set", interface, "up")


def _serve(house: House, name: str, *words: str) -> None:
    server = subprocess.Popen(
        ["ip", "netns", "exec", house.space(name), *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT
    )
    house.servers.append(server)


def _line(server: subprocess.Popen[bytes]) -> bytes:
    assert server.stdout is not None
    return server.stdout.readline()


def start_names(house: House) -> subprocess.Popen[bytes]:
    """The router's own dnsmasq, with whatever lies in its folder; it reads the folder only as it starts."""
    _serve(
        house,
        "router",
        "dnsmasq",
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        f"--conf-dir={house.names}",
        "--no-resolv",
        "--no-hosts",
        "--user=root",
        "--pid-file=",
        f"--server={NAMES_SERVER}",
        f"--listen-address={ADDRESSES['router'][0]}",
        "--bind-interfaces",
    )
    server = house.servers[-1]
    house.wait(lambda: bool(_answers(house)))
    return server


def _answers(house: House) -> bool:
    try:
        return bool(house.resolve("guest", BANK))
    except OSError:
        return False
