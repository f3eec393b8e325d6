"""A new database in a test begins as a copy of one that the migrations made, once a process: making one takes long."""

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from screener.store import file
from screener.store.sql import SqlStore


async def _opened(path: Path) -> None:
    store = await SqlStore.opened(path)
    await store.close()


@cache
def _made() -> bytes:
    # In a thread: whoever asks first may be in a loop.
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as beside:
        path = Path(folder) / "screener.db"
        path.touch()
        beside.submit(asyncio.run, _opened(path)).result()
        return path.read_bytes()


@pytest.fixture(autouse=True)
def a_ready_database(monkeypatch: pytest.MonkeyPatch) -> None:
    make_ready = file.make_ready

    def ready(path: Path) -> None:
        is_new = not path.exists()
        make_ready(path)
        if is_new:
            path.write_bytes(_made())

    monkeypatch.setattr(file, "make_ready", ready)
