"""Frames become captures again, whatever was lost between them."""

from typing import Any

import pytest

from screener.capture import Capture, Gap
from screener.spool import Frame
from screener.spool.assemble import MAX_BODY_BYTES, MAX_OPEN_STREAMS, Assembler
from screener.spool.base import FrameKind


def a_frame(kind: FrameKind, body: bytes = b"", stream: str = "s", **meta: Any) -> Frame:
    return Frame(stream=stream, kind=kind, at=1_790_000_000.0, body=body, meta=meta)


def opened(stream: str = "s", via: str = "http", **meta: Any) -> Frame:
    defaults = {"via": via, "device": "192.0.2.7", "method": "GET", "host": "a.example", "path": "/x", "query": "q=1"}
    return a_frame("open", stream=stream, **(defaults | meta))


def head(**headers: str) -> Frame:
    return a_frame("head", status=200, headers=headers)


def fed(*frames: Frame) -> list[Capture | Gap]:
    assembler = Assembler()
    return [found for frame in frames for found in assembler.feed(frame)]


def test_an_exchange_is_one_capture_when_it_closes():
    frames = [
        opened(account="1"),
        a_frame("request", b"ab"),
        head(),
        a_frame("response", b"c"),
        a_frame("response", b"d"),
    ]

    before = fed(*frames)
    (capture,) = fed(*frames, a_frame("close"))

    assert before == []
    assert isinstance(capture, Capture)
    assert (capture.request, capture.response, capture.status, capture.account) == (b"ab", b"cd", 200, "1")
    assert (capture.host, capture.path, capture.query, capture.device) == ("a.example", "/x", "q=1", "192.0.2.7")
    assert not capture.cut


@pytest.mark.parametrize("end", [a_frame("close", cut=True), None])
def test_an_exchange_that_broke_off_is_cut_and_one_that_goes_on_waits(end: Frame | None):
    found = fed(opened(), head(), a_frame("response", b"half"), *([end] if end else []))

    assert [capture.cut for capture in found if isinstance(capture, Capture)] == ([True] if end else [])


def test_each_websocket_message_is_a_capture_at_once():
    found = fed(opened(via="websocket"), a_frame("client", b"ask"), a_frame("server", b"answer"))

    sides = [(c.side, c.body, c.id) for c in found if isinstance(c, Capture)]
    assert sides == [("client", b"ask", "s/1"), ("server", b"answer", "s/2")]


def test_each_server_sent_event_is_a_capture_as_soon_as_it_is_whole():
    assembler = Assembler()
    start = [opened(), a_frame("head", status=200, headers={"content-type": "text/event-stream"})]
    for frame in start:
        assert list(assembler.feed(frame)) == []

    first = list(assembler.feed(a_frame("response", b"event: x\ndata: one\ndata: two\n\ndata: thr")))
    second = list(assembler.feed(a_frame("response", b"ee\r\n\r\n: only a comment\n\n")))
    end = list(assembler.feed(a_frame("close")))

    assert [c.body for c in first if isinstance(c, Capture)] == [b"one\ntwo"]
    assert [(c.via, c.body) for c in second if isinstance(c, Capture)] == [("sse", b"three")]
    assert end == []


def test_frames_of_a_stream_whose_opening_was_lost_give_nothing():
    assert fed(a_frame("server", b"x"), head(), a_frame("close")) == []


def test_a_gap_is_told_and_what_follows_it_is_known_to_be_broken():
    assembler = Assembler()
    list(assembler.feed(opened(via="websocket")))

    (gap,) = assembler.feed(a_frame("gap", why="full", count=3, device="192.0.2.7", host="a.example"))

    assert isinstance(gap, Gap)
    assert (gap.why, gap.count, gap.host) == ("full", 3, "a.example")
    assert assembler.late == {"s"}
    list(assembler.feed(a_frame("close")))
    assert assembler.late == set()


def test_a_gap_without_a_name_breaks_every_open_stream():
    assembler = Assembler()
    for name in ("a", "b"):
        list(assembler.feed(opened(name, via="websocket")))

    list(assembler.feed(a_frame("gap", stream="", why="full", count=9)))

    assert assembler.late == {"a", "b"}


def test_gaps_of_unknown_streams_are_not_remembered():
    assembler = Assembler()

    for n in range(1000):
        list(assembler.feed(a_frame("gap", stream=f"unknown-{n}", why="full", count=1)))

    assert assembler.late == set()


def test_a_body_beyond_the_bound_is_cut_not_kept():
    half = b"x" * (MAX_BODY_BYTES // 2 + 1)

    (capture,) = fed(opened(), head(), a_frame("response", half), a_frame("response", half), a_frame("close"))

    assert isinstance(capture, Capture)
    assert capture.cut
    assert len(capture.response) == len(half)


def test_the_number_of_open_streams_is_bounded_and_the_one_given_up_is_a_gap():
    found = fed(*[opened(f"s{n}") for n in range(MAX_OPEN_STREAMS + 1)])

    assert [gap.why for gap in found if isinstance(gap, Gap)] == ["too many open exchanges"]


@pytest.mark.parametrize(
    ("date", "offset_ms"),
    [
        ("Fri, 02 Oct 2026 12:00:09 GMT", 9_500),
        ("Fri, 02 Oct 2026 11:59:50 GMT", -9_500),
        ("", None),
        ("yesterday", None),
        ("Fri, 99 Oct 2026 11:59:50 GMT", None),
        ("Fri, 02 Oct 99999999999 11:59:50 GMT", None),
        ("Fri, 01 Jan 0001 00:00:00 +2359", None),
        ("Fri, 02 Oct 2026 11:59:50 +99999999", None),
    ],
)
def test_how_far_the_platform_s_clock_is_from_ours_is_taken_from_its_answer(date: str, offset_ms: int | None) -> None:
    at = 1_790_942_400.0  # 12:00:00
    frames = [
        Frame(stream="s", kind="open", at=at, meta={"via": "http", "host": "example.com", "device": "192.0.2.7"}),
        Frame(stream="s", kind="head", at=at, meta={"status": 200, "headers": {"date": date}}),
        Frame(stream="s", kind="close", at=at + 60),
    ]
    assembler = Assembler()

    (capture,) = [found for frame in frames for found in assembler.feed(frame)]

    assert isinstance(capture, Capture)
    assert capture.offset_ms == offset_ms
