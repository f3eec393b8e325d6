"""A time-stamp of somebody outside: OpenSSL gives it, OpenSSL checks it; whatever goes wrong is said."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from screener import config
from screener.errors import Mistake
from screener.evidence import timestamp
from screener.evidence.der import INTEGER, OCTETS, SEQUENCE, TIME, inside, values, written
from screener.evidence.export import Wish, exported
from screener.evidence.timestamp import (
    ELSEWHERE,
    IN_TROUBLE,
    NO_ANSWER,
    NO_STAMP,
    OTHER,
    REFUSED,
    SHUT,
    asked,
    request,
)
from screener.evidence.verify import read, wrongs
from screener.home.folder import Home as Folder
from tests.evidence.authority import Authority, an_authority, ok, run
from tests.evidence.rig import KEY, MADE, after

STATEMENT = b"screener evidence 1\ncase c\nentries 3\nhead 00\n"


async def a_bag(folder: Path, url: str) -> dict[str, bytes]:
    async with after("police-2", folder) as home:
        bag = await exported(home.cases, await home.case("skype"), KEY, wish=Wish(time_stamp=url), now=MADE)
        place = folder / "bag.zip"
        place.write_bytes(b"".join([piece async for piece in bag.pieces]))
    return read(place)


async def test_the_stamp_of_a_real_authority_is_in_the_bag_and_openssl_says_that_it_is_good(tmp_path: Path):
    with an_authority(tmp_path) as authority:
        files = await a_bag(tmp_path, authority.url)

    for name in ("head.txt", "head.tsr"):
        (tmp_path / name).write_bytes(files[f"data/{name}"])
    verify = ("ts", "-verify", "-data", tmp_path / "head.txt", "-in", tmp_path / "head.tsr", "-CAfile", authority.root)
    assert "Verification: OK" in run(*verify)
    assert wrongs(files) == []
    head = files["signature.txt"].split(b"head ")[1].split(b"\n")[0]
    assert b"head " + head in files["data/head.txt"]
    assert b"openssl ts -verify -data data/head.txt" in files["README.txt"]
    assert b"A time-stamp (RFC 3161) of 127.0.0.1 says" in files["data/report.html"]
    assert b"Screener-Time-Stamp: 20" in files["bag-info.txt"]


async def test_nothing_leaves_the_house_but_a_digest_a_random_number_and_the_wish_for_a_certificate(tmp_path: Path):
    with an_authority(tmp_path) as authority:
        await asked(authority.url, STATEMENT)
        await asked(authority.url, STATEMENT)

    (headers, first), (_, second) = authority.queries
    version, imprint, nonce, certificate = values(inside(first, SEQUENCE))
    assert version == (INTEGER, b"\x01") and certificate == (0x01, b"\xff")
    assert list(values(imprint[1]))[1] == (OCTETS, hashlib.sha512(STATEMENT).digest())
    assert len(nonce[1]) <= 8 and first != second
    assert len(first) < 120
    assert set(headers) == {"Host", "Accept-Encoding", "Content-Length", "Content-Type", "Accept", "User-Agent"}


def for_another_nonce(authority: Authority, query: bytes) -> bytes:
    return ok(authority.reply(request(STATEMENT, 4711)))


def for_no_nonce(authority: Authority, query: bytes) -> bytes:
    fields = [written(tag, raw) for tag, raw in values(inside(query, SEQUENCE))]
    return ok(authority.reply(written(SEQUENCE, fields[0], fields[1], fields[3])))


def for_another_digest(authority: Authority, query: bytes) -> bytes:
    nonce = int.from_bytes(list(values(inside(query, SEQUENCE)))[2][1])
    return ok(authority.reply(request(b"another chain", nonce)))


def refused(authority: Authority, query: bytes) -> bytes:
    return ok(authority.reply(query.replace(timestamp.SHA512, timestamp.SHA512[:-1] + b"\x01")))


def cut_short(authority: Authority, query: bytes) -> bytes:
    return ok(authority.reply(query)[:200])


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (for_another_nonce, OTHER),
        (for_no_nonce, OTHER),
        (for_another_digest, OTHER),
        (refused, REFUSED),
        (cut_short, NO_STAMP),
        (lambda authority, query: ok(b"0" * (timestamp.MOST_BYTES + 1)), NO_STAMP),
        (lambda authority, query: b"HTTP/1.0 200 OK\r\n\r\n" + b"0" * 3_000_000, NO_STAMP),
        (lambda authority, query: ok(b"<!doctype html><title>Log in</title>", "text/html"), NO_STAMP),
        (lambda authority, query: ok(b""), NO_STAMP),
        (lambda authority, query: b"HTTP/1.0 500 No\r\n\r\n", IN_TROUBLE),
        (lambda authority, query: b"never heard of HTTP\r\n\r\n", IN_TROUBLE),
    ],
    ids=[
        "wrong nonce", "no nonce", "wrong digest", "refused", "cut short", "huge", "huge without a length", "HTML",
        "empty", "in trouble", "no HTTP",
    ],
)  # fmt: skip
async def test_whatever_is_no_stamp_for_this_is_refused_and_why_is_said(
    tmp_path: Path, answer: Callable[[Authority, bytes], bytes], why: str
):
    with an_authority(tmp_path, answer) as authority:
        stamp = await asked(authority.url, STATEMENT)

    assert (stamp.why, stamp.answer, stamp.at) == (why, b"", None)


async def test_no_other_address_is_followed(tmp_path: Path):
    (tmp_path / "other").mkdir()
    with an_authority(tmp_path / "other") as other:

        def sent_on(authority: Authority, query: bytes) -> bytes:
            return f"HTTP/1.0 307 Elsewhere\r\nLocation: {other.url}\r\n\r\n".encode()

        with an_authority(tmp_path, sent_on) as authority:
            stamp = await asked(authority.url, STATEMENT)

    assert stamp.why == ELSEWHERE and other.queries == []


@pytest.mark.parametrize("drips", [b"HTTP/1.0 200 OK\r\nX-Slow: ", b"HTTP/1.0 200 OK\r\n\r\n"], ids=["head", "body"])
async def test_an_answer_that_never_ends_is_waited_for_no_longer_than_was_said(
    monkeypatch: pytest.MonkeyPatch, drips: bytes
):
    monkeypatch.setattr(timestamp, "SECONDS", 0.3)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(drips)
        try:
            while not writer.is_closing():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            pass

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    began = time.monotonic()

    stamp = await asked(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", STATEMENT)

    assert stamp.why == NO_ANSWER
    assert time.monotonic() - began < 30
    server.close()


async def test_a_failure_stops_no_export_and_is_said_in_the_bag(tmp_path: Path):
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()

    files = await a_bag(tmp_path, f"http://127.0.0.1:{port}/")

    assert wrongs(files) == []
    assert "data/head.tsr" not in files
    assert f"A time-stamp was asked of 127.0.0.1, and there is none: {SHUT}." in files["data/report.html"].decode()
    assert b"none; asked of 127.0.0.1" in files["bag-info.txt"] and b"none; asked of 127.0.0.1" in files["README.txt"]


async def test_a_stamp_that_was_put_in_for_another_end_of_the_chain_is_named(tmp_path: Path):
    with an_authority(tmp_path) as authority:
        files = await a_bag(tmp_path, authority.url)

    found = wrongs(files | {"data/head.txt": STATEMENT})

    assert "data/head.txt: names another end of the chain" in found


@pytest.mark.parametrize("url", ["tsa.example.com", "ftp://tsa.example.com", "https://", "https://a:b@tsa.example.com",
                                 "https://tsa.example.com:0/", "https://tsa.example.com/ x", "http://[x"])  # fmt: skip
def test_an_address_at_which_nothing_can_be_asked_is_said_where_it_stands(tmp_path: Path, url: str):
    place = tmp_path / "config.yaml"
    place.write_text(f'evidence:\n  time_stamp: "{url}"\n')

    with pytest.raises(Mistake, match=r"config.yaml:2.*is not the address of a service"):
        config.load(place)


def test_nobody_is_asked_unless_the_settings_or_the_command_say_so(tmp_path: Path):
    from screener.evidence.command import time_stamp

    home = Folder(folder=tmp_path)
    home.made()

    none = time_stamp(home, None)
    home.settings.write_text('evidence: {time_stamp: "https://tsa.example.com/"}\n')

    assert (none, time_stamp(home, None), time_stamp(home, "")) == ("", "https://tsa.example.com/", "")
    assert time_stamp(home, "http://tsa.example.org/") == "http://tsa.example.org/"


def test_der_is_written_and_read_back_and_what_is_not_whole_is_refused():
    long = written(OCTETS, b"x" * 70_000)

    assert list(values(long + written(TIME, b""))) == [(OCTETS, b"x" * 70_000), (TIME, b"")]
    for broken in (b"\x30", b"\x30\x05\x00", b"\x30\x80\x00\x00", b"\x04\x84\x00\x00\x00\x01x"):
        with pytest.raises(ValueError, match="a value"):
            list(values(broken))
