"""What a pack says of itself in pack.yaml: name, version, day, and the oldest program that understands it."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from screener import __version__
from screener.errors import Mistake
from screener.rulebook.mistakes import Notes
from screener.rulebook.reading import BadFile, Marked, read

FILE = "pack.yaml"
KEYS = ("name", "version", "date", "needs")
VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){2,3}")
NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, kw_only=True)
class About:
    """`needs` is the oldest version of the program."""

    name: str
    version: str
    date: date
    needs: str

    @property
    def is_understood(self) -> bool:
        return number(self.needs) <= number(__version__)


def number(version: str) -> tuple[int, ...]:
    """A version as it is compared: 1.10 is newer than 1.9, and 1.0.0 is 1.0."""
    parts = [int(each) for each in re.findall(r"[0-9]+", version.partition("+")[0])][:4]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def read_about(text: bytes, place: str) -> About:
    """Raises Mistake with everything that is wrong."""
    notes = Notes(file=place)
    try:
        told = read(text)
    except BadFile as error:
        notes.add(error.line, error.why)
        raise Mistake("\n".join(notes.mistakes)) from None
    _check(told, notes)
    if notes.mistakes:
        raise Mistake("\n".join(notes.mistakes))
    return About(**told.plain())


def about(folder: Path) -> About:
    """What the rules in a folder say of themselves. Raises Mistake."""
    place = f"{folder.name}/{FILE}"
    try:
        text = (folder / FILE).read_bytes()
    except OSError as error:
        raise Mistake(f"{place}:1: the file can't be read ({error.strerror}). A pack needs one.") from None
    return read_about(text, place)


def _check(told: Marked, notes: Notes) -> None:
    if not told.is_map:
        notes.add(told, f"a pack needs the keys {', '.join(KEYS)}. Add them")
        return
    for key, each in told.items():
        if key not in KEYS:
            notes.unknown(each, key, "a key of pack.yaml", KEYS)
    for key in KEYS:
        value = told.get(key)
        if value is None:
            notes.add(told, f'"{key}" is missing. Add it')
        elif key == "date":
            if type(value.value) is not date:
                notes.add(value, '"date" is a day. Write date: 2026-11-30')
        elif not isinstance(value.value, str) or not (NAME if key == "name" else VERSION).fullmatch(value.value):
            right = "name: screener" if key == "name" else f"{key}: 1.2.0"
            notes.add(value, f'"{key}" is not written so. Write {right}')
