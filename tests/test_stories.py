"""Days of events, replayed: a harmful story is warned of in time, and an innocent one gives nothing above a look."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from screener.cli import app

HERE = Path(__file__).parent
STORIES = sorted([*(HERE / "stories").glob("*.story.yaml"), *HERE.parent.glob("screener/demo/stories/*.story.yaml")])
TOLD = {path: yaml.safe_load(path.read_text()) for path in STORIES}
HARMFUL = [path for path in STORIES if TOLD[path]["expect"]["verdict"] == "harmful"]
INNOCENT = [path for path in STORIES if TOLD[path]["expect"]["verdict"] == "innocent"]


def alerts(path: Path) -> list[dict[str, Any]]:
    done = CliRunner().invoke(app, ["replay", str(path), "--json"])
    assert done.exit_code == 0, done.stderr
    return [row for line in done.stdout.splitlines() if "level" in (row := json.loads(line))]


def test_there_are_stories_of_both_kinds():
    assert len(HARMFUL) >= 5
    assert len(INNOCENT) >= 5


@pytest.mark.parametrize("path", HARMFUL, ids=lambda path: path.name)
def test_a_harmful_story_is_warned_of_in_time_and_acted_on_at_the_threat(path: Path):
    expect = TOLD[path]["expect"]

    found = alerts(path)

    assert min(row["event"] for row in found if row["level"] in ("talk", "act")) <= expect["warn_by"]
    if expect["threat"] is not None:
        assert min(row["event"] for row in found if row["level"] == "act") <= expect["threat"]


@pytest.mark.parametrize("path", INNOCENT, ids=lambda path: path.name)
def test_an_innocent_story_gives_nothing_above_a_look(path: Path):
    assert {row["level"] for row in alerts(path)} <= {"look"}


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.name)
def test_a_storys_labels_point_at_events_that_are_there(path: Path):
    expect, events = TOLD[path]["expect"], TOLD[path]["events"]

    labels = [expect[key] for key in ("threat", "ask", "warn_by")]

    assert all(label is None or 0 <= label < len(events) for label in labels)
    assert (expect["verdict"] == "innocent") is (labels == [None, None, None])
