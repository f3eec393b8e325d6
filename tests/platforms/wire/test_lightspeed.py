"""Lightspeed programs: calls wherever they lie, arguments of every kind, and bounds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.errors import Unreadable
from screener.platforms.wire.lightspeed import COLUMNS, answer, rows, tasks

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inside: st.lists(inside, max_size=5) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=30,
)


def program(*steps: object) -> str:
    return json.dumps({"name": None, "step": [1, *steps]})


def test_calls_are_found_in_order_on_both_sides_of_a_condition() -> None:
    text = program(
        [5, "deleteMessageRequest", [19, "11111"]],
        [
            23,
            [30, [2, 0], [19, "1"]],
            [1, [5, "deleteMessageRequest", [19, "22222"]]],
            [5, "deleteMessageRequest", [19, "33333"]],
        ],
        [5, "notKnown", [5, "deleteMessageRequest", [19, "44444"]]],
    )

    assert [row.columns["thread"] for row in rows(text)] == [11111, 22222, 33333, 44444]


def test_an_argument_is_read_by_its_kind() -> None:
    text = program(
        [5, "insertMessage", "hi", [9], [9], [19, "-9223372036854775808"], [9], [2, 3], [9], [9], [16, "aGk="]]
    )

    (row,) = rows(text)

    assert row.columns["text"] == "hi"
    assert row.columns["thread"] == -(2**63)
    assert row.columns["at"] is None
    assert row.columns["id"] == b"hi"
    assert row.columns["sender"] is None


def test_an_answer_to_the_browsers_own_question_is_told_from_a_push() -> None:
    asked, pushed = answer('{"request_id":4,"payload":"{}"}'), answer('{"request_id":null,"payload":"{}"}')

    assert asked is not None
    assert asked.asked
    assert pushed is not None
    assert not pushed.asked
    assert answer('{"request_id":4}') is None


def test_a_program_of_too_many_parts_is_unreadable() -> None:
    text = program([1, *([[]] * 250_000)])

    with pytest.raises(Unreadable, match="more than 200000 parts"):
        rows(text)


def test_a_program_nested_too_deep_is_unreadable() -> None:
    with pytest.raises(Unreadable, match=r"deep|not JSON"):
        rows('{"step":' + "[" * 5_000 + "]" * 5_000 + "}")


@given(JSON)
def test_any_program_gives_rows_or_unreadable(step: object) -> None:
    found = rows(json.dumps({"step": step}))

    assert all(row.name in COLUMNS for row in found)


@given(st.sampled_from(sorted(COLUMNS)), st.lists(JSON, max_size=50))
def test_any_arguments_give_a_row(name: str, arguments: list[object]) -> None:
    found = rows(program([5, name, *arguments]))

    assert found[0].name == name
    assert set(found[0].columns) == set(COLUMNS[name])


@given(JSON | st.just({"tasks": [{"label": 46, "payload": "{}"}]}))
def test_any_request_of_a_browser_gives_tasks_or_unreadable(content: object) -> None:
    try:
        found = list(tasks(json.dumps({"payload": json.dumps(content)})))
    except Unreadable:
        return

    assert all(isinstance(task, dict) for _, task in found)
