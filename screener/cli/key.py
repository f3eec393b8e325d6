"""`screener key`: what the kept words are sealed with."""

import os

import typer

from screener.cli.base import HomeOption, mistakes_told
from screener.home.folder import Home
from screener.home.passphrase import ASKED

app = typer.Typer(no_args_is_help=True, help="The key that kept words are sealed with: a file, or behind a passphrase.")


@app.command("lock")
def lock(home: HomeOption = None) -> None:
    """Put the key behind a passphrase, which every start then asks for. Forgotten, it can't be found again."""
    passphrase = typer.prompt("New passphrase", hide_input=True, confirmation_prompt=True)
    with mistakes_told():
        Home.chosen(home).lock(passphrase)
    print("The key is locked. Every start asks for the passphrase; without it, what is sealed can't be read again.")


@app.command("unlock")
def unlock(home: HomeOption = None) -> None:
    """Put the key back into a file of its own, so that it starts by itself."""
    passphrase = typer.prompt("Passphrase", hide_input=True)
    with mistakes_told():
        Home.chosen(home).unlock(passphrase)
    print("The key lies in the home folder again. Whoever can read that folder can read what is sealed.")


def asked(home: Home) -> str:
    """The passphrase, from the environment or typed; one that opens nothing ends the command."""
    passphrase = os.environ.get(ASKED) or str(typer.prompt("Passphrase", hide_input=True))
    with mistakes_told():
        home.seal_key(passphrase)
    return passphrase
