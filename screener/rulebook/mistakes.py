"""Collects what is wrong in the files of a rulebook, each as *file:line: what. mend*."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass, field

from screener.rulebook.reading import Marked


@dataclass(frozen=True, kw_only=True)
class Notes:
    """What was found in one file. `mistakes` may be shared between files, so that all are told together."""

    file: str
    mistakes: list[str] = field(default_factory=list)

    def add(self, line: int | Marked, what: str) -> None:
        number = line.line if isinstance(line, Marked) else line
        self.mistakes.append(f"{self.file}:{number}: {what}.")

    def unknown(self, line: int | Marked, name: str, what: str, among: Collection[str]) -> None:
        """Something has no such name; the nearest one is offered."""
        near = difflib.get_close_matches(name, among, n=1, cutoff=0.5)
        if near:
            number = line.line if isinstance(line, Marked) else line
            self.mistakes.append(f'{self.file}:{number}: "{name}" is not {what}. Did you mean "{near[0]}"?')
        else:
            self.add(line, f'"{name}" is not {what}. Known are: {", ".join(sorted(among)[:60])}')
