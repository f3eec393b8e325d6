"""An alert grows, never shrinks by itself, and is new again only when its level rises."""

from dataclasses import replace
from datetime import timedelta

from screener.alerts import Alert, height
from screener.rules import Signal
from screener.score import Score
from tests.make import NOON


def a_signal(rule: str = "secrecy", stage: str = "isolate") -> Signal:
    return Signal(rule=rule, stage=stage, points=20, because="A reason.", advice="", event="m1", at=NOON)


def a_score(level: str | None, *signals: Signal, points: int = 20) -> Score:
    return Score(points=points, level=level, stages=tuple({s.stage for s in signals}), signals=signals)


def an_alert(level: str = "look", *signals: Signal) -> Alert:
    alert = Alert.opening(id="a", score=a_score(level, *(signals or (a_signal(),))), at=NOON)
    assert alert is not None
    return alert


def test_a_score_below_every_level_opens_nothing():
    assert Alert.opening(id="a", score=a_score(None, a_signal()), at=NOON) is None


def test_a_higher_score_raises_the_level_and_makes_a_closed_alert_new():
    closed = replace(an_alert("look"), state="closed")

    grown = closed.grown(a_score("act", a_signal("threat", "pressure"), points=90), at=NOON + timedelta(days=1))

    assert (grown.level, grown.state, grown.points) == ("act", "new", 90)
    assert grown.updated == NOON + timedelta(days=1)
    assert grown.opened == NOON


def test_a_lower_score_changes_neither_level_nor_state():
    alert = an_alert("talk")

    grown = alert.grown(a_score("look", a_signal(), points=5), at=NOON + timedelta(days=9))

    assert grown == alert


def test_a_new_reason_at_the_same_level_joins_the_others_without_making_it_new():
    seen = replace(an_alert("talk", a_signal("one")), state="seen")

    grown = seen.grown(a_score("talk", a_signal("two")), at=NOON)

    assert {signal.rule for signal in grown.signals} == {"one", "two"}
    assert grown.state == "seen"


def test_another_threat_opens_a_closed_alert_again_although_the_level_can_not_rise():
    threat = replace(a_signal("threat", "pressure"), alone=True)
    closed = replace(an_alert("act", threat), state="closed")
    later = NOON + timedelta(days=3)

    grown = closed.grown(a_score("act", replace(threat, at=later)), at=later)
    ordinary = closed.grown(a_score("act", threat, a_signal("one")), at=later)

    assert (grown.state, grown.updated) == ("new", later)
    assert ordinary.state == "closed"


def test_reasons_that_faded_from_the_score_stay_on_the_alert():
    alert = an_alert("talk", a_signal("one"), a_signal("two"))

    grown = alert.grown(a_score("act", a_signal("three", "pressure")), at=NOON)

    assert [signal.rule for signal in grown.signals] == ["one", "two", "three"]


def test_levels_are_ordered():
    assert [height(level) for level in (None, "look", "talk", "act")] == [0, 1, 2, 3]
