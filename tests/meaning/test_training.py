"""What training changes is what makes the network less wrong."""

import numpy as np
import pytest

from training.gru import Batch, Descent, begin, learn

DICE = np.random.default_rng(0)


def a_batch(conversations: int = 3, turns: int = 6, inputs: int = 7, ideas: int = 4) -> Batch:
    shape = (conversations, turns)
    return Batch(
        x=DICE.normal(size=(*shape, inputs)),
        goals=(DICE.random((*shape, 2)) < 0.5).astype(float),
        goal_weights=DICE.random((*shape, 2)),
        ideas=(DICE.random((*shape, ideas)) < 0.5).astype(float),
        idea_weights=DICE.random((*shape, 1)),
    )


@pytest.mark.parametrize("name", begin(7, 5, 4, DICE))
def test_the_gradient_is_the_slope_that_a_small_step_finds(name: str):
    weights, batch, step = begin(7, 5, 4, DICE), a_batch(), 1e-5
    _, grown = learn(weights, batch, 0.3, None)
    place = tuple(int(DICE.integers(size)) for size in weights[name].shape)

    costs = []
    for moved in (step, -2 * step):
        weights[name][place] += moved
        costs.append(learn(weights, batch, 0.3, None)[0])

    assert (costs[0] - costs[1]) / (2 * step) == pytest.approx(grown[name][place], abs=1e-6)


def test_it_learns_what_only_the_order_of_turns_tells():
    dice = np.random.default_rng(1)
    x = dice.normal(size=(64, 6, 3)) * 0.1
    first_then_last = dice.random(64) < 0.5
    x[first_then_last, 1, 0] = x[first_then_last, 4, 1] = 2.0
    x[~first_then_last, 4, 0] = x[~first_then_last, 1, 1] = 2.0
    goals = np.zeros((64, 6, 2))
    goals[..., 0] = first_then_last[:, None]
    weights_of = np.zeros((64, 6, 2))
    weights_of[:, 5, 0] = 1 / 64
    none = np.zeros((64, 6, 1))
    batch = Batch(x=x, goals=goals, goal_weights=weights_of, ideas=none, idea_weights=none)
    weights, descent = begin(3, 8, 1, dice), Descent(steps=150, pace=2e-2)

    before = learn(weights, batch, 0.0, None)[0]
    for _ in range(150):
        descent.step(weights, learn(weights, batch, 0.1, dice)[1])
    after = learn(weights, batch, 0.0, None)[0]

    assert before > 0.5
    assert after < 0.05
