"""What works here and what does not: each thing that Screener needs, looked at, with its mend."""

import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from screener import config, health, troubles
from screener.canaries import Canary
from screener.errors import Mistake
from screener.home import announce, authority, pc
from screener.home.folder import Home
from screener.home.here import is_here
from screener.home.probe import PROBE_HOST
from screener.platforms import endpoints, platform_of_host, title
from screener.spool import Reader, place
from screener.store.base import Issue

PATIENCE_SECONDS = 5.0
ENOUGH_BYTES = 500 * 1024 * 1024
LATELY = timedelta(days=1)
STANDS_FOR = timedelta(minutes=1)
EPOCH = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing. `mend` is empty where all is well; `note` marks what may be so on purpose."""

    name: str
    ok: bool
    what: str
    mend: str = ""
    note: bool = False


def examine(home: Home, now: datetime) -> list[Check]:
    """Everything, from where it runs."""
    checks = [*_folder(home), *lasting(home, now)]
    try:
        settings = config.load(home.settings) if home.settings.exists() else config.Config()
    except Mistake as why:
        mend = "Mend the line, and start again."
        return [*checks, *(_bad("settings", line, mend) for line in str(why).splitlines())]
    checks.append(_good("settings", f"{home.settings} can be read"))
    checks += _database(home)
    checks += _spool(home, now)
    checks += _proxy(settings)
    checks += _dashboard(settings)
    checks += _name(settings)
    checks += _devices(home, now)
    return checks


def lasting(home: Home, now: datetime) -> list[Check]:
    """What can be seen without asking the two processes: also on the dashboard, as issues."""
    return [*_certificate(home, now), *_clock(home, now), *_disk(home), *_computer(home), *_doors(home)]


@dataclass(kw_only=True)
class Standing:
    """The same for the dashboard, which asks with every page: looked at again once a minute."""

    home: Home
    _found: tuple[Issue, ...] = ()
    _at: datetime | None = None

    def __call__(self, now: datetime) -> tuple[Issue, ...]:
        if self._at is None or not timedelta() <= now - self._at < STANDS_FOR:
            self._found, self._at = tuple(issues(self.home, now)), now
        return self._found


def issues(home: Home, now: datetime) -> list[Issue]:
    """What is wrong, as issues; those of the certificate have words of their own."""
    found = health.of_authority(authority.state(home, endpoints()), now)
    for check in lasting(home, now):
        if not check.ok and check.name != "certificate":
            severity = health.severity_of(check.note)
            found.append(Issue(key=f"doctor:{check.name}", severity=severity, what=check.what, mend=check.mend, at=now))
    return found


def _folder(home: Home) -> Iterator[Check]:
    try:
        mode = home.folder.stat().st_mode
    except OSError:
        yield _bad("folder", f"{home.folder} is not there", "Start Screener once: screener up")
        return
    if mode & 0o077:
        yield _bad("folder", f"others can look into {home.folder}", f"Run: chmod 700 {home.folder}")
    elif not os.access(home.folder, os.W_OK):
        yield _bad("folder", f"{home.folder} can't be written", "Give it to the user who runs Screener.")
    else:
        yield _good("folder", f"{home.folder} is ours alone")
    seal = "seal.locked" if home.is_locked else "seal.key"
    for name in ("secret.key", seal, "evidence.key"):
        key = home.folder / name
        if not key.exists():
            if name == "evidence.key":
                continue  # it is made when evidence is first taken out

            yield _bad("keys", f"{key} is missing", "Put it back from a backup, or start Screener again to make one.")
        elif key.stat().st_mode & 0o077:
            yield _bad("keys", f"others can read {key}", f"Run: chmod 600 {key}")


def _certificate(home: Home, now: datetime) -> Iterator[Check]:
    found = authority.state(home, endpoints())
    if not found.exists:
        yield _bad("certificate", "there is no family certificate", "Start Screener once: screener up")
        return
    wrong = health.of_authority(found, now)
    for issue in wrong:
        yield Check(name="certificate", ok=False, what=issue.what, mend=issue.mend, note=issue.severity == "note")
    if not wrong:
        day = f"{found.ends:%Y-%m-%d}" if found.ends else ""
        yield _good("certificate", f"the family certificate is for the watched platforms alone, and good until {day}")
    if found.renewing:
        what, mend = troubles.words("renewal")
        yield Check(name="renewal", ok=False, what=what, mend=mend, note=True)


def _clock(home: Home, now: datetime) -> Iterator[Check]:
    """A clock that is wrong makes every certificate bad, and every night a day."""
    try:
        newest = datetime.fromtimestamp(max(f.stat().st_mtime for f in (home.database, home.certificate)), UTC)
    except OSError:
        newest = EPOCH
    if now < max(EPOCH, newest - LATELY):
        yield _bad("clock", *troubles.words("clock", day=f"{now:%Y-%m-%d}"))
    else:
        yield _good("clock", f"the clock says {now:%Y-%m-%d %H:%M} UTC")


def _disk(home: Home) -> Iterator[Check]:
    try:
        free = shutil.disk_usage(home.folder).free
    except OSError:
        return
    megabytes = free // (1024 * 1024)
    if free < ENOUGH_BYTES:
        yield _bad("disk", *troubles.words("disk", megabytes=megabytes, folder=home.folder))
    else:
        yield _good("disk", f"{megabytes} MB are free where {home.folder} lies")


def _computer(home: Home) -> Iterator[Check]:
    try:
        put = pc.placed(home)
    except Mistake as why:
        yield _bad("computer", *troubles.words("computer:unread", why=why))
        return
    there = pc.left_over(put)
    # A store that was made for the certificate goes again only once it is empty.
    missing = [entry for entry in put if entry.kind != "nssdb" and entry not in there]
    for entry in missing:
        yield _bad("computer", *troubles.words("computer:gone", what=entry.said()))
    if put and not missing:
        yield _good("computer", "this computer's browsers are set up")


def _database(home: Home) -> Iterator[Check]:
    if not home.database.exists():
        yield _bad("database", f"{home.database} is not there", "Start Screener once: screener up")
        return
    try:
        with closing(sqlite3.connect(f"file:{home.database}?mode=ro", uri=True, timeout=PATIENCE_SECONDS)) as line:
            said = line.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as why:
        said = type(why).__name__
    if said == "ok":
        yield _good("database", "the database is whole")
    else:
        yield _bad("database", f"the database is damaged ({str(said)[:80]})", "Put it back from a backup.")


def _spool(home: Home, now: datetime) -> Iterator[Check]:
    with closing(Reader(place(home.folder))) as reader:
        counters = reader.counters()
    for issue in health.of_proxy(counters, now):
        yield _bad("proxy", issue.what, issue.mend)
    if dropped := int(counters.get("dropped", 0)):
        yield _bad("spool", f"{dropped} copies were dropped", "Raise proxy.spool_megabytes, or use a faster machine.")
    elif counters:
        yield _good("spool", "no copy was dropped since the start")


def _proxy(settings: config.Config) -> Iterator[Check]:
    """Asks for the check page through it, as a browser does."""
    where = (_reached(settings.proxy.hosts[0]), settings.proxy.port)
    said = _asked(where, f"GET http://{PROBE_HOST}/ HTTP/1.1\r\nHost: {PROBE_HOST}\r\nConnection: close\r\n\r\n")
    name = f"{where[0]}:{where[1]}"
    if b"Screener" in said:
        yield _good("check page", f"the proxy at {name} answers, and shows the check page")
    else:
        mend = "Start Screener: screener up. If it runs, another program may have taken its port."
        yield _bad("check page", f"the proxy at {name} does not answer", mend)


def _dashboard(settings: config.Config) -> Iterator[Check]:
    where = (_reached(settings.dashboard.hosts[0]), settings.dashboard.port)
    head = f"HTTP/1.1\r\nHost: localhost:{where[1]}\r\nConnection: close\r\n\r\n"
    name = f"http://{where[0]}:{where[1]}"
    if not _asked(where, f"GET /healthz {head}").endswith(b"ok"):
        yield _bad("dashboard", f"the dashboard at {name} does not answer", "Start Screener: screener up")
        return
    yield _good("dashboard", f"the dashboard at {name} answers")
    pac = _asked(where, f"GET /proxy.pac {head}")
    if b"FindProxyForURL" in pac and f":{settings.proxy.port}; DIRECT".encode() in pac:
        yield _good("PAC", f"{name}/proxy.pac leads to the proxy, and past it when it stops")
    else:
        yield _bad("PAC", f"{name}/proxy.pac does not lead to the proxy", "Start Screener again, so that both agree.")


def _name(settings: config.Config) -> Iterator[Check]:
    if not settings.dashboard.reaches_beyond:
        return
    if not is_here(settings.dashboard.host):
        return  # that is said elsewhere
    if announce.addresses(settings.dashboard.host):
        yield _good("name", f"{announce.NAME} is announced in the home network")
    else:
        yield _bad("name", "this machine has no address in a home network", "Look whether its cable or Wi-Fi is on.")


def _doors(home: Home) -> Iterator[Check]:
    try:
        settings = config.load(home.settings) if home.settings.exists() else config.Config()
    except Mistake:
        return  # that is said elsewhere
    if outside := announce.exposed(settings.proxy.host, settings.dashboard.host):
        yield _bad("exposed", *troubles.words("exposed", addresses=", ".join(outside)))
    for host in dict.fromkeys((settings.proxy.host, settings.dashboard.host)):
        if not is_here(host):
            yield _bad("address", *troubles.words("address:gone", address=host))


def _devices(home: Home, now: datetime) -> Iterator[Check]:
    enrolled = home.enrolled_devices()
    if enrolled:
        yield _good("devices", f"{len(enrolled)} looked after: {', '.join(sorted(enrolled)[:10])}")
    else:
        yield _bad("devices", "no device is looked after yet", "Open the page “Set up” on the dashboard.")
    with closing(Reader(place(home.folder))) as reader:
        seen = reader.coverage()
    since = (now - LATELY).timestamp()
    refusing = sorted(
        {(s.device, platform_of_host(s.host) or "") for s in seen if s.state == "refused" and s.at > since}
    )
    for device, platform in refusing:
        if platform:
            mend = "Use it in the browser on this device. An app that does so can't be read."
            yield Check(
                name="refusals", ok=False, what=f"{title(platform)} on {device} can't be read", mend=mend, note=True
            )
    for issue in health.of_canaries(_canaries(home)):
        yield _bad("platforms", issue.what, issue.mend)


def _canaries(home: Home) -> list[Canary]:
    from screener.store.sql import canary_of

    try:
        with closing(sqlite3.connect(f"file:{home.database}?mode=ro", uri=True, timeout=PATIENCE_SECONDS)) as line:
            line.row_factory = _named
            return [canary_of(row) for row in line.execute("SELECT * FROM canaries")]
    except sqlite3.Error:
        return []


def _named(cursor: sqlite3.Cursor, row: tuple[object, ...]) -> object:
    from types import SimpleNamespace

    return SimpleNamespace(**{column[0]: value for column, value in zip(cursor.description, row, strict=True)})


def _asked(where: tuple[str, int], request: str) -> bytes:
    said = b""
    try:
        with socket.create_connection(where, timeout=PATIENCE_SECONDS) as line:
            line.sendall(request.encode())
            while (piece := line.recv(65_536)) and len(said) < 1_000_000:
                said += piece
    except OSError:
        pass
    return said


def _reached(host: str) -> str:
    """Where something that listens on every address is spoken to from here."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - it is compared


def _good(name: str, what: str) -> Check:
    return Check(name=name, ok=True, what=what)


def _bad(name: str, what: str, mend: str) -> Check:
    return Check(name=name, ok=False, what=what, mend=mend)
