"""The spool's file as the writer sees it: opened when needed, mended when broken, never larger than it may be."""

import logging
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

from screener.spool.base import Frame
from screener.spool.table import begin, connect, is_whole, origin, row_of, set_aside

log = logging.getLogger(__name__)

Fault = Literal["", "disk", "size"]

INSERT = "INSERT INTO frames (stream, kind, at, body, text, meta) VALUES (?, ?, ?, ?, ?, ?)"
RETRY_SECONDS = 1.0
COUNTERS_SECONDS = 1.0
HEARTBEAT_SECONDS = 1.9
MOST_COVERAGE_ROWS = 2_000
FREE_PAGES_KEPT = 2_048
VACUUM_PAGES = 1_024


class SpoolFile:
    """Belongs to one thread. No method raises for what a disk can do."""

    def __init__(self, path: Path, *, most_bytes: int) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._link: sqlite3.Connection | None = None
        self._file = (0, 0)
        self._is_first = True
        self._not_before = 0.0
        self._noted: dict[str, int] = {}
        self._noted_at = 0.0

    def write(self, frames: list[Frame]) -> Fault:
        """Writes all of them, or none and says why."""
        link = self._ready()
        if link is None:
            return "disk"
        try:
            if _bytes_used(link) + sum(len(frame.body) for frame in frames) > self._most_bytes:
                return "size"
            link.execute("BEGIN IMMEDIATE")
            link.executemany(INSERT, map(row_of, frames))
            link.execute("COMMIT")
        except (sqlite3.Error, OSError) as fault:
            self._fail(fault)
            return "disk"
        return ""

    def note(
        self, *, counters: Mapping[str, int], sightings: Iterable[tuple[str, str, str, float, int]], last: bool = False
    ) -> None:
        """Writes the counters when they changed, a heartbeat now and then, and what was seen of which host."""
        now = time.time()
        seen = list(sightings)
        age = now - self._noted_at
        changed = {name: value for name, value in counters.items() if self._noted.get(name) != value}
        if not last and not seen and not (changed and age >= COUNTERS_SECONDS) and 0 <= age < HEARTBEAT_SECONDS:
            return
        link = self._ready()
        if link is None:
            return
        try:
            link.execute("BEGIN IMMEDIATE")
            link.executemany(
                "INSERT OR REPLACE INTO counters (name, value) VALUES (?, ?)",
                [*changed.items(), ("heartbeat", int(now))],
            )
            if seen:
                link.executemany(
                    "INSERT INTO coverage (device, host, state, at, count) VALUES (?, ?, ?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET at = excluded.at, count = count + excluded.count",
                    seen,
                )
                link.execute(
                    "DELETE FROM coverage WHERE at < (SELECT at FROM coverage ORDER BY at DESC LIMIT 1 OFFSET ?)",
                    (MOST_COVERAGE_ROWS - 1,),
                )
            link.execute("COMMIT")
        except (sqlite3.Error, OSError) as fault:
            self._fail(fault)
            return
        self._noted |= changed
        self._noted_at = now

    def tidy(self) -> None:
        """Gives memory back to the machine, a little at a time, after a burst."""
        if self._link is None:
            return
        try:
            (free,) = self._link.execute("PRAGMA freelist_count").fetchone()
            if free > FREE_PAGES_KEPT:
                self._link.execute(f"PRAGMA incremental_vacuum({VACUUM_PAGES})").fetchall()
        except sqlite3.Error as fault:
            self._fail(fault)

    def close(self) -> None:
        """Lets go of the file."""
        if self._link is not None:
            with suppress(sqlite3.Error):
                self._link.close()
        self._link = None

    def _ready(self) -> sqlite3.Connection | None:
        try:
            found = self._path.stat()
            if self._link is not None and self._file == (found.st_dev, found.st_ino):
                return self._link
        except OSError:
            pass  # Missing: somebody tidied the memory disk.
        self.close()
        if time.monotonic() < self._not_before:
            return None
        try:
            self._link = self._opened()
            found = self._path.stat()
        except (sqlite3.Error, OSError) as fault:
            self._fail(fault)
            return None
        self._file = (found.st_dev, found.st_ino)
        self._noted, self._noted_at = {}, 0.0
        return self._link

    def _opened(self) -> sqlite3.Connection:
        if not self._path.exists():
            begin(self._path)
        try:
            link = connect(self._path)
            if not is_whole(link):
                link.close()
                raise sqlite3.DatabaseError("pages do not hang together")
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            log.warning("the spool is broken and was set aside")
            set_aside(self._path)
            begin(self._path)
            link = connect(self._path)
            link.execute(
                INSERT, row_of(Frame(stream="", kind="gap", at=time.time(), meta={"why": "broken", "count": 1}))
            )
        if self._is_first:
            _close_left_open(link)
            self._is_first = False
        return link

    def _fail(self, fault: Exception) -> None:
        log.warning("the spool can't be written: %s", fault if isinstance(fault, OSError) else type(fault).__name__)
        if self._link is not None and self._link.in_transaction:
            with suppress(sqlite3.Error):
                self._link.execute("ROLLBACK")
        # Opened again from the beginning, which also finds out whether it is broken.
        self.close()
        self._not_before = time.monotonic() + RETRY_SECONDS


def _bytes_used(link: sqlite3.Connection) -> int:
    """The pages in use; those freed by the reader are used again."""
    pages, free, size = (
        link.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _close_left_open(link: sqlite3.Connection) -> None:
    """An earlier proxy died with these streams open; no more frames of theirs will come."""
    left = link.execute(
        "SELECT stream, max(iif(kind = 'open', meta, '')) FROM frames"
        " WHERE stream <> '' AND stream NOT IN (SELECT stream FROM frames WHERE kind = 'close') GROUP BY stream"
    ).fetchall()
    at = time.time()
    link.execute("BEGIN IMMEDIATE")
    for stream, opening in left:
        meta = {**origin(opening), "why": "restart", "count": 1}
        link.execute(INSERT, row_of(Frame(stream=stream, kind="gap", at=at, meta=meta)))
        link.execute(INSERT, row_of(Frame(stream=stream, kind="close", at=at, meta={"cut": True})))
    link.execute("DELETE FROM counters")
    link.execute("COMMIT")
