"""A change is carried over to a text that has changed since, or refused."""

from screener.tuning.lines import carried_over

BEFORE = "one\ntwo\nthree\nfour\n"


def test_a_change_is_taken_back_though_other_lines_came():
    after = BEFORE.replace("two", "TWO")
    now = f"zero\n{after}five\n"

    assert carried_over(after, BEFORE, now) == f"zero\n{BEFORE}five\n"


def test_lines_that_came_go_again():
    after = BEFORE + "five\nsix\n"

    assert carried_over(after, BEFORE, after.replace("one", "ONE")) == BEFORE.replace("one", "ONE")


def test_lines_that_went_come_back_where_they_were():
    after = "one\nfour\n"

    assert carried_over(after, BEFORE, "zero\none\nfour\n") == f"zero\n{BEFORE}"


def test_a_line_that_was_changed_since_is_not_touched():
    after = BEFORE.replace("two", "TWO")

    assert carried_over(after, BEFORE, after.replace("TWO", "2")) is None


def test_what_went_does_not_come_back_between_lines_that_are_no_longer_together():
    assert carried_over("one\nfour\n", BEFORE, "one\nnew\nfour\n") is None
