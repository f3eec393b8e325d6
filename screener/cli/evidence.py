"""`screener evidence`: what was kept of a case, made into a bag for the police, and checked."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from screener.cli.base import HomeOption, JsonOption, mistakes_told

app = typer.Typer(no_args_is_help=True, help="Evidence: what was kept of a case, made into a bag for the police.")


@app.command("list")
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say which cases there are, newest first."""
    from screener.evidence.command import rows
    from screener.home.folder import Home
    from screener.replaying import plain

    with mistakes_told():
        found = asyncio.run(rows(Home.chosen(home)))
    for row in found:
        line = "{case}  {opened}  {level:5} {entries:>6} entries  {platform} {contact} with {member}".format(**row)
        print(json.dumps(row, ensure_ascii=False) if as_json else plain(line))
    if not found and not as_json:
        print("There is no case: nothing has led to an alert.")


@app.command("export")
def export(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The id of the case, or its beginning.")],
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Where to write it.")] = None,
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Ask for a passphrase, and seal the bag with it (age).")
    ] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="With the report as PDF as well.")] = False,
    language: Annotated[
        str, typer.Option("--language", metavar="CODE", help="Of the report: en, es, fr, de, pt or pl.")
    ] = "en",
    time_stamp: Annotated[
        str | None,
        typer.Option(
            "--time-stamp",
            metavar="URL",
            help="Ask this service for a time-stamp (RFC 3161). It gets a digest of 64 bytes and your internet "
            'address, nothing else. By itself as config.yaml says; "" asks nobody.',
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the bag of a case: a zip with a report, everything that was kept, and what proves that it is whole."""
    from screener.evidence.command import export as made
    from screener.evidence.command import time_stamp as asked
    from screener.evidence.export import Wish
    from screener.home.folder import Home

    secret = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True) if passphrase else ""
    with mistakes_told():
        house = Home.chosen(home)
        service = asked(house, time_stamp)
        wish = Wish(passphrase=secret, with_pdf=pdf, language=language, time_stamp=service)
        row = asyncio.run(made(house, case, to=to, wish=wish, quiet=as_json))
    print(json.dumps(row, ensure_ascii=False) if as_json else row["file"])
    if service and not as_json:
        print(f"Time-stamp: {row['time_stamp']}", file=sys.stderr)


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A bag, as zip or as folder.")],
    head: Annotated[
        str, typer.Option("--head", help="An end of the chain that was noted earlier: it must be in there.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Check a bag: every file, every entry and their order, and the signature."""
    from screener.evidence.command import checked

    with mistakes_told():
        found = checked(file, head="".join(head.split()).lower())
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print("\n".join(found["wrong"]) or f"Whole: {found['entries']} entries, signed with the key {found['key']}")
    if found["wrong"]:
        raise typer.Exit(1)
