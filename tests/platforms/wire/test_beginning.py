"""The beginning of an object that is too large to be kept: whole members are read, broken ones are left out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.errors import Unreadable
from screener.platforms.wire import etf
from screener.platforms.wire.beginning import members
from tests.platforms.wire.terms import written

PACKET = {
    "t": "READY",
    "s": 1,
    "d": {"user": {"id": "1"}, "relationships": [{"id": "2"}], "guilds": [{"name": "é"}] * 9},
}
values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2**70) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=15,
)


@pytest.mark.parametrize("spaces", [None, 2])
def test_a_whole_object_is_read_as_it_is(spaces: int | None) -> None:
    found = members(json.dumps(PACKET, indent=spaces))

    assert found == PACKET


def test_an_object_broken_off_gives_what_stands_before_the_break() -> None:
    text, term = json.dumps(PACKET), written(PACKET)

    found, terms = members(text[:-30]), etf.beginning(term[:-30])

    assert found == terms == {"t": "READY", "s": 1, "d": {"user": {"id": "1"}, "relationships": [{"id": "2"}]}}


@pytest.mark.parametrize(
    "text", ["", " ", "[1]", "{", '{"a"', '{"a":', "{1:2}", '{"a" 1}', "{" * 9_000, '{"a":' * 9_000]
)
def test_what_is_no_beginning_gives_no_members(text: str) -> None:
    found = members(text)

    assert found in ({}, {"a": {}}, {"a": {"a": {}}})


def test_a_number_of_any_length_ends_the_reading_and_no_more() -> None:
    found = members('{"a":1,"b":' + "9" * 6_000 + ',"c":2}')

    assert found == {"a": 1, "b": {}}


def test_a_number_that_is_broken_off_is_not_taken_for_a_smaller_one() -> None:
    assert members('{"a":1,"b":12') == {"a": 1, "b": {}}


@given(st.dictionaries(st.text(max_size=4), values, max_size=4), st.integers(0, 400))
def test_a_break_anywhere_never_changes_what_is_read(document: dict[str, object], length: int) -> None:
    text, term = json.dumps(document), written(document)

    found, terms = members(text[:length], inside=0), {}
    if length > 6:
        terms = etf.beginning(term[:length], inside=0)

    assert found.items() <= document.items() if found else True
    assert all(document[name] == value for name, value in terms.items())


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_unreadable(body: bytes) -> None:
    try:
        found = etf.beginning(body)
    except Unreadable:
        return
    assert found is None or isinstance(found, object)
