"""Intervals: drawn from whole stories, the same each time, and honest where few stories agree."""

from collections.abc import Sequence

import pytest

from screener.quality.bootstrap import interval, wilson
from screener.quality.metrics import METRICS
from tests.quality.make import an_outcome

BY_KEY = {metric.key: metric for metric in METRICS}
WARNED = an_outcome("talk", warn_by=0)
MISSED = an_outcome(None, warn_by=0)


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def test_the_same_seed_gives_the_same_interval():
    values = [float(number * number) for number in range(40)]

    assert interval([values], mean, seed=7) == interval([values], mean, seed=7)
    assert interval([values], mean, seed=7) != interval([values], mean, seed=8)


def test_the_interval_lies_around_the_value_and_narrows_with_more_stories():
    few_low, few_high = interval([[0.0, 1.0] * 5], mean)
    many_low, many_high = interval([[0.0, 1.0] * 200], mean)

    assert few_low is not None and few_high is not None and many_low is not None and many_high is not None
    assert few_low < many_low < 0.5 < many_high < few_high


def test_each_stratum_is_drawn_as_often_as_it_is_large():
    drawn: list[int] = []

    interval([[1.0] * 3, [0.0] * 2], lambda values: drawn.append(int(sum(values))), resamples=100)

    assert set(drawn) == {3}


def test_nothing_to_count_has_no_interval():
    assert interval([[]], mean) == (None, None)


def test_stories_that_all_agree_dont_pretend_to_certainty():
    figure = BY_KEY["early"].figure([WARNED] * 10, resamples=100, seed=1)

    assert (figure.value, figure.high, figure.stories) == (1, 1, 10)
    assert figure.low == pytest.approx(0.722, abs=0.001)  # Wilson for 10 of 10


def test_no_false_alarm_in_few_messages_says_little():
    figure = BY_KEY["false_talk"].figure([an_outcome(*[None] * 50, verdict="innocent")] * 2, resamples=100, seed=1)

    assert (figure.value, figure.low) == (0, 0)
    assert figure.high == pytest.approx(36.9)  # 3.69 expected in a tenth of a child-week


def test_a_mixed_result_has_the_bootstraps_interval():
    figure = BY_KEY["early"].figure([WARNED] * 6 + [MISSED] * 4, resamples=1000, seed=1)

    assert figure.low is not None and figure.high is not None
    assert figure.low == pytest.approx(0.3, abs=0.1001)
    assert figure.high == pytest.approx(0.9, abs=0.1001)


def test_wilsons_interval_is_that_of_the_textbook():
    assert wilson(0.5, 10) == pytest.approx((0.2366, 0.7634), abs=0.001)
    assert wilson(0.0, 0) == (0, 1)
