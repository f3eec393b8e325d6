"""The screener process: follows what the proxy copied, and shows the dashboard."""

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fastapi import Request, Response

from screener import config, doctor, health, paraphrases, platforms
from screener.config import EVERYWHERE, DashboardSection, ProxySection
from screener.ending import AGAIN, Again, end_with
from screener.errors import Mistake
from screener.family import Family
from screener.home import announce, leaf
from screener.home import here as addresses
from screener.home.folder import Home
from screener.home.neighbours import Neighbours
from screener.home.pac import pac
from screener.home.router import switch
from screener.notify.bell import Bell
from screener.notify.dispatch import Dispatch
from screener.notify.outbox import Outbox
from screener.notify.standing import Household
from screener.notify.worker import Worker
from screener.packs.installed import Installed
from screener.packs.libraries import library_of
from screener.pipeline import Followed, Pipeline
from screener.reading import Reading
from screener.rulebook import Rulebook
from screener.rulebook.live import Live
from screener.seal import Seal
from screener.spool import Reader, place
from screener.store import texts
from screener.store.base import Issue
from screener.store.household import Devices
from screener.store.sql import SqlStore
from screener.tuning.tuner import Tuner
from screener.web import tongue
from screener.web.app import create_app
from screener.web.base import Change
from screener.web.claim import Claim
from screener.web.cries import Cries
from screener.web.desk import SqlDesk
from screener.web.device_codes import DeviceCodes
from screener.web.guard import LOOPBACK_NAMES
from screener.web.household import LivingHere
from screener.web.logins import SqlLogins
from screener.web.reach import Reach
from screener.web.rooms import House, rooms
from screener.web.serve import open_at, serve_later, serve_on

log = logging.getLogger(__name__)

type Ready = Callable[[str], None]


async def run(home: Home, *, ready: Ready, proxy_port: int | None = None) -> bool:
    """Until SIGTERM, SIGINT, or the end of the process that supervises it. Returns whether it is to be started again.
    Raises Mistake when it can't start.
    """
    settings = config.load(home.settings)
    written = settings.household()
    library = library_of(home, settings, keeps=True)
    rules = await asyncio.to_thread(library.read)
    for mistake in rules.mistakes:
        log.error("%s", mistake)
    seal = Seal(key=home.seal_key())
    store = await SqlStore.opened(home.database, seal)
    reader = Reader(place(home.folder))
    deaf: list[Issue] = []
    try:
        meaning = paraphrases.scorer(rules, a_second=paraphrases.A_SECOND)
    except Mistake as mistake:
        log.error("%s", mistake)
        deaf, meaning = [health.of_meaning(str(mistake), datetime.now(UTC))], None
    issues = [*_of_rules(rules, home), *deaf]
    devices, cries = Devices(engine=store.engine), Cries(engine=store.engine)
    family = await devices.family(written)
    desk = SqlDesk(
        store,
        reader,
        issues,
        enrolled=home.enrolled_devices,
        family=family,
        standing=doctor.Standing(home=home),
        router=switch.heard if settings.router.inside else None,
    )
    pipeline = Pipeline(family=family, rulebook=rules, store=store, since=await store.begun(), meaning=meaning)
    bell = Bell()

    def moved(family: Family) -> None:
        following.pipeline = replace(following.pipeline, family=family)
        names = [member.name for member in family.members]
        if library.members != names:
            # Rules may speak of them by name.
            library.members, library.seen = names, None

    async def tell(step: Followed) -> None:
        if step.alert is not None:
            desk.announce(Change(alert=step.alert.id, level=step.alert.level, what="grew" if step.grew else "opened"))
            bell.ring(step.alert.id)

    # On a router the proxy knows devices by their network cards.
    named = Neighbours(time.monotonic).named if settings.router.inside else str
    codes = DeviceCodes()
    here = LivingHere(
        home=home, written=written, devices=devices, desk=desk, cries=cries, moved=moved, named=named, codes=codes
    )
    following = Reading(reader=reader, pipeline=pipeline, tell=tell, met=here.met)
    await here.changed()
    claim = Claim.new(datetime.now(UTC)) if await desk.users() == 0 else None
    names = partial(_names, settings.dashboard)
    encryption = leaf.context(home, names(), datetime.now(UTC)) if settings.dashboard.secure_port else None
    https_port = settings.dashboard.secure_port if encryption else 0
    port, stop = settings.dashboard.port, asyncio.Event()
    again = Again(stop=stop)
    app = create_app(
        desk,
        claim=claim,
        secret=home.secret(),
        logins=SqlLogins(engine=store.engine),
        hosts=(
            settings.dashboard.host,
            *settings.dashboard.names,
            *([announce.NAME] if settings.dashboard.reaches_beyond else []),
            *announce.addresses(settings.dashboard.host),
        ),
        https_port=https_port,
        rooms=rooms(
            House(
                store=store,
                desk=desk,
                seal=seal,
                rulebook=lambda: live(),
                tuner=Tuner(library=library, engine=store.engine, apply=lambda: live.read()),
                family=lambda: here.family,
                evidence_key=home.evidence_key,
                time_stamp=settings.evidence.time_stamp or "",
                home=home,
                changed=here.changed,
                names=settings.dashboard.names,
                named=named,
                port=lambda: port,
                codes=codes,
                reach=Reach(home=home, settings=settings, restart=again),
            )
        ),
    )

    async def proxy_pac(request: Request) -> Response:
        host = proxy_host(request.url.hostname or "", settings.proxy)
        watched = platforms.endpoints()
        text = pac(f"{host}:{proxy_port or settings.proxy.port}", exact=watched.exact, below=watched.below)
        return Response(text, media_type="application/x-ns-proxy-autoconfig")

    app.add_api_route("/proxy.pac", proxy_pac, methods=["GET"])
    end_with(stop)

    def in_force(book: Rulebook) -> None:
        # A capture that is being followed keeps the pipeline it began with; the next one gets this.
        following.pipeline = replace(following.pipeline, rulebook=book)
        issues[:] = [*_of_rules(book, home), *deaf]

    live = Live(library=library, book=rules, told=in_force)
    reading = asyncio.create_task(following.run())
    reading.add_done_callback(lambda task: stop.set())
    purging = asyncio.create_task(texts.purge_hourly(store.engine, settings.keep_days()))
    watching = asyncio.create_task(live.follow())
    telling: list[asyncio.Task[None]] = [asyncio.create_task(here.run())]
    try:
        hosts = addresses.now(settings.dashboard.hosts)
        listeners, secure = open_at(hosts, settings.dashboard.port, https_port, encryption)
        port = listeners[0].getsockname()[1]
        notices = notifier(desk, store, seal, bell, link=_address(settings.dashboard, port, https_port))
        telling += [asyncio.create_task(notices.run()), asyncio.create_task(_wake(bell, desk))]
        for host in (each for each in settings.dashboard.hosts if each not in hosts):
            coming = serve_later(app, host, port, stop=stop, secure_port=https_port, context=encryption)
            telling.append(asyncio.create_task(coming))
        if encryption:
            telling.append(asyncio.create_task(leaf.keep_good(encryption, home, names)))
        if settings.dashboard.reaches_beyond:
            answering = announce.announce(
                settings.dashboard.host, https_port or port, kind="https" if https_port else "http"
            )
            telling.append(asyncio.create_task(answering))
        ready(f"{port} {claim.code if claim else '-'} {https_port or '-'}")
        await serve_on(app, listeners, stop=stop, secure=secure)
    finally:
        for task in (reading, purging, watching, *telling):
            task.cancel()
        await asyncio.gather(reading, purging, watching, *telling, return_exceptions=True)
        await store.close()
        reader.close()
    if not reading.cancelled() and (why := reading.exception()) is not None:
        raise why
    return again.is_asked


def proxy_host(asked: str, proxy: ProxySection) -> str:
    """Where a browser that found the dashboard under the name `asked` finds the proxy."""
    if asked in LOOPBACK_NAMES and addresses.THIS_COMPUTER in proxy.hosts:
        return addresses.THIS_COMPUTER
    host = asked if proxy.host in EVERYWHERE else proxy.host
    return f"[{host}]" if ":" in host else host


def _of_rules(book: Rulebook, home: Home) -> list[Issue]:
    trouble = Installed(home).trouble()
    mistakes = [*book.mistakes, *([trouble] if trouble else [])]
    return health.of_rules(mistakes, datetime.now(UTC), kept=book.kept, warnings=book.warnings)


def notifier(desk: SqlDesk, store: SqlStore, seal: Seal, bell: Bell, *, link: str) -> Worker:
    """What tells people of alerts; `link` is where they find the dashboard."""

    async def looks() -> bool:
        return not any(issue.severity == "error" for issue in await desk.issues())

    house = Household(engine=store.engine, members=desk.members)
    dispatch = Dispatch(home=house, seal=seal, link=link, looks=looks, speak=_in_language)
    return Worker(outbox=Outbox(home=house), dispatch=dispatch, bell=bell)


async def _wake(bell: Bell, desk: SqlDesk) -> None:
    """Whatever changes on the dashboard may have to be told, such as a call for help."""
    async for _change in desk.changes():
        bell.ring()


def _in_language(language: str, sentence: str) -> str:
    def said() -> str:
        tongue.begin(language)
        return tongue._(sentence)

    return copy_context().run(said)


def _names(dashboard: DashboardSection) -> tuple[str, ...]:
    """Every name and address under which the dashboard may be opened."""
    return ("localhost", "127.0.0.1", "::1", announce.NAME, *dashboard.names, *announce.addresses(dashboard.host))


def _address(dashboard: DashboardSection, port: int, https_port: int) -> str:
    """The dashboard as a link in a notice has it: by the first name that it was given for others to use."""
    host = next(iter(dashboard.names), dashboard.host)
    name = announce.NAME if host in EVERYWHERE else host
    where = f"[{name}]" if ":" in name else name
    return f"https://{where}:{https_port}/" if https_port else f"http://{where}:{port}/"


def main() -> None:
    """The entry of the process: `python -m screener.serve --home DIR`."""
    parser = argparse.ArgumentParser(prog="screener.serve")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--proxy-port", type=int)
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="screener: %(message)s")
    try:
        again = asyncio.run(run(Home(folder=given.home), ready=_say_ready, proxy_port=given.proxy_port))
    except Mistake as why:
        print(why, file=sys.stderr)
        sys.exit(2)
    sys.exit(AGAIN if again else 0)


def _say_ready(words: str) -> None:
    print(f"ready {words}", flush=True)


if __name__ == "__main__":
    main()
