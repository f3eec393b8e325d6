"""Collects what is wrong in the files of a rulebook, each as *file:line: what. mend*."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass, field

from screener.rulebook.reading import Marked, shown

MOST = 40
"""So many mistakes of one file are told."""
LONGEST_GUESSED = 80


@dataclass(frozen=True, kw_only=True)
class Notes:
    """What was found in one file. `mistakes` may be shared between files, so that all are told together."""

    file: str
    mistakes: list[str] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Nobody reads more; a file of nothing but mistakes must not hold up the others either."""
        return len(self.mistakes) >= MOST

    def add(self, line: int | Marked, what: str) -> None:
        self._tell(line, f"{what}.")

    def _tell(self, line: int | Marked, sentence: str) -> None:
        number = line.line if isinstance(line, Marked) else line
        if not self.is_full:
            self.mistakes.append(f"{self.file}:{number}: {sentence}")
        elif len(self.mistakes) == MOST:
            self.mistakes.append(f"{self.file}:{number}: there are more mistakes in this file. Mend those above first.")

    def unknown(self, line: int | Marked, name: str, what: str, among: Collection[str]) -> None:
        """Something has no such name; the nearest one is offered."""
        near = () if self.is_full else difflib.get_close_matches(name[:LONGEST_GUESSED], among, n=1, cutoff=0.5)
        if near:
            self._tell(line, f'"{shown(name)}" is not {what}. Did you mean "{near[0]}"?')
        elif among:
            self.add(line, f'"{shown(name)}" is not {what}. Known are: {", ".join(sorted(among)[:60])}')
        else:
            self.add(line, f'"{shown(name)}" is not {what}, and none is known. Remove it')
