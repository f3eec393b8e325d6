"""The `screener` command."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import typer

from screener import __version__
from screener.cli import ca, care, evidence, key, new, router, rules
from screener.cli.base import HomeOption, JsonOption, RulesOption, mistakes_told
from screener.errors import Mistake

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Tells parents early, calmly and with reasons when a stranger behaves like the ones in police reports.",
)
app.add_typer(rules.app, name="rules")
app.add_typer(new.app, name="new")
app.add_typer(evidence.app, name="evidence")
app.add_typer(key.app, name="key")
app.add_typer(router.app, name="router")
app.add_typer(ca.app, name="ca")
app.add_typer(care.app)


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

    chosen = Home.chosen(home)
    passphrase = key.asked(chosen) if chosen.is_locked else None
    with mistakes_told():
        asyncio.run(up(chosen, lambda line: print(line, flush=True), passphrase=passphrase))


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
