"""The picture over weeks: days where there are few, weeks where there are many, and nothing left out in silence."""

from datetime import timedelta

import pytest

from screener.tally import day_of
from screener.web.plot import MOST_DAYS, RIGHT, TALLEST, Count, plot
from tests.make import NOON

TODAY = day_of(NOON)


def written(day: int, count: int = 1, by: str = "contact") -> Count:
    return Count(day=TODAY + day, kind="message", by=by, count=count)


def test_where_nothing_happened_there_is_nothing_to_draw():
    assert plot((), ()).bars == ()


def test_a_few_days_are_drawn_day_by_day_and_the_tallest_bar_is_the_most():
    found = plot((written(0, 10), written(3, 1), written(3, 5, "member")), ())

    assert found.step == 1
    assert [(bar.up, bar.down) for bar in found.told] == [(TALLEST, 0), (4.4, 22.0)]


@pytest.mark.parametrize(("days", "step", "cut"), [(69, 1, False), (70, 7, False), (489, 7, False), (600, 7, True)])
def test_many_days_are_drawn_in_weeks_and_what_is_not_drawn_is_said(days: int, step: int, cut: bool):
    found = plot((written(0), written(days)), ())

    assert (found.step, found.cut) == (step, cut)
    assert len(found.bars) <= MOST_DAYS
    assert all(bar.x + found.width <= RIGHT for bar in found.bars)
    assert found.told[-1].received == 1


def test_one_message_beside_a_thousand_can_still_be_seen():
    found = plot((written(0, 1_000), written(1, 1)), ())

    assert found.told[1].up >= 2


def test_each_stage_begins_where_its_first_sign_came():
    found = plot((written(0), written(9)), (("approach", NOON), ("isolate", NOON + timedelta(days=4))))

    first, second = found.lines
    assert first.x < second.x and first.y < second.y
    assert [bar.stages for bar in found.told] == [("approach",), ("isolate",), ()]


def test_marks_stand_in_the_order_in_which_they_happen():
    kinds = ("call", "blocked", "accepted", "friend_request", "deleted", "profile")
    counts = [Count(day=TODAY, kind=kind, by="contact", count=1) for kind in kinds]

    assert plot(counts, ()).told[0].marks == ("request", "accepted", "call", "deleted", "blocked")


def test_the_last_day_is_at_the_end_and_nothing_is_drawn_of_days_to_come():
    found = plot((written(0), written(2)), (("approach", NOON),))

    assert found.bars[-1].received == 1
    assert found.last == found.bars[-1].at
    assert found.first == found.last - timedelta(days=13)
