"""A pack as a zip file: written so that the same rules give the same bytes, and read as if an enemy had made it."""

import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from screener.errors import Mistake
from screener.packs.signing import MANIFEST, SIGNATURE

MOST_ZIP_BYTES = 32 * 1024 * 1024
MOST_BYTES = 32 * 1024 * 1024
MOST_FILE_BYTES = 256 * 1024
MOST_MANIFEST_BYTES = 2 * 1024 * 1024
MOST_FILES = 5_000
LONGEST_PLACE = 200

PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*){0,5}")
"""Only plain names: nothing hidden, no way up, no drive, no backslash."""
BEGAN = (1980, 1, 1, 0, 0, 0)
REGULAR = (0, stat.S_IFREG)

# Everything that zipfile says of a file that is broken, encrypted or packed in a way that it does not know.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


def write(path: Path, files: Mapping[str, bytes]) -> None:
    """Raises Mistake where it can't be written."""
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            for place, text in sorted(files.items()):
                entry = zipfile.ZipInfo(place, BEGAN)
                entry.external_attr = (stat.S_IFREG | 0o644) << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                zipped.writestr(entry, text)
    except OSError as error:
        raise Mistake(f"{path}: it can't be written ({error.strerror}). Name another file.") from None


def opened(path: Path) -> dict[str, bytes]:
    """Every file in it, in memory. Raises Mistake at anything that a pack of rules would not have."""
    try:
        if not path.is_file():
            raise Mistake(f"{path}: there is no such file. Name a pack of rules.")
        if path.stat().st_size > MOST_ZIP_BYTES:
            raise Mistake(
                f"{path}: it is larger than {MOST_ZIP_BYTES >> 20} MB, so it is no pack of rules. Get another."
            )
        with zipfile.ZipFile(path) as zipped:
            return _read(zipped, path)
    except BROKEN as error:
        if isinstance(error, Mistake):
            raise
        raise Mistake(f"{path}: it is no zip file, or a broken one. Get the file again.") from None


def _read(zipped: zipfile.ZipFile, path: Path) -> dict[str, bytes]:
    entries = zipped.infolist()
    if len(entries) > MOST_FILES + 2:
        raise Mistake(f"{path}: there are more than {MOST_FILES} files in it. Get another.")
    found: dict[str, bytes] = {}
    taken: set[str] = set()
    left = MOST_BYTES
    for entry in entries:
        _refuse(entry, taken, path)
        most = min(MOST_MANIFEST_BYTES if entry.filename in (MANIFEST, SIGNATURE) else MOST_FILE_BYTES, left)
        with zipped.open(entry) as file:
            text = file.read(most + 1)
        if len(text) > most:
            raise Mistake(f"{path}: {entry.filename} unpacks to more than is allowed. Get another.")
        left -= len(text)
        found[entry.filename] = text
    return found


def _refuse(entry: zipfile.ZipInfo, taken: set[str], path: Path) -> None:
    # What zipfile makes of a name is tidied; what was written is what an attacker meant.
    for name in (entry.filename, entry.orig_filename):
        if len(name) > LONGEST_PLACE or not PLACE.fullmatch(name):
            shown = "".join(c if c.isprintable() else "?" for c in name[:60])
            raise Mistake(f'{path}: "{shown}" is no name for a file of rules. Get the pack from somebody you trust.')
    if stat.S_IFMT(entry.external_attr >> 16) not in REGULAR:
        raise Mistake(f"{path}: {entry.filename} is a link or no file at all. Get the pack from somebody you trust.")
    if entry.filename.lower() in taken:
        raise Mistake(f"{path}: {entry.filename} is in it twice. Get the pack from somebody you trust.")
    taken.add(entry.filename.lower())
