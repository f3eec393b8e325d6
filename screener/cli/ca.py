"""`screener ca`: the family's own certificate authority."""

import json
from datetime import UTC, datetime

import typer

from screener.cli.base import HomeOption, JsonOption, mistakes_told

app = typer.Typer(no_args_is_help=True, help="The family's own certificate authority.")


@app.command("show")
def show(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say what it may sign for, until when, and its fingerprint."""
    from screener.home import authority
    from screener.home.folder import Home
    from screener.platforms import endpoints

    here = Home.chosen(home)
    found, print_ = authority.state(here, endpoints()), authority.fingerprint(here.ca)
    if as_json:
        shown = {
            "exists": found.exists,
            "private": found.private,
            "constrained": found.constrained,
            "outside": found.outside,
            "ends": found.ends.isoformat() if found.ends else None,
            "renewing": found.renewing,
            "sha256": print_,
        }
        print(json.dumps(shown))
        return
    if not found.exists:
        print("There is none yet. It is made on the first start: screener up")
        return
    print(f"{here.certificate}\n  SHA-256 {print_}\n  good until {found.ends:%Y-%m-%d}")
    if not found.constrained:
        print("  It may sign for every site. A new one would be for the watched platforms alone: screener ca rotate")
    for host in found.outside:
        print(f"  It may not sign for {host}, which therefore stays unread. Renew it with: screener ca rotate")
    if found.renewing:
        print("  A renewal is under way: devices that have not installed the new one go on with the one before.")


@app.command("rotate")
def rotate(home: HomeOption = None) -> None:
    """Make a new one. Devices go on with the one before until each has installed the new one."""
    from screener import config
    from screener.home import authority
    from screener.home.folder import Home
    from screener.home.probe import PROBE_HOST, RENEW_HOST
    from screener.platforms import endpoints

    here = Home.chosen(home)
    with mistakes_told():
        names = config.load(here.settings).dashboard.names if here.settings.exists() else ()
        authority.rotate(here, authority.domains(endpoints(), names), datetime.now(UTC))
    print(
        f"There is a new certificate: {here.certificate}\n"
        f"On each device open http://{PROBE_HOST}/ and install it, then open https://{RENEW_HOST}/\n"
        "Until then the device goes on with the one before. When all are done: screener ca let-go"
    )


@app.command("let-go")
def let_go(home: HomeOption = None) -> None:
    """End a renewal: devices that have not installed the new certificate are not looked after any more."""
    from screener.home import authority
    from screener.home.folder import Home

    here = Home.chosen(home)
    if not here.ca_before.exists():
        print("No renewal is under way.")
        return
    authority.let_go(here)
    print("The certificate before is gone. Take it out of the devices' lists as well; it opens nothing any more.")
