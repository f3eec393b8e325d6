"""One home for all tests that need no other: building it takes some seconds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.home.house import House, a_house, missing, start_names


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if why := missing():
        pytest.fail(why)
    with a_house(tmp_path_factory.mktemp("house")) as house:
        house.screener("router", "on")
        start_names(house)
        house.resolve("child", "gateway.discord.gg")
        yield house


@pytest.fixture
def house(built: House) -> House:
    """Everything runs, and only the child's device is enrolled."""
    built.ready()
    built.enrol("child")
    return built


@pytest.fixture
def empty_house(tmp_path: Path) -> Iterator[House]:
    """One of its own, in which nothing of ours is in place yet."""
    if why := missing():
        pytest.fail(why)
    with a_house(tmp_path) as house:
        yield house
