"""A long soak of the proxy with what a home does all day: 200 open sockets, pages, pushes and other sites.

`python -m bench.traffic --minutes 60` says each minute what memory and how many descriptors the proxy has. It fails
when memory moves by more than 5 % once it is warm, when descriptors grow, when one answer was not what was sent, or
when one connection was left encrypted that is to be read.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import ssl
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import websockets

from bench.tap import cpu_seconds
from screener.home.thrift import frugal, settle
from screener.proxy import ProxySettings, run
from screener.spool import Reader, discard, place
from tests.addons.rig import DEVICE, HOST, LONG_TEXT, OTHER, TABLE, Authority, an_authority, an_origin

SOCKETS = 200
SAY_SECONDS = 5.0
SHORTEST_TALK = 100
# Both halves of a window of 32 KB, at some 400 bytes a message.
FILLS_A_WINDOW = 170
FLAT = 0.05
MOST_MORE_DESCRIPTORS = 20


class Traffic:
    """What the home does; `counts` says how much of it."""

    def __init__(self, port: int, home: Path, authority: Authority, sockets: int) -> None:
        self.sockets = sockets
        self.counts: Counter[str] = Counter()
        self._opening = asyncio.Semaphore(8)
        self._proxy = f"http://127.0.0.1:{port}"
        self._trusted = (home / "ca" / "mitmproxy-ca-cert.pem", authority.certificate)

    def _trust(self) -> ssl.SSLContext:
        """One for each client: they write into it which versions of HTTP they speak."""
        ours, theirs = self._trusted
        context = ssl.create_default_context(cafile=ours)
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.load_verify_locations(theirs)
        return context

    async def socket(self) -> None:
        """One open socket: something is said every few seconds, and now and then it is opened anew."""
        how: dict[str, Any] = {"ssl": self._trust(), "proxy": self._proxy, "open_timeout": 120, "ping_interval": None}
        while True:
            # A few at a time: what is measured is how they stay, not how they come.
            try:
                async with self._opening:
                    line = await websockets.connect(f"wss://{HOST}/socket", **how)
            except (OSError, websockets.WebSocketException):
                # A machine that is busy with other things; said at the end, because none of it is the proxy's to hide.
                self.counts["not opened"] += 1
                await asyncio.sleep(1)
                continue
            async with line:
                self.counts["sockets opened"] += 1
                for n in range(random.randrange(SHORTEST_TALK, 3 * SHORTEST_TALK)):  # noqa: S311 - no secret
                    said = json.dumps({"n": n, "text": "see you at the match " * random.randrange(1, 40)})  # noqa: S311
                    await line.send(said)
                    self._check(await line.recv() == said)
                    self.counts["messages"] += 1
                    # Much at first: the windows of a socket's compression fill, and that is no leak.
                    is_new = n < FILLS_A_WINDOW and self.counts["messages"] < FILLS_A_WINDOW * self.sockets
                    await asyncio.sleep(0.02 if is_new else SAY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311

    async def pages(self, http2: bool) -> None:
        """Somebody who looks at pages, some watched, some not, some large, some broken off."""
        while True:
            async with httpx.AsyncClient(
                proxy=self._proxy, verify=self._trust(), http2=http2, trust_env=False, timeout=60
            ) as browser:
                is_whole = True
                while is_whole:
                    host = random.choice((HOST, HOST, OTHER))  # noqa: S311
                    path = random.choice(("json", "gzip", "chunked", "picture", "big"))  # noqa: S311
                    try:
                        # Whoever breaks off begins anew: this client, unlike a browser, never gives back the window
                        # that was taken by what it threw away, and would wait for ever.
                        is_whole = await self._page(browser, f"https://{host}/{path}")
                    except httpx.TransportError:
                        self.counts["not opened"] += 1
                        is_whole = False
                    await asyncio.sleep(random.uniform(0.2, 1.0))  # noqa: S311

    async def _page(self, browser: httpx.AsyncClient, address: str) -> bool:
        """Whether it was looked at to its end."""
        if address.endswith("/big") and random.random() < 0.5:  # noqa: S311
            async with browser.stream("GET", address) as answer:
                async for _ in answer.aiter_bytes():
                    break
            self.counts["broken off"] += 1
            return False
        found = await browser.get(address)
        self._check(found.status_code != 200 or address.endswith(("picture", "big")) or found.content == LONG_TEXT)
        self.counts["pages"] += 1
        return True

    def _check(self, as_sent: bool) -> None:
        self.counts["wrong"] += not as_sent


def memory_mb(pid: int) -> float:
    """What the process has in use now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def descriptors(pid: int) -> int:
    """How many files and connections it has open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


async def forget(reader: Reader) -> None:
    """Stands for the screener: what was copied is read and gone, so that the spool never fills."""
    while True:
        rows = await asyncio.to_thread(reader.batch, 0, 5_000)
        for stream, last in {frame.stream: number for number, frame in rows}.items():
            await asyncio.to_thread(reader.forget_frames, stream, last)
        for stream in {frame.stream for _, frame in rows if frame.kind == "close"}:
            await asyncio.to_thread(reader.forget, stream)
        await asyncio.sleep(1)


async def soak(sockets: int, minutes: float, warm_minutes: float, every: float) -> int:
    """Runs it; 0 where everything stayed flat."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        authority, home = an_authority(folder, HOST, OTHER), folder / "home"
        home.mkdir(mode=0o700)
        async with an_origin(authority) as origin:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.traffic", "--serve", str(home), str(origin.port)),
                *(str(authority.certificate),),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            assert process.stdin is not None and process.stdout is not None
            port = int(await process.stdout.readline())
            traffic, reader = Traffic(port, home, authority, sockets), Reader(place(home))
            tasks = [asyncio.create_task(traffic.pages(n % 2 == 0)) for n in range(6)]
            tasks += [asyncio.create_task(forget(reader))]
            tasks += [asyncio.create_task(traffic.socket()) for _ in range(sockets)]
            try:
                return await _watch(process.pid, traffic, tasks, reader, minutes, warm_minutes, every)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                process.stdin.close()
                await process.wait()
                reader.close()
                discard(home)


async def _watch(
    pid: int,
    traffic: Traffic,
    tasks: list[asyncio.Task[None]],
    reader: Reader,
    minutes: float,
    warm_minutes: float,
    every: float,
) -> int:
    while traffic.counts["messages"] < FILLS_A_WINDOW * traffic.sockets:
        await asyncio.sleep(0.5)
        for task in tasks:
            if task.done():
                task.result()
    began, used = time.monotonic(), cpu_seconds(pid)
    memory: list[float] = []
    opened: list[int] = []
    print(f"{'minute':>7}{'MB':>8}{'descriptors':>13}{'messages':>10}{'pages':>8}{'broken off':>12}{'CPU %':>7}")
    while (passed := time.monotonic() - began) < (warm_minutes + minutes) * 60:
        await asyncio.sleep(every)
        for task in tasks:
            if task.done():
                task.result()
        now, took = cpu_seconds(pid), every
        is_warm = passed >= warm_minutes * 60
        if is_warm:
            memory.append(memory_mb(pid))
            opened.append(descriptors(pid))
        counts = traffic.counts
        print(
            f"{passed / 60:>7.1f}{memory_mb(pid):>8.1f}{descriptors(pid):>13}{counts['messages']:>10}"
            f"{counts['pages']:>8}{counts['broken off']:>12}{(now - used) / took * 100:>7.0f}"
            + ("" if is_warm else "  (warming up)"),
            flush=True,
        )
        used = now
    third = max(1, len(memory) // 3)
    first, last = statistics.median(memory[:third]), statistics.median(memory[-third:])
    more = statistics.median(opened[-third:]) - statistics.median(opened[:third])
    counters = reader.counters()
    print(
        f"memory {first:.1f} MB, then {last:.1f} MB ({(last / first - 1) * 100:+.1f} %), descriptors {more:+.0f}, "
        f"{traffic.counts['wrong']} answers wrong, {traffic.counts['not opened']} not opened, "
        f"{counters.get('dropped', 0)} copies dropped, "
        f"{counters.get('tap_errors', 0)} errors, "
        f"{(spliced := counters.get('spliced_refused', 0))} connections not read that should have been"
    )
    is_flat = abs(last / first - 1) <= FLAT and more <= MOST_MORE_DESCRIPTORS
    return 0 if is_flat and not traffic.counts["wrong"] and not spliced else 1


def main() -> int:
    words = argparse.ArgumentParser(prog="bench.traffic", description=__doc__)
    words.add_argument("--sockets", type=int, default=SOCKETS)
    words.add_argument("--minutes", type=float, default=60)
    words.add_argument(
        "--warm", type=float, default=20, help="minutes before it is measured: until most sockets were opened anew"
    )
    words.add_argument("--every", type=float, default=60, help="seconds between two lines")
    words.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    given = words.parse_args()
    # A connection that a client breaks off is traffic here, and no news.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    if given.serve:
        home, port, authority = given.serve
        asyncio.run(_serve(Path(home), int(port), Path(authority)))
        return 0
    return asyncio.run(soak(given.sockets, given.minutes, given.warm, given.every))


async def _serve(home: Path, port: int, authority: Path) -> None:
    """The measured process, until its standard input ends."""
    frugal()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, lambda: None if os.read(0, 1) else stop.set())
    steer = dict.fromkeys((HOST, OTHER), ("127.0.0.1", port))
    settings = ProxySettings(home=home, port=0, steer=steer, upstream_ca=authority, always_enrolled=(DEVICE,))

    def ready(found: int) -> None:
        settle()
        print(found, flush=True)

    await run(settings, ready=ready, stop=stop, table=TABLE)


if __name__ == "__main__":
    sys.exit(main())
