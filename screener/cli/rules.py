"""`screener rules`: what is weighed, and how much."""

import json

import typer

from screener.cli.base import JsonOption, RulesOption, mistakes_told
from screener.cli.dry_run import dry_run

app = typer.Typer(no_args_is_help=True, help="Rules: what is weighed, and how much.")

app.command("dry-run")(dry_run)


@app.command("check")
def check(rules: RulesOption = None, as_json: JsonOption = False) -> None:
    """Read every rule, run its examples, and name every mistake by file and line."""
    from screener import rulebook
    from screener.resources import shipped

    with mistakes_told():
        book = rulebook.load(rules or shipped("rules"))
    if as_json:
        print(json.dumps({"rules": len(book.rules), "mistakes": book.mistakes}, ensure_ascii=False))
    else:
        for mistake in book.mistakes:
            print(mistake)
        print(f"{len(book.rules)} rules, {len(book.mistakes)} mistakes")
    raise typer.Exit(1 if book.mistakes else 0)
