"""`screener replay` keeps its contract: what it prints is read by other programs."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from screener.cli import app
from screener.resources import HERE

STORIES = HERE / "demo" / "stories"

EVENT_KEYS = {
    "kind", "platform", "at", "id", "account_id", "contact_id", "contact_name", "contact_handle", "contact_url", "from",
    "conversation_id", "text", "call", "pending", "encrypted", "history", "group", "media", "mutual_friends", "joined",
    "friends", "following", "verified", "note",
}  # fmt: skip


def replay(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["replay", *map(str, arguments)])


def rows(*arguments: str | Path) -> list[dict[str, Any]]:
    done = replay(*arguments, "--json")
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def a_story(tmp_path: Path, events: str, name: str = "x.story.yaml") -> Path:
    path = tmp_path / name
    path.write_text(
        f"""
title: A test
member: {{name: Kim, age: 13, timezone: Europe/London}}
known:
  - {{platform: facebook, id: "200", name: Ada Hill, handle: ada.hill}}
contacts:
  maya: {{platform: facebook, id: "100000000000000", name: Maya R., joined: 2026-10-01, mutual_friends: 0}}
  ada: {{platform: facebook, id: "200"}}
events:
{events}
"""
    )
    return path


REQUEST = '  - {at: "2026-10-02T18:03:00+01:00", kind: friend_request, contact: maya}\n'


def test_every_event_has_every_key_and_unknown_is_null(tmp_path: Path):
    story = a_story(tmp_path, REQUEST + '  - {at: "+4m", kind: message, contact: maya, from: member, text: "hi"}\n')

    request, message, summary = rows("--events", story)

    assert set(request) == EVENT_KEYS == set(message)
    assert (request["kind"], request["at"], request["from"]) == ("friend_request", "2026-10-02T17:03:00Z", "contact")
    assert (request["joined"], request["mutual_friends"], request["friends"]) == ("2026-10-01", 0, None)
    assert (message["text"], message["from"], message["media"], message["history"]) == ("hi", "member", [], False)
    assert {k: v for k, v in summary.items() if k != "seconds"} == {
        "summary": True, "captures": 0, "events": 2, "unreadable": 0, "alerts": 0, "gaps": 0,
    }  # fmt: skip


def test_known_contacts_are_not_counted_as_events_and_their_names_are_known(tmp_path: Path):
    words = '  - {at: "2026-10-02T18:03:00Z", kind: message, contact: ada, from: contact, text: hi}'
    story = a_story(tmp_path, words)

    message, summary = rows("--events", story)

    assert (message["contact_name"], message["contact_handle"]) == ("Ada Hill", "ada.hill")
    assert summary["events"] == 1


@pytest.mark.parametrize("name", ["police-1", "police-2"])
def test_a_police_story_reaches_talk_in_time_and_act_by_the_threat(name: str):
    path = STORIES / f"{name}.story.yaml"
    expect = yaml.safe_load(path.read_text())["expect"]

    found = [row for row in rows(path) if "level" in row]

    warned = min(row["event"] for row in found if row["level"] in ("talk", "act"))
    acted = min(row["event"] for row in found if row["level"] == "act")
    assert warned <= expect["warn_by"] < expect["threat"]
    assert acted <= expect["threat"]
    assert all(row["member"] and row["signals"] and row["stages"] for row in found)
    assert all(signal["because"] and signal["rule"] for row in found for signal in row["signals"])


@pytest.mark.parametrize("name", ["police-1-twin", "police-2-twin"])
def test_its_innocent_twin_stays_quiet(name: str):
    found = [row["level"] for row in rows(STORIES / f"{name}.story.yaml") if "level" in row]

    assert set(found) <= {"look"}


def test_several_files_each_have_a_fresh_memory_and_name_themselves(tmp_path: Path):
    one, two = a_story(tmp_path, REQUEST), a_story(tmp_path, REQUEST, "y.story.yaml")

    found = rows("--events", one, two)

    assert [(row.get("kind", "summary"), row["file"]) for row in found] == [
        ("friend_request", str(one)),
        ("summary", str(one)),
        ("friend_request", str(two)),
        ("summary", str(two)),
    ]


def test_together_they_are_one_recording_in_which_an_event_counts_once(tmp_path: Path):
    one, two = a_story(tmp_path, REQUEST), a_story(tmp_path, REQUEST, "y.story.yaml")

    found = rows("--events", "--together", one, two)

    assert [row.get("kind", "summary") for row in found] == ["friend_request", "summary", "summary"]


def test_alerts_rise_and_say_at_which_event(tmp_path: Path):
    found = [row for row in rows("--alerts", STORIES / "police-1.story.yaml") if "level" in row]

    heights = [("look", "talk", "act").index(row["level"]) for row in found]
    assert heights == sorted(set(heights))
    assert len({row["alert"] for row in found}) == 1
    assert all(signal["event"] <= row["event"] for row in found for signal in row["signals"])


def test_everything_belongs_to_the_member_that_is_named(tmp_path: Path):
    found = [row for row in rows("--as-member", "Robin", STORIES / "police-1.story.yaml") if "level" in row]

    assert {row["member"] for row in found} == {"Robin"}


def test_what_is_learnt_is_kept_only_where_a_database_is_named(tmp_path: Path):
    story = a_story(tmp_path, REQUEST)
    before = set(tmp_path.iterdir())

    rows("--events", story)
    assert set(tmp_path.iterdir()) == before
    rows("--events", "--store", tmp_path / "kept.db", story)
    again = rows("--events", "--store", tmp_path / "kept.db", story)

    assert again[-1]["events"] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.har"], "missing.har: there is no such file."),
        (["x.pcap"], "x.pcap: this kind of file can't be replayed."),
        (["--events", "--alerts", "x.story.yaml"], "--events and --alerts: only one"),
        (["--rules", "nowhere", "x.story.yaml"], "nowhere: there is no such folder."),
        (["--config", "nowhere.yaml", "x.story.yaml"], "nowhere.yaml: it can't be read"),
        (["broken.story.yaml"], "broken.story.yaml:2: this is not YAML."),
        (["broken.har"], "broken.har: this is not a HAR file."),
        (["broken.mitm"], "broken.mitm: this is not a mitmproxy flow file."),
    ],
)
def test_arguments_that_cannot_be_used_end_with_status_2_and_print_nothing_else(
    tmp_path: Path, arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    a_story(tmp_path, REQUEST)
    (tmp_path / "broken.story.yaml").write_text("title: [")
    (tmp_path / "broken.har").write_text("no")
    (tmp_path / "broken.mitm").write_text("no")

    done = replay(*arguments, "--json")

    assert done.exit_code == 2
    assert words in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_the_table_for_people_shows_no_character_that_moves_the_cursor(tmp_path: Path):
    story = a_story(
        tmp_path,
        '  - {at: "2026-10-02T18:03:00Z", kind: message, contact: maya, from: contact, text: "a\\e[2Jb\\u202Ec"}\n',
    )

    done = replay("--events", story)

    assert done.exit_code == 0
    assert "\x1b" not in done.stdout and "\u202e" not in done.stdout
    assert "a<1b>[2Jb<202e>c" in done.stdout


def test_a_story_of_sixty_days_sees_sixty_days(tmp_path: Path):
    events = REQUEST + "".join(
        f'  - {{at: "+1d", kind: message, contact: maya, from: {side}, text: "day {n}"}}\n'
        for n, side in enumerate(["contact", "member"] * 30)
    )

    found = rows("--events", a_story(tmp_path, events))

    assert (found[0]["at"][:10], found[-2]["at"][:10]) == ("2026-10-02", "2026-12-01")


def test_a_broken_rule_is_named_set_aside_and_the_others_go_on(tmp_path: Path):
    rules = tmp_path / "rules"
    shutil.copytree(HERE.parent / "rules", rules)
    (rules / "approach" / "broken.yaml").write_text("title: [")

    done = replay("--rules", rules, STORIES / "police-1.story.yaml", "--json")

    assert done.exit_code == 0
    assert "broken.yaml:" in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["alerts"] > 0
