"""Whatever happens, and whatever somebody wishes: what is urgent rings at once, and no rise is swallowed."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from screener.levels import LEVELS, LevelName
from screener.notify.when import Wishes
from screener.store.people import acts, channels
from screener.store.tables import alerts, events, handles, issues, relationships, texts
from tests.notify.rig import LONDON, Place, a_place
from tests.notify.servers import NtfyServer

CONTACTS = ("100000000000701", "100000000000702")
WORDS: dict[LevelName, str] = {"look": "Have a look", "talk": "It is worth a talk", "act": "Act now."}

minutes = st.integers(0, 24 * 60 - 1)
wishes = st.builds(
    Wishes,
    quiet_from=st.none() | minutes,
    quiet_to=st.none() | minutes,
    digest_at=st.none() | minutes,
    paused_until=st.none() | st.integers(0, 72).map(lambda hours: _begin() + timedelta(hours=hours)),
    remind_minutes=st.sampled_from([0, 30]),
)
happenings = st.lists(
    st.tuples(
        st.sampled_from(CONTACTS),
        st.sampled_from([*LEVELS, "seen"]),
        st.booleans(),
        st.sampled_from([0, 1, 7, 45, 300, 900]),
    ),
    min_size=1,
    max_size=8,
)


def _begin() -> datetime:
    return datetime(2026, 10, 24, 15, 0, tzinfo=LONDON)


def test_what_is_urgent_rings_at_once_and_every_rise_is_told(tmp_path: Path, ntfy: NtfyServer):
    # One database for all: making one takes longer than a whole story.
    with asyncio.Runner() as runner:
        made = a_place(tmp_path)
        place = runner.run(made.__aenter__())

        @settings(max_examples=40, deadline=None)
        @given(wanted=wishes, story=happenings)
        def lives(wanted: Wishes, story: list[Any]) -> None:
            runner.run(lived(place, ntfy, wanted, story))

        try:
            lives()
        finally:
            runner.run(made.__aexit__(None, None, None))


async def lived(place: Place, server: NtfyServer, wanted: Wishes, story: list[Any]) -> None:
    """Lives through the story; fails where something is not told in time, or not even when all is quiet again."""
    await emptied(place, server)
    await place.channel("u-anna", server.url)
    await place.people.wish("u-anna", wanted)
    open: dict[str, LevelName] = {}
    untold: dict[str, LevelName] = {}

    def hears() -> list[str]:
        said = server.said()
        for level in LEVELS:
            if any(text.startswith(WORDS[level]) for text in said):
                # A notice tells of everything that is no more urgent than it says.
                heard = [id for id, one in untold.items() if LEVELS.index(one) <= LEVELS.index(level)]
                for id in heard:
                    del untold[id]
        return said

    for contact, what, threat, wait in story:
        await place.turn(minutes=wait)
        hears()
        id = f"kim{contact[-6:]}"
        if what == "seen":
            if id in open:
                await place.looked(id)
                untold.pop(id, None)
            continue
        level = max(open.get(id, what), what, key=LEVELS.index)
        rises = id not in open or level != open[id]
        await place.happens(level, contact=contact, threat=threat)
        open[id] = level
        if rises:
            untold[id] = level
        await place.turn()
        said = hears()
        if rises and level == "act":
            assert any(text.startswith(WORDS["act"]) for text in said)
    while untold and (due := await place.worker.dispatch.next(place.clock())) is not None:
        assert due < _begin() + timedelta(days=9)
        place.clock.now = due
        await place.turn()
        hears()

    assert untold == {}
    rows = await place.rows()
    assert len({row.key for row in rows}) == len(rows)


async def emptied(place: Place, server: NtfyServer) -> None:
    """The same home before anything happened."""
    async with place.store.engine.begin() as connection:
        for table in (channels, acts, alerts, handles, texts, events, relationships, issues):
            await connection.execute(delete(table))
    place.known.clear()
    place.clock.now = _begin()
    await place.restarted()
    server.said()
