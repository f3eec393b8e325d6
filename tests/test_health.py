"""Whatever can't be seen becomes an issue that says what to do about it."""

import re
from datetime import timedelta

import pytest
from typer.main import get_command

from screener import health
from screener.capture import Gap
from screener.cli import app
from screener.store.base import Issue
from tests.make import NOON

WHYS = ["full", "disk", "broken", "too large", "too many open exchanges", "retention", "restart"]


def a_gap(why: str, count: int = 1) -> Gap:
    return Gap(at=NOON, device="192.0.2.7", host="chat.example", why=why, count=count)


def every_issue() -> list[Issue]:
    return [
        *(health.of_gap(a_gap(why)) for why in (*WHYS, "a reason of next year")),
        health.of_unreadable("facebook", "id is missing", NOON),
        *health.of_rules(["rules/x.yaml:3: this is wrong. Mend it."], NOON),
        *health.of_proxy({"tap_errors": 1}, NOON),
    ]


@pytest.mark.parametrize("why", WHYS)
def test_every_reason_for_a_gap_has_words_of_its_own(why: str):
    issue = health.of_gap(a_gap(why, count=7))

    assert (issue.key, issue.severity, issue.count) == (f"gap:{why}", "warning", 7)
    assert why not in re.findall(r"\(([^)]*)\)", issue.what)


def test_a_reason_that_nobody_foresaw_is_told_all_the_same():
    issue = health.of_gap(a_gap("a reason of next year"))

    assert "a reason of next year" in issue.what


def test_a_mend_names_only_commands_that_exist():
    commands = get_command(app).commands  # type: ignore[attr-defined]
    named = {name for issue in every_issue() for name in re.findall(r"run: screener ([a-z-]+)", issue.mend)}

    assert all(issue.what and issue.mend for issue in every_issue())
    assert named <= set(commands)


def test_the_same_kind_of_unreadable_is_one_issue_and_another_kind_is_another():
    keys = [
        health.of_unreadable("facebook", why, NOON).key for why in ("id is missing", "id is missing", "at is no time")
    ]

    assert len(set(keys)) == 2


def test_a_broken_rule_is_told_in_the_words_that_name_its_line():
    (issue,) = health.of_rules(["rules/approach/x.yaml:3: this is wrong. Mend it."], NOON)

    assert (issue.severity, issue.mend) == ("error", "rules/approach/x.yaml:3: this is wrong. Mend it.")


@pytest.mark.parametrize(
    ("beat", "is_silent"), [(None, True), (timedelta(seconds=60), True), (timedelta(seconds=2), False)]
)
def test_a_proxy_that_says_nothing_is_an_error(beat: timedelta | None, is_silent: bool):
    counters = {} if beat is None else {"heartbeat": (NOON - beat).timestamp()}

    keys = [issue.key for issue in health.of_proxy(counters, NOON)]

    assert keys == (["proxy:silent"] if is_silent else [])


def test_a_proxy_that_stumbles_says_how_often():
    counters = {"heartbeat": NOON.timestamp(), "tap_errors": 2, "tee_errors": 1, "proxy_errors": 3, "copied": 90}

    (issue,) = health.of_proxy(counters, NOON)

    assert (issue.key, issue.severity) == ("proxy:errors", "warning")
    assert "6 times" in issue.what
