"""The dead man's switch: when it beats, when it lets go, and what it makes of a stranger's files and answers."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from screener import health
from screener.home import heartbeat, probe, vitals
from screener.home.heartbeat import Doorway, Ill, Switch, cards
from screener.home.router import ruleset, switch

NOW = datetime(2026, 11, 30, tzinfo=UTC)
CARD = "02:00:5e:10:00:01"


def test_it_names_the_same_places_as_the_rest_which_it_may_not_import():
    assert (heartbeat.PROBE_HOST, heartbeat.ALIVE_PATH) == (probe.PROBE_HOST, vitals.ALIVE_PATH)
    assert (heartbeat.PROBE_ADDRESS, heartbeat.TABLE) == (ruleset.PROBE_ADDRESS, ruleset.TABLE)


def test_it_loads_nothing_but_the_standard_library_and_who_is_enrolled():
    listed = "import sys, screener.home.heartbeat; print(*sorted(name for name in sys.modules if '.' in name))"
    ran = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True)

    ours = [name for name in ran.stdout.split() if name.startswith(("screener", "addons"))]
    assert ours == ["screener.home", "screener.home.enrolment", "screener.home.heartbeat"]
    assert not {"mitmproxy.http", "pydantic.main"} & set(ran.stdout.split())


def test_it_beats_from_the_first_good_answer_on():
    assert Switch().well(0.0)


def test_one_late_answer_is_no_failure_and_silence_is():
    heart = Switch()
    heart.well(0.0)

    heart.ill("it answers too late", 1.0, gone=False)
    after_one = heart.state(1.0)
    heart.ill("it answers too late", 2.6, gone=False)

    assert (after_one, heart.state(2.6)) == ("alive", "away")


def test_a_proxy_that_is_gone_is_let_go_at_once():
    heart = Switch()
    heart.well(0.0)

    heart.ill("it can't be reached", 0.1, gone=True)

    assert (heart.state(0.1), heart.reason) == ("away", "it can't be reached")


def test_after_a_failure_it_must_be_well_for_a_while():
    heart = Switch()
    heart.well(0.0)
    heart.ill("gone", 1.0, gone=True)

    assert [heart.well(second) for second in (2.0, 3.0, 4.0)] == [False, False, True]


def test_after_three_failures_within_ten_minutes_it_rests_for_ten():
    heart = Switch()
    for at in (0.0, 100.0, 200.0):
        while not heart.well(at):
            at += 1
        heart.ill("gone", at, gone=True)

    rests = heart.state(210.0)
    beats = [heart.well(at) for at in (300.0, 700.0, 810.0)]

    assert rests == "resting"
    assert beats == [False, False, True]


def test_three_failures_over_a_whole_day_are_no_reason_to_rest():
    heart = Switch()
    for at in (0.0, 20_000.0, 40_000.0):
        while not heart.well(at):
            at += 1
        heart.ill("gone", at, gone=True)

    assert heart.state(40_010.0) == "away"


def answer(**told: int) -> bytes:
    body = {"late_ms": 3, "memory_mb": 120, "descriptors": 50, "most_descriptors": 65_536} | told
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + json.dumps(body).encode()


def test_a_proxy_that_is_well_is_judged_so():
    heartbeat._judge(answer(), 600)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (answer(late_ms=900), "too slow"),
        (answer(memory_mb=700), "too much memory"),
        (answer(descriptors=60_000), "too many connections"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n{}", "nobody asked"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 9_000, "nobody asked"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b'{"late_ms": "soon"}', "nobody asked"),
        (b"", "nobody asked"),
    ],
)
def test_an_answer_that_is_not_good_is_ill(told: bytes, why: str):
    with pytest.raises(Ill, match=why):
        heartbeat._judge(told, 600)


def counted(arrived: int, entered: int) -> str:
    return f"counter arrived {{\n packets {arrived} bytes 1\n }}\n counter entered {{\n packets {entered} bytes 1\n }}"


def test_connections_that_arrive_and_never_enter_are_noticed_at_the_second_time():
    door = Doorway()
    door.check(counted(5, 5))
    door.check(counted(7, 7))
    door.check(counted(9, 8))

    with pytest.raises(Ill, match="another firewall"):
        door.check(counted(11, 8))


def test_connections_that_enter_a_moment_later_are_no_trouble():
    door = Doorway()
    for told in (counted(5, 5), counted(7, 6), counted(9, 9), counted(10, 9), counted(11, 11)):
        door.check(told)

    assert door._missing == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (json.dumps({"devices": {CARD: "2026", "192.168.1.7": "2026"}}), {CARD}),
        (json.dumps({"devices": {f"{CARD} }}; flush ruleset": "2026", "02:00": "x"}}), set()),
        (json.dumps({"devices": [[CARD]]}), set()),
        ("[" * 50_000, set()),
        ("", set()),
    ],
)
def test_only_network_cards_reach_the_rules_whatever_the_list_holds(tmp_path: Path, text: str, found: set[str]):
    (tmp_path / "enrolled.json").write_text(text)

    assert cards(tmp_path) == found


def test_a_device_that_was_taken_out_is_not_led_to_the_proxy(tmp_path: Path):
    (tmp_path / "enrolled.json").write_text(json.dumps({"devices": {CARD: "2026-10-01"}}))
    (tmp_path / "revoked.json").write_text(json.dumps({"devices": {CARD: "2026-10-02"}}))

    assert cards(tmp_path) == frozenset()


def test_a_list_that_is_a_link_to_elsewhere_is_not_followed(tmp_path: Path):
    (tmp_path / "secret.json").write_text(json.dumps({"devices": {CARD: "2026"}}))
    (tmp_path / "enrolled.json").symlink_to(tmp_path / "secret.json")

    assert cards(tmp_path) == frozenset()


@pytest.mark.parametrize(
    ("heard", "words"),
    [
        ({}, "not running"),
        ({"at": NOW.timestamp() - 60, "state": "alive", "why": ""}, "not running"),
        ({"at": "soon", "state": "alive"}, "not running"),
        ({"at": NOW.timestamp(), "state": "resting", "why": "it is too slow"}, "paused"),
        ({"at": NOW.timestamp(), "state": "away", "why": "it can't be reached"}, "it can't be reached"),
    ],
)
def test_a_router_that_leads_nothing_to_us_is_an_issue(heard: dict[str, object], words: str):
    (issue,) = health.of_router(heard, NOW)

    assert issue.severity == "error"
    assert words in issue.what


def test_a_router_that_beats_is_no_issue(tmp_path: Path):
    path, heart = tmp_path / "heartbeat.json", Switch()
    heart.well(0.0)
    heartbeat.tell(path, heart, 0.0)

    heard = switch.heard(path)

    assert health.of_router(heard, datetime.fromtimestamp(heard["at"], UTC)) == []  # type: ignore[arg-type]


def test_word_for_the_dashboard_follows_no_link_that_somebody_laid(tmp_path: Path):
    secret, path = tmp_path / "secret", tmp_path / "heartbeat.json"
    secret.write_text("mine")
    for name in (path, tmp_path / f".{path.name}.new"):
        name.symlink_to(secret)

    heartbeat.tell(path, Switch(), 0.0)

    assert secret.read_text() == "mine"
    assert not path.is_symlink() and path.stat().st_mode & 0o777 == 0o644
    assert switch.heard(path)["state"] == "away"
