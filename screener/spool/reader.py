"""The screener's end of the spool: reads frames in order and forgets them when their events are safe."""

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, Self

from screener.spool.base import Frame
from screener.spool.table import connect, frame_of, origin

log = logging.getLogger(__name__)

UP_TO = "FROM frames WHERE stream = ? AND kind IN ('client', 'server', 'request', 'response', 'gap') AND n <= ?"
BATCH_BYTES = 8 * 1024 * 1024


class Seen(NamedTuple):
    """How it stands with one watched host on one device: read, refused or unenrolled."""

    device: str
    host: str
    state: str
    at: float
    times: int


class Reader:
    """Opens the spool when it is there; until then, and while it can't be read, there is simply nothing in it.

    Every call is one short transaction and may come from any thread, one at a time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._link: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    def stamp(self) -> tuple[tuple[int, int], ...]:
        """Changes whenever the spool may have changed; costs no query."""
        found = []
        for path in (self.path, self.path.with_name(self.path.name + "-wal")):
            try:
                status = path.stat()
                found.append((status.st_mtime_ns, status.st_size))
            except OSError:
                found.append((0, 0))
        return tuple(found)

    def batch(self, after: int, most: int = 500) -> list[tuple[int, Frame]]:
        """The next frames with their row numbers, oldest first; fewer than `most` where they are large."""
        found: list[tuple[int, Frame]] = []
        size = 0
        with self._open() as link:
            if link is None:
                return found
            rows = link.execute(
                "SELECT n, stream, kind, at, body, text, meta FROM frames WHERE n > ? ORDER BY n LIMIT ?", (after, most)
            )
            for n, *row in rows:
                found.append((n, frame_of(row)))
                size += len(found[-1][1].body)
                if size > BATCH_BYTES:
                    break
            rows.close()
        return found

    def forget(self, stream: str) -> None:
        """Drops everything of a stream that is done with."""
        self._change("DELETE FROM frames WHERE stream = ?", (stream,))

    def forget_frames(self, stream: str, up_to: int) -> None:
        """Drops a stream's bodies, messages and gaps up to a row; what it is (its open and head rows) stays."""
        self._change(f"DELETE {UP_TO}", (stream, up_to))

    def mark_lost(self, stream: str, up_to: int) -> None:
        """Like forget_frames, but leaves one gap in their place, for whoever reads the stream again."""
        with self._open() as link:
            if link is None:
                return
            link.execute("BEGIN IMMEDIATE")
            try:
                n, count = link.execute(f"SELECT max(n), count(*) {UP_TO}", (stream, up_to)).fetchone()
                if count:
                    link.execute(f"DELETE {UP_TO} AND n < ?", (stream, up_to, n))
                    # The row keeps its number, so the gap stands before every frame that is left.
                    link.execute(
                        "UPDATE frames SET kind = 'gap', body = x'', text = 0, meta = ? WHERE n = ?",
                        (json.dumps(self._origin(link, stream) | {"why": "retention", "count": count}), n),
                    )
                link.execute("COMMIT")
            except BaseException:
                link.execute("ROLLBACK")
                raise

    def scrub(self) -> bool:
        """Empties the write-ahead log, where what was dropped lies on; says whether that could be done now."""
        rows = self._rows("PRAGMA wal_checkpoint(TRUNCATE)")
        return bool(rows) and rows[0][0] == 0

    def depth(self) -> int:
        """How many frames lie in the spool."""
        return self._value("SELECT count(*) FROM frames")

    def last(self) -> int:
        """The number of the newest row there ever was; 0 while there is no spool."""
        return self._value("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'frames'")

    def counters(self) -> dict[str, int]:
        """What the proxy counts; `heartbeat` is the second at which it last wrote them."""
        return dict(self._rows("SELECT name, value FROM counters"))

    def coverage(self) -> list[Seen]:
        """What was seen of each watched host on each device, the latest first."""
        return [
            Seen(*row) for row in self._rows("SELECT device, host, state, at, count FROM coverage ORDER BY at DESC")
        ]

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._open() as link:
            if link is not None:
                return link.execute(query, values).fetchall()
        return []

    def _value(self, query: str, values: tuple[Any, ...] = ()) -> int:
        rows = self._rows(query, values)
        return int(rows[0][0]) if rows else 0

    def _change(self, query: str, values: tuple[Any, ...]) -> None:
        with self._open() as link:
            if link is not None:
                link.execute(query, values)

    def _origin(self, link: sqlite3.Connection, stream: str) -> dict[str, Any]:
        row = link.execute("SELECT meta FROM frames WHERE stream = ? AND kind = 'open'", (stream,)).fetchone()
        return origin(row[0]) if row else {}

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection | None]:
        with self._lock:
            link = None
            try:
                link = self._connected()
            except sqlite3.Error as fault:
                self._fail(fault)
            try:
                yield link
            except sqlite3.Error as fault:
                self._fail(fault)

    def _fail(self, fault: sqlite3.Error) -> None:
        # The writer finds it broken too, sets it aside and begins a new one. What was not forgotten is read once more,
        # which costs nothing: events count once.
        log.warning("the spool can't be used: %s", type(fault).__name__)
        self._drop()

    def _connected(self) -> sqlite3.Connection | None:
        try:
            found = self.path.stat()
        except OSError:
            self._drop()
            return None
        if self._link is None or self._file != (found.st_dev, found.st_ino):
            self._drop()
            self._link = connect(self.path)
            self._file = (found.st_dev, found.st_ino)
        return self._link

    def _drop(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link = None
