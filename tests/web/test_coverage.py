"""The map of what is read says for each member, device and platform how far we see, and what would mend it."""

from datetime import timedelta

import pytest

from screener.family import Member
from screener.web.base import Coverage
from screener.web.coverage import map_of
from tests.make import NOON

KIM = Member.named("Kim", age=11, devices=("192.0.2.7",))
ROBIN = Member.named("Robin", age=14)


def a_row(**changes: object) -> Coverage:
    usual = {"device": "192.0.2.7", "member": "Kim", "platform": "discord", "state": "reads", "last_read": NOON}
    return Coverage(**(usual | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "state", "mend"),
    [
        ({}, "read", ""),
        ({"platform": "facebook"}, "partly", ""),
        ({"last_read": NOON - timedelta(days=9)}, "away", "Is the device in use"),
        ({"state": "waiting", "last_read": None}, "unchecked", "Open it once"),
        ({"state": "blind", "last_read": None}, "pinned", "The app keeps us out"),
        ({"state": "unenrolled", "last_read": None}, "unenrolled", "install the certificate"),
    ],
)
def test_each_state_is_named_and_each_blind_spot_has_its_mend(changes: dict[str, object], state: str, mend: str):
    (part,) = map_of([a_row(**changes)], [KIM], NOON)

    (spot,) = part.spots
    assert spot.state == state
    assert mend in spot.mend and bool(spot.mend) is bool(mend)


def test_a_member_of_whom_nothing_is_read_is_on_the_map():
    parts = map_of([a_row()], [KIM, ROBIN], NOON)

    assert [(part.member, len(part.spots)) for part in parts] == [("Kim", 1), ("Robin", 0)]


def test_a_device_belongs_to_the_member_it_was_given_to_and_what_is_nobodys_comes_last():
    rows = [a_row(member="", state="blind"), a_row(member="", device="192.0.2.99", state="unenrolled")]

    parts = map_of(rows, [KIM], NOON)

    assert [(part.member, part.spots[0].device) for part in parts] == [("Kim", "192.0.2.7"), ("", "192.0.2.99")]


def test_what_stays_unseen_though_it_reads_is_said():
    ((_, spot),) = [(part.member, part.spots[0]) for part in map_of([a_row(platform="facebook")], [KIM], NOON)]

    assert "encrypted" in spot.unseen
