"""The `screener` command."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from screener import __version__
from screener.errors import Mistake

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Tells parents early, calmly and with reasons when a stranger behaves like the ones in police reports.",
)
rules_app = typer.Typer(no_args_is_help=True, help="Rules: what is weighed, and how much.")
app.add_typer(rules_app, name="rules")
new_app = typer.Typer(no_args_is_help=True, help="Begin something new, in a checkout.")
app.add_typer(new_app, name="new")

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


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        print(f"screener {__version__}")
        raise typer.Exit


@app.command()
def up(home: HomeOption = None) -> None:
    """Run the proxy and the dashboard until Ctrl-C."""
    from screener.home.folder import Home
    from screener.up import up

    with mistakes_told():
        asyncio.run(up(Home.chosen(home), lambda line: print(line, flush=True)))


@app.command()
def replay(
    files: Annotated[list[Path], typer.Argument(help="Recordings (.mitm, .har) and stories (.story.yaml).")],
    events: Annotated[bool, typer.Option("--events", help="Print each decoded event.")] = False,
    alerts: Annotated[bool, typer.Option("--alerts", help="Print each alert (the default).")] = False,
    as_json: JsonOption = False,
    together: Annotated[bool, typer.Option("--together", help="Take the files as one recording.")] = False,
    rules: RulesOption = None,
    as_member: Annotated[str | None, typer.Option("--as-member", help="Whom everything belongs to.")] = None,
    settings: Annotated[Path | None, typer.Option("--config", help="A config.yaml with the family in it.")] = None,
    store: Annotated[Path | None, typer.Option("--store", help="Keep what is learnt in this database.")] = None,
) -> None:
    """Run recorded traffic or a story through the real pipeline, offline."""
    from screener.replaying import lines, table

    with mistakes_told():
        if events and alerts:
            raise Mistake("--events and --alerts: only one can be shown. Leave one out.")
        found = lines(
            files,
            show="events" if events else "alerts",
            together=together,
            rules=rules,
            as_member=as_member,
            settings=settings,
            store=store,
        )
        asyncio.run(_print(found, as_json=as_json, row=table))


async def _print(found: AsyncIterator[dict[str, Any]], *, as_json: bool, row: Any) -> None:
    async for line in found:
        print(json.dumps(line, ensure_ascii=False) if as_json else row(line))


@rules_app.command("check")
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


@new_app.command("platform")
def new_platform(name: Annotated[str, typer.Argument(help="A word of small letters, such as pixelpals.")]) -> None:
    """Write a decoder to be filled in, and a case that fails until it is."""
    from screener import scaffold

    with mistakes_told():
        decoder, cases = scaffold.platform(name)
    print(f'{decoder}\n{cases}\nFill them in as docs/add-a-platform.md shows; then: make test ARGS="-k {name}"')


@app.command()
def demo(
    pace: Annotated[float, typer.Option(help="Seconds between two events.", min=0.0, max=60)] = 0.7,
    once: Annotated[bool, typer.Option("--once", help="End when the stories are told.")] = False,
) -> None:
    """Play the two police stories on a simulated platform, through the real proxy, and watch the alerts appear."""
    from screener.demo.run import run

    with mistakes_told():
        asyncio.run(run(pace=pace, once=once))


@app.command()
def score(
    paths: Annotated[
        list[Path], typer.Argument(metavar="STORY...", help="Stories (.story.yaml), and folders; each is a group.")
    ],
    as_json: JsonOption = False,
    plot: Annotated[Path | None, typer.Option("--plot", metavar="FILE.svg", help="Draw the main figures.")] = None,
    stories: Annotated[bool, typer.Option("--list", help="Say of each story what happened.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only the rules as they are: nothing to compare with, no disguises.")
    ] = False,
    rules: RulesOption = None,
    draws: Annotated[int, typer.Option(help="How often stories are drawn for an interval.", min=100)] = 1_000,
    seed: Annotated[int, typer.Option(help="What the draws begin from.")] = 1,
) -> None:
    """Measure how early harmful stories are warned of, and how often innocent ones are."""
    from screener.quality.command import run

    with mistakes_told():
        run(
            paths,
            rules=rules,
            as_json=as_json,
            plot_to=plot,
            stories=stories,
            quick=quick,
            resamples=draws,
            seed=seed,
        )


@app.command("reset-password")
def reset_password(
    name: Annotated[str, typer.Argument(help="The account's name.")],
    home: HomeOption = None,
    codes_too: Annotated[
        bool, typer.Option("--codes-too", help="Switch off the codes from the phone as well, when it is lost.")
    ] = False,
) -> None:
    """Give an account a new password; only on this machine."""
    from screener.home.folder import Home
    from screener.web.reset import reset

    password = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
    with mistakes_told():
        print(asyncio.run(reset(Home.chosen(home).database, name, password, codes_too=codes_too)))


def main() -> None:
    """The entry point."""
    app()
