"""The score command: its arguments made into scores, and the scores shown."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from screener import rulebook
from screener.errors import Mistake
from screener.quality import plot, report, shelf
from screener.quality.scoring import Told, score
from screener.resources import shipped

WIDE = 160
"""How wide tables are where nobody's screen says."""


def run(
    paths: Sequence[Path],
    *,
    rules: Path | None,
    as_json: bool,
    plot_to: Path | None,
    stories: bool,
    quick: bool,
    resamples: int,
    seed: int,
) -> None:
    """Scores, and prints. Raises Mistake when arguments or files can't be used, before anything is replayed."""
    if rules is not None and not rules.is_dir():
        raise Mistake(f"{rules}: there is no such folder. Name one that holds rules.")
    if plot_to is not None and not plot_to.absolute().parent.is_dir():
        raise Mistake(f"{plot_to}: there is no folder to write this in. Make it, or name another file.")
    tales = shelf.tales(paths)
    book = rulebook.load(rules or shipped("rules"))
    for mistake in book.mistakes:
        # A broken rule is set aside and named; the others run.
        print(mistake, file=sys.stderr)
    with _progress() as told:
        scores = score(tales, book, quick=quick, resamples=resamples, seed=seed, told=told)
    if plot_to is not None:
        try:
            plot_to.write_text(plot.svg(scores), encoding="utf-8")
        except OSError as why:
            raise Mistake(f"{plot_to}: it can't be written ({why.strerror}). Name another file.") from None
    if as_json:
        print(json.dumps(report.to_json(scores, stories=stories), ensure_ascii=False))
        return
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    report.show(scores, console, stories=stories)


@contextmanager
def _progress() -> Iterator[Told]:
    """A bar where somebody watches; nothing in a log."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("")

        def told(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of)

        yield told
