"""The proxy process: mitmproxy with our tap, gate and guard, and nothing else that could get in a browser's way."""

import argparse
import asyncio
import json
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.options import Options
from mitmproxy.tools.dump import DumpMaster

from screener import config
from screener.ending import end_with
from screener.errors import Mistake
from screener.home import authority, free, here
from screener.home.folder import Home
from screener.home.probe import Probe
from screener.home.router.ruleset import PROBE_ADDRESS
from screener.home.thrift import frugal, settle
from screener.home.vitals import Vitals
from screener.home.wireguard import KEYS
from screener.platforms import Endpoints, endpoints
from screener.resources import shipped
from screener.spool import Writer, place
from screener.spool.writer import MOST_BYTES

with suppress(Mistake):
    # In a checkout `addons` lies beside the package; an installed copy carries it inside.
    sys.path.append(str(shipped("addons").parent))

from addons.enrolled import Enrolled
from addons.gate import Gate
from addons.guard import Guard
from addons.leaves import Leaves
from addons.names import CheckPageName, before_others
from addons.neighbours import ByCard
from addons.tap import Tap

# A loop that stands still holds up every browser in the house; a proxy that is gone does not, they go direct.
STILL_SECONDS = 10.0
BEAT_SECONDS = 1.0
DIED_STANDING_STILL = 70

# mitmproxy's own tools for people at a keyboard: each costs time at every request, and some could alter traffic.
UNUSED = (
    "anticache",
    "anticomp",
    "blocklist",
    "onboarding",
    "serverplayback",
    "mapremote",
    "maplocal",
    "modifybody",
    "modifyheaders",
    "proxyauth",
    "save",
    "savehar",
    "scriptloader",
    "stickyauth",
    "stickycookie",
    "upstreamauth",
    "readfile",
    "errorcheck",
)


@dataclass(frozen=True, kw_only=True)
class ProxySettings:
    """What the proxy needs to know.

    `router_port` is where a router leads connections to, `wireguard_port` where phones dial in; 0 is off. `names` are
    those of the dashboard; what follows `spool_bytes` is for the demo and the tests alone.
    """

    home: Path
    hosts: tuple[str, ...] = ("127.0.0.1",)
    port: int = 8787
    router_port: int = 0
    wireguard_port: int = 0
    names: tuple[str, ...] = ()
    spool_bytes: int = MOST_BYTES
    steer: Mapping[str, tuple[str, int]] | None = None
    upstream_ca: Path | None = None
    always_enrolled: tuple[str, ...] = ()


async def run(
    settings: ProxySettings, *, ready: Callable[[int], None], stop: asyncio.Event, table: Endpoints | None = None
) -> None:
    """Serves until `stop` is set; `ready` is told the port. `table` says what is watched. Raises Mistake."""
    hosts = here.now(settings.hosts)
    for host in hosts:
        free.check(host, settings.port)
    if settings.router_port:
        free.check("", settings.router_port)
    home = Home(folder=settings.home)
    table = table or endpoints()
    authority.ensure(home, table, settings.names)
    counts: Counter[str] = Counter()
    errors = _CountErrors(counts)
    enrolled = enrolled_of(home, settings.always_enrolled)
    leaves = Leaves(home.ca, home.ca_before, enrolled.is_behind)
    writer = Writer(place(home.folder), most_bytes=settings.spool_bytes, extra=lambda: dict(counts))
    vitals = Vitals()
    probe = Probe(certificate=home.certificate, facts=home.sign, cries=home.calls, vitals=vitals.told)
    logging.getLogger("mitmproxy").addHandler(errors)
    try:
        await probe.start()
        vitals.start()
        master = _master(settings, hosts, home.ca, leaves)
        guard = Guard(probe=probe.address, steer=settings.steer, counts=counts, probe_at=PROBE_ADDRESS)
        gate = Gate(table, enrolled, writer.saw, counts, leaves.permits)
        if settings.router_port:
            master.addons.add(ByCard())
        if settings.wireguard_port:
            before_others(master, CheckPageName(PROBE_ADDRESS))
        master.addons.add(guard, gate, Tap(writer.offer, table, enrolled.__contains__, counts))
        await _serve(master, settings, hosts, ready, stop)
        await enrolled.saved()
    finally:
        vitals.stop()
        await probe.close()
        logging.getLogger("mitmproxy").removeHandler(errors)
        await asyncio.to_thread(writer.close)


def enrolled_of(home: Home, always: tuple[str, ...] = ()) -> Enrolled:
    """The devices of a home that are looked after."""
    made, before, revoked = home.ca / authority.MADE, home.ca_before, home.revoked
    return Enrolled(home.enrolled, always, made=made, before=before, revoked=revoked)


async def _serve(
    master: DumpMaster,
    settings: ProxySettings,
    hosts: Sequence[str],
    ready: Callable[[int], None],
    stop: asyncio.Event,
) -> None:
    coming: list[asyncio.Task[None]] = []
    running = asyncio.create_task(master.run())
    stopping = asyncio.create_task(stop.wait())
    server: Proxyserver = master.addons.get("proxyserver")
    try:
        modes = len(master.options.mode)
        while len(listening := [each for each in server.servers if each.listen_addrs]) < modes or not server.is_running:
            if running.done() or any(mode.last_exception for mode in server.servers):
                raise free.busy(settings.hosts[-1], settings.port)
            await asyncio.sleep(0.02)
        ready(next(each.listen_addrs[0][1] for each in listening if each.mode.type_name == "regular"))
        away = [host for host in settings.hosts if host not in hosts]
        coming = [asyncio.create_task(_join(master, host, settings.port)) for host in away]
        await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            raise Mistake("proxy: mitmproxy ended by itself. Start Screener again.")
    finally:
        for task in (stopping, *coming):
            task.cancel()
        master.shutdown()
        await asyncio.gather(running, return_exceptions=True)
        await server.servers.update([])


async def _join(master: DumpMaster, host: str, port: int) -> None:
    """Listens there too, once this machine has that address again; what is open meanwhile stays open."""
    await here.until(host)
    master.options.update(mode=[*master.options.mode, f"regular@{host}:{port}"])


def _master(settings: ProxySettings, hosts: Sequence[str], confdir: Path, leaves: Leaves) -> DumpMaster:
    master = DumpMaster(Options(confdir=str(confdir)), with_termlog=False, with_dumper=False)
    master.addons.remove(master.addons.get("tlsconfig"))
    master.addons.add(leaves)
    modes = [f"regular@{host}:{settings.port}" for host in hosts]
    if settings.router_port:  # on every address: the router's own rules say who gets in
        modes.append(f"transparent@:{settings.router_port}")
    if settings.wireguard_port:
        modes.append(f"wireguard:{confdir / KEYS}@:{settings.wireguard_port}")
    master.options.update(
        mode=modes,
        # Clients with public IPv6 addresses are at home as well; who may connect is the host's business.
        block_global=False,
        # Sockets that wait for a message stay silent for hours.
        tcp_timeout=86_400,
        onboarding=False,
        # Only phones that dial in could speak it here; no browser takes a family's certificate over QUIC.
        http3=False,
        ssl_insecure=False,
        store_streamed_bodies=False,
    )
    if settings.upstream_ca is not None:
        master.options.update(ssl_verify_upstream_trusted_ca=str(settings.upstream_ca))
    for name in UNUSED:
        if (addon := master.addons.get(name)) is not None:
            master.addons.remove(addon)
            if name == "errorcheck":
                addon.finish()
    return master


class _CountErrors(logging.Handler):
    """Counts what mitmproxy reports as errors. Their texts can hold addresses and texts, so they go nowhere."""

    def __init__(self, counts: Counter[str]) -> None:
        super().__init__(logging.ERROR)
        self._counts = counts

    def emit(self, record: logging.LogRecord) -> None:
        self._counts["proxy_errors"] += 1


def watch_loop(loop: asyncio.AbstractEventLoop, still_seconds: float = STILL_SECONDS) -> None:
    """Ends the process at once when the loop stands still, from a thread that the loop can't hold up."""
    beat = time.monotonic()

    def pulse() -> None:
        nonlocal beat
        beat = time.monotonic()
        loop.call_later(BEAT_SECONDS, pulse)

    def watch() -> None:
        late = 0
        while True:
            time.sleep(BEAT_SECONDS)
            # Twice: after the whole process was stopped for a while, the loop gets its turn first.
            late = late + 1 if time.monotonic() - beat > still_seconds else 0
            if late == 2:
                os._exit(DIED_STANDING_STILL)

    pulse()
    Thread(target=watch, name="loop watch", daemon=True).start()


async def _until_told(settings: ProxySettings) -> None:
    frugal()
    stop = asyncio.Event()
    end_with(stop)

    def ready(port: int) -> None:
        settle()
        watch_loop(asyncio.get_running_loop())  # not before: a slow machine starts slowly, and holds up nobody by that
        print(f"ready {port}", flush=True)

    await run(settings, ready=ready, stop=stop)


def _settings(arguments: list[str] | None) -> ProxySettings:
    parser = argparse.ArgumentParser(prog="screener.proxy")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument(
        "--steer", type=json.loads, default={}, help="for the demo and the tests: hosts and where they are"
    )
    parser.add_argument("--upstream-ca", type=Path, help="for the demo and the tests: whom to trust upstream")
    parser.add_argument("--enrolled", action="append", default=[], help="for the tests: a device that is enrolled")
    given = parser.parse_args(arguments)
    home = Home(folder=given.home.resolve())
    found = config.load(home.settings) if home.settings.exists() else config.Config()
    section, router = found.proxy, found.router
    return ProxySettings(
        home=home.folder,
        hosts=section.hosts,
        port=section.port,
        router_port=router.port if router.inside else 0,
        wireguard_port=router.wireguard_port,
        names=found.dashboard.names,
        spool_bytes=section.spool_megabytes * 1024 * 1024,
        steer={str(name): (str(host), int(port)) for name, (host, port) in given.steer.items()},
        upstream_ca=given.upstream_ca,
        always_enrolled=tuple(given.enrolled),
    )


def main(arguments: list[str] | None = None) -> None:
    """The entry of the process: `python -m screener.proxy --home DIR`."""
    logging.basicConfig(level=logging.WARNING, format="screener: %(message)s")
    logging.getLogger("mitmproxy").propagate = False
    try:
        asyncio.run(_until_told(_settings(arguments)))
    except Mistake as why:
        print(why, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
