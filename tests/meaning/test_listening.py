"""Meaning is bounded and forgetful: what one turn does, what many do, and what is kept of them."""

import json
from dataclasses import dataclass, fields, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from screener.meaning.base import ENOUGH, IDEAS, Meant, Turn
from screener.meaning.listening import Budget, Listening, told
from screener.meaning.manner import MANNERS
from screener.meaning.network import Network, read, write

SIZE = 4
AROUND = (0.0,) * 19
SECRET, OPEN, THREAT = range(3)


def a_network(count: int = 2) -> Network:
    """Networks over four numbers a text that remember the first three of them.

    Secrecy makes drift, openness takes it back, and a threat is danger. Each turn takes half the way from what is
    remembered to what it says itself.
    """
    width = 3
    turn = np.zeros((2 * SIZE, width))
    turn[:width, :width] = np.eye(width) * 8
    ideas = np.zeros((width, len(IDEAS)))
    for place, idea in enumerate(("secret", "open", "threat")):
        ideas[place, IDEAS.index(idea)] = 8.0
    onward = np.concatenate([np.zeros((width, 2 * width)), np.eye(width) * 4], 1)
    out = np.array([[12.0, 0.0], [-12.0, 0.0], [0.0, 12.0]])

    def of_each(part: np.ndarray) -> np.ndarray:
        return np.stack([part] * count)

    return Network(
        turn=of_each(turn),
        told=of_each(np.zeros((1 + len(AROUND) + 2 * len(MANNERS), width))),
        offset=of_each(np.zeros(width)),
        ideas=of_each(ideas),
        ideas_offset=of_each(np.full(len(IDEAS), -4.0)),
        onward=of_each(onward),
        again=of_each(np.zeros((width, 3 * width))),
        gates=of_each(np.zeros(3 * width)),
        out=of_each(out),
        out_offset=of_each(np.array([-4.0, -4.0])),
    )


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An encoder that knows four words."""

    def vector(self, text: str) -> NDArray[np.float32]:
        return np.array([text.count(word) for word in ("quiet", "mum", "pay", "else")], dtype=np.float32)


def a_listening(**changes) -> Listening:
    return Listening(**({"encoder": Prepared(), "network": a_network()} | changes))


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


def test_nothing_is_said_of_a_conversation_by_itself_before_it_has_begun():
    leaning = [after(*["good morning"] * turns).leaning for turns in range(2)]
    danger = [after(*["good morning"] * turns).settled_danger for turns in range(ENOUGH + 1)]
    drift = [after(*["good morning"] * turns).drift for turns in range(ENOUGH + 2)]

    assert [each is None for each in leaning] == [True, False]
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


def test_an_open_word_takes_the_drift_back():
    calm = ["good morning"] * ENOUGH

    closed = after(*calm, "keep it quiet", "keep it quiet")
    opened = after(*calm, "keep it quiet", "keep it quiet", "ask mum", "ask mum")

    assert (opened.drift or 0) < 0.5 < (closed.drift or 0)


def test_what_is_kept_comes_back_and_is_small():
    meant = after("keep it quiet", "good morning", "ask mum", "pay", "pay", "good morning")

    kept = json.dumps(meant.to_json(), separators=(",", ":"))
    back = Meant.from_json(json.loads(kept))

    assert len(kept) < 400
    assert (back.ever, back.turns, back.state) == (meant.ever, meant.turns, meant.state)
    assert (back.drift, back.danger) == pytest.approx((meant.drift, meant.danger), abs=0.001)


def test_the_shipped_network_remembers_in_little_more_than_five_hundred_bytes():
    network = read()

    judged = network.heard(b"", np.ones(network.turn.shape[1]), told(a_turn(), network.lists))
    full = Meant(state=judged.state, strongest=(1.0,) * len(IDEAS), turns=10**6, drift=0.123, danger=0.123)

    assert len(json.dumps(full.to_json(), separators=(",", ":"))) < 550


@pytest.mark.parametrize(
    "kept", [None, [], ["", "0102", 3, None, None, None], ["0102", "0102", 3, 0, 0, 0, 0, 0, 1, 1, 1]]
)
def test_what_was_kept_by_another_version_is_forgotten(kept: list[object] | None):
    assert Meant.from_json(kept) == Meant()


def test_a_state_of_another_network_is_forgotten():
    network, vectors, beside = a_network(), np.ones(2 * SIZE), told(a_turn(), ())
    another = replace(network, gates=network.gates + 0.01)
    earlier = network.heard(b"", vectors, beside).state
    same, blank, odd, other = (
        network.heard(state, vectors, beside).state
        for state in (earlier, b"", b"\x01" * 7, another.heard(b"", vectors, beside).state)
    )

    assert same != blank
    assert odd == other == blank


def test_turns_that_come_too_fast_are_passed_over_until_time_has_gone_by():
    now = [0.0]
    listening = a_listening(budget=Budget(a_second=2, saved=2, clock=lambda: now[0]))

    at_once = after(*["good morning"] * 10, listening=listening).turns
    now[0] = 1.0
    a_second_later = after(*["good morning"] * 10, listening=listening).turns

    assert (at_once, a_second_later) == (2, 2)


def test_of_a_turn_that_was_passed_over_nothing_is_known():
    heard = after(*["good morning"] * (ENOUGH + 1))
    busy = a_listening(budget=Budget(a_second=1, saved=0, clock=lambda: 0.0))

    passed = busy.heard(heard, a_turn("pay"))

    assert heard.danger is not None
    assert (passed.leaning, passed.drift, passed.danger) == (None, None, None)
    assert (passed.state, passed.turns) == (heard.state, heard.turns)


def test_weights_of_other_ideas_are_refused(tmp_path):
    path = tmp_path / "network.npz"
    write(a_network(), path)
    with np.load(path) as kept:
        others = {**kept, "words": np.array(["something", "else"])}
    np.savez(path, **others)

    with pytest.raises(RuntimeError, match="another version"):
        read(path)


def test_weights_come_back_as_they_were_written(tmp_path):
    path, network = tmp_path / "network.npz", a_network()
    write(network, path)

    back = read(path)

    assert all(np.allclose(getattr(back, each.name), getattr(network, each.name)) for each in fields(Network))
