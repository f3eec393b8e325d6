"""All rules, word lists and levels; reads them, explains every mistake, and runs what is sound."""

from pathlib import Path

from screener.rulebook.book import Change, Rulebook, Variant
from screener.rulebook.library import Library

__all__ = ["Change", "Library", "Rulebook", "Variant", "load"]


def load(folder: Path, own: Path | None = None) -> Rulebook:
    """Reads a folder of rules, and the family's own over it. Raises Mistake where there are no levels to weigh with."""
    return Library(folder, own).read()
