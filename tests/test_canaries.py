"""A platform that speaks otherwise than it did is noticed; an emptied inbox and a night without a word are not."""

from datetime import datetime, timedelta

import pytest

from screener import health
from screener.canaries import WHOLE, Canary, Counting, Outcome
from tests.make import NOON

HOUR = timedelta(hours=1)


def a_canary(endpoint: str = "friend_requests") -> Canary:
    return Canary(platform="facebook", endpoint=endpoint)


def after(canary: Canary, outcome: Outcome, times: int, *, since: datetime, every: timedelta) -> Canary:
    for number in range(times):
        canary = canary.after(outcome, since + number * every)
    return canary


def told(canary: Canary) -> list[str]:
    return [issue.what for issue in health.of_canaries([canary])]


def test_an_endpoint_that_is_understood_is_no_issue():
    assert told(after(a_canary(), "understood", 50, since=NOON, every=HOUR)) == []


def test_answers_that_can_not_be_read_any_more_are_told_with_the_day_it_began():
    good = after(a_canary(), "understood", 3, since=NOON, every=HOUR)
    broken = after(good, "unreadable", 5, since=NOON + 24 * HOUR, every=HOUR)

    (what,) = told(broken)

    assert what.startswith(f"Since {(NOON + 24 * HOUR).astimezone():%Y-%m-%d}, ")
    assert "Facebook (friend requests)" in what


def test_answers_that_never_could_be_read_are_told_too():
    (what,) = told(after(a_canary(), "unreadable", 5, since=NOON, every=HOUR))

    assert "so far (5 answers)" in what


def test_a_broken_page_that_is_loaded_again_and_again_within_a_minute_is_not_told():
    assert told(after(a_canary(), "unreadable", 30, since=NOON, every=HOUR / 3600)) == []


def test_one_understood_answer_in_five_is_no_end_of_the_trouble():
    canary = after(a_canary(), "understood", 50, since=NOON, every=HOUR)
    for hour in range(60, 80, 5):
        canary = after(canary, "unreadable", 4, since=NOON + hour * HOUR, every=HOUR)
        canary = canary.after("understood", NOON + (hour + 4) * HOUR)

    assert len(told(canary)) == 1


def test_a_few_understood_answers_in_a_row_end_it_however_long_it_was():
    broken = after(a_canary(), "unreadable", 500, since=NOON, every=HOUR)

    assert told(after(broken, "understood", 10, since=NOON + 501 * HOUR, every=HOUR / 60)) == []


def test_a_few_broken_answers_among_many_empty_ones_are_no_end():
    quiet = after(a_canary(), "empty", 60, since=NOON, every=HOUR)

    assert told(after(quiet, "unreadable", 5, since=NOON + 61 * HOUR, every=HOUR)) == []


@pytest.mark.parametrize(("hours", "is_told"), [(8, False), (30, True)])
def test_a_platform_in_whose_answers_nothing_is_found_for_a_day_is_told(hours: int, is_told: bool):
    lively = after(a_canary(WHOLE), "understood", 40, since=NOON, every=HOUR / 2)
    lively = after(lively, "empty", 40, since=NOON, every=HOUR / 2).after("understood", NOON + 21 * HOUR)

    silent = after(lively, "empty", 100, since=NOON + 22 * HOUR, every=hours * HOUR / 100)

    assert bool(told(silent)) is is_told


def test_a_connection_that_seldom_says_anything_may_be_silent_for_days():
    idle = after(a_canary(WHOLE), "empty", 4_000, since=NOON, every=HOUR / 60)
    idle = after(idle, "understood", 40, since=NOON + 67 * HOUR, every=HOUR / 60)

    silent = after(idle, "empty", 1_000, since=NOON + 70 * HOUR, every=HOUR / 20)

    assert told(silent) == []


def test_an_inbox_that_was_emptied_is_no_issue_of_its_own():
    full = after(a_canary(), "understood", 50, since=NOON, every=HOUR)

    assert told(after(full, "empty", 50, since=NOON + 51 * HOUR, every=HOUR)) == []


def test_counts_wait_until_they_are_worth_a_write():
    counting = Counting()

    counting.count("facebook", "socket", "empty", NOON)

    assert not counting.due(NOON + timedelta(seconds=5))
    assert counting.due(NOON + timedelta(seconds=31))
    assert [endpoint for _, endpoint, _, _ in counting.taken()] == ["socket", WHOLE]
    assert not counting.due(NOON + HOUR)
