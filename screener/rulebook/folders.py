"""What lies in a folder of rules: the files, as bytes, bounded, and what doesn't belong there."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from screener.rulebook.reading import MOST_BYTES, shown
from screener.rules import STAGES

LEVELS, WORDS, LISTS, PACK, OVERRIDES = "levels.yaml", "words", "lists", "pack.yaml", "overrides.yaml"
MOST_FILES = 5_000
DEEPEST_FOLDER = 6
LEFT_ALONE = (".yaml.new", "~", ".swp", ".swx", ".tmp", ".bak", ".orig", ".md", ".txt", ".json")
"""What editors leave behind, and what people lay beside their rules."""

type Stamp = tuple[tuple[str, int, int, int], ...]
"""What tells a folder from the same folder after a change: of each file its place, size, time and number."""


@dataclass(frozen=True, kw_only=True)
class Files:
    """The files of one folder by their places in it, as they were at one moment."""

    folder: Path
    texts: Mapping[str, bytes | str]
    """Text, or why a file can't be read."""
    strange: Mapping[str, str]
    """What is there and is not read, each with the reason."""
    name: str = ""
    """What the folder is called where a file in it is named."""

    def at(self, place: str) -> bytes | str | None:
        return self.texts.get(place)

    def of(self, pattern: str) -> list[str]:
        """The places that fit a pattern such as lists/*.yaml, in order."""
        return sorted(place for place in self.texts if PurePosixPath(place).full_match(pattern))

    def with_texts(self, instead: Mapping[str, bytes | None]) -> "Files":
        """As if these files held something else, or were not there."""
        texts = {place: text for place, text in self.texts.items() if place not in instead}
        given = {place: text for place, text in instead.items() if text is not None}
        return replace(self, texts=texts | given)


def files(folder: Path, *, name: str = "") -> Files:
    """Reads every rule file of a folder into memory."""
    texts: dict[str, bytes | str] = {}
    strange: dict[str, str] = {}
    for path, place in _walk(folder):
        if not place.endswith(".yaml"):
            if why := _why_strange(place):
                strange[place] = why
        elif len(texts) >= MOST_FILES:
            strange[place] = f"there are more than {MOST_FILES} files here. Remove those that are not needed"
            break
        else:
            texts[place] = _text(path)
    return Files(folder=folder, texts=texts, strange=strange, name=name or folder.name)


def stamp(folder: Path) -> Stamp:
    """Changes when any file in it does. Asked several times a second, so it makes no object that it can do without."""
    found: list[tuple[str, int, int, int]] = []
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        seen = entry.stat()
                        found.append((entry.path, seen.st_size, seen.st_mtime_ns, seen.st_ino))
        except OSError:
            continue
        if len(found) > 2 * MOST_FILES:
            break
    return tuple(sorted(found))


def _walk(folder: Path) -> Iterator[tuple[Path, str]]:
    number = 0
    for path, folders, names in folder.walk():
        depth = len(path.relative_to(folder).parts)
        folders[:] = [] if depth >= DEEPEST_FOLDER else sorted(each for each in folders if not each.startswith("."))
        for name in sorted(names):
            number += 1
            if number > 2 * MOST_FILES:
                return
            if not name.startswith("."):
                yield path / name, (path / name).relative_to(folder).as_posix()


def _text(path: Path) -> bytes | str:
    """What stands in a file, or why that can't be read."""
    try:
        if not path.is_file():
            # A pipe would never end.
            return "this is no file. Remove it"
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        return f"the file can't be read ({error.strerror}). Check that it is there and may be read"


def _why_strange(place: str) -> str | None:
    if place.endswith(LEFT_ALONE):
        return None
    first = PurePosixPath(place).parts[0]
    if place.endswith(".yml"):
        return "this file is not read. Let its name end in .yaml"
    if first in (*STAGES, LISTS, WORDS):
        return f'this file is not read, because "{shown(PurePosixPath(place).name)}" does not end in .yaml. Rename it'
    return None
