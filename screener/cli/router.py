"""`screener router`: this machine as the family's router."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from screener.cli.base import HomeOption, JsonOption, mistakes_told
from screener.errors import Mistake

if TYPE_CHECKING:
    from screener.config import DashboardSection, RouterSection
    from screener.home.folder import Home

app = typer.Typer(no_args_is_help=True, help="This machine as the family's router: docs/router.md.")

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only print what would be put in place.")]


@app.command("on")
def on(home: HomeOption = None, dry_run: DryRunOption = False) -> None:
    """Lead enrolled devices' connections to watched sites to the proxy, while it is well."""
    from screener import platforms
    from screener.home.router import switch
    from screener.home.router.names import dnsmasq_lines
    from screener.home.router.ruleset import Router, ruleset

    with mistakes_told():
        place, section, dashboard = _settings(home)
        if not section.inside:
            raise Mistake(
                f"{place.settings}: router.inside names no interface. Write those of the family's network, such as"
                ' ["br0"]; "ip link" lists them.'
            )
        owner = place.folder.stat().st_uid
        router = Router(
            inside=section.inside,
            port=section.port,
            closed=tuple(port for port in (dashboard.port, dashboard.secure_port) if port),
            # Rules against root would shut out whoever looks after this machine, too.
            user=owner or None,
        )
        watched = platforms.endpoints()
        names = dnsmasq_lines(exact=watched.exact, below=watched.below)
        if dry_run:
            print(f"# for nftables\n{ruleset(router)}\n# for {Path(section.dnsmasq) / switch.FILE}\n{names}", end="")
            return
        for line in switch.on(router, names, Path(section.dnsmasq)):
            print(line)
        if not owner:
            print("home: it is root's, so nothing but the proxy itself keeps the dashboard apart from the browsers.")


@app.command("off")
def off(home: HomeOption = None) -> None:
    """Take away everything that `on` put anywhere; every new connection goes direct."""
    from screener.home.router import switch

    with mistakes_told():
        _, section, _ = _settings(home)
        for line in switch.off(Path(section.dnsmasq)):
            print(line)


@app.command("status")
def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say how it stands; ends with status 1 when connections are not led to the proxy now."""
    from screener.home.router import switch

    with mistakes_told():
        _, section, _ = _settings(home)
        heart = switch.heard()
        found = switch.status(Path(section.dnsmasq), str(heart.get("state", "")))
    if as_json:
        print(json.dumps(asdict(found) | {"heartbeat": heart}, ensure_ascii=False))
    else:
        why = str(heart.get("why") or "") or "it is not running"
        for name, is_well, words in (
            ("rules", found.rules, "in place" if found.rules else "not in place; run: screener router on"),
            ("names", found.names, "in place" if found.names else "not in place; run: screener router on"),
            ("heartbeat", found.beating, "beating" if found.beating else f"all connections go direct: {why}"),
        ):
            print(f"{'ok     ' if is_well else 'trouble'}  {name}: {words}")
        print(f"         {found.devices} devices, {found.addresses} watched addresses known")
        print(
            f"         {found.led} connections led to the proxy, {found.entered} entered, {found.quic_refused} QUIC"
            " packets refused"
        )
    raise typer.Exit(0 if found.rules and found.names and found.beating else 1)


@app.command("phone")
def phone(
    home: HomeOption = None, as_text: Annotated[bool, typer.Option("--text", help="Print no code.")] = False
) -> None:
    """Show the code with which one phone's WireGuard app dials in. It has no way round: docs/router.md."""
    from screener.home.wireguard import phone_settings, qr

    with mistakes_told():
        place, section, _ = _settings(home)
        if not section.wireguard_port or not section.wireguard_name:
            raise Mistake(
                f"{place.settings}: router.wireguard_port and router.wireguard_name are not set. Write the port, such"
                " as 51820, and the name or address under which the phone finds this machine."
            )
        text = phone_settings(place, section.wireguard_name, section.wireguard_port)
    print(
        text if as_text else f"{qr(text)}\nWhoever has this code can dial in. While Screener does not run, a phone that"
    )
    if not as_text:
        print(
            "is switched to it has no internet at all: switch it off in the WireGuard app, and everything is as before."
        )


def _settings(home: Path | None) -> "tuple[Home, RouterSection, DashboardSection]":
    from screener import config
    from screener.home.folder import Home

    place = Home.chosen(home)
    found = config.load(place.settings) if place.settings.exists() else config.Config()
    return place, found.router, found.dashboard
