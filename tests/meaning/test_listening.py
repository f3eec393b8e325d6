"""Meaning is bounded and forgetful: what one turn does, what many do, and what is kept of them."""

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from screener.meaning.base import IDEAS, Meant, Turn
from screener.meaning.heads import ENOUGH, Heads, features, pressing, read, write
from screener.meaning.listening import Budget, Listening

SIZE = 4
AROUND = (0.0,) * 19


def some_heads() -> Heads:
    """Heads over four numbers a text: the first is secrecy, the second openness, the third a threat."""
    weights = np.zeros((2 * SIZE, len(IDEAS) + 2))
    for place, idea in enumerate(("secret", "open", "threat")):
        weights[place, IDEAS.index(idea)] = 8.0
    weights[0, -2], weights[1, -2], weights[2, -1] = 8.0, -8.0, 8.0
    wide = len(features(Meant(), AROUND))
    drift, danger = (
        np.zeros((wide, 1)),
        np.zeros((wide + len(pressing(np.zeros(0), np.zeros(len(IDEAS) + 2), Meant())), 1)),
    )
    drift[2 * len(IDEAS)] = 6.0
    danger[-2] = 6.0
    return Heads(
        middle=np.zeros(2 * SIZE),
        spread=np.ones(2 * SIZE),
        weights=weights,
        offsets=np.full(len(IDEAS) + 2, -4.0),
        drift_weights=drift,
        drift_offset=np.array([-3.0]),
        danger_weights=danger,
        danger_offset=np.array([-3.0]),
    )


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An encoder that knows four words."""

    def vector(self, text: str) -> NDArray[np.float32]:
        return np.array([text.count(word) for word in ("quiet", "mum", "pay", "else")], dtype=np.float32)


def a_listening(**changes) -> Listening:
    return Listening(**({"encoder": Prepared(), "heads": some_heads()} | changes))


def a_turn(text: str = "good morning", **changes) -> Turn:
    defaults = {"text": text, "window": "", "by_contact": True, "has_media": False, "around": AROUND}
    return Turn(**(defaults | changes))


def after(*texts: str, listening: Listening | None = None) -> Meant:
    meant = Meant()
    for text in texts:
        meant = (listening or a_listening()).heard(meant, a_turn(text))
    return meant


def test_a_turn_tells_what_it_means_and_the_next_one_only_what_it_means_itself():
    first, second = after("keep it quiet"), after("keep it quiet", "good morning")

    assert (first.now, second.now) == ({"secret"}, frozenset())
    assert second.ever == {"secret"}


def test_what_was_meant_fades_with_the_turns_that_follow():
    assert after("keep it quiet", *["good morning"] * 100).ever == frozenset()


def test_nothing_is_said_of_a_conversation_before_it_has_begun():
    danger = [after(*["good morning"] * turns).danger for turns in range(ENOUGH + 1)]
    drift = [after(*["good morning"] * turns).drift for turns in range(ENOUGH + 2)]

    assert [each is None for each in danger] == [True] * ENOUGH + [False]
    assert [each is None for each in drift] == [True] * (ENOUGH + 1) + [False]


def test_no_single_message_makes_a_drift():
    calm = ["good morning"] * ENOUGH
    once, twice = after(*calm, "keep it quiet"), after(*calm, "keep it quiet", "keep it quiet")

    assert (once.drift or 0) < 0.5 < (once.leaning or 0)
    assert (twice.drift or 0) > 0.5


def test_a_threat_is_danger_at_once():
    calm = after(*["good morning"] * ENOUGH)
    threat = after(*["good morning"] * (ENOUGH - 1), "pay")

    assert (calm.danger or 0) < 0.5 < (threat.danger or 0)


def test_pictures_of_the_contact_are_counted_and_those_of_the_member_are_not():
    listening = a_listening()

    theirs = listening.heard(Meant(), a_turn("", has_media=True))
    ours = listening.heard(theirs, a_turn("", has_media=True, by_contact=False))

    assert (theirs.pictures, ours.pictures) == (1, 1)


def test_what_is_kept_comes_back_and_is_small():
    meant = after("keep it quiet", "good morning", "ask mum", "pay")

    kept = json.dumps(meant.to_json(), separators=(",", ":"))
    back = Meant.from_json(json.loads(kept))

    assert len(kept) < 300
    assert (back.ever, back.turns, back.pictures) == (meant.ever, meant.turns, meant.pictures)
    assert back.mean == pytest.approx(meant.mean, abs=1e-4)
    assert (back.drift, back.danger) == pytest.approx((meant.drift, meant.danger), abs=0.001)


def test_the_longest_state_is_bounded():
    full = Meant(strongest=(1.0,) * len(IDEAS), mean=(1.0,) * len(IDEAS), turns=10**6, drift=0.123, danger=0.123)

    assert len(json.dumps(full.to_json(), separators=(",", ":"))) < 300


@pytest.mark.parametrize("kept", [None, [], ["0102", "0102", 3, 0, 0, 0, 0, 0, None, None, None]])
def test_what_was_kept_by_another_version_is_forgotten(kept: list[object] | None):
    assert Meant.from_json(kept) == Meant()


def test_turns_that_come_too_fast_are_passed_over_until_time_has_gone_by():
    now = [0.0]
    listening = a_listening(budget=Budget(a_second=2, clock=lambda: now[0]))

    at_once = after(*["good morning"] * 10, listening=listening).turns
    now[0] = 1.0
    a_second_later = after(*["good morning"] * 10, listening=listening).turns

    assert (at_once, a_second_later) == (2, 2)


def test_weights_of_other_ideas_are_refused(tmp_path):
    path = tmp_path / "heads.npz"
    write(read(), path)
    with np.load(path) as kept:
        others = {**kept, "ideas": np.array(["something", "else"])}
    np.savez(path, **others)

    with pytest.raises(RuntimeError, match="another version"):
        read(path)


def test_weights_come_back_as_they_were_written(tmp_path):
    path, heads = tmp_path / "heads.npz", read()
    write(heads, path)

    back = read(path)

    assert np.allclose(back.weights, heads.weights)
    assert np.allclose(back.drift_weights, replace(heads).drift_weights)
