"""`screener new`: begin something new, in a checkout."""

from typing import Annotated

import typer

from screener.cli.base import mistakes_told

app = typer.Typer(no_args_is_help=True, help="Begin something new, in a checkout.")


@app.command("platform")
def new_platform(name: Annotated[str, typer.Argument(help="A word of small letters, such as pixelpals.")]) -> None:
    """Write a decoder to be filled in, and a case that fails until it is."""
    from screener import scaffold

    with mistakes_told():
        decoder, cases = scaffold.platform(name)
    print(f'{decoder}\n{cases}\nFill them in as docs/add-a-platform.md shows; then: make test ARGS="-k {name}"')
