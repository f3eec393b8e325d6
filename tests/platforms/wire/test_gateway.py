"""The gateway's compression, undone: against zlib and zstandard, split, cut, joined late and hostile."""

import zlib
from collections.abc import Callable, Iterator

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from screener.errors import Unreadable
from screener.platforms.wire.gateway import Unpacker
from screener.unpack import MAX_BYTES

type Write = Callable[[bytes], bytes]


def zlib_writer() -> Write:
    stream = zlib.compressobj()
    return lambda plain: stream.compress(plain) + stream.flush(zlib.Z_SYNC_FLUSH)


def zstd_writer() -> Write:
    stream = zstandard.ZstdCompressor().compressobj()
    return lambda plain: stream.compress(plain) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


WRITERS: dict[str, Callable[[], Write]] = {
    "": lambda: lambda plain: plain,
    "zlib-stream": zlib_writer,
    "zstd-stream": zstd_writer,
}
compressed = pytest.mark.parametrize("compress", ["zlib-stream", "zstd-stream"])


def messages(count: int = 20) -> Iterator[bytes]:
    for number in range(count):
        yield b'{"op":0,"s":%d,"d":"%s"}' % (number, b"hello " * number)


@pytest.mark.parametrize("compress", WRITERS)
def test_every_message_of_a_connection_is_unpacked(compress: str) -> None:
    write, unpacker = WRITERS[compress](), Unpacker({"compress": compress, "encoding": "json"})

    found = [unpacker.message(write(plain)) for plain in messages()]

    assert found == list(messages())


@compressed
def test_a_message_larger_than_one_block_is_unpacked_whole(compress: str) -> None:
    write, unpacker = WRITERS[compress](), Unpacker({"compress": compress})
    large, small = b"[" + b"0123456789abcdef," * 110_000 + b"0]", b'{"op":11}'

    found = [unpacker.message(write(plain)) for plain in (large, small)]

    assert found == [large, small]


@given(st.lists(st.integers(1, 40), max_size=30))
def test_a_message_split_anywhere_waits_for_its_end(cuts: list[int]) -> None:
    write, unpacker = zlib_writer(), Unpacker({"compress": "zlib-stream"})
    found = []

    for plain in messages(5):
        packed = write(plain)
        for cut in cuts:
            piece, packed = packed[:cut], packed[cut:]
            # Bytes that end a message by chance would end it for every reader.
            if packed and piece and not piece.endswith(b"\x00\x00\xff\xff"):
                found.append(unpacker.message(piece))
            else:
                packed = piece + packed
        found.append(unpacker.message(packed))

    assert [one for one in found if one is not None] == list(messages(5))


@compressed
def test_plain_json_is_read_although_compression_was_asked_for(compress: str) -> None:
    unpacker = Unpacker({"compress": compress})

    found = [unpacker.message(plain, hole=True) for plain in messages()]

    assert found == list(messages())


def test_messages_compressed_one_by_one_are_unpacked() -> None:
    unpacker = Unpacker({"encoding": "json"})

    found = [unpacker.message(zlib.compress(plain)) for plain in messages()]

    assert found == list(messages())


@compressed
def test_nothing_is_guessed_after_a_hole(compress: str) -> None:
    write, unpacker = WRITERS[compress](), Unpacker({"compress": compress})
    pieces = [write(plain) for plain in messages()]
    unpacker.message(pieces[0])

    for number, piece in enumerate(pieces[2:]):
        with pytest.raises(Unreadable, match="joined in the middle of a compressed connection"):
            unpacker.message(piece, hole=number == 0)


@compressed
def test_a_connection_joined_late_unnoticed_is_unreadable(compress: str) -> None:
    write, unpacker = WRITERS[compress](), Unpacker({"compress": compress})
    pieces = [write(plain) for plain in messages()]

    for piece in pieces[3:]:
        with pytest.raises(Unreadable, match="damaged"):
            unpacker.message(piece)


@compressed
def test_a_message_too_large_is_given_up_and_the_next_is_read(compress: str) -> None:
    write, unpacker = WRITERS[compress](), Unpacker({"compress": compress})

    with pytest.raises(Unreadable, match=f"unpacks to more than {MAX_BYTES} bytes"):
        unpacker.message(write(b" " * (MAX_BYTES + 1)))
    found = unpacker.message(write(b'{"op":11}'))

    assert found == b'{"op":11}'
    assert not unpacker.lost


@compressed
def test_a_message_that_never_ends_is_lost_with_its_connection(compress: str) -> None:
    write, unpacker = WRITERS[compress](), Unpacker({"compress": compress})
    bomb = write(b"\0" * 100 * 1024 * 1024)

    for piece in (bomb, write(b"{}")):
        with pytest.raises(Unreadable, match="unpacks to more than 33554432 bytes"):
            unpacker.message(piece)


def test_what_waits_for_its_end_is_bounded() -> None:
    unpacker = Unpacker({"compress": "zlib-stream"})
    for _ in range(2):
        unpacker.message(b"x" * (MAX_BYTES // 2))

    with pytest.raises(Unreadable, match="larger"):
        unpacker.message(b"x")

    assert not unpacker.pending


def test_a_bomb_in_a_single_message_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="unpacks to more"):
        Unpacker({}).message(zlib.compress(b"\0" * (MAX_BYTES + 1)))


@pytest.mark.parametrize("name", ["compress", "encoding"])
def test_an_unknown_parameter_is_named(name: str) -> None:
    with pytest.raises(Unreadable, match=f"{name}='brand-new' is unknown"):
        Unpacker({name: "brand-new"})


@given(st.sampled_from(sorted(WRITERS)), st.lists(st.tuples(st.booleans(), st.binary(max_size=60)), max_size=8))
def test_any_bytes_give_messages_or_unreadable(compress: str, pieces: list[tuple[bool, bytes]]) -> None:
    write, unpacker = WRITERS[compress](), Unpacker({"compress": compress})

    for honest, piece in pieces:
        try:
            found = unpacker.message(write(piece) if honest else piece)
        except Unreadable:
            continue
        assert found is None or isinstance(found, bytes)
