"""Each metric gives what counting by hand gives."""

from math import isclose

import pytest

from screener.quality.metrics import METRICS, f_latency, penalty, quantile, stage_f1
from screener.quality.outcome import Outcome
from tests.quality.make import a_beat, an_outcome

BY_KEY = {metric.key: metric for metric in METRICS}

IN_TIME = an_outcome("look", "talk", None, "act", None, warn_by=2, threat=3)
LATE = an_outcome(None, None, None, "talk", "act", warn_by=2, threat=3)
MISSED = an_outcome("look", None, None, None, None, warn_by=2, threat=3)
NO_THREAT = an_outcome(None, "act", None, None, None, warn_by=1, ask=4)
QUIET = an_outcome("look", None, None, None, None, verdict="innocent")
FALSE = an_outcome("look", "talk", "act", None, None, verdict="innocent")

ALL = (IN_TIME, LATE, MISSED, NO_THREAT, QUIET, FALSE)


def value(key: str, *outcomes: Outcome) -> float | None:
    return BY_KEY[key].figure(outcomes or ALL, resamples=100, seed=1).value


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("early", 2 / 4),
        ("recall", 3 / 4),
        ("act_by_threat", 1 / 3),  # the fourth has no threat
        ("act_on_threat", 1 / 3),
        ("innocent_talk", 1 / 2),
        ("innocent_act", 1 / 2),
        ("false_look", 2 / 10 * 1000),  # two alerts opened at look, in ten incoming messages
        ("false_talk", 1 / 10 * 1000),
        ("false_act", 1 / 10 * 1000),
        ("lead_messages", 2.0),  # of 2 (event 1 to 3), 0 (3 to 3) and 3 (1 to the ask at 4)
        ("lead_messages_p10", 0.4),
        ("lead_messages_p90", 2.8),
        ("lead_minutes", 2.0),
        ("wait_messages", 2.0),  # of 2, 4 and 2
        ("wait_minutes", 1.0),  # of 1, 3 and 1
        ("wait_minutes_p90", 2.6),
    ],
)
def test_a_metric_gives_what_counting_by_hand_gives(key: str, wanted: float):
    assert value(key) == pytest.approx(wanted)


def test_an_alert_that_rises_from_look_to_act_is_a_talk_too_but_one_alert_of_its_level():
    jumps = an_outcome(None, "act", verdict="innocent")

    assert value("innocent_talk", jumps) == 1
    assert (value("false_talk", jumps), value("false_act", jumps)) == (0, 500)


def test_a_warning_after_the_threat_has_a_negative_lead():
    assert value("lead_messages", an_outcome(None, None, None, "talk", threat=1)) == -2


def test_what_nobody_could_have_done_is_left_out():
    assert value("lead_messages", MISSED) is None
    assert value("early", QUIET) is None
    assert value("innocent_talk", IN_TIME) is None


def test_calls_and_requests_are_no_messages():
    beats = (
        a_beat(0, is_message=False),
        a_beat(1, by="member"),
        a_beat(2, is_message=False, rises="talk"),
        a_beat(3),
    )

    outcome = an_outcome(beats=beats, threat=3)

    assert (outcome.messages, outcome.incoming) == (2, 1)
    assert value("lead_messages", outcome) == 1


def test_an_alert_about_somebody_else_is_no_warning():
    beats = (a_beat(0, person="ben", rises="act"), a_beat(1))

    outcome = an_outcome(beats=beats, warn_by=1, threat=1)

    assert outcome.talk is None
    assert value("others_talked_of", outcome) == 1


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [(IN_TIME, "ok"), (LATE, "late"), (MISSED, "missed"), (NO_THREAT, "ok"), (QUIET, "ok"), (FALSE, "false")],
)
def test_every_story_has_a_verdict(outcome: Outcome, wanted: str):
    assert outcome.verdict == wanted


def test_a_warning_in_time_without_the_act_at_the_threat_is_late():
    assert an_outcome("talk", None, None, warn_by=1, threat=1).verdict == "late"


def test_the_penalty_is_nothing_at_the_first_message_and_half_at_the_median():
    assert penalty(1, 41) == 0
    assert penalty(0, 41) == 0
    assert isclose(penalty(41, 41), 0.5)
    assert penalty(400, 41) > 0.99


def test_f_latency_is_f1_times_how_soon():
    found = an_outcome(None, None, "talk", None, None, warn_by=2)
    missed = an_outcome(None, None, None, None, None, warn_by=2)

    # All have five messages, so a warning at the fifth would count half. F1 is 2/3: one found, one missed.
    assert f_latency((found, missed)) == pytest.approx(2 / 3 * (1 - penalty(3, 5)))
    assert f_latency((an_outcome("talk", None, None, None, None),)) == 1
    assert f_latency((missed,)) == 0


def test_f_latency_falls_with_every_false_alarm():
    found = an_outcome("talk", None, warn_by=1)

    assert f_latency((found, an_outcome("talk", None, verdict="innocent"))) == pytest.approx(2 / 3)


def test_stages_are_compared_event_by_event():
    right = a_beat(0, labels=frozenset({"approach"}), stages=frozenset({"approach"}))
    wrong = a_beat(1, labels=frozenset({"isolate"}), stages=frozenset({"befriend"}))
    unlabelled = a_beat(2, stages=frozenset({"approach"}))

    outcome = an_outcome(beats=(right, wrong, unlabelled))

    # approach: one right of one labelled and two seen, 2/3; isolate: 0; befriend is labelled nowhere.
    assert stage_f1((outcome,)) == pytest.approx((2 / 3 + 0) / 2)


def test_a_quantile_lies_between_two_values_in_proportion():
    assert quantile([10, 0], 0.5) == 5
    assert quantile([3, 1, 2], 0.9) == pytest.approx(2.8)
    assert quantile([], 0.5) is None
