"""Meaning is weak, bounded and forgetful: what one message does, what many do, and what is kept of them."""

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from screener.meaning.base import INDICATORS, Meant
from screener.meaning.heads import ENOUGH, Heads, read, write
from screener.meaning.listening import Budget, Listening

HEADS = read()
SIZE = len(HEADS.middle)


def carrying(*names: str) -> NDArray[np.float32]:
    """A vector in which just these indicators are heard."""
    wanted = np.array([4.0 if name in names else -4.0 for name in INDICATORS]) - HEADS.offsets
    found = np.linalg.lstsq(HEADS.weights.T, wanted, rcond=None)[0] * HEADS.spread + HEADS.middle
    return found.astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An encoder that knows the vectors of a few texts; all others are in the middle of everything."""

    known: dict[str, NDArray[np.float32]]

    def vector(self, text: str) -> NDArray[np.float32]:
        return self.known.get(text, carrying())


def a_listening(**known: NDArray[np.float32]) -> Listening:
    texts = {name.replace("_", " "): vector for name, vector in known.items()}
    return Listening(encoder=Prepared(known=texts), heads=HEADS)


def test_a_message_tells_what_it_means_and_the_next_one_only_what_it_means_itself():
    listening = a_listening(our_little_corner=carrying("secrecy"))

    first = listening.heard(Meant(), "our little corner")
    second = listening.heard(first, "good morning everybody")

    assert (first.now, second.now) == ({"secrecy"}, frozenset())
    assert second.ever == {"secrecy"}


def test_what_was_meant_fades_with_the_messages_that_follow():
    listening = a_listening(our_little_corner=carrying("secrecy"))

    meant = listening.heard(Meant(), "our little corner")
    for _ in range(100):
        meant = listening.heard(meant, "good morning everybody")

    assert meant.ever == frozenset()


def test_nothing_is_said_of_a_conversation_before_its_third_message():
    listening = a_listening()

    meant, drifts = Meant(), []
    for _ in range(ENOUGH):
        meant = listening.heard(meant, "good morning everybody")
        drifts.append(meant.drift)

    assert drifts[:-1] == [None] * (ENOUGH - 1)
    assert drifts[-1] is not None


def test_several_ideas_together_drift_further_than_one_and_one_further_than_none():
    listening = a_listening(
        one_idea=carrying("closeness"), many_ideas=carrying("closeness", "secrecy", "wants-image", "veiled-threat")
    )

    def drift(text: str) -> float:
        meant = Meant()
        for words in ("good morning everybody", "good morning everybody", text):
            meant = listening.heard(meant, words)
        return meant.drift or 0.0

    assert drift("good morning everybody") < drift("one idea") < drift("many ideas")


@pytest.mark.parametrize("text", ["", "ok", "lol 😂", "       hi      "])
def test_what_is_too_short_to_mean_anything_changes_nothing(text: str):
    before = a_listening().heard(Meant(), "good morning everybody")

    after = a_listening().heard(before, text)

    assert after == before


def test_what_is_kept_comes_back_and_is_small():
    listening = a_listening(our_little_corner=carrying("secrecy"))
    meant = Meant()
    for text in ("our little corner", "good morning everybody", "see you tomorrow then"):
        meant = listening.heard(meant, text)

    kept = json.dumps(meant.to_json())

    back = Meant.from_json(json.loads(kept))
    assert len(kept) < 100
    assert (back.ever, back.messages) == (meant.ever, meant.messages)
    assert back.drift == pytest.approx(meant.drift, abs=0.001)


@pytest.mark.parametrize("kept", [None, [], ["0102", 0.5, 3, None]])
def test_what_was_kept_by_another_version_is_forgotten(kept: list[object] | None):
    assert Meant.from_json(kept) == Meant()


def test_texts_that_come_too_fast_are_passed_over_until_time_has_gone_by():
    now = [0.0]
    listening = replace(a_listening(), budget=Budget(a_second=2, clock=lambda: now[0]))

    def counted() -> int:
        meant = Meant()
        for _ in range(10):
            meant = listening.heard(meant, "good morning everybody")
        return meant.messages

    at_once = counted()
    now[0] = 1.0
    a_second_later = counted()

    assert (at_once, a_second_later) == (2, 2)


def test_weights_of_other_indicators_are_refused(tmp_path):
    path = tmp_path / "heads.npz"
    write(HEADS, path)
    with np.load(path) as kept:
        others = {**kept, "indicators": np.array(["something", "else"])}
    np.savez(path, **others)

    with pytest.raises(RuntimeError, match="another version"):
        read(path)


def test_weights_come_back_as_they_were_written(tmp_path):
    path = tmp_path / "heads.npz"
    write(HEADS, path)

    back = read(path)

    assert isinstance(back, Heads)
    assert np.allclose(back.weights, HEADS.weights)
    assert np.allclose(back.values(carrying("guilt")), HEADS.values(carrying("guilt")))
