"""Keeps the two processes running, the proxy and the screener, so that neither can take the other down."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from screener.ending import AGAIN, SUPERVISED
from screener.errors import Mistake
from screener.home.passphrase import ASKED

# Starting takes some two seconds; a Raspberry Pi that is busy may need ten times that.
START_SECONDS = 90
STOP_SECONDS = 10
# A process that dies is started again after this long, doubled each time it dies at once, up to the last.
FIRST_PAUSE, LAST_PAUSE = 0.5, 60.0
STEADY_SECONDS = 60.0

type Say = Callable[[str], None]


@dataclass(kw_only=True)
class Child:
    """One of the two processes; `words` is what it said when it was ready."""

    name: str
    command: tuple[str, ...]
    words: list[str] = field(default_factory=list)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What this process alone finds in its environment."""
    process: Process | None = None

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    async def start(self) -> None:
        """Returns when it is ready. Raises Mistake when it ends instead, with what it said."""
        self.process = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=PIPE,
            stdout=PIPE,
            env={**_environment(), SUPERVISED: "1", "PYTHONUNBUFFERED": "1", **self.secrets},
            # Ctrl-C reaches only the supervisor, which then stops both in order.
            start_new_session=True,
        )
        try:
            self.words = await asyncio.wait_for(self._ready(), START_SECONDS)
        except TimeoutError:
            await self.stop()
            raise Mistake(
                f"{self.name}: it was not ready after {START_SECONDS} seconds. Is the machine very busy? Try again."
            ) from None

    async def _ready(self) -> list[str]:
        assert self.process is not None and self.process.stdout is not None
        while line := await self.process.stdout.readline():
            word, *rest = line.decode("utf-8", "replace").split()
            if word == "ready":
                return rest
        status = await self.process.wait()
        raise Mistake(f"{self.name}: it ended with status {status} before it was ready. The lines above say why.")

    async def ended(self) -> int:
        """Its exit status, once it has ended."""
        assert self.process is not None and self.process.stdout is not None
        while await self.process.stdout.read(4096):
            pass  # nothing is said after "ready", but a full pipe would hold it up
        return await self.process.wait()

    async def stop(self) -> None:
        """Asks it to end, and makes it end if it does not."""
        if self.process is None or self.process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()


def _environment() -> dict[str, str]:
    """Without the passphrase: the proxy, which meets the whole world, must not have it."""
    return {name: value for name, value in os.environ.items() if name != ASKED}


class Supervisor:
    """The proxy and the screener of one home. `steer` and `upstream_ca` are for the demo and the tests alone."""

    def __init__(
        self,
        home: Path,
        *,
        steer: Mapping[str, tuple[str, int]] | None = None,
        upstream_ca: Path | None = None,
        say: Say = lambda text: None,
        passphrase: str | None = None,
    ) -> None:
        extra: tuple[str, ...] = ()
        if steer:
            extra += ("--steer", json.dumps({host: list(address) for host, address in steer.items()}))
        if upstream_ca:
            extra += ("--upstream-ca", str(upstream_ca))
        self._say = say
        self.proxy = Child(name="proxy", command=(sys.executable, "-m", "screener.proxy", "--home", str(home), *extra))
        self.screener = Child(
            name="screener",
            command=(sys.executable, "-m", "screener.serve", "--home", str(home)),
            secrets={ASKED: passphrase} if passphrase else {},
        )
        self._watches: list[asyncio.Task[None]] = []

    @property
    def proxy_port(self) -> int:
        return int(self.proxy.words[0])

    @property
    def dashboard_port(self) -> int:
        return int(self.screener.words[0])

    @property
    def dashboard_url(self) -> str:
        return f"http://127.0.0.1:{self.dashboard_port}"

    @property
    def https_port(self) -> int | None:
        """Where the dashboard is served over HTTPS, where it is."""
        return None if self.screener.words[2:3] in ([], ["-"]) else int(self.screener.words[2])

    @property
    def claim_code(self) -> str | None:
        """The code with which the first account is made; None when there is one."""
        return None if self.screener.words[1:2] in ([], ["-"]) else self.screener.words[1]

    @property
    def proxy_pid(self) -> int:
        return self.proxy.pid

    @property
    def screener_pid(self) -> int:
        return self.screener.pid

    async def start(self) -> None:
        """Starts both; returns when both are ready. Raises Mistake, with nothing left running, when one can't be."""
        try:
            await self.proxy.start()
            self.screener.command += ("--proxy-port", str(self.proxy_port))
            await self.screener.start()
        except BaseException:
            await self.stop()
            raise
        self._watches = [asyncio.create_task(self._watch(child)) for child in (self.proxy, self.screener)]

    async def _watch(self, child: Child) -> None:
        """Starts a process again whenever it dies, ever more slowly if it dies at once."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE
        while True:
            began = loop.time()
            status = await child.ended()
            if child is self.screener and status == AGAIN:
                self._say("settings have changed: both processes are started again")
                await self.proxy.stop()  # whoever watches that one starts it
            else:
                self._say(f"the {child.name} process ended (status {status}) and is started again")
            pause = FIRST_PAUSE if loop.time() - began > STEADY_SECONDS else min(pause * 2, LAST_PAUSE)
            while True:
                await asyncio.sleep(pause)
                try:
                    await child.start()
                    if child is self.screener and self.claim_code:
                        # The one that was printed before went with the process that had made it.
                        self._say(f"The claim code is now {self.claim_code} (15 minutes)")
                    break
                except Mistake as why:
                    self._say(str(why))
                    pause = min(pause * 2, LAST_PAUSE)

    async def stop(self) -> None:
        """Stops the proxy first, so that browsers go direct, then the screener, which has read what there was."""
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)
        await self.proxy.stop()
        await self.screener.stop()
