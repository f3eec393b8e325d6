"""`screener up`: the family's proxy and dashboard, until Ctrl-C."""

import asyncio
from collections.abc import Callable

from screener import config, troubles
from screener.ending import end_with
from screener.home.announce import NAME, addresses, not_at_home
from screener.home.folder import Home
from screener.home.here import is_here
from screener.home.probe import PROBE_HOST
from screener.supervise import Supervisor

type Print = Callable[[str], None]

TRUSTING = "(on every device that trusts the family certificate)"


async def up(home: Home, out: Print, *, passphrase: str | None = None) -> None:
    """Returns after Ctrl-C or SIGTERM, with both processes ended. Raises Mistake when something is in the way."""
    first = home.made()
    settings = config.load(home.settings)
    supervisor = Supervisor(home.folder, say=out, passphrase=passphrase)
    stop = asyncio.Event()
    end_with(stop)
    starting = asyncio.create_task(supervisor.start())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
    try:
        if not starting.done():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            return
        starting.result()
        for line in greeting(supervisor, home, settings, first=first):
            out(line)
        await stopping
        out("")
        out("Stopping. Browsers go direct from now on; nothing is looked at until the next start.")
    finally:
        stopping.cancel()
        await supervisor.stop()


def greeting(supervisor: Supervisor, home: Home, settings: config.Config, *, first: bool) -> list[str]:
    """What is printed once both processes run."""
    lines = [
        "",
        "Screener is running." + (f" Everything it keeps lies in {home.folder}" if first else ""),
        "",
        f"  Dashboard     {supervisor.dashboard_url}",
    ]
    if supervisor.claim_code:
        lines.append(
            f"  Claim code    {supervisor.claim_code}    (for the first account; 15 minutes, on this machine only)"
        )
    if supervisor.https_port:
        name = NAME if settings.dashboard.reaches_beyond else "localhost"
        lines.append(f"  Encrypted     https://{name}:{supervisor.https_port}    {TRUSTING}")
    beyond = settings.dashboard.reaches_beyond
    lines += [
        f"  PAC address   {supervisor.dashboard_url}/proxy.pac",
        *(_for_others(settings.dashboard.host, supervisor.dashboard_port) if beyond else []),
        "",
        "What to do next:",
    ]
    steps = []
    if supervisor.claim_code:
        steps.append("Open the dashboard in a browser on this machine and make your account with the claim code.")
    steps += [
        "Under “Set up”, add who lives here, and press “Set up this computer”.",
        f"Close the browser, open it again, and open https://{PROBE_HOST}/ (for another one, by hand:"
        f" {supervisor.dashboard_url}/start).",
        "When that page says that this device is looked after, it is. Tell everybody who uses it.",
    ]
    lines += [f"  {n}. {step}" for n, step in enumerate(steps, 1)]
    return [*lines, "", "Ctrl-C stops it."]


def _for_others(host: str, port: int) -> list[str]:
    """Where another device begins, and what must not be."""
    if not is_here(host):
        return [f"  Beware        {troubles.words('address:gone', address=host)[0]}"]
    found = addresses(host)
    outside = not_at_home(found)
    here = next((each for each in found if each not in outside), host)
    warning = f"  Beware        {', '.join(outside)} is no address of a home: see screener doctor"
    return [
        f"  Other devices http://{f'[{here}]' if ':' in here else here}:{port}/start",
        *([warning] if outside else []),
    ]
