"""The screener process: follows what the proxy copied, and shows the dashboard."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fastapi import Request, Response

from screener import config, health, paraphrases, platforms, rulebook
from screener.ending import end_with
from screener.errors import Mistake
from screener.home.folder import Home
from screener.home.pac import pac
from screener.pipeline import Followed, Pipeline
from screener.reading import Reading
from screener.resources import shipped
from screener.seal import Seal
from screener.spool import Reader, place
from screener.store.sql import SqlStore
from screener.web.app import create_app
from screener.web.base import Change
from screener.web.claim import Claim
from screener.web.desk import SqlDesk
from screener.web.rooms import House, rooms
from screener.web.serve import listen, serve_on

log = logging.getLogger(__name__)

type Ready = Callable[[str], None]


async def run(home: Home, *, ready: Ready, proxy_port: int | None = None) -> None:
    """Until SIGTERM, SIGINT, or the end of the process that supervises it. Raises Mistake when it can't start."""
    settings = config.load(home.settings)
    rules = rulebook.load(home.folder / settings.rules if settings.rules else shipped("rules"))
    for mistake in rules.mistakes:
        log.error("%s", mistake)
    store = await SqlStore.opened(home.database)
    reader = Reader(place(home.folder))
    issues = health.of_rules(rules.mistakes, datetime.now(UTC))
    try:
        meaning = paraphrases.scorer(rules, a_second=paraphrases.A_SECOND)
    except Mistake as mistake:
        log.error("%s", mistake)
        issues, meaning = [*issues, health.of_meaning(str(mistake), datetime.now(UTC))], None
    family = settings.household()
    desk = SqlDesk(store, reader, issues, enrolled=home.enrolled_devices, family=family)
    pipeline = Pipeline(family=family, rulebook=rules, store=store, since=await store.begun(), meaning=meaning)

    async def tell(step: Followed) -> None:
        if step.alert is not None:
            desk.announce(Change(alert=step.alert.id, level=step.alert.level, what="grew" if step.grew else "opened"))

    claim = Claim.new(datetime.now(UTC)) if await desk.users() == 0 else None
    app = create_app(
        desk,
        claim=claim,
        secret=home.secret(),
        hosts=(settings.dashboard.host, *settings.dashboard.names),
        rooms=rooms(House(store=store, desk=desk, seal=Seal(key=home.seal_key()))),
    )

    async def proxy_pac(request: Request) -> Response:
        # A proxy that listens on every address is found where the dashboard was found.
        everywhere = settings.proxy.host in ("", "0.0.0.0", "::")  # noqa: S104 - it is compared, not listened on
        host = request.url.hostname if everywhere else settings.proxy.host
        watched = platforms.endpoints()
        text = pac(f"{host}:{proxy_port or settings.proxy.port}", exact=watched.exact, below=watched.below)
        return Response(text, media_type="application/x-ns-proxy-autoconfig")

    app.add_api_route("/proxy.pac", proxy_pac, methods=["GET"])
    stop = asyncio.Event()
    end_with(stop)
    reading = asyncio.create_task(Reading(reader=reader, pipeline=pipeline, tell=tell).run())
    reading.add_done_callback(lambda task: stop.set())
    try:
        listener = listen(settings.dashboard.host, settings.dashboard.port)
        ready(f"{listener.getsockname()[1]} {claim.code if claim else '-'}")
        await serve_on(app, listener, stop=stop)
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await store.close()
        reader.close()
    if not reading.cancelled() and (why := reading.exception()) is not None:
        raise why


def main() -> None:
    """The entry of the process: `python -m screener.serve --home DIR`."""
    parser = argparse.ArgumentParser(prog="screener.serve")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--proxy-port", type=int)
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="screener: %(message)s")
    try:
        asyncio.run(run(Home(folder=given.home), ready=_say_ready, proxy_port=given.proxy_port))
    except Mistake as why:
        print(why, file=sys.stderr)
        sys.exit(2)


def _say_ready(words: str) -> None:
    print(f"ready {words}", flush=True)


if __name__ == "__main__":
    main()
