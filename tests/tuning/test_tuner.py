"""The family's rules are changed whole or not at all; who changed what is kept, and can be taken back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from screener.errors import Mistake
from screener.tuning.tuner import OVERRIDES, Draft, Stale
from tests.make import NOON
from tests.web.house import Home, a_home

SECRECY = ("rules", "secrecy", "points")
BROKEN = "rules:\n  secrecy: {points: many}\n"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    made = await a_home(tmp_path)
    yield made
    await made.close()


async def save(home: Home, way: tuple[str, ...], value: Any, *, by: str = "anna") -> int:
    return await home.tuner.save(await home.tuner.overriding({way: value}, what={"did": "text"}), by=by, at=NOON)


def file_of(home: Home) -> Path:
    return home.folder / "rules" / OVERRIDES


def points_of(home: Home, rule: str) -> float:
    return next(each.points for each in home.live().rules if each.id == rule)


async def test_a_saved_change_is_in_force_and_only_for_our_eyes(home: Home):
    await save(home, SECRECY, 3)

    assert points_of(home, "secrecy") == 3
    assert file_of(home).read_text() == "rules:\n  secrecy:\n    points: 3\n"
    assert file_of(home).stat().st_mode & 0o077 == 0


async def test_a_broken_draft_is_refused_by_line_and_what_is_in_force_stays(home: Home):
    await save(home, SECRECY, 3)
    before = file_of(home).read_text()

    with pytest.raises(Mistake, match=r"rules/overrides\.yaml:2: "):
        await home.tuner.save(Draft(file=OVERRIDES, before=before, after=BROKEN), by="anna", at=NOON)

    assert file_of(home).read_text() == before
    assert points_of(home, "secrecy") == 3
    assert len(await home.tuner.history()) == 1


async def test_who_saves_over_a_newer_version_is_told(home: Home):
    draft = await home.tuner.overriding({SECRECY: 3}, what={"did": "text"})
    await save(home, ("rules", "flatters", "points"), 1, by="bo")

    with pytest.raises(Stale):
        await home.tuner.save(draft, by="anna", at=NOON)


async def test_a_change_is_taken_back_and_newer_ones_stay(home: Home):
    first = await save(home, SECRECY, 3)
    await save(home, ("members", "Kim", "rules", "flatters", "points"), 1)

    await home.tuner.undo(first, by="bo", at=NOON)

    assert file_of(home).read_text() == "members:\n  Kim:\n    rules:\n      flatters:\n        points: 1\n"
    assert [(made.by, made.what["did"], made.undone is not None) for made in await home.tuner.history()] == [
        ("bo", "undone", False),
        ("anna", "text", False),
        ("anna", "text", True),
    ]


async def test_the_first_change_of_all_is_taken_back_to_no_file(home: Home):
    await home.tuner.undo(await save(home, SECRECY, 3), by="anna", at=NOON)

    assert not file_of(home).exists()


async def test_lines_that_were_changed_again_are_not_taken_back(home: Home):
    first = await save(home, SECRECY, 3)
    await save(home, SECRECY, 4)

    with pytest.raises(Stale):
        await home.tuner.undo(first, by="anna", at=NOON)
    assert points_of(home, "secrecy") == 4


async def test_nothing_is_taken_back_twice(home: Home):
    first = await save(home, SECRECY, 3)
    await home.tuner.undo(first, by="anna", at=NOON)

    with pytest.raises(Stale):
        await home.tuner.undo(first, by="anna", at=NOON)


async def test_what_was_changed_by_hand_meanwhile_stands_in_the_history(home: Home):
    await save(home, SECRECY, 3)
    file_of(home).write_text("# mine\n" + file_of(home).read_text())
    await save(home, SECRECY, 5)

    assert [(made.by, made.what["did"]) for made in await home.tuner.history()] == [
        ("anna", "text"), ("", "outside"), ("anna", "text"),
    ]  # fmt: skip
    assert file_of(home).read_text().startswith("# mine\n")


@pytest.mark.parametrize(
    "place", ["../config.yaml", "/etc/hosts.yaml", "a/b/c/d.yaml", "approach/.hidden.yaml", "x.txt", "approach/é.yaml"]
)
async def test_no_other_place_is_read_or_written(home: Home, place: str):
    with pytest.raises(Mistake):
        await home.tuner.text(place)


async def test_a_link_leads_nowhere(home: Home, tmp_path: Path):
    (tmp_path / "secret.yaml").write_text("key: 1\n")
    (home.folder / "rules").mkdir()
    file_of(home).symlink_to(tmp_path / "secret.yaml")

    assert await home.tuner.text(OVERRIDES) == ""
