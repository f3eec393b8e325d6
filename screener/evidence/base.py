"""What evidence is made of: a case and the entries of its chain. See `screener/kept.py` for what each entry holds."""

from screener.kept import Case, Cases, Entry, Named, NameKind

__all__ = ["Case", "Cases", "Entry", "NameKind", "Named"]
