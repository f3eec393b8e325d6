"""What the examples of each rule showed."""

import difflib
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from screener.errors import Mistake
from screener.rulebook.folders import LISTS, WORDS, Files, files
from screener.rulebook.library import Library
from screener.rulebook.reading import BadFile, read


@dataclass(frozen=True, kw_only=True)
class Proof:
    """How many examples of a rule alert and stay quiet as they should, or what is wrong."""

    rule: str
    file: str
    alerts: int
    stays_quiet: int
    mistakes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        if self.mistakes:
            return "\n".join(self.mistakes)
        return f"ok  {self.rule}: {self.alerts} alert, {self.stays_quiet} stay quiet"


def proofs(library: Library, names: Collection[str] = ()) -> list[Proof]:
    """Of these rules, or of all. Raises Mistake where there is no such rule."""
    book = library.read()
    found = []
    for folder in (files(library.base), library.own_files()):
        for place in folder.of("*/**/*.yaml"):
            if PurePosixPath(place).parts[0] not in (LISTS, WORDS):
                found.append(_proof(folder, place, book.mistakes))
    known = {each.rule for each in found}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name[:80], known, 1)
            mend = f'Did you mean "{near[0]}"?' if near else "Name a file in the folder of a stage."
            raise Mistake(f'screener rules test: "{name[:60]}" is not a rule. {mend}')
    return [each for each in found if not names or each.rule in names]


def _proof(folder: Files, place: str, mistakes: Collection[str]) -> Proof:
    file = f"{folder.name}/{place}"
    text = folder.at(place)
    counts = {"alerts": 0, "stays_quiet": 0}
    try:
        told = read(text) if isinstance(text, bytes) else None
    except BadFile:
        told = None
    examples = told.get("examples") if told is not None else None
    for key in counts:
        if examples is not None and (given := examples.get(key)) is not None and given.is_list:
            counts[key] = len(given.value)
    wrong = tuple(each for each in mistakes if each.startswith(f"{file}:"))
    return Proof(rule=PurePosixPath(place).stem, file=file, mistakes=wrong, **counts)
