"""What every command of `screener` shares: its options, and how mistakes are told."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from screener.errors import Mistake

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Where everything of the family lies.", show_default="home/ in a checkout")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
RulesOption = Annotated[Path | None, typer.Option("--rules", help="A folder of rules in place of the shipped ones.")]


@contextmanager
def mistakes_told() -> Iterator[None]:
    """A mistake ends the command with status 2 and its own words: where, what, mend."""
    try:
        yield
    except Mistake as why:
        print(why, file=sys.stderr)
        raise typer.Exit(2) from None
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        sys.stderr.close()
        raise typer.Exit(0) from None
