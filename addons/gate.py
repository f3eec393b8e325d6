"""Decides what is decrypted: watched hosts of enrolled devices that accept our certificate. All else passes as it is.

Runs in the proxy, and as a plain script: mitmdump -s addons/gate.py --set screener_home=DIR
"""

import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mitmproxy import connection, ctx, http, tls
from mitmproxy.addonmanager import Loader

if __name__.startswith("__mitmproxy_script__"):
    sys.path.append(str(Path(__file__).resolve().parent.parent))

from addons.enrolled import Enrolled
from addons.guard import Guard
from addons.strikes import Strikes, TurnedAway
from addons.tap import device_of, home_option, host_of
from screener.home.probe import (
    DEVICE_HEADER,
    ENROLLED_HEADER,
    PROBE_HOST,
    PROBE_HOSTS,
    RENEW_HEADER,
    RENEW_HOST,
    STOPPED_HEADER,
    TRUST_HEADER,
    Probe,
)
from screener.home.vitals import ALIVE_PATH
from screener.platforms import Endpoints, endpoints

SILENCE_SECONDS = 1.0
MOST_SILENT = 8_192
# How TLS says that a certificate is not trusted; a hang-up or a version that doesn't fit is no refusal.
REFUSALS = (
    "unknown ca",
    "bad certificate",
    "certificate unknown",
    "certificate expired",
    "certificate revoked",
    "unsupported certificate",
)
# How a site says that it takes whoever asks for a machine; the header is one of a company that guards many sites.
TURNED_AWAY = (403, 429)
CHALLENGE = "cf-mitigated"
HUNG_UP = ("connection closed", "The client disconnected during the handshake")

Saw = Callable[[str, str, str], None]


class Silent(NamedTuple):
    """A connection that accepted our certificate and has asked for nothing yet."""

    device: str
    host: str
    since: float


class Gate:
    """`saw` is told how it stands with each watched host on each device; of other hosts nothing is told at all.
    `permits` says whether a certificate for a host can be signed that the device takes.
    """

    def __init__(
        self,
        table: Endpoints,
        enrolled: Enrolled,
        saw: Saw,
        counts: Counter[str] | None = None,
        permits: Callable[[str, str], bool] = lambda device, host: True,
    ) -> None:
        self.counts: Counter[str] = Counter() if counts is None else counts
        self.strikes = Strikes()
        self.turned_away = TurnedAway()
        self._table = table
        self._enrolled = enrolled
        self._saw = saw
        self._permits = permits
        self._silent: dict[str, Silent] = {}

    def tls_clienthello(self, hello: tls.ClientHelloData) -> None:
        """Leaves the connection encrypted unless every reason to decrypt it holds."""
        # First, so that whatever goes wrong below leaves it encrypted.
        hello.ignore_connection = True
        try:
            reason = self._reason_to_leave(hello)
        except BaseException:
            reason = "error"
        if reason:
            self.counts[f"spliced_{reason}"] += 1
            return
        self.counts["decrypted"] += 1
        hello.ignore_connection = False

    def tls_failed_client(self, failed: tls.TlsData) -> None:
        """Remembers a device that does not trust our certificate."""
        host, fault = _name(failed.conn.sni), failed.conn.error or ""
        if not host or not isinstance(failed.conn, connection.Client):
            return
        device = device_of(failed.conn)
        if any(refusal in fault for refusal in REFUSALS):
            self.counts["refused"] += 1
            self._saw(device, host, "refused")
            if host not in PROBE_HOSTS:
                self.strikes.refused(device, host, time.monotonic())
        else:
            self.counts["handshakes_broken_off"] += 1
            if fault.startswith(HUNG_UP):
                self._fell_silent(device, host)

    def tls_established_client(self, established: tls.TlsData) -> None:
        """Waits for the first request: some clients refuse the certificate only after the handshake."""
        host = _name(established.conn.sni)
        if host and isinstance(established.conn, connection.Client) and len(self._silent) < MOST_SILENT:
            self._silent[established.conn.id] = Silent(device_of(established.conn), host, time.monotonic())

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """A request shows that the device trusts us; one on the probe host enrols it."""
        if silent := self._silent.pop(flow.client_conn.id, None):
            self.strikes.spoke(silent.device, silent.host)
            if silent.host not in PROBE_HOSTS:
                self._saw(silent.device, silent.host, "read")
        if host_of(flow.request) in PROBE_HOSTS:
            self._probe(flow)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """A host that turns away most of what is asked through us is left alone: the page matters more than we do."""
        try:
            host = _name(flow.client_conn.sni)
            answer = flow.response
            if answer is None or not host or host in PROBE_HOSTS or not flow.client_conn.tls_established:
                return
            refused = answer.status_code in TURNED_AWAY or CHALLENGE in answer.headers
            if self.turned_away.answered(host, refused, time.monotonic()):
                self.counts["turned_away"] += 1
                self._saw(device_of(flow.client_conn), host, "refused")
        except BaseException:
            self.counts["gate_errors"] += 1

    def client_disconnected(self, client: connection.Client) -> None:
        """A connection that accepted the certificate and left without a word at once is a refusal in disguise."""
        silent = self._silent.pop(client.id, None)
        if silent and time.monotonic() - silent.since < SILENCE_SECONDS:
            self._fell_silent(silent.device, silent.host)

    def _fell_silent(self, device: str, host: str) -> None:
        if host in PROBE_HOSTS:
            return
        now = time.monotonic()
        self.counts["fell_silent"] += 1
        self.strikes.fell_silent(device, host, now)
        if self.strikes.in_force(device, host, now):
            self._saw(device, host, "refused")

    def _reason_to_leave(self, hello: tls.ClientHelloData) -> str:
        host = _name(hello.client_hello.sni)
        if not host:
            return "no_name"
        if host in PROBE_HOSTS:
            # Behind it is our own page, which speaks plain HTTP.
            hello.establish_server_tls_first = False
            return ""
        if not self._table.watches(host):
            return "unwatched"
        device = device_of(hello.context.client)
        if device not in self._enrolled:
            self._saw(device, host, "unenrolled")
            return "unenrolled"
        if not self._permits(device, host):
            return "not_permitted"
        now = time.monotonic()
        if self.strikes.in_force(device, host, now):
            self._saw(device, host, "refused")
            return "refused"
        if self.turned_away.in_force(host, now):
            self._saw(device, host, "refused")
            return "turned_away"
        return ""

    def _probe(self, flow: http.HTTPFlow) -> None:
        """Sends the request to our own page, and says how it came."""
        name = _name(flow.client_conn.sni)
        trusts = flow.client_conn.tls_established and name in PROBE_HOSTS
        if flow.request.scheme == "https" and not trusts:
            return
        device = device_of(flow.client_conn)
        stopped = self._enrolled.is_stopped(device)
        if trusts and not stopped and flow.request.path != ALIVE_PATH:
            self.counts["enrolled"] += device not in self._enrolled
            self._enrolled.add(device, anew=name == RENEW_HOST)
            self._saw(device, PROBE_HOST, "read")
        flow.request.scheme = "http"
        flow.request.host = PROBE_HOST
        flow.request.port = 80
        flow.request.headers[TRUST_HEADER] = "yes" if trusts else "no"
        flow.request.headers[DEVICE_HEADER] = device
        flow.request.headers[ENROLLED_HEADER] = "yes" if device in self._enrolled else "no"
        flow.request.headers[STOPPED_HEADER] = "yes" if stopped else "no"
        flow.request.headers[RENEW_HEADER] = "yes" if self._enrolled.is_behind(device) else "no"


def _name(sni: str | None) -> str:
    return (sni or "").rstrip(".").lower()


class GateScript:
    """Starts the gate, the guard and the probe page in a plain mitmdump."""

    def load(self, loader: Loader) -> None:
        """Names the option."""
        loader.add_option("screener_home", str, "", "The folder of Screener's home.")

    async def running(self) -> None:
        """Starts deciding; until then mitmproxy accepts no connection."""
        home = home_option()
        self.probe = Probe(certificate=_certificate())
        await self.probe.start()
        self.enrolled = Enrolled(home / "enrolled.json")
        ctx.master.addons.add(Guard(probe=self.probe.address), Gate(endpoints(), self.enrolled, lambda *_: None))

    async def done(self) -> None:
        """Stops the probe page, and waits until every enrolment is in the file."""
        await self.probe.close()
        await self.enrolled.saved()


def _certificate() -> Path:
    return Path(ctx.options.confdir).expanduser() / "mitmproxy-ca-cert.pem"


if __name__.startswith("__mitmproxy_script__"):
    addons = [GateScript()]
