"""Commands around being at home: `screener doctor`, `screener setup` and `screener uninstall`."""

import asyncio
import json
import shutil
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from screener.cli.base import HomeOption, JsonOption, mistakes_told
from screener.errors import Mistake

if TYPE_CHECKING:
    from screener.config import Config
    from screener.family import Role
    from screener.home.folder import Home

app = typer.Typer()


@app.command()
def doctor(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Look at everything that Screener needs here, and say what is wrong and how to mend it."""
    from rich.console import Console
    from rich.markup import escape

    from screener.doctor import examine
    from screener.home.folder import Home

    checks = examine(Home.chosen(home), datetime.now(UTC))
    trouble = [check for check in checks if not check.ok and not check.note]
    if as_json:
        for check in checks:
            row = {"name": check.name, "ok": check.ok, "note": check.note, "what": check.what, "mend": check.mend}
            print(json.dumps(row, ensure_ascii=False))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for check in checks:
            mark = "[green]ok[/]      " if check.ok else "[yellow]note[/]    " if check.note else "[red]trouble[/] "
            console.print(f"{mark}{escape(check.name)}: {escape(check.what)}")
            if check.mend:
                console.print(f"        {escape(check.mend)}")
        console.print(f"{len(trouble)} in trouble, {len(checks)} looked at" if trouble else "All is well.")
    raise typer.Exit(1 if trouble else 0)


@app.command()
def setup(home: HomeOption = None) -> None:
    """Ask who lives here, tell what comes next, and set up this computer's browsers, as “Set up” on the dashboard."""
    from rich.prompt import Confirm, Prompt

    from screener import config
    from screener.home import authority, pc
    from screener.home.folder import Home
    from screener.platforms import endpoints

    with mistakes_told():
        here = Home.chosen(home)
        here.made()
        settings = config.load(here.settings)
        authority.ensure(here, endpoints(), settings.dashboard.names)
        print(
            "Where Screener runs decides what it can see: a computer sees its own browsers, and those of other devices"
        )
        print("that are let in; a box beside the router sees every browser at home.\n")
        while Confirm.ask("Add somebody who lives here?", default=True):
            name = " ".join(Prompt.ask("  Name").split())
            born = _day(Prompt.ask("  Birthday (such as 2013-05-01; empty if you would rather not)", default=""))
            role = Prompt.ask("  Child or adult", choices=["child", "adult"], default="child")
            if name and not asyncio.run(_add(here, name, born, role)):
                print(f"  Somebody is called {name} already.")
        print("\nTell everybody whose device is added, before you add it. The check page on each device says what is")
        print("looked at and who sees what, and nobody can switch that off. Adults add their own devices themselves.\n")
        _let_others_in(here, settings)
        if Confirm.ask("Set up the browsers of this computer now?", default=True):
            pac = f"http://127.0.0.1:{settings.dashboard.port}/proxy.pac"
            for entry in pc.set_up(here, pac):
                print(f"  put: {entry.said()}")
        print(
            "\nNext: screener up, then open https://screener.home.arpa/ in a browser that was closed and opened again."
        )


@app.command()
def uninstall(
    home: HomeOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it only says what it would do.")] = False,
    records: Annotated[
        bool, typer.Option("--and-all-records", help="Delete what was kept as well: alerts, texts, evidence.")
    ] = False,
) -> None:
    """Take out everything that Screener put on this computer, and prove that nothing is left."""
    from screener.home import pc
    from screener.home.folder import Home
    from screener.spool import discard, place

    here = Home.chosen(home)
    with mistakes_told():
        put = pc.placed(here)
        for entry in put:
            print(f"{'taken out' if yes else 'would be taken out'}: {entry.said()}")
        spool = place(here.folder) if here.folder.exists() else None
        if spool is not None and spool.exists():
            print(f"{'deleted' if yes else 'would be deleted'}: copies that wait to be read, {spool}")
        if here.folder.exists():
            fate = ("deleted" if yes else "would be deleted") if records else "kept"
            print(f"{fate}: {here.folder}, with everything that Screener knows")
        if others := sorted(here.enrolled_devices() - {"127.0.0.1"}):
            print(f"On these devices take the address and the certificate out by hand: {', '.join(others)}")
            print("A script of the page “Add a device” does so with the word undo behind it.")
        if not yes:
            print(
                "Nothing was changed. To do it: screener uninstall --yes" + ("" if records else " [--and-all-records]")
            )
            return
        if here.folder.exists() and _runs(here):
            raise Mistake("Screener is running. Stop it first, with Ctrl-C where it was started.")
        pc.taken_out(here)
        if here.folder.exists():
            discard(here.folder)
        if records:
            shutil.rmtree(here.folder, ignore_errors=True)
        left = [entry.said() for entry in pc.left_over(put)]
        left += [str(here.folder)] if records and here.folder.exists() else []
        for each in left:
            print(f"still there: {each}")
    print("Something is left; see above." if left else "Looked at again: nothing is left.")
    raise typer.Exit(1 if left else 0)


def _let_others_in(home: "Home", settings: "Config") -> None:
    from rich.prompt import Confirm, Prompt

    from screener.home import announce
    from screener.web import reach

    if settings.proxy.reaches_beyond and settings.dashboard.reaches_beyond:
        return
    offered = announce.at_home()
    if not offered:
        print("This computer has no address in a home network now, so no other device can use Screener.\n")
        return
    if not Confirm.ask("Let other devices of your home network use it too?", default=False):
        return
    address = offered[0]
    if len(offered) > 1:
        address = Prompt.ask("  At which address of this computer", choices=list(offered), default=address)
    reach.open_to(home, settings, address)
    print(f"  written into {home.settings}: proxy and dashboard listen at {address} too")
    print(
        f"  Have your router always give this computer that address; others begin at http://{address}:"
        f"{settings.dashboard.port}/start"
    )
    if _runs(home):
        print("  Screener is running: stop it with Ctrl-C where it was started, and start it again.\n")


def _runs(home: "Home") -> bool:
    from screener.doctor import examine

    return any(check.name == "check page" and check.ok for check in examine(home, datetime.now(UTC)))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        print("  That is no day; it can be added later.")
        return None


async def _add(home: "Home", name: str, born: date | None, role: str) -> bool:
    from screener.seal import Seal
    from screener.store.household import Devices
    from screener.store.sql import SqlStore
    from screener.web.setup_pages import zone_here

    store = await SqlStore.opened(home.database, Seal(key=home.seal_key()))
    try:
        kind: Role = "adult" if role == "adult" else "child"
        return await Devices(engine=store.engine).add_member(
            name[:60], born=born, role=kind, country=None, timezone=zone_here(), now=datetime.now(UTC)
        )
    finally:
        await store.close()
