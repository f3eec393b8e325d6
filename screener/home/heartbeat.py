"""The dead man's switch of the router: a small process that keeps the redirect alive only while the proxy is well.

Of ours it imports only who is enrolled, so that it stays small and can't fall with what it watches. Whatever happens to
it, the redirect lapses by itself: `python -m screener.home.heartbeat --home DIR`, with the right to change nftables.
"""

import argparse
import contextlib
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from screener.home.enrolment import enrolled

PROBE_HOST, PROBE_ADDRESS, ALIVE_PATH = "screener.home.arpa", "198.51.100.80", "/alive"
TABLE = "screener"
BEAT_SECONDS, LAPSE_SECONDS = 1.0, 3
PATIENCE_SECONDS = 0.9
NFT_SECONDS = 2.0
# A proxy that was away comes back only when it was well for a while, so that browsers aren't sent to and fro.
GOOD_BEFORE_RETURN = 3
FAILURES, FAILURES_WITHIN_SECONDS, PAUSE_SECONDS = 3, 600.0, 600.0
MOST_LATE_MS = 500
MOST_OF_DESCRIPTORS = 0.8
MOST_ANSWER, MOST_DEVICES = 16_384, 1_000
TELL_AGAIN_BEATS = 30
CARD = re.compile("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
COUNTER = re.compile(r"counter (\w+) \{\s*packets (\d+)")


class Ill(Exception):
    """Why the proxy must not be sent anything now. `gone` is a proxy that isn't there at all."""

    def __init__(self, why: str, *, gone: bool = False) -> None:
        super().__init__(why)
        self.gone = gone


@dataclass(kw_only=True)
class Switch:
    """When the redirect may be alive: at once while all is well, after a failure only with patience.

    A failure is a redirect that was alive and had to lapse. After three within ten minutes it rests for ten, and
    somebody is told.
    """

    alive: bool = False
    reason: str = "starting"
    rests_until: float = 0.0
    failures: deque[float] = field(default_factory=lambda: deque(maxlen=FAILURES))
    _good: int = GOOD_BEFORE_RETURN - 1
    _last_good: float = 0.0

    def well(self, now: float) -> bool:
        """The proxy is well: says whether to beat."""
        self._good += 1
        self._last_good = now
        if now < self.rests_until or self._good < GOOD_BEFORE_RETURN:
            return False
        self.alive, self.reason = True, ""
        return True

    def ill(self, why: str, now: float, *, gone: bool) -> None:
        """The proxy is not well. One late answer is no failure yet: the last beat lasts a little longer."""
        if self.alive and not gone and now - self._last_good < LAPSE_SECONDS - 0.5:
            return
        self.reason, self._good = why, 0
        if not self.alive:
            return
        self.alive = False
        self.failures.append(now)
        if len(self.failures) == FAILURES and now - self.failures[0] < FAILURES_WITHIN_SECONDS:
            self.rests_until = now + PAUSE_SECONDS
            self.failures.clear()

    def state(self, now: float) -> str:
        """One word for the dashboard."""
        if now < self.rests_until:
            return "resting"
        return "alive" if self.alive else "away"


def check(trust: ssl.SSLContext, address: tuple[str, int], most_megabytes: int) -> None:
    """Opens the check page through the proxy, as a device would. Raises Ill."""
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        with socket.create_connection(address, timeout=PATIENCE_SECONDS) as plain:
            plain.settimeout(max(0.05, until - time.monotonic()))
            with trust.wrap_socket(plain, server_hostname=PROBE_HOST) as secure:
                secure.sendall(f"GET {ALIVE_PATH} HTTP/1.1\r\nHost: {PROBE_HOST}\r\nConnection: close\r\n\r\n".encode())
                answer = b""
                while len(answer) < MOST_ANSWER:
                    secure.settimeout(max(0.05, until - time.monotonic()))
                    piece = secure.recv(4_096)
                    if not piece:
                        break
                    answer += piece
                    if time.monotonic() > until:
                        raise TimeoutError
    except TimeoutError:
        raise Ill("it answers too late") from None
    except ssl.SSLCertVerificationError:
        raise Ill("its certificate is not the family's", gone=True) from None
    except OSError as fault:
        raise Ill("it can't be reached", gone=isinstance(fault, ConnectionRefusedError)) from None
    _judge(answer, most_megabytes)


def _judge(answer: bytes, most_megabytes: int) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    try:
        told: dict[str, Any] = json.loads(body) if b" 200 " in head.split(b"\r\n", 1)[0] + b" " else {}
        late, memory = int(told["late_ms"]), int(told["memory_mb"])
        open_now, most = int(told["descriptors"]), int(told["most_descriptors"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Ill("it answers what nobody asked") from None
    if late > MOST_LATE_MS:
        raise Ill("it is too slow")
    if memory > most_megabytes:
        raise Ill("it needs too much memory")
    if most > 0 and open_now > most * MOST_OF_DESCRIPTORS:
        raise Ill("it has too many connections open")


def nft(script: str) -> str:
    """Gives nftables a script, which holds as a whole or not at all. Raises Ill."""
    try:
        ran = subprocess.run(
            ["nft", "-f", "-"],  # noqa: S607 - where it lies differs from system to system
            input=script,
            capture_output=True,
            text=True,
            timeout=NFT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise Ill("nftables does not answer", gone=True) from None
    if ran.returncode:
        raise Ill("the router's rules are not there; run: screener router on", gone=True)
    return ran.stdout


BEAT = f"""add element inet {TABLE} alive {{ 80 timeout {LAPSE_SECONDS}s, 443 timeout {LAPSE_SECONDS}s }}
delete element inet {TABLE} alive {{ 80, 443 }}
add element inet {TABLE} alive {{ 80 timeout {LAPSE_SECONDS}s, 443 timeout {LAPSE_SECONDS}s }}
list counters table inet {TABLE}
"""
LAPSE = f"flush set inet {TABLE} alive\n"


class Doorway:
    """Whether what is led to the proxy also enters: another firewall of this machine may keep it out."""

    def __init__(self) -> None:
        self._seen: tuple[int, int] | None = None
        self._missing = 0

    def check(self, told: str) -> None:
        """`told` is how nft lists the counters. Raises Ill when connections were lost twice in a row."""
        counters = {name: int(packets) for name, packets in COUNTER.findall(told)}
        now = (counters.get("arrived", 0), counters.get("entered", 0))
        before, self._seen = self._seen, now
        if before is None or now[0] <= before[0]:
            return
        lost = (now[0] - before[0]) > (now[1] - before[1])
        self._missing = self._missing + 1 if lost else 0
        if self._missing >= 2:
            self._missing = 0
            raise Ill("another firewall on this router keeps connections away from it", gone=True)


class Devices:
    """Keeps nftables' set of enrolled devices like the files in the home, which are read as a stranger's."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._told: frozenset[str] | None = None
        self._asked = 0

    def script(self) -> str:
        """What to tell nftables; nothing where nothing changed."""
        found = cards(self._home)
        self._asked += 1
        # Told again now and then, in case that the rules were taken away and put back in between.
        if found == self._told and self._asked % TELL_AGAIN_BEATS:
            return ""
        self._told = found
        lines = [f"flush set inet {TABLE} enrolled"]
        if found:
            lines.append(f"add element inet {TABLE} enrolled {{ {', '.join(sorted(found))} }}")
        return "\n".join((*lines, ""))

    def forget(self) -> None:
        """The rules may have been made anew."""
        self._told = None


def cards(home: Path) -> frozenset[str]:
    """The network cards of enrolled devices; a device known by its address alone is not led here."""
    return frozenset([card for card in enrolled(home) if CARD.fullmatch(card)][:MOST_DEVICES])


def tell(path: Path, switch: Switch, now: float) -> None:
    """Leaves word for the dashboard, and never stumbles over it."""
    told = {"at": time.time(), "state": switch.state(now), "why": switch.reason, "failures": len(switch.failures)}
    half = path.with_name(f".{path.name}.new")
    # Whoever may write in its folder could lay a link there: a new file is made, and none is followed.
    with contextlib.suppress(OSError):
        half.unlink(missing_ok=True)
        new = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        with os.fdopen(new, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o644)
            file.write(json.dumps(told))
        half.replace(path)


def beat(switch: Switch, trust: ssl.SSLContext | None, devices: Devices, doorway: Doorway, most_mb: int) -> None:
    """One look, and what follows from it."""
    try:
        if trust is None:
            raise Ill("it has made no certificate yet", gone=True)
        check(trust, (PROBE_ADDRESS, 443), most_mb)
        # Rules first: a device that was forgotten is not led to the proxy for one more beat.
        if switch.well(time.monotonic()):
            doorway.check(nft(devices.script() + BEAT))
    except Ill as why:
        devices.forget()
        switch.ill(str(why), time.monotonic(), gone=why.gone)
        if why.gone:
            # Where that can't be done, it lapses by itself.
            with contextlib.suppress(Ill):
                nft(LAPSE)


def authority(path: Path) -> ssl.SSLContext | None:
    """Whom to trust: the family's own authority and nobody else."""
    try:
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trust.load_verify_locations(path)
    except (OSError, ssl.SSLError):
        return None
    return trust


def run(home: Path, state: Path, most_megabytes: int) -> None:
    """Beats until it is told to end, and then lets go at once."""
    going = True

    def end(_number: int, _frame: object) -> None:
        nonlocal going
        going = False

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    switch, devices, doorway = Switch(), Devices(home), Doorway()
    certificate, stamp, trust = home / "ca" / "mitmproxy-ca-cert.pem", -1, None
    while going:
        began = time.monotonic()
        try:
            found = certificate.stat().st_mtime_ns
        except OSError:
            found = -1
        if found != stamp:
            stamp, trust = found, authority(certificate)
        beat(switch, trust, devices, doorway, most_megabytes)
        tell(state, switch, time.monotonic())
        time.sleep(max(0.05, BEAT_SECONDS - (time.monotonic() - began)))
    with contextlib.suppress(Ill):
        nft(LAPSE)
    state.unlink(missing_ok=True)


def main() -> None:
    """The entry of the process."""
    words = argparse.ArgumentParser(prog="screener.home.heartbeat", description="Keeps the router's redirect alive.")
    words.add_argument("--home", type=Path, required=True)
    words.add_argument("--state", type=Path, default=Path("/run/screener/heartbeat.json"))
    words.add_argument("--most-megabytes", type=int, default=600, help="how much memory the proxy may use")
    given = words.parse_args()
    try:
        run(given.home, given.state, given.most_megabytes)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
