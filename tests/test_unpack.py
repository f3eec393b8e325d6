"""Undoing a content encoding gives the body back, and never more than may come out, whatever was sent."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from random import Random

import brotli
import pytest
import zstandard

from screener.errors import Unreadable
from screener.unpack import MAX_BYTES, PIECE, plain

TEXT = b'{"data":{"viewer":{"friend_requests":["Maya","Ada"]}}}' * 40


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("name", PACK)
@pytest.mark.parametrize("size", [0, 1, PIECE, 2 * PIECE + 1, 300_000, MAX_BYTES])
def test_every_encoding_gives_the_whole_body_back(name: str, size: int):
    body = Random(size).randbytes(size // 2 + 1).hex().encode()[:size]

    assert plain(PACK[name](body), name) == body


def test_deflate_is_read_without_its_header_too():
    assert plain(raw_deflate(TEXT), "deflate") == TEXT


def test_encodings_are_undone_last_one_first_and_names_may_be_written_as_one_likes():
    packed = brotli.compress(gzip.compress(TEXT))

    assert plain(packed, "GZIP , identity,br") == TEXT


def test_a_body_without_an_encoding_stays_as_it_is():
    assert plain(TEXT, "") == TEXT
    assert plain(TEXT, "identity") == TEXT


@pytest.mark.parametrize("name", PACK)
def test_a_body_cut_in_the_middle_gives_what_came_before_the_cut(name: str):
    body = bytes(n * n * 31 % 251 for n in range(60_000))
    packed = PACK[name](body)

    found = plain(packed[: len(packed) // 2], name)

    assert body.startswith(found)
    assert len(found) < len(body)


@pytest.mark.parametrize("name", PACK)
def test_a_damaged_body_is_unreadable(name: str):
    packed = PACK[name](TEXT)

    with pytest.raises(Unreadable, match="the compressed body is damaged"):
        plain(b"\xff\x00\xff\xff" + packed[4:], name)


@pytest.mark.parametrize("name", PACK)
def test_a_small_body_that_would_become_huge_is_refused_before_it_does(name: str):
    bomb = PACK[name](bytes(64 * 1024 * 1024))

    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match="unpacks to more than"):
            plain(bomb, name)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 4 * MAX_BYTES


@pytest.mark.parametrize("name", PACK)
def test_below_the_largest_size_a_body_still_may_not_grow_a_hundredfold(name: str):
    with pytest.raises(Unreadable, match="more than 100 times its size"):
        plain(PACK[name](bytes(1024 * 1024)), name)


@pytest.mark.parametrize("name", PACK)
def test_a_short_body_may_be_mostly_spaces(name: str):
    page = b" " * 3 * PIECE

    assert plain(PACK[name](page), name) == page


def test_a_body_within_a_body_is_bounded_as_well():
    bomb = gzip.compress(gzip.compress(bytes(64 * 1024 * 1024)))

    with pytest.raises(Unreadable, match="unpacks to more than"):
        plain(bomb, "gzip, gzip")


def test_a_body_that_is_not_packed_is_bounded_as_well():
    with pytest.raises(Unreadable, match="larger than 10 bytes"):
        plain(bytes(11), "", most=10)


def test_an_unknown_encoding_is_named_but_not_at_length():
    with pytest.raises(Unreadable, match=r"content encoding 'x{20}' is unknown") as found:
        plain(TEXT, "x" * 500)

    assert len(str(found.value)) < 80


def test_a_gzip_body_of_several_members_is_read_to_its_end():
    body = gzip.compress(b"one, ") + gzip.compress(b"two")

    assert plain(body, "gzip") == b"one, two"


def test_what_stands_behind_a_compressed_body_is_ignored():
    assert plain(gzip.compress(b"one") + b"\0" * 8, "gzip") == b"one"
    assert plain(zlib.compress(b"one") + b"junk", "deflate") == b"one"
