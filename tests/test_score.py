"""The weight of a relationship: breadth and strangeness make an alert, and a threat makes one by itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from screener import rulebook
from screener.feedback import Mute, Trust
from screener.meaning import Meant
from screener.relationships import Relationship
from screener.rules import Signal
from screener.score import MOST_SIGNALS, Score, kept, weigh
from tests.make import NOON, a_contact, a_member, a_request

LEVELS = rulebook.load(Path(__file__).parent.parent / "rules").levels


def a_signal(
    rule: str = "x",
    stage: str = "isolate",
    points: float = 20,
    *,
    at: datetime = NOON,
    alone: bool = False,
    event: str = "e",
    guess: bool = False,
) -> Signal:
    return Signal(
        rule=rule,
        stage=stage,
        points=points,
        because="Seen.",
        advice="Ask.",
        event=event,
        at=at,
        alone=alone,
        guess=guess,
        file="x:1",
    )


def a_relationship(*, known: bool = False, **contact: object) -> Relationship:
    event = a_request(contact=a_contact(**contact))
    return Relationship.first(member=a_member(), event=event, known=known).after(event)


def weighed(*signals: Signal, at: datetime = NOON, relationship: Relationship | None = None, **more: object) -> Score:
    return weigh(signals, levels=LEVELS, relationship=relationship or a_relationship(), at=at, **more)  # type: ignore[arg-type]


BROAD = (
    a_signal("a", "approach", 25),
    a_signal("b", "befriend", 25),
    a_signal("c", "isolate", 40),
)
THREAT = a_signal("threat", "pressure", 100, alone=True)


def test_nothing_weighs_nothing():
    assert weighed() == Score(points=0, level=None, stages=(), signals=())


def test_three_stages_together_make_talk_and_one_stage_never_does():
    one_stage = tuple(a_signal(f"r{n}", "isolate", 60) for n in range(10))

    assert weighed(*BROAD).level == "talk"
    assert weighed(*one_stage).level == "look"


def test_one_ordinary_signal_never_alerts_anybody():
    assert weighed(a_signal(points=24)).level is None
    assert weighed(a_signal(points=1000)).level == "look"


def test_a_threat_is_act_by_itself():
    assert weighed(THREAT).level == "act"


def test_a_threat_is_act_however_many_friends_are_shared():
    acquainted = a_relationship(mutual_friends=40)

    assert weighed(THREAT, relationship=acquainted).level == "act"
    assert weighed(THREAT, relationship=acquainted).points == 100


def test_a_lone_threat_from_a_known_contact_needs_a_second_sign():
    known = a_relationship(known=True)
    same_message, second = a_signal("demand", "pressure", 20), a_signal("demand", "pressure", 20, event="e2")

    assert weighed(THREAT, relationship=known).level == "look"
    assert weighed(THREAT, same_message, relationship=known).level == "look"
    assert weighed(THREAT, second, relationship=known).level == "act"


def test_strangeness_raises_and_acquaintance_lowers_what_is_no_threat():
    points = [
        weighed(*BROAD, relationship=relationship).points
        for relationship in (
            a_relationship(mutual_friends=0),
            a_relationship(),
            a_relationship(mutual_friends=9),
            a_relationship(known=True),
        )
    ]

    assert points == sorted(points, reverse=True)
    assert len(set(points)) == 4


def test_signals_fade_by_half_in_their_half_life():
    fresh = weighed(a_signal(points=40))
    later = weighed(a_signal(points=40), at=NOON + timedelta(days=LEVELS.half_life_days["isolate"]))

    assert (fresh.points, later.points) == (40, 20)


def test_a_signal_from_the_future_weighs_no_more_than_now():
    assert weighed(a_signal(points=40, at=NOON + timedelta(days=900))).points == 40


def test_the_heaviest_signals_stand_first_and_what_alerts_alone_before_all():
    signals = weighed(a_signal("light", points=5), a_signal("heavy", points=30), THREAT).signals

    assert [each.rule for each in signals] == ["threat", "heavy", "light"]


def test_a_muted_rule_weighs_nothing_until_its_time_and_a_threat_is_never_muted():
    mute = Mute(rule="x", until=NOON + timedelta(days=1))

    assert weighed(a_signal("x"), feedback=(mute,)).points == 0
    assert weighed(a_signal("x"), feedback=(mute,), at=NOON + timedelta(days=2)).points > 0
    assert weighed(THREAT, feedback=(Mute(rule="threat"),)).level == "act"


def test_a_trusted_contact_is_judged_as_a_known_one():
    trusted = weighed(*BROAD, feedback=(Trust(),))

    assert trusted == weighed(*BROAD, relationship=a_relationship(known=True))


def test_of_each_rule_the_latest_signal_is_kept():
    older, newer = a_signal("x", at=NOON), a_signal("x", at=NOON + timedelta(days=1))

    assert kept((older,), (newer,)) == (newer,)
    assert kept((newer,), (older,)) == (newer,)
    assert kept((older,), ()) == (older,)


def test_not_more_than_a_page_of_signals_is_kept_and_threats_are_among_them():
    light = replace(THREAT, points=1)
    many = tuple(a_signal(f"r{n}", points=50) for n in range(100))

    both = kept((light,), many)

    assert len(both) == MOST_SIGNALS
    assert light in both


@pytest.mark.parametrize("points", [0, 0.4])
def test_a_trace_does_not_count_as_a_stage(points: float):
    assert weighed(a_signal("a", "approach", points)).stages == ()


def test_a_threat_in_a_talk_that_sounds_harmless_needs_a_second_sign_only_where_levels_say_so():
    harmless = replace(a_relationship(), meant=Meant(turns=9, drift=0.0, danger=0.0))
    deaf = replace(LEVELS, resemblance=replace(LEVELS.resemblance, no_danger=0.0))
    wary = replace(LEVELS, resemblance=replace(LEVELS.resemblance, no_danger=0.1))
    second = a_signal("demand", "pressure", 20, event="e2")

    assert weigh((THREAT,), levels=deaf, relationship=harmless, at=NOON).level == "act"
    assert weigh((THREAT,), levels=wary, relationship=harmless, at=NOON).level == "talk"
    assert weigh((THREAT, second), levels=wary, relationship=harmless, at=NOON).level == "act"


def test_kind_words_take_nothing_off_a_talk_that_sounds_dangerous():
    kind = a_signal("kind", "befriend", -20)
    dangerous = replace(a_relationship(), meant=Meant(turns=9, drift=0.9, danger=LEVELS.resemblance.danger))
    hardly = replace(a_relationship(), meant=Meant(turns=9, drift=0.9, danger=LEVELS.resemblance.danger - 0.1))

    assert weighed(*BROAD, kind, relationship=dangerous).points == weighed(*BROAD, relationship=dangerous).points
    assert weighed(*BROAD, kind, relationship=hardly).points < weighed(*BROAD, relationship=hardly).points


def test_words_weigh_less_in_a_talk_that_resembles_ordinary_ones():
    ordinary = replace(a_relationship(), meant=Meant(turns=9, drift=0.0, danger=0.9))

    assert weighed(*BROAD, relationship=ordinary).points < weighed(*BROAD, relationship=a_relationship()).points


def test_what_is_guessed_from_meaning_alone_is_only_shown():
    guesses = [replace(signal, guess=True, alone=False) for signal in BROAD]
    heavy = [replace(signal, points=100.0) for signal in guesses]

    low = replace(LEVELS, act=replace(LEVELS.act, points=50, stages=2))
    little, more = (a_signal("seen", "approach", points) for points in (1, 2 * LEVELS.seen_for_act))

    def level(*signals: Signal) -> str | None:
        return weigh(signals, levels=low, relationship=a_relationship(), at=NOON).level

    assert [level(*heavy), level(*heavy, little), level(*heavy, more)] == ["look", "talk", "act"]
