"""The queue between proxy and screener: nothing is lost in silence, nothing stays for ever, nobody else can read it."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from screener.spool import Frame, Reader, Writer, discard, place
from screener.spool.base import FrameKind


def a_frame(stream: str = "s1", kind: FrameKind = "server", body: bytes = b"hello", **meta: object) -> Frame:
    return Frame(stream=stream, kind=kind, at=1_800_000_000.5, body=body, meta=meta)


@contextmanager
def a_spool(folder: Path, **bounds: int) -> Iterator[tuple[Writer, Reader]]:
    writer, reader = Writer(folder / "spool.db", **bounds), Reader(folder / "spool.db")
    try:
        yield writer, reader
    finally:
        writer.close()
        reader.close()


@pytest.fixture(autouse=True)
def _tidy(tmp_path: Path) -> Iterator[None]:
    yield
    discard(tmp_path / "home")


def soon(what: Callable[[], bool]) -> bool:
    """Whether it comes true within four seconds."""
    for _ in range(200):
        if what():
            return True
        time.sleep(0.02)
    return False


def test_frames_come_out_as_and_in_the_order_they_went_in(tmp_path: Path) -> None:
    frames = [
        a_frame(kind="open", body=b"", device="192.0.2.7", host="chat.example", headers={"a": "\udcff"}),
        a_frame(kind="server", body=b"\x00\xff" * 100),
        Frame(stream="s1", kind="client", at=1.0, body=b"text", text=True),
        a_frame(kind="close", body=b"", cut=True),
    ]

    with a_spool(tmp_path) as (writer, reader):
        for frame in frames:
            writer.offer(frame)

        assert soon(lambda: reader.depth() == 4)
        assert [frame for _, frame in reader.batch(0)] == frames


def test_a_reader_goes_on_after_the_row_it_stands_at(tmp_path: Path) -> None:
    with a_spool(tmp_path) as (writer, reader):
        for n in range(10):
            writer.offer(a_frame(body=b"%d" % n))
        assert soon(lambda: reader.depth() == 10)

        first = reader.batch(0, 4)
        second = reader.batch(first[-1][0])

        assert [frame.body for _, frame in first + second] == [b"%d" % n for n in range(10)]


def test_what_is_forgotten_is_gone_and_the_rest_stays(tmp_path: Path) -> None:
    with a_spool(tmp_path) as (writer, reader):
        for stream in ("s1", "s2"):
            writer.offer(a_frame(stream, "open", b"", device="d"))
            writer.offer(a_frame(stream, "server"))
            writer.offer(a_frame(stream, "server", b"later"))
        assert soon(lambda: reader.depth() == 6)
        rows = reader.batch(0)

        reader.forget("s1")
        reader.forget_frames("s2", rows[-2][0])

        assert [(frame.stream, frame.kind, frame.body) for _, frame in reader.batch(0)] == [
            ("s2", "open", b""),
            ("s2", "server", b"later"),
        ]


def test_a_lost_beginning_is_one_gap_in_front_of_what_is_left(tmp_path: Path) -> None:
    with a_spool(tmp_path) as (writer, reader):
        writer.offer(a_frame(kind="open", body=b"", device="192.0.2.7", host="chat.example", path="/"))
        for n in range(5):
            writer.offer(a_frame(body=b"%d" % n))
        assert soon(lambda: reader.depth() == 6)
        rows = reader.batch(0)

        reader.mark_lost("s1", rows[3][0])

        left = [frame for _, frame in reader.batch(0)]
        assert [frame.kind for frame in left] == ["open", "gap", "server", "server"]
        assert left[1].meta == {"device": "192.0.2.7", "host": "chat.example", "why": "retention", "count": 3}


def test_a_full_queue_drops_counts_and_tells_it_where_it_happened(tmp_path: Path) -> None:
    with a_spool(tmp_path, queue_bytes=20_000) as (writer, reader):
        writer.offer(a_frame("s1", "open", b"", device="192.0.2.7"), "192.0.2.7", "chat.example")
        taken = [writer.offer(a_frame("s1", body=b"x" * 5_000), "192.0.2.7", "chat.example") for _ in range(50)]
        assert soon(lambda: writer.counters()["queue_bytes"] == 0)
        writer.offer(a_frame("s1", body=b"after"), "192.0.2.7", "chat.example")

        assert soon(lambda: reader.batch(0)[-1][1].body == b"after")
        frames = [frame for _, frame in reader.batch(0)]
        gaps = [frame for frame in frames if frame.kind == "gap"]
        assert sum(gap.meta["count"] for gap in gaps) == taken.count(False) > 0
        assert {(gap.meta["device"], gap.meta["host"], gap.meta["why"]) for gap in gaps} == {
            ("192.0.2.7", "chat.example", "full")
        }
        assert frames.index(gaps[0]) < len(frames) - 1


def test_the_end_of_a_stream_is_told_even_when_it_was_dropped(tmp_path: Path) -> None:
    with a_spool(tmp_path, queue_bytes=2_000) as (writer, reader):
        writer.offer(a_frame("s1", "open", b""))
        writer.offer(a_frame("s2", "open", b""))
        writer.offer(a_frame("s1", "server", b"x" * 400))
        was_taken = writer.offer(a_frame("s1", "close", b""), "d", "h")

        assert not was_taken
        assert soon(lambda: any(frame.kind == "close" for _, frame in reader.batch(0)))
        assert [f.kind for _, f in reader.batch(0) if f.stream == "s1"] == ["open", "server", "gap", "close"]


@pytest.mark.parametrize("size", [0, 3_000])
def test_without_a_reader_memory_and_file_stay_bounded_and_the_sums_are_right(tmp_path: Path, size: int) -> None:
    with a_spool(tmp_path, most_bytes=300_000, queue_bytes=200_000) as (writer, _):
        for n in range(8_000):
            writer.offer(a_frame(f"s{n % 7}", body=b"x" * size))
            assert writer.counters()["queue_bytes"] <= 200_000
            if n % 400 == 0:
                time.sleep(0.02)

    counted = writer.counters()
    assert counted["offered"] == 8_000 == counted["written"] + counted["dropped"]
    assert counted["dropped"] > 0
    assert (tmp_path / "spool.db").stat().st_size < 600_000


def test_room_is_used_again_when_the_reader_forgets(tmp_path: Path) -> None:
    with a_spool(tmp_path, most_bytes=300_000) as (writer, reader):
        for _ in range(100):
            writer.offer(a_frame("s1", body=b"x" * 10_000))
        assert soon(lambda: writer.counters()["dropped_size"] > 0)

        reader.forget("s1")
        writer.offer(a_frame("s2", body=b"new"))

        assert soon(lambda: any(frame.body == b"new" for _, frame in reader.batch(0)))
        assert soon(lambda: any(f.kind == "gap" and f.meta["why"] == "full" for _, f in reader.batch(0)))


def test_losses_of_very_many_streams_are_told_together(tmp_path: Path) -> None:
    with a_spool(tmp_path, queue_bytes=0) as (writer, reader):
        for n in range(6_000):
            writer.offer(a_frame(f"s{n}"), "d", "h")

        assert soon(lambda: sum(f.meta["count"] for _, f in reader.batch(0, 10_000) if f.kind == "gap") == 6_000)
        assert reader.depth() < 5_000


def test_counters_and_sightings_reach_the_reader(tmp_path: Path) -> None:
    with (
        Writer(tmp_path / "spool.db", extra=lambda: {"decrypted": 3}) as writer,
        Reader(tmp_path / "spool.db") as reader,
    ):
        writer.saw("192.0.2.7", "chat.example", "refused")
        writer.saw("192.0.2.7", "chat.example", "refused")
        writer.offer(a_frame())

        assert soon(lambda: reader.counters().get("written") == 1)
        assert reader.counters()["decrypted"] == 3
        assert abs(reader.counters()["heartbeat"] - time.time()) < 10
        assert [(s.device, s.host, s.state, s.times) for s in reader.coverage()] == [
            ("192.0.2.7", "chat.example", "refused", 2)
        ]


def test_sightings_are_bounded(tmp_path: Path) -> None:
    with a_spool(tmp_path) as (writer, reader):
        for n in range(5_000):
            writer.saw("192.0.2.7", f"h{n}.chat.example", "refused")
            if n % 500 == 0:
                time.sleep(0.1)

        assert soon(lambda: len(reader.coverage()) >= 1_000)
        time.sleep(0.2)
        assert len(reader.coverage()) <= 2_000


def test_only_this_user_can_read_the_file(tmp_path: Path) -> None:
    with a_spool(tmp_path) as (writer, reader):
        writer.offer(a_frame())
        assert soon(lambda: reader.depth() == 1)

        modes = {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()}

    assert modes and set(modes.values()) == {"0o600"}


@pytest.mark.parametrize("rubbish", [b"rubbish" * 1_000, b"SQLite format 3\x00" + b"\xff" * 9_000, b""])
def test_a_broken_file_is_set_aside_and_a_new_one_tells_of_a_gap(tmp_path: Path, rubbish: bytes) -> None:
    (tmp_path / "spool.db").write_bytes(rubbish)

    with a_spool(tmp_path) as (writer, reader):
        writer.offer(a_frame(body=b"after"))

        assert soon(lambda: reader.depth() == 2)
        frames = [frame for _, frame in reader.batch(0)]
        assert (frames[0].kind, frames[0].meta["why"], frames[1].body) == ("gap", "broken", b"after")
        assert (tmp_path / "spool.db.broken").read_bytes() == rubbish


def test_a_database_of_somebody_else_is_set_aside(tmp_path: Path) -> None:
    link = sqlite3.connect(tmp_path / "spool.db")
    link.execute("CREATE TABLE frames (n INTEGER)")
    link.close()

    with a_spool(tmp_path) as (writer, reader):
        writer.offer(a_frame())

        assert soon(lambda: reader.depth() == 2)


def test_a_file_that_disappears_is_made_again_with_higher_row_numbers(tmp_path: Path) -> None:
    with a_spool(tmp_path) as (writer, reader):
        writer.offer(a_frame(body=b"before"))
        assert soon(lambda: reader.depth() == 1)
        (before, _), *_ = reader.batch(0)
        for file in tmp_path.iterdir():
            file.unlink()
        time.sleep(0.01)

        writer.offer(a_frame(body=b"after"))

        assert soon(lambda: [frame.body for _, frame in reader.batch(before)] == [b"after"])


def test_a_folder_that_can_not_be_written_costs_copies_only(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.write_text("not a folder")
    with a_spool(folder) as (writer, _):
        writer.offer(a_frame())
        assert soon(lambda: writer.counters()["dropped_disk"] == 1)
        folder.unlink()
        folder.mkdir(mode=0o700)
        reader = Reader(folder / "spool.db")

        assert soon(lambda: any(frame.kind == "gap" for _, frame in reader.batch(0)))
        reader.close()

    counted = writer.counters()
    assert counted["offered"] == 1 == counted["dropped"]


KILLED = """
import sys, time
from pathlib import Path
from screener.spool import Frame, Writer
writer = Writer(Path(sys.argv[1]))
writer.offer(Frame(stream="dead", kind="open", at=1.0, meta={"device": "192.0.2.7", "host": "chat.example"}))
n = 0
while True:
    n += 1
    writer.offer(Frame(stream="dead", kind="server", at=1.0, body=b"%d" % n))
    if n % 50 == 0:
        time.sleep(0.001)
    if n == 20000:
        print("now", flush=True)
"""


def test_after_kill_9_everything_written_is_there_and_open_streams_are_closed(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.wait()
    process.stdout.close()

    with a_spool(tmp_path) as (_, reader):
        assert soon(lambda: reader.batch(reader.last() - 1)[-1][1].kind == "close")
        told = [(frame.kind, frame.meta) for _, frame in reader.batch(reader.last() - 2)]
        last, bodies = 0, []
        while batch := reader.batch(last, 5_000):
            last = batch[-1][0]
            bodies += [int(frame.body) for _, frame in batch if frame.kind == "server"]

    assert told == [
        ("gap", {"device": "192.0.2.7", "host": "chat.example", "why": "restart", "count": 1}),
        ("close", {"cut": True}),
    ]
    assert len(bodies) > 100
    assert bodies == sorted(set(bodies))


def test_a_reader_before_the_writer_finds_nothing_and_makes_nothing(tmp_path: Path) -> None:
    with Reader(tmp_path / "spool.db") as reader:
        found = (reader.batch(0), reader.counters(), reader.coverage(), reader.depth(), reader.last())
        reader.forget("s1")
        reader.mark_lost("s1", 1)

    assert found == ([], {}, [], 0, 0)
    assert list(tmp_path.iterdir()) == []


def test_the_place_is_private_and_the_same_for_the_same_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)

    found = place(home)

    assert found == place(home)
    assert found.parent.stat().st_mode & 0o777 == 0o700
    assert found.parent == home or found.parent.parent.name == f"screener-{os.getuid()}"


def test_a_folder_that_somebody_prepared_on_the_memory_disk_is_not_used(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    trap = place(home).parent
    if trap != home:
        trap.rmdir()
        trap.symlink_to(tmp_path)

    found = place(home)

    trap.unlink(missing_ok=True)
    assert found == home / "spool.db"


def test_what_is_discarded_leaves_nothing_on_the_memory_disk(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with Writer(place(home)) as writer:
        writer.offer(a_frame())

    discard(home)
    discard(home)

    assert not list(tmp_path.glob("home/spool*"))
    assert place(home).parent.exists()
    assert not list(place(home).parent.glob("spool*"))
    discard(home)


def test_a_spool_stays_where_it_is_when_the_memory_disk_fills_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    begun = place(home)
    with Writer(begun):
        pass

    monkeypatch.setattr(os, "statvfs", lambda disk: os.statvfs_result((4096, 4096, 1, 0, 0, 1, 0, 0, 0, 255)))
    found = place(home)
    discard(home)

    assert found == begun
