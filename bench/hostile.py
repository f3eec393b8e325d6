"""Patterns and messages made to be slow, in the rulebook and, as the baseline, in Python's own `re`."""

import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from screener import rulebook
from screener.resources import shipped
from screener.rulebook import Rulebook

AIM_MS = 50.0
# Each takes twice as long for every letter more, or worse, in an engine that goes back.
SLOW = (r"(a+)+z", r"(a|a)*z", r"(a|aa)+z", r"([a-z]+)*[0-9]z", r"(.*a){12}z")
REFUSED = (r"(?=secret)", r"(?<!not )secret", r"(secret)\1", r"(?>secret)", r"(secret){5000}")
SIZES = (2_500, 5_000, 10_000)
RE_LETTERS = 18
"""So short a text is all that `re` gets: it has to end."""


def hostile() -> dict[str, Any]:
    """Milliseconds for hostile patterns on long messages, and what is said of patterns that can't be used."""
    with tempfile.TemporaryDirectory() as folder:
        slow = _book(Path(folder) / "slow", SLOW)
        refused = _book(Path(folder) / "refused", REFUSED)
    texts = {
        "one letter": "a",
        "letters and spaces": "a ",
        "look-alikes": "а" + "a",
        "leet": "a1",
        "split": "a*",
        "emoji": "a🔥",
    }
    return {
        "patterns": len(SLOW),
        "ms_by_size": {size: max(_took(slow, (text * size)[:size]) for text in texts.values()) for size in SIZES},
        "ms_by_text": {name: _took(slow, (text * SIZES[-1])[: SIZES[-1]]) for name, text in texts.items()},
        "re_ms": _ms(lambda: [re.search(each, "a" * RE_LETTERS + "!") for each in SLOW], rounds=1),
        "re_letters": RE_LETTERS,
        "refused": [line for line in refused.mistakes if "can't be used" in line],
        "aim_ms": AIM_MS,
    }


def _took(book: Rulebook, text: str) -> float:
    return _ms(lambda: book.listen(text), rounds=5)


def _ms(work: Callable[[], object], *, rounds: int) -> float:
    took = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        took.append((time.process_time() - began) * 1000)
    return round(statistics.median(took), 2)


def _book(folder: Path, patterns: Sequence[str]) -> Rulebook:
    """A folder with nothing in it but one list of these patterns."""
    (folder / "lists" / "en").mkdir(parents=True)
    shutil.copy(shipped("rules") / "levels.yaml", folder)
    (folder / "lists" / "slow.yaml").write_text("title: Slow\nsays: Is meant to be slow.\n")
    # Single quotes, so that YAML takes every backslash as it is.
    lines = "".join(f"  - 're: {each}'\n" for each in patterns)
    (folder / "lists" / "en" / "slow.yaml").write_text(f"phrases:\n{lines}")
    return rulebook.load(folder)
