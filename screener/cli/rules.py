"""`screener rules`: what is weighed, and how much."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from screener.cli import packs
from screener.cli.base import HomeOption, JsonOption, RulesOption, mistakes_told
from screener.cli.dry_run import dry_run
from screener.errors import Mistake

if TYPE_CHECKING:
    from screener.rulebook import Library

app = typer.Typer(no_args_is_help=True, help="Rules: what is weighed, and how much.")
app.add_typer(packs.app, name="pack")

app.command("dry-run")(dry_run)


@app.command("check")
def check(rules: RulesOption = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Read every rule, the family's own too, run their examples, and name every mistake by file and line."""
    with mistakes_told():
        book = _library(rules, home).read()
    if as_json:
        said = {"rules": len(book.rules), "mistakes": book.mistakes, "warnings": book.warnings}
        print(json.dumps(said, ensure_ascii=False))
    else:
        for line in (*book.mistakes, *book.warnings):
            print(line)
        unseen = f", {len(book.warnings)} things no longer seen" if book.warnings else ""
        print(f"{len(book.rules)} rules, {len(book.mistakes)} mistakes{unseen}")
    raise typer.Exit(1 if book.mistakes else 0)


@app.command("test")
def test(
    names: Annotated[list[str] | None, typer.Argument(metavar="[RULE]...", help="Only these rules.")] = None,
    rules: RulesOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the examples of rules, and say of each rule what they showed."""
    from screener.rulebook.proofs import proofs

    with mistakes_told():
        found = proofs(_library(rules, home), names or ())
    for each in found:
        if as_json:
            print(json.dumps(each.to_json(), ensure_ascii=False))
        else:
            print(each)
    raise typer.Exit(1 if any(each.mistakes for each in found) else 0)


@app.command("diff")
def diff(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say what the family's own rules make otherwise than shipped."""
    from screener.rulebook.differences import between

    with mistakes_told():
        library = _library(None, home)
        shipped, yours = library.shipped(), library.read()
    found = between(shipped, yours)
    if as_json:
        for each in found:
            print(json.dumps(each.to_json(), ensure_ascii=False))
        return
    for each in found:
        print(each)
    for line in (*yours.mistakes, *yours.warnings):
        print(line)
    if not found:
        print("Everything is as shipped.")


@app.command("schema")
def schema(
    lists: Annotated[bool, typer.Option("--lists", help="Of a word list (lists/NAME.yaml).")] = False,
    phrases: Annotated[bool, typer.Option("--phrases", help="Of its phrases (lists/LANG/NAME.yaml).")] = False,
    levels: Annotated[bool, typer.Option("--levels", help="Of levels.yaml.")] = False,
    own: Annotated[bool, typer.Option("--own", help="Of a family's overrides.yaml.")] = False,
    rules: RulesOption = None,
    home: HomeOption = None,
) -> None:
    """Print the JSON Schema of a rule file, so that an editor can complete it; of a rule where nothing else is said."""
    from screener.rulebook import schema as made

    with mistakes_told():
        if lists + phrases + levels + own > 1:
            raise Mistake("screener rules schema: only one schema can be printed. Leave the others out.")
        if lists or phrases or levels:
            found = made.idea_schema() if lists else made.phrases_schema() if phrases else made.levels_schema()
        else:
            library = _library(rules, home)
            found = made.of_book(library.read(), own=own, members=library.members, platforms=library.platforms)
    print(json.dumps(found, ensure_ascii=False, indent=1))


def _library(rules: Path | None, home: Path | None) -> "Library":
    """The folder that was named alone, else everything by which a home is judged."""
    from screener import config
    from screener.home.folder import Home
    from screener.packs.libraries import library_of
    from screener.rulebook import Library
    from screener.store.household import names_in

    if rules is not None:
        return Library(rules)
    where = Home.chosen(home)
    settings = config.load(where.settings) if where.settings.exists() else config.Config()
    return library_of(where, settings, also=names_in(where.database))
