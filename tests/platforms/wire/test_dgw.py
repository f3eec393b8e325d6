"""DGW frames: vectors worked out by hand from the description of the format, and any bytes at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.errors import Unreadable
from screener.platforms.wire.dgw import Content, End, Establish, frames

ESTABLISH = bytes.fromhex("0f0300020000") + b"{}"
CONTENT = bytes.fromhex("0d0300090000") + bytes.fromhex("0080") + b'{"a":1}'
ACK = bytes.fromhex("0c03000200000000")
END = bytes.fromhex("0e0300")


def test_the_frames_of_a_message_are_told_apart() -> None:
    message = b"\x09" + ESTABLISH + ACK + CONTENT + b"\x0a" + bytes.fromhex("0301000007") + END

    found = list(frames(message))

    assert found == [Establish(stream=3, parameters={}), Content(stream=3, body=b'{"a":1}'), End(stream=3)]


def test_numbers_have_their_little_end_first() -> None:
    message = bytes.fromhex("0d 0201 02 01 00 0080") + b"x" * 256

    found = list(frames(message))

    assert found == [Content(stream=258, body=b"x" * 256)]


def test_frames_before_an_unknown_one_are_given() -> None:
    found = []

    with pytest.raises(Unreadable, match="type 6 is not known"):
        for frame in frames(CONTENT + b"\x06" + CONTENT):
            found.append(frame)

    assert found == [Content(stream=3, body=b'{"a":1}')]


@pytest.mark.parametrize("length", range(1, len(CONTENT)))
def test_a_frame_cut_short_is_unreadable(length: int) -> None:
    with pytest.raises(Unreadable, match="short"):
        list(frames(CONTENT[:length]))


def test_a_message_of_too_many_frames_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="more than 1000 frames"):
        list(frames(b"\x09" * 5_000))


@given(
    st.binary(max_size=200) | st.lists(st.sampled_from([ESTABLISH, CONTENT, ACK, END, b"\x09", b"\x0f"])).map(b"".join)
)
def test_any_bytes_give_frames_or_unreadable(message: bytes) -> None:
    try:
        found = list(frames(message))
    except Unreadable:
        return

    assert sum(len(frame.body) for frame in found if isinstance(frame, Content)) <= len(message)
