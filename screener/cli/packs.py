"""`screener rules pack`: rules that travel by themselves."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from screener.cli.base import HomeOption, JsonOption, mistakes_told

if TYPE_CHECKING:
    from screener.packs.installed import Installed, Offer

app = typer.Typer(no_args_is_help=True, help="Packs: rules that travel by themselves, signed.")


@app.command("build")
def build(
    folder: Annotated[Path, typer.Argument(help="A folder of rules with a pack.yaml.")],
    key: Annotated[Path, typer.Option("--key", help="A private Ed25519 key in PEM.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
) -> None:
    """Make a signed pack of a folder of rules whose examples all hold."""
    from screener.packs import installed

    with mistakes_told():
        made = installed.build(folder, key, out)
    print(f"{out}: {made.name} {made.version}")


@app.command("import")
def take(
    file: Annotated[Path, typer.Argument(help="A pack, got in whatever way; nothing is fetched.")],
    yes: Annotated[bool, typer.Option("--yes", help="Accept without asking.")] = False,
    home: HomeOption = None,
) -> None:
    """Check a pack, show what it would change, and take it when that is accepted."""
    from screener.packs.installed import told

    def accept(offer: "Offer") -> bool:
        for line in told(offer):
            print(line)
        return yes or (sys.stdin.isatty() and typer.confirm("Take these rules?"))

    with mistakes_told():
        taken = _installed(home).take(file, accept)
    if taken is None:
        print("Nothing was changed. To accept without being asked: --yes")
        raise typer.Exit(1)
    print(f"{taken.name} {taken.version} is in force. To go back: screener rules pack rollback")


@app.command("list")
def listed(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Name the versions of the rules that are here."""
    with mistakes_told():
        here = _installed(home)
        found, trouble = here.list(), here.trouble()
    for pack in found:
        said = {
            "version": pack.about.version,
            "date": pack.about.date.isoformat(),
            "in_force": pack.in_force,
            "pinned": pack.pinned,
            "came_with_program": pack.came_with_program,
        }
        if as_json:
            print(json.dumps(said))
        else:
            marks = [word.replace("_", " ") for word in ("in_force", "pinned", "came_with_program") if said[word]]
            print("  ".join((f"{said['version']:<12}", str(said["date"]), ", ".join(marks))).rstrip())
    if trouble:
        print(trouble, file=sys.stderr)


@app.command("pin")
def pin(version: Annotated[str, typer.Argument(help="A version that is here.")], home: HomeOption = None) -> None:
    """Stay with one version, whatever an update brings."""
    with mistakes_told():
        print(f"{_installed(home).pin(version).version} is in force and stays. To let updates come: unpin")


@app.command("unpin")
def unpin(home: HomeOption = None) -> None:
    """Let updates come again."""
    with mistakes_told():
        print(f"{_installed(home).unpin().version} is in force until something newer comes.")


@app.command("rollback")
def rollback(home: HomeOption = None) -> None:
    """Go back to the rules that were in force before, and stay there."""
    with mistakes_told():
        print(f"{_installed(home).rollback().version} is in force again, and pinned. To let updates come: unpin")


def _installed(home: Path | None) -> "Installed":
    from screener.home.folder import Home
    from screener.packs.installed import Installed

    return Installed(Home.chosen(home))
