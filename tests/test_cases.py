"""An alert's row says all that a list asks, comes along from older versions, and is new again when it gets worse."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from screener.alerts import Alert
from screener.relationships import Relationship
from screener.rules import Signal
from screener.score import Score
from screener.store.base import Recalled
from screener.store.sql import SqlStore
from screener.store.tables import alerts
from tests.make import NOON, a_contact, a_member, a_message, a_request

KIM = a_member()
VERSIONS = Path(__file__).parent / "store_versions"
LATER = 9_999_999_999_999_999


async def test_alerts_of_an_earlier_version_are_listed_and_found(tmp_path: Path):
    path = tmp_path / "screener.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript((VERSIONS / "0001.sql").read_text())

    store = await SqlStore.opened(path)
    async with store.engine.connect() as connection:
        row = (await connection.execute(select(alerts))).one()
    await store.close()

    card = json.loads(row.card)
    assert (row.member, row.adult, row.platform, row.pressed) == ("member:Kim", False, "facebook", True)
    assert "maya r." in row.sought and "100000000000001" in row.sought and "kim" in row.sought
    assert (card["name"], card["member"], card["reasons"]) == ("Maya R.", "Kim", 2)
    assert card["top"]["because"]


def a_signal(at: float = 0, *, alone: bool = False) -> Signal:
    return Signal(rule="r", stage="pressure", points=50, because="A reason.", advice="", event="e",
                  at=NOON + timedelta(hours=at), alone=alone)  # fmt: skip


def an_alert(level: str, *signals: Signal) -> Alert:
    alert = Alert.opening(
        id="a1", score=Score(points=50, level=level, stages=("pressure",), signals=signals), at=signals[0].at
    )
    assert alert is not None
    return alert


@pytest.mark.parametrize(
    ("level", "signal", "state", "later"),
    [
        ("talk", a_signal(1), "closed", LATER),
        ("act", a_signal(1), "new", None),
        ("talk", a_signal(1, alone=True), "new", None),
    ],
    ids=["no more than before", "a rise", "another threat"],
)
async def test_what_gets_worse_comes_back_whatever_was_done_with_it(
    tmp_path: Path, level: str, signal: Signal, state: str, later: int | None
):
    store = await SqlStore.opened(tmp_path / "screener.db")
    event = a_request()
    relationship = Relationship.first(member=KIM, event=event).after(event)
    async with store.transaction() as tx:
        await tx.keep(KIM, event, Recalled(relationship=relationship, alert=an_alert("talk", a_signal())))
    async with store.engine.begin() as connection:
        await connection.execute(update(alerts).values(state="closed", later=LATER))

    worse = a_message(id="worse", at=signal.at, contact=a_contact())
    async with store.transaction() as tx:
        alert = replace(an_alert(level, signal), updated=signal.at)
        await tx.keep(KIM, worse, Recalled(relationship=relationship.after(worse), alert=alert))

    async with store.engine.connect() as connection:
        row = (await connection.execute(select(alerts))).one()
    assert (row.state, row.later) == (state, later)
    await store.close()
