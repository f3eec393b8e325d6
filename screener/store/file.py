"""The file of the database: there, for our eyes only, and every commit on the disk."""

import sqlite3
from pathlib import Path
from typing import Any

from screener.errors import Mistake

# The file is sound as far as this says; it is the disk that is full or broken, or another program holds the file.
DISK = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
)


def make_ready(path: Path) -> None:
    """The file, there and ours alone. Raises Mistake."""
    if path.is_dir():
        raise Mistake(f"{path}: this is a folder. Name a file in it, such as {path / 'screener.db'}.")
    try:
        path.touch(mode=0o600, exist_ok=True)
        path.chmod(0o600)
    except OSError as why:
        raise Mistake(
            f"{path}: the database can't be written ({why.strerror}). Check who owns the folder, and the disk."
        ) from None


def prepare(connection: Any, _record: Any) -> None:
    """An alert must survive a power cut: every commit reaches the disk. What is deleted is overwritten."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
