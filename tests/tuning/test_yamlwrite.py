"""A change of overrides.yaml touches the lines it is about, whatever the file looks like."""

from difflib import unified_diff
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from screener.errors import Mistake
from screener.tuning.yamlwrite import GONE, written

OURS = """\
# Ours. Anna, May 2026
rules:
    # too many in our village
    no-mutual-friends:   {points: 2,status: stable}   # was 5

    secrecy:
        points: 7      # hm
        status:  stable


members:
    "Kim": {levels: {look: {points: 30}}}
lists:
  wants-meeting:
    remove: [
       "meet me",
       'lets meet'  ]
    add:
    - see you there
"""


def changed(text: str, *changes: tuple[tuple[str, ...], Any]) -> list[str]:
    """The lines that a change takes away and adds."""
    after = written(text, dict(changes), file="rules/overrides.yaml")
    lines = unified_diff(text.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_a_number_is_changed_on_its_own_line_and_the_comment_behind_it_stays():
    assert changed(OURS, (("rules", "secrecy", "points"), 3)) == [
        "-        points: 7      # hm",
        "+        points: 3      # hm",
    ]


def test_a_number_within_brackets_is_changed_where_it_stands():
    assert changed(OURS, (("rules", "no-mutual-friends", "points"), 9)) == [
        "-    no-mutual-friends:   {points: 2,status: stable}   # was 5",
        "+    no-mutual-friends:   {points: 9,status: stable}   # was 5",
    ]


def test_what_is_new_stands_behind_its_siblings_moved_in_as_they_are():
    assert changed(OURS, (("rules", "flatters", "points"), 3)) == ["+    flatters:", "+      points: 3"]
    assert changed(OURS, (("platforms", "roblox", "levels", "look", "points"), 31)) == [
        "+platforms:", "+  roblox:", "+    levels:", "+      look:", "+        points: 31",
    ]  # fmt: skip


def test_what_is_new_within_brackets_stays_within_them():
    assert changed(OURS, (("members", "Kim", "rules", "flatters", "points"), 3)) == [
        '-    "Kim": {levels: {look: {points: 30}}}',
        '+    "Kim": {levels: {look: {points: 30}}, rules: {flatters: {points: 3}}}',
    ]


def test_what_goes_takes_along_what_is_empty_without_it_and_no_comment_of_others():
    assert changed(OURS, (("rules", "secrecy", "status"), GONE)) == ["-        status:  stable"]
    assert changed(OURS, (("members", "Kim", "levels", "look", "points"), GONE)) == [
        "-members:",
        '-    "Kim": {levels: {look: {points: 30}}}',
    ]


def test_a_file_of_comments_or_none_is_begun_and_keeps_its_comments():
    assert changed("# ours\n", (("rules", "secrecy", "points"), 3)) == ["+rules:", "+  secrecy:", "+    points: 3"]
    assert written("", {("rules", "secrecy", "points"): 3}, file="x") == "rules:\n  secrecy:\n    points: 3\n"


def test_lines_that_end_as_on_windows_go_on_to():
    after = written(OURS.replace("\n", "\r\n"), {("rules", "secrecy", "points"): 3}, file="x")

    assert after.count("\r\n") == after.count("\n") == OURS.count("\n")


def test_a_name_that_yaml_would_misread_is_quoted():
    after = written(
        "", {("members", "no: [x", "levels", "look", "points"): 30, ("members", "yes", "levels"): 1}, file="x"
    )

    assert yaml.safe_load(after) == {"members": {"no: [x": {"levels": {"look": {"points": 30}}}, "yes": {"levels": 1}}}


@pytest.mark.parametrize("broken", ["rules: [", "a: &a {b: *a}\n", "- one\n", "rules: 5\n", "a: 1\na: 2\n"])
def test_a_file_that_is_broken_is_left_alone_and_the_line_is_named(broken: str):
    with pytest.raises(Mistake, match=r"rules/overrides\.yaml:\d+: "):
        written(broken, {("rules", "secrecy", "points"): 3}, file="rules/overrides.yaml")


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp", "Co", "Cn"]), min_size=1, max_size=12
)


@given(
    ways=st.lists(st.tuples(NAMES, NAMES, st.integers(0, 99)), max_size=8),
    gone=st.integers(0, 7),
    flow=st.booleans(),
)
def test_whatever_stands_in_it_the_file_says_afterwards_what_was_meant(
    ways: list[tuple[str, str, int]], gone: int, flow: bool
):
    values: dict[str, dict[str, int]] = {}
    for one, other, number in ways:
        values.setdefault(one, {})[other] = number
    text = yaml.safe_dump(values, allow_unicode=True, default_flow_style=flow, sort_keys=False) if values else ""
    changes: dict[tuple[str, ...], Any] = {("rules", "secrecy", "points"): 4}
    if ways and values:
        first = ways[gone % len(ways)]
        changes[first[0], first[1]] = GONE
        values[first[0]].pop(first[1])
        if not values[first[0]]:
            del values[first[0]]
    values.setdefault("rules", {})["secrecy"] = {"points": 4}  # type: ignore[assignment]

    assert yaml.safe_load(written(text, changes, file="x")) == values
