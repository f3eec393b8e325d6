"""What was read before, so that what did not change is not read twice; and the last good version of every file."""

import hashlib
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from screener.home.folder import write_private
from screener.rulebook.mistakes import Notes

MOST = 50_000


class Memo:
    """Results by what they were made of. What two readings in a row did not ask for is forgotten."""

    def __init__(self) -> None:
        self._then: dict[Hashable, tuple[Any, tuple[str, ...]]] = {}
        self._now: dict[Hashable, tuple[Any, tuple[str, ...]]] = {}

    def begin(self) -> None:
        """Another reading begins."""
        self._then, self._now = self._now, {}

    def of[T](self, key: Hashable, notes: Notes, make: Callable[[Notes], T]) -> T:
        """What `make` gives, made only once; the mistakes that it notes are told each time."""
        found = self._now.get(key) or self._then.get(key)
        if found is None:
            own = Notes(file=notes.file)
            found = (make(own), tuple(own.mistakes))
        if len(self._now) > MOST:
            self.begin()
        self._now[key] = found
        notes.mistakes.extend(found[1])
        return cast(T, found[0])


class Aside(Memo):
    """A layer over a memo for what is only tried: it is found there too, and nothing of it is remembered there."""

    def __init__(self, below: Memo) -> None:
        super().__init__()
        self._then = {**below._then, **below._now}


class Good:
    """The last version of each file that had no mistake: in memory, and in a folder, so that a restart loses none."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._kept: dict[str, bytes] = {}
        if folder is not None and folder.is_dir():
            for path in folder.rglob("*.yaml"):
                with suppress(OSError):
                    self._kept[path.relative_to(folder).as_posix()] = path.read_bytes()

    def get(self, place: str) -> bytes | None:
        return self._kept.get(place)

    def keep(self, found: Mapping[str, bytes], *, there: frozenset[str]) -> None:
        """Keeps what was found good, and forgets the files that are not there any more: they were taken away on
        purpose. A folder that can't be written costs only what a restart would have known.
        """
        for place in [each for each in self._kept if each not in there]:
            del self._kept[place]
            if self._folder is not None:
                with suppress(OSError):
                    (self._folder / place).unlink(missing_ok=True)
        for place, text in found.items():
            if self._kept.get(place) != text:
                self._kept[place] = text
                with suppress(OSError):
                    self._write(place, text)

    def _write(self, place: str, text: bytes) -> None:
        if self._folder is None:
            return
        path = self._folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, text)


def digest(text: bytes) -> bytes:
    """A file's text, short enough to be part of a key."""
    return hashlib.sha256(text).digest()
