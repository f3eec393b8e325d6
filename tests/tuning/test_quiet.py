"""What would have kept an alert quiet is small, works, and never hides a threat."""

from dataclasses import replace

from screener.alerts import Alert
from screener.relationships import Relationship
from screener.rules import Signal, Stage
from screener.score import weigh
from screener.tuning.quiet import may_be_quiet, proposals
from tests.make import NOON, RULES, a_member, a_message

RELATIONSHIP = Relationship.first(member=a_member(), event=a_message()).after(a_message())


def a_sign(rule: str, points: float, stage: Stage = "isolate", *, alone: bool = False) -> Signal:
    return Signal(rule=rule, stage=stage, points=points, because="", advice="", event=rule, at=NOON, alone=alone)


def an_alert(*signals: Signal) -> Alert:
    score = weigh(signals, levels=RULES.levels, relationship=RELATIONSHIP, at=NOON)
    alert = Alert.opening(id="a1", score=score, at=NOON)
    assert alert is not None
    return alert


def test_each_proposal_by_itself_keeps_it_quiet():
    alert = an_alert(a_sign("secrecy", 14), a_sign("asks-if-alone", 12), a_sign("flatters", 3, "befriend"))

    found = proposals(alert, RELATIONSHIP, RULES, ())

    assert {each.kind for each in found} == {"mute", "points", "look"}
    for each in found:
        signals, levels = alert.signals, RULES.levels
        if each.kind == "look":
            levels = replace(levels, look=replace(levels.look, points=each.after))
        elif each.kind == "mute":
            signals = tuple(signal for signal in signals if signal.rule != each.rule)
        else:
            signals = tuple(replace(s, points=each.after) if s.rule == each.rule else s for s in signals)
        assert weigh(signals, levels=levels, relationship=RELATIONSHIP, at=NOON).level is None


def test_points_are_lowered_no_further_than_needed():
    alert = an_alert(a_sign("secrecy", 14), a_sign("asks-if-alone", 12))

    lighter = next(each for each in proposals(alert, RELATIONSHIP, RULES, ()) if each.kind == "points")
    signals = tuple(replace(s, points=lighter.after + 1) if s.rule == lighter.rule else s for s in alert.signals)

    assert weigh(signals, levels=RULES.levels, relationship=RELATIONSHIP, at=NOON).level == "look"


def test_of_a_threat_nothing_is_proposed():
    alert = an_alert(a_sign("or-else", 50, "pressure", alone=True), a_sign("secrecy", 14))

    assert not may_be_quiet(alert)
    assert proposals(alert, RELATIONSHIP, RULES, ()) == ()


def test_of_pressure_below_act_nothing_is_proposed_either():
    alert = an_alert(a_sign("guilt", 26, "pressure"))

    assert alert.level == "look" and not may_be_quiet(alert)


def test_an_alert_that_would_be_quiet_by_now_needs_no_change():
    alert = an_alert(a_sign("secrecy", 14), a_sign("asks-if-alone", 12))
    book = replace(RULES, levels=replace(RULES.levels, look=replace(RULES.levels.look, points=40)))

    assert proposals(alert, RELATIONSHIP, book, ()) == ()
