"""`screener new`: begin something new."""

from typing import Annotated

import typer

from screener.cli.base import HomeOption, mistakes_told
from screener.errors import Mistake

app = typer.Typer(no_args_is_help=True, help="Begin something new.")


@app.command("platform")
def new_platform(name: Annotated[str, typer.Argument(help="A word of small letters, such as pixelpals.")]) -> None:
    """Write a decoder to be filled in, and a case that fails until it is; in a checkout."""
    from screener import scaffold

    with mistakes_told():
        decoder, cases = scaffold.platform(name)
    print(f'{decoder}\n{cases}\nFill them in as docs/add-a-platform.md shows; then: make test ARGS="-k {name}"')


@app.command("rule")
def new_rule(
    name: Annotated[str, typer.Argument(help="Small letters with hyphens, such as asks-for-shoes.")],
    stage: Annotated[str, typer.Option(help="approach, befriend, isolate or pressure.")] = "isolate",
    home: HomeOption = None,
) -> None:
    """Write a rule of the family's own, which does not run until its status says so."""
    import json

    from screener import config, scaffold
    from screener.home.folder import Home
    from screener.packs.libraries import library_of
    from screener.rulebook.schema import rule_schema
    from screener.store.household import names_in

    with mistakes_told():
        where = Home.chosen(home)
        settings = config.load(where.settings) if where.settings.exists() else config.Config()
        book = library_of(where, settings, also=names_in(where.database)).read()
        if any(rule.id == name for rule in book.rules):
            raise Mistake(f'screener new rule: "{name}" is a rule already. Choose another name.')
        lists = [each.name for each in book.lists]
        path = scaffold.rule(name, stage, where.rules, json.dumps(rule_schema(lists), ensure_ascii=False, indent=1))
    print(f"{path}\nIt does not run yet. Fill it in as docs/write-a-rule.md shows; then: screener rules check")
