"""What the tap costs, against mitmproxy alone in the same run: `python -m bench.tap`."""

import argparse
import asyncio
import json
import os
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mitmproxy.options import Options
from mitmproxy.tools.dump import DumpMaster

from addons.guard import Guard
from screener.proxy import ProxySettings, run
from screener.spool import discard
from tests.addons.rig import HOST, TABLE, Authority, an_authority

BASELINE, STREAMING, OURS = "mitmproxy alone", "mitmproxy, streaming", "with the tap"
KINDS = (BASELINE, STREAMING, OURS)
BODY = json.dumps([{"id": n, "text": "see you at the match"} for n in range(470)]).encode()
CONNECTIONS = 10
IDLE_SECONDS = 5.0
AIM = 1.05
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(kw_only=True)
class Measured:
    """The rounds of one kind of proxy."""

    cpu_ms: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    memory_mb: float = 0.0
    idle_percent: float = 0.0


async def origin(authority: Authority) -> asyncio.Server:
    """Answers everything with the same 21 KB over TLS, HTTP/1.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.leaf, authority.key)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n".encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(head + BODY)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)


async def serve_proxy(kind: str, home: Path, port: int, authority: Path) -> None:
    """The measured process: one kind of proxy, until its standard input ends."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, lambda: None if os.read(0, 1) else stop.set())
    steer = {HOST: ("127.0.0.1", port)}

    def ready(port: int) -> None:
        print(port, flush=True)

    if kind == OURS:
        settings = ProxySettings(home=home, port=0, steer=steer, upstream_ca=authority, always_enrolled=("127.0.0.1",))
        await run(settings, ready=ready, stop=stop, table=TABLE)
        return
    master = DumpMaster(Options(confdir=str(home / "ca")), with_termlog=False, with_dumper=False)
    master.options.update(listen_host="127.0.0.1", listen_port=0, ssl_verify_upstream_trusted_ca=str(authority))
    if kind == STREAMING:
        master.options.update(stream_large_bodies="1")
    # The names of the bench must lead somewhere; this costs one look-up a connection.
    guard = Guard(probe=("127.0.0.1", 1), steer=steer)
    guard.running()
    running = asyncio.create_task(master.run())
    server = master.addons.get("proxyserver")
    while not (server.is_running and server.listen_addrs()):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    ready(server.listen_addrs()[0][1])
    await stop.wait()
    master.shutdown()
    await running


def home_of(folder: Path, kind: str) -> Path:
    """The home folder of a kind of proxy."""
    return folder / kind.replace(" ", "-").replace(",", "")


@asynccontextmanager
async def a_proxy(kind: str, folder: Path, port: int, authority: Authority) -> AsyncIterator[tuple[int, int, Path]]:
    """The process number of a proxy, its port and its home."""
    home = home_of(folder, kind)
    home.mkdir(mode=0o700)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.tap", "--serve", kind, str(home), str(port), str(authority.certificate)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield process.pid, int(await process.stdout.readline()), home
    finally:
        process.stdin.close()
        await process.wait()


async def a_client(port: int, trust: ssl.SSLContext, requests: int, took: list[float]) -> None:
    """One browser's connection: a tunnel, TLS, and so many requests one after another."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    await writer.start_tls(trust, server_hostname=HOST)
    for n in range(requests):
        began = time.perf_counter()
        writer.write(f"GET /n/{n} HTTP/1.1\r\nHost: {HOST}\r\nAccept: */*\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(len(BODY))
        took.append((time.perf_counter() - began) * 1000)
    writer.close()


def cpu_seconds(pid: int) -> float:
    """The processor time a process has used, over all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid: int) -> float:
    """The most memory that a process has had in use."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


async def measured(rounds: int, requests: int) -> dict[str, Measured]:
    """Every kind of proxy, in turns, so that a busy machine is busy for all of them."""
    found = {kind: Measured() for kind in KINDS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        authority = an_authority(folder, HOST)
        server = await origin(authority)
        port = server.sockets[0].getsockname()[1]
        async with (
            a_proxy(BASELINE, folder, port, authority) as alone,
            a_proxy(STREAMING, folder, port, authority) as streaming,
            a_proxy(OURS, folder, port, authority) as ours,
        ):
            proxies = dict(zip(KINDS, (alone, streaming, ours), strict=True))
            for n in range(rounds + 1):
                for kind, (pid, listens, home) in proxies.items():
                    await one_round(found[kind], pid, listens, home, requests, is_counted=n > 0)
            for kind, (pid, _, _) in proxies.items():
                found[kind].memory_mb = memory_mb(pid)
            await asyncio.sleep(2)
            before = {kind: cpu_seconds(pid) for kind, (pid, _, _) in proxies.items()}
            await asyncio.sleep(IDLE_SECONDS)
            for kind, (pid, _, _) in proxies.items():
                found[kind].idle_percent = (cpu_seconds(pid) - before[kind]) / IDLE_SECONDS * 100
        server.close()
        for kind in KINDS:
            discard(home_of(folder, kind))
    return found


async def one_round(into: Measured, pid: int, port: int, home: Path, requests: int, *, is_counted: bool) -> None:
    """Many connections at once for the CPU, then one alone for the times. The first round only warms up."""
    trust = ssl.create_default_context(cafile=home / "ca" / "mitmproxy-ca-cert.pem")
    before = cpu_seconds(pid)
    await asyncio.gather(*(a_client(port, trust, requests // CONNECTIONS, []) for _ in range(CONNECTIONS)))
    used = cpu_seconds(pid) - before
    took: list[float] = []
    await a_client(port, trust, requests // 2, took)
    if is_counted:
        into.cpu_ms.append(used * 1000 / requests)
        into.p50_ms.append(statistics.median(took))
        into.p99_ms.append(statistics.quantiles(took, n=100)[-1])


def table(found: dict[str, Measured]) -> list[dict[str, float | str]]:
    """One row a kind: the median over the rounds, and how it compares with mitmproxy alone in the same round."""
    base = found[BASELINE]

    def ratio(ours: list[float], theirs: list[float]) -> float:
        return round(statistics.median(a / b for a, b in zip(ours, theirs, strict=True)), 2)

    return [
        {
            "kind": kind,
            "cpu_ms": round(statistics.median(one.cpu_ms), 2),
            "cpu_ratio": ratio(one.cpu_ms, base.cpu_ms),
            "p50_ms": round(statistics.median(one.p50_ms), 2),
            "p50_ratio": ratio(one.p50_ms, base.p50_ms),
            "p99_ms": round(statistics.median(one.p99_ms), 2),
            "memory_mb": round(one.memory_mb),
            "idle_percent": round(one.idle_percent, 1),
        }
        for kind, one in found.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--serve", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        kind, home, port, authority = given.serve
        asyncio.run(serve_proxy(kind, Path(home), int(port), Path(authority)))
        return
    rows = table(asyncio.run(measured(given.rounds, given.requests)))
    if given.json:
        print(json.dumps({"aim": AIM, "rows": rows}))
        return
    print(f"A request of {len(BODY) // 1024} KB over TLS; ratios against {BASELINE} in the same rounds (aim: {AIM})")
    print(f"  {'':<22}{'CPU ms':>8}{'ratio':>7}{'p50 ms':>8}{'ratio':>7}{'p99 ms':>8}{'MB':>6}{'idle %':>8}")
    for row in rows:
        print(
            f"  {row['kind']:<22}{row['cpu_ms']:>8}{row['cpu_ratio']:>7}{row['p50_ms']:>8}{row['p50_ratio']:>7}"
            f"{row['p99_ms']:>8}{row['memory_mb']:>6}{row['idle_percent']:>8}"
        )


if __name__ == "__main__":
    main()
