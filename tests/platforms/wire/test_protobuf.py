"""Protocol Buffers: vectors from the format's description, what another writer wrote, and any bytes at all."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.errors import Unreadable
from screener.platforms.wire.protobuf import MAX_DEPTH, MAX_FIELDS, Message
from tests.platforms.tiktok_writer import varint


def test_the_examples_of_the_format_are_read():
    assert Message.read(bytes.fromhex("089601")).number(1) == 150
    assert Message.read(bytes.fromhex("120774657374696e67")).text(2) == "testing"
    inner = Message.read(bytes.fromhex("1a03089601")).message(3)
    assert inner is not None
    assert inner.number(1) == 150


def test_the_last_of_a_field_counts_and_repeated_ones_stay_in_order():
    message = Message.read(b"\x08\x01\x08\x02" + b"\x12\x01a\x12\x01b")

    assert message.number(1) == 2
    assert message.blob(2) == b"b"
    assert message.blobs(2) == [b"a", b"b"]


def test_what_is_of_another_kind_is_not_there():
    message = Message.read(b"\x08\x01\x12\x01a")

    assert (message.text(1), message.message(1), message.number(2), message.blobs(1)) == (None, None, None, [])
    assert (message.number(9), message.text(9), message.message(9), message.blobs(9)) == (None, None, None, [])


def test_fixed_numbers_are_read_and_groups_are_skipped():
    fixed = b"\x09" + struct.pack("<Q", 2**40) + b"\x15" + struct.pack("<I", 7)
    group = b"\x1b" + b"\x08\x01" + b"\x23\x12\x01a\x24" + b"\x1c"

    message = Message.read(fixed + group + b"\x28\x05")

    assert (message.number(1), message.number(2), message.number(3), message.number(5)) == (2**40, 7, None, 5)


def test_a_number_below_zero_is_the_number_that_64_bits_make_of_it():
    assert Message.read(b"\x08" + b"\xff" * 9 + b"\x01").number(1) == 2**64 - 1


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("08", "cut short"),
        ("0880", "cut short"),
        ("08" + "ff" * 10 + "01", "too long"),
        ("12ffffffff0f61", "cut short"),
        ("0901020304", "cut short"),
        ("0e", "no known kind"),
        ("0f", "no known kind"),
        ("0c", "no known kind"),
        ("0001", "no number"),
        ("80808080100100", "no number"),
        ("1b0801", "cut short"),
        ("1b080124", "not closed"),
        ("0b" * 200, "deep"),
    ],
)
def test_a_damaged_message_is_unreadable(body: str, why: str):
    with pytest.raises(Unreadable, match=why):
        Message.read(bytes.fromhex(body))


def test_what_comes_before_the_damage_is_read_where_that_is_asked_for():
    message = Message.read(b"\x08\x05\x12\x01a\x1a\x7f", whole=False)

    assert (message.number(1), message.text(2), message.blob(3)) == (5, "a", None)


def test_a_message_nested_too_deep_is_unreadable():
    body = b""
    for _ in range(MAX_DEPTH + 2):
        body = b"\x0a" + varint(len(body)) + body
    found: Message | None = Message.read(body)

    with pytest.raises(Unreadable, match=f"more than {MAX_DEPTH} deep"):
        while found is not None:
            found = found.message(1)


def test_too_many_fields_are_unreadable():
    with pytest.raises(Unreadable, match=f"more than {MAX_FIELDS} fields"):
        Message.read(b"\x08\x01" * (MAX_FIELDS + 1))


VALUES = st.integers(0, 2**64 - 1) | st.binary(max_size=300)


@given(st.lists(st.tuples(st.integers(1, 2**29 - 1), VALUES), max_size=20))
def test_what_another_writer_wrote_is_read_back(fields: list[tuple[int, int | bytes]]):
    body = b"".join(
        varint(number << 3) + varint(value)
        if isinstance(value, int)
        else varint(number << 3 | 2) + varint(len(value)) + value
        for number, value in fields
    )

    message = Message.read(body)

    for number, _ in fields:
        assert message.fields[number] == [value for other, value in fields if other == number]


@given(st.binary(max_size=300))
def test_any_bytes_give_a_message_or_unreadable(body: bytes):
    found = Message.read(body, whole=False)

    for number in found.fields:
        try:
            found.message(number)
        except Unreadable as why:
            assert str(why)
