"""The reader of Erlang's external term format, against terms written out by hand from its description."""

import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.errors import Unreadable
from screener.platforms.wire import etf
from tests.platforms.wire.terms import written

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=30,
)


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("83 61 07", 7),
        ("83 62 ff ff ff fe", -2),
        ("83 46 3f f8 00 00 00 00 00 00", 1.5),
        ("83 63" + b"1.50000000000000000000e+00".ljust(31, b"\0").hex(), 1.5),
        ("83 6d 00 00 00 02 68 69", "hi"),
        ("83 73 03 6e 69 6c", None),
        ("83 64 00 04 74 72 75 65", True),
        ("83 77 05 66 61 6c 73 65", False),
        ("83 76 00 02 6f 6b", "ok"),
        ("83 6a", []),
        ("83 6b 00 02 01 02", [1, 2]),
        ("83 6c 00 00 00 01 61 01 6a", [1]),
        ("83 68 02 61 01 61 02", [1, 2]),
        ("83 69 00 00 00 01 61 01", [1]),
        ("83 74 00 00 00 01 6d 00 00 00 01 61 61 01", {"a": 1}),
        ("83 6e 08 00 c0 ba 8a 3c d5 38 0f 12", 0x120F38D53C8ABAC0),
        ("83 6e 01 01 05", -5),
        ("83 6f 00 00 00 01 00 05", 5),
    ],
)
def test_a_term_is_read(spelled: str, meant: Any) -> None:
    found = etf.terms(bytes.fromhex(spelled))

    assert found == meant
    assert type(found) is type(meant)


def test_a_compressed_term_is_read() -> None:
    plain = written({"op": 10})[1:]

    found = etf.terms(b"\x83P" + struct.pack(">I", len(plain)) + zlib.compress(plain))

    assert found == {"op": 10}


@given(values)
def test_what_was_written_is_read(value: Any) -> None:
    found = etf.terms(written(value))

    assert found == value


@given(st.binary(max_size=200))
def test_any_bytes_give_a_term_or_unreadable(tail: bytes) -> None:
    try:
        etf.terms(b"\x83" + tail)
    except Unreadable as why:
        assert str(why)


@given(values, st.integers(0, 10_000))
def test_a_term_cut_anywhere_is_unreadable(value: Any, place: int) -> None:
    whole = written(value)

    with pytest.raises(Unreadable):
        etf.terms(whole[: place % len(whole)])


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"\x83" + b"\x68\x01" * 300 + b"\x6a", "deep"),
        (b"\x83\x6c\xff\xff\xff\xff" + b"\x6a" * 600_000, "more than 500000 terms"),
        (b"\x83\x6f\x00\x01\x00\x00\x00" + b"\xff" * 65_536, "too long"),
        (b"\x83P\x7f\xff\xff\xff" + zlib.compress(b"\x6a"), "unpacks to more"),
        (b"\x83P\x00\x00\x00\x01" + zlib.compress(b"\x6d\x00\x7f\x00\x00" + b"\0" * 0x7F0000), "cut off"),
        (b"\x83P\x00\x00\x00\x01nothing", "damaged"),
        (b"\x83t\x00\x00\x00\x01\x6aa\x01", "key"),
        (b"\x83\xff", "tag 255"),
        (b"\x83a\x01a\x01", "follows"),
        (b"\x82a\x01", "version"),
        (b"\x83c" + b"x" * 31, "number"),
    ],
)
def test_a_hostile_term_is_unreadable(body: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        etf.terms(body)
