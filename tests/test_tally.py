"""Counts by day and by hour stay small, and tell what was counted."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from screener.tally import DAYS, MOST_A_DAY, Hours, Tally, day_of
from tests.make import NOON


def tallied(*days_ago: float, by_contact: bool = True) -> Tally:
    tally = Tally()
    for ago in days_ago:
        tally = tally.counted(NOON - timedelta(days=ago), by_contact=by_contact)
    return tally


def test_messages_are_counted_by_side_within_windows():
    tally = tallied(50, 20, 3, 3, 0).counted(NOON, by_contact=False)

    assert tally.within(60, NOON) == (5, 1)
    assert tally.within(30, NOON) == (4, 1)
    assert tally.within(1, NOON) == (1, 1)
    assert tally.busy_days(60, NOON) == 4


def test_a_trickle_of_three_a_day_over_sixty_days_is_all_there():
    tally = tallied(*(day for day in range(59, -1, -1) for _ in range(3)))

    assert tally.within(60, NOON) == (180, 0)
    assert tally.busy_days(60, NOON) == 60
    assert len(tally.counts) == 2 * DAYS


def test_windows_move_on_when_nobody_writes():
    tally = tallied(5, 5, 0)

    assert tally.within(30, NOON + timedelta(days=26)) == (1, 0)
    assert tally.within(30, NOON + timedelta(days=90)) == (0, 0)


@given(st.lists(st.tuples(st.integers(-200, 200), st.booleans()), max_size=60), st.integers(1, 60))
def test_counting_in_any_order_gives_what_a_list_would(events: list[tuple[int, bool]], days: int):
    tally = Tally()
    for ago, by_contact in events:
        tally = tally.counted(NOON - timedelta(days=ago), by_contact=by_contact)

    newest = max((day_of(NOON - timedelta(days=ago)) for ago, _ in events), default=0)
    received, sent = tally.within(days, NOON)

    assert len(tally.counts) <= 2 * DAYS
    assert tally.last == newest
    assert 0 <= received <= sum(by for _, by in events)
    assert 0 <= sent <= sum(not by for _, by in events)


def test_a_flood_counts_no_further_than_one_digit_holds():
    assert tallied(*[0] * 100).within(1, NOON) == (MOST_A_DAY, 0)


def test_hours_are_halved_before_they_outgrow_a_byte_so_that_old_habits_fade():
    hours = Hours()
    for _ in range(600):
        hours = hours.counted(22)

    assert 125 <= hours.counts[22] <= 250


def test_the_quietest_stretch_of_the_day_may_pass_midnight():
    hours = Hours()
    for hour in range(5, 23):
        hours = hours.counted(hour)

    assert hours.quiet_from(6) == 23
