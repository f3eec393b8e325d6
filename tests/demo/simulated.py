"""The simulated platforms, running, and an independent client library that talks to them in a process of its own."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screener.demo.certificates import Certificates, made
from screener.demo.player import Cast
from screener.demo.site import served
from tests.clients.environment import ROOT, client_python

MOST_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """`port` is where all of them listen; who reaches them directly trusts `certificates.authority`."""

    cast: Cast
    certificates: Certificates
    port: int

    @property
    def steer(self) -> dict[str, tuple[str, int]]:
        return dict.fromkeys(self.cast.names, ("127.0.0.1", self.port))


@contextlib.asynccontextmanager
async def simulated(folder: Path) -> AsyncIterator[Simulated]:
    cast = Cast.new()
    certificates = made(folder, cast.names)
    async with served(cast.sites, certificates) as port:
        yield Simulated(cast=cast, certificates=certificates, port=port)


class Talk:
    """What a client library prints, read as it comes."""

    def __init__(self, process: asyncio.subprocess.Process, errors: Path) -> None:
        self.said: list[dict[str, Any]] = []
        self._process = process
        self._errors = errors

    async def until(self, kind: str) -> dict[str, Any]:
        """The next thing of this kind that the client says; fails with the client's own words where it never does."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(MOST_SECONDS):
                while line := await self._process.stdout.readline():
                    self.said.append(json.loads(line))
                    if self.said[-1]["kind"] == kind:
                        return self.said[-1]
        except TimeoutError:
            pass
        raise AssertionError(
            f"the client never said {kind!r}; it said {self.said}, and: {self._errors.read_text()[-2000:]}"
        )


@contextlib.asynccontextmanager
async def talking(name: str, *, proxy: int, trust: Path, log: Path, given: Mapping[str, str]) -> AsyncIterator[Talk]:
    """Runs tests/clients/NAME/talk.py through a proxy, trusting one certificate."""
    python = await asyncio.to_thread(client_python, name)
    address = f"http://127.0.0.1:{proxy}"
    trusts = dict.fromkeys(("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"), str(trust))
    own = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            python,
            ROOT / "tests" / "clients" / name / "talk.py",
            env={**own, **trusts, "PROXY": address, "HTTPS_PROXY": address, **given},
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
        try:
            yield Talk(process, log)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            # The pipe's transport is closed by its end, which the loop has to be given a turn to see.
            assert process.stdout is not None
            await process.stdout.read()
