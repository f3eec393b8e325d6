"""Where the spool lies: a folder of our own on a memory disk, else the home folder."""

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path

from screener.errors import Mistake

MEMORY_DISK = Path("/dev/shm")  # noqa: S108  (every folder in it is checked to be ours)
NAME = "spool.db"
ROOM_NEEDED = 32 * 1024 * 1024


def place(home: Path, memory_disk: Path = MEMORY_DISK) -> Path:
    """The spool's file for this home. Its folder exists afterwards, is ours, and nobody else can look into it."""
    home = home.resolve()
    folder = _on(memory_disk, home)
    # Where it lies already, it stays: both processes ask here, perhaps long after one another, and anybody on the
    # machine can fill a memory disk in between.
    is_there = (folder / NAME).exists() or _has_room(memory_disk)
    if is_there and _is_private(folder.parent) and _is_private(folder):
        return folder / NAME
    if not _is_private(home):
        raise Mistake(f"{home}: the folder is not private to this user. Give it to this user with mode 0700.")
    return home / NAME


def discard(home: Path, memory_disk: Path = MEMORY_DISK) -> None:
    """Removes what lies in the spool of a home that is done with, such as the demo's."""
    home = home.resolve()
    folder = _on(memory_disk, home)
    for place in (folder, home):
        if place.is_dir() and not place.is_symlink():
            for file in place.glob(f"{NAME}*"):
                file.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _on(memory_disk: Path, home: Path) -> Path:
    return memory_disk / f"screener-{os.getuid()}" / hashlib.sha256(os.fsencode(home)).hexdigest()[:12]


def _has_room(disk: Path) -> bool:
    try:
        if not os.path.ismount(disk):
            return False
        room = os.statvfs(disk)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize >= ROOM_NEEDED


def _is_private(folder: Path) -> bool:
    """Makes the folder if it is missing. A folder somebody else prepared, or a link to one, is not used."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077
