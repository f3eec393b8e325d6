"""The spool's tables, and how a connection to them is opened."""

import json
import os
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, cast

from screener.spool.base import Frame, FrameKind

MARK = 0x5C4EE4E7
VERSION = 1

SCHEMA = """
CREATE TABLE frames (
  n INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, kind TEXT NOT NULL, at REAL NOT NULL,
  body BLOB NOT NULL, text INTEGER NOT NULL, meta TEXT NOT NULL
) STRICT;
CREATE INDEX frames_by_stream ON frames (stream, kind, n);
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE coverage (
  device TEXT NOT NULL, host TEXT NOT NULL, state TEXT NOT NULL, at REAL NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (device, host, state)
) STRICT, WITHOUT ROWID;
"""


class Foreign(sqlite3.DatabaseError):
    """The file is a database, but not a spool of this version."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection to an existing spool. Raises sqlite3.Error when there is none or it can't be read."""
    link = sqlite3.connect(
        f"file:{_quoted(path)}?mode=rw", uri=True, timeout=5, isolation_level=None, check_same_thread=False
    )
    try:
        (mark,) = link.execute("PRAGMA application_id").fetchone()
        (version,) = link.execute("PRAGMA user_version").fetchone()
        if (mark, version) != (MARK, VERSION):
            raise Foreign("not a spool")
        for setting in (
            "journal_mode=WAL",
            # It outlives the death of a process, which is all that a memory disk can promise.
            "synchronous=OFF",
            "secure_delete=ON",
            "journal_size_limit=8388608",
            "mmap_size=0",
        ):
            link.execute(f"PRAGMA {setting}").close()
    except BaseException:
        link.close()
        raise
    return link


def begin(path: Path) -> None:
    """Makes an empty spool under `path`, readable by this user alone; it appears there only when it is complete."""
    fresh = path.with_name(f"{path.name}.new")
    with suppress(FileNotFoundError):
        fresh.unlink()
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(fresh, isolation_level=None)) as link:
        link.execute("PRAGMA auto_vacuum=INCREMENTAL")
        link.executescript(SCHEMA)
        # Row numbers go on growing over every file there ever was: a consumer that stands at row n of a lost spool
        # must not take the first rows of the new one for rows it has read.
        link.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('frames', ?)", (int(time.time() * 1000) << 10,))
        link.execute(f"PRAGMA application_id={MARK}")
        link.execute(f"PRAGMA user_version={VERSION}")
    for leftover in _beside(path):
        with suppress(FileNotFoundError):
            leftover.unlink()
    fresh.rename(path)


def set_aside(path: Path) -> None:
    """Moves a broken spool out of the way; only the latest such file is kept."""
    path.rename(path.with_name(f"{path.name}.broken"))


def is_whole(link: sqlite3.Connection) -> bool:
    """Whether the file's pages hang together. Raises sqlite3.DatabaseError when they hang too badly to look."""
    return bool(link.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))


def row_of(frame: Frame) -> tuple[str, str, float, bytes, int, str]:
    """A frame as the values of its row."""
    meta = json.dumps(dict(frame.meta), ensure_ascii=True, default=str) if frame.meta else ""
    return (frame.stream, frame.kind, frame.at, frame.body, frame.text, meta)


def frame_of(row: Sequence[Any]) -> Frame:
    """The frame in a row of stream, kind, at, body, text, meta."""
    stream, kind, at, body, text, meta = row
    return Frame(
        stream=stream,
        kind=cast(FrameKind, kind),
        at=at,
        body=body,
        text=bool(text),
        meta=json.loads(meta) if meta else {},
    )


def origin(opening: str) -> dict[str, Any]:
    """The device and the host in the `meta` of an `open` row."""
    meta = json.loads(opening or "{}")
    return {name: meta[name] for name in ("device", "host") if name in meta}


def _beside(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + tail) for tail in ("-wal", "-shm", "-journal"))


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
