"""Whether other devices at home reach proxy and dashboard: where they could, and what is to stand in config.yaml."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from markupsafe import Markup
from starlette.requests import Request

from screener import config
from screener.config import EVERYWHERE, Config
from screener.errors import Mistake
from screener.home import announce
from screener.home.folder import Home, write_private
from screener.home.here import THIS_COMPUTER, is_here
from screener.tuning.yamlwrite import written
from screener.web.guard import LOOPBACK_NAMES, host_name
from screener.web.serve import listen

type AtHome = Callable[[], tuple[str, ...]]
"""The addresses at which only this home reaches the machine."""


def open_to(home: Home, settings: Config, address: str, at_home: AtHome = announce.at_home) -> None:
    """From the next start on proxy and dashboard listen at this address of the home network too. Raises Mistake."""
    if address not in at_home():
        raise Mistake(f"{address[:60]}: this is no address of this machine in a home network. Choose one that is.")
    proxy, dashboard = settings.proxy, settings.dashboard
    there = dashboard.model_copy(update={"host": address})
    ports = set() if _is_at(proxy.host, address) else {proxy.port}
    ports |= set() if _is_at(dashboard.host, address) else {there.port, there.secure_port}
    for port in ports - {0}:
        # Whoever presses this must find the dashboard again.
        listen(address, port).close()
    _write(home, address)


def _is_at(host: str, address: str) -> bool:
    """Whether what listens at `host` has this address already: then nobody else can, and nobody need try."""
    return host == address or host in EVERYWHERE


def close(home: Home) -> None:
    """From the next start on nobody but this computer reaches them. Raises Mistake."""
    _write(home, THIS_COMPUTER)


def _write(home: Home, host: str) -> None:
    file = home.settings.resolve()
    trial = file.with_name(f"{file.name}.trial")
    try:
        after = written(
            file.read_bytes().decode(), {(part, "host"): host for part in ("proxy", "dashboard")}, file=str(file)
        )
        write_private(trial, after.encode())
        # What can't be read again is never in force, not for a moment.
        config.load(trial)
        write_private(file, after.encode())
    except Mistake as why:
        raise Mistake(str(why).replace(trial.name, file.name)) from None
    except (OSError, UnicodeDecodeError):
        raise Mistake(f"{file}: can't be written. Write {host} as the host of proxy and dashboard by hand.") from None
    finally:
        with suppress(OSError):
            trial.unlink(missing_ok=True)


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How it stands, for the dashboard. `restart` starts both processes again and says whether it can; it is called on
    the loop.
    """

    home: Home
    settings: Config
    restart: Callable[[], bool] = lambda: False
    at_home: AtHome = announce.at_home
    is_here: Callable[[str], bool] = is_here

    @property
    def beyond(self) -> bool:
        """Whether other devices reach both."""
        return self.settings.dashboard.reaches_beyond and self.settings.proxy.reaches_beyond

    @property
    def name(self) -> str:
        """The address at which other devices find the dashboard; empty where they don't."""
        dashboard = self.settings.dashboard
        if not self.beyond:
            return ""
        if dashboard.host not in EVERYWHERE:
            return dashboard.host
        return next(iter((*self.at_home(), *dashboard.names)), announce.NAME)

    @property
    def gone(self) -> str:
        """The address for other devices where this machine does not have it now; else empty."""
        hosts = (self.settings.proxy.host, self.settings.dashboard.host)
        return next((host for host in hosts if not self.is_here(host)), "")

    def exposed(self) -> tuple[str, ...]:
        """Addresses at which it may be reached from outside the home."""
        return announce.exposed(self.settings.proxy.host, self.settings.dashboard.host)

    async def open_to(self, address: str) -> bool:
        """As `open_to`; says whether both processes are being started again. Raises Mistake."""
        await asyncio.to_thread(open_to, self.home, self.settings, address, self.at_home)
        return self.restart()

    async def close(self) -> bool:
        """As `close`; says whether both processes are being started again. Raises Mistake."""
        await asyncio.to_thread(close, self.home)
        return self.restart()


def plain_address(request: Request, path: str, *, port: int, others: str = "") -> str:
    """An address of ours as the device that asks can open it, without TLS: it has no certificate yet. `others` is the
    name for other devices, where it was asked for under one that means this machine alone; `port` where TLS is spoken.
    """
    host = host_name(request.headers) or "127.0.0.1"
    host = others if others and host in LOOPBACK_NAMES else host
    own = request.url.port if request.url.scheme == "http" else None
    return f"http://{f'[{host}]' if ':' in host else host}:{own or port}{path}"


def qr(address: str) -> Markup:
    """A code that a phone's camera opens."""
    import segno  # it takes a moment to load, and few pages need it

    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=4)]
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x in _dark(row))
    return Markup(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-labelledby="qr-name" shape-rendering="crispEdges">'
        '<rect width="{0}" height="{0}" fill="#fff"/><path fill="#000" d="{1}"/></svg>'
    ).format(len(rows), path)


def _dark(row: list[int]) -> Iterator[int]:
    return (x for x, dark in enumerate(row) if dark)
