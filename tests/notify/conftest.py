"""What the tests of notices share."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.notify.rig import Place, a_place
from tests.notify.servers import MailServer, NtfyServer


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with a_place(tmp_path) as made:
        yield made


@pytest.fixture
def ntfy() -> Iterator[NtfyServer]:
    with NtfyServer().up() as server:
        yield server


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer().up() as server:
        yield server
