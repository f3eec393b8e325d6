"""`screener score`: stories in, figures out; nothing of what anybody wrote."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from screener.cli import app
from screener.quality.variants import VARIANTS
from tests.quality.make import HARMFUL, INNOCENT, INNOCENT_TWIN, THREAT, written

SVG = "{http://www.w3.org/2000/svg}"


def ran(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["score", *map(str, arguments), "--draws", "100"])


def scored(*arguments: str | Path) -> dict[str, Any]:
    done = ran(*arguments, "--json")
    assert done.exit_code == 0, done.stderr
    scores: dict[str, Any] = json.loads(done.stdout)
    return scores


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    written(tmp_path / "stories" / "first", harmful=HARMFUL, innocent=INNOCENT)
    written(tmp_path / "stories" / "second", twin=INNOCENT_TWIN)
    return tmp_path / "stories"


def test_each_folder_is_a_group_and_all_are_counted_together(stories: Path):
    groups = {group["group"]: group for group in scored(stories)["groups"]}

    assert list(groups) == ["first", "second", "all stories"]
    assert [groups[name]["stories"] for name in groups] == [2, 1, 3]
    assert groups["first"]["figures"]["act_by_threat"]["value"] == 1
    assert groups["first"]["figures"]["innocent_talk"]["value"] == 0
    assert groups["second"]["figures"]["innocent_talk"]["value"] == 1
    assert groups["second"]["figures"]["early"] == {"value": None, "low": None, "high": None, "stories": 0}
    assert groups["all stories"]["figures"]["innocent_act"]["value"] == 0.5


def test_baselines_ablations_and_disguises_stand_beside_the_shipped_rules(stories: Path):
    found = scored(stories)

    (first, *_) = found["groups"]
    assert {"any rule", "any phrase", "two stages", "profile only", "no memory", "no folding"} <= set(first["systems"])
    assert set(found["systems"]) == {"shipped", *first["systems"]}
    assert set(first["robustness"]) == {"shipped", "no folding"}
    assert set(first["robustness"]["shipped"]["early"]) == {*VARIANTS, "every disguise"}


def test_quick_leaves_them_out(stories: Path):
    found = scored(stories, "--quick")

    assert list(found["systems"]) == ["shipped"]
    assert found["groups"][0]["robustness"] == {}


def test_figures_are_the_same_each_time(stories: Path):
    first, second = scored(stories), scored(stories)

    assert first["groups"] == second["groups"]


def test_the_list_says_of_each_story_what_happened(stories: Path):
    found = {row["story"]: row for row in scored(stories, "--list", "--quick")["stories"]}

    assert {name: row["result"] for name, row in found.items()} == {"harmful": "ok", "innocent": "ok", "twin": "false"}
    assert (found["harmful"]["act"], found["harmful"]["threat"], found["harmful"]["warn_by"]) == (4, 4, 4)
    assert found["harmful"]["rules"]


def test_tables_for_people_hold_no_text_of_a_message(stories: Path):
    done = ran(stories, "--list")

    assert done.exit_code == 0, done.stderr
    for name in ("first/harmful", "warned by warn_by", "any rule", "full-width", "95 % intervals"):
        assert name in done.stdout
    for words in (THREAT[:20], "football", "hello there", "A tiny story"):
        assert words not in done.stdout + done.stderr


def test_the_json_holds_no_text_of_a_message(stories: Path):
    shown = json.dumps(scored(stories, "--list"))

    assert not any(words in shown for words in (THREAT[:20], "football", "hello there", "A tiny story"))


def test_the_picture_is_svg_with_a_chart_for_each_group(stories: Path, tmp_path: Path):
    picture = tmp_path / "quality.svg"

    scored(stories, "--plot", picture)

    drawn = ET.fromstring(picture.read_text(encoding="utf-8"))
    words = [text.text for text in drawn.iter(f"{SVG}text")]
    assert drawn.tag == f"{SVG}svg"
    assert words.count("shipped") == words.count("no folding") == 3
    assert "100 % (21–100)" in words  # one of one, with Wilson's interval
    assert not any("football" in (word or "") for word in words)


def test_a_file_named_twice_counts_once(stories: Path):
    (group,) = scored(stories / "first", stories / "first" / "harmful.story.yaml", "--quick")["groups"]

    assert group["stories"] == 2


def test_folders_of_the_same_name_are_told_apart(tmp_path: Path):
    one = written(tmp_path / "one" / "stories", a=INNOCENT)
    other = written(tmp_path / "other" / "stories", a=INNOCENT)

    assert [group["group"] for group in scored(one, other, "--quick")["groups"]] == [
        "one/stories",
        "other/stories",
        "all stories",
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("expect: {verdict: innocent}\n", ""), "doesn't say what is wanted"),
        (("innocent}", "harmful, threat: 5}"), "an event that isn't there"),
        (("innocent}", "innocent, warn_by: 1}"), "are null in an innocent story"),
        (("kind: accepted", "kind: shouted"), "one.story.yaml:"),
    ],
)
def test_a_story_that_cant_be_scored_is_named_and_nothing_is_printed(change: tuple[str, str], why: str, tmp_path: Path):
    written(tmp_path, one=INNOCENT.replace(*change), two=HARMFUL)

    done = ran(tmp_path)

    assert done.exit_code == 2
    assert why in done.stderr
    assert done.stdout == ""


def test_unusable_arguments_are_all_named(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("x")

    done = ran(tmp_path / "empty", tmp_path / "notes.txt", tmp_path / "missing.story.yaml")

    assert done.exit_code == 2
    assert [line.partition(": ")[2].partition(".")[0] for line in done.stderr.splitlines()] == [
        "there is no story in this folder",
        "this is no story",
        "there is no such file",
    ]


def test_a_picture_that_cant_be_written_is_refused_before_anything_is_replayed(stories: Path, tmp_path: Path):
    done = ran(stories, "--plot", tmp_path / "missing" / "quality.svg")

    assert done.exit_code == 2
    assert "there is no folder" in done.stderr


def test_a_folder_without_rules_is_refused(stories: Path, tmp_path: Path):
    done = ran(stories, "--rules", tmp_path / "missing")

    assert done.exit_code == 2
    assert "there is no such folder" in done.stderr
