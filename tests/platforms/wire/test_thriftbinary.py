"""Thrift's binary protocol against Apache Thrift's own writer, damaged bodies, and any bytes at all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.errors import Unreadable
from screener.platforms.wire.thriftbinary import MAX_DEPTH, read_struct
from tests.platforms.thrift_writer import binary

NUMBERS = st.integers(-(2**63), 2**63 - 1)
VALUES = st.recursive(
    st.booleans() | NUMBERS | st.text(max_size=20),
    lambda inner: (
        st.dictionaries(st.integers(1, 2**15 - 1), inner, max_size=4)
        | st.lists(NUMBERS, max_size=4)
        | st.lists(st.text(max_size=5), max_size=4)
    ),
    max_leaves=20,
)


def as_read(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    if isinstance(value, dict):
        return {key: as_read(each) for key, each in value.items()}
    return [as_read(each) for each in value] if isinstance(value, list) else value


@given(st.dictionaries(st.integers(1, 2**15 - 1), VALUES, max_size=6))
def test_what_apache_thrift_writes_is_read(fields: dict[int, Any]) -> None:
    assert read_struct(binary(fields)) == as_read(fields)


def test_every_kind_of_number_and_a_map_is_read() -> None:
    body = binary({1: {"byte": -3}, 2: {"i16": 300}, 3: {"i32": -70000}, 4: {"double": 1.5}, 5: {"map": [[1, "a"]]}})

    assert read_struct(body) == {1: -3, 2: 300, 3: -70000, 4: 1.5, 5: [(1, b"a")]}


def test_what_follows_the_struct_is_left_alone() -> None:
    assert read_struct(binary({1: "a"}) + b"rest") == {1: b"a"}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "cut short"),
        (binary({1: "abc"})[:-2], "cut short"),
        (b"\x0b\x00\x01\xff\xff\xff\xff", "cut short"),
        (b"\x0f\x00\x01\x0a\x7f\xff\xff\xff", "longer than its body"),
        (b"\x0f\x00\x01\x0a\xff\xff\xff\xff", "longer than its body"),
        (b"\x63\x00\x01", "type 99 is not known"),
        (b"\x0c\x00\x01" * (MAX_DEPTH + 2), "nested more than"),
        (b"\x0f\x00\x01" + b"\x0f\x00\x00\x00\x01" * (MAX_DEPTH + 5), "nested more than"),
    ],
)
def test_a_damaged_struct_is_unreadable(body: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_struct(body)


def test_a_body_with_too_many_values_is_unreadable() -> None:
    body = b"\x0f\x00\x01\x02" + (300_000).to_bytes(4, "big") + bytes(300_000)

    with pytest.raises(Unreadable, match="more than"):
        read_struct(body)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_struct_or_unreadable(body: bytes) -> None:
    try:
        read_struct(body)
    except Unreadable as why:
        assert str(why)
