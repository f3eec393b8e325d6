"""The network as it is trained: its sums over whole conversations, and how each weight must change (its gradient)."""

from dataclasses import dataclass

import numpy as np

from screener.meaning.network import Numbers, sigmoid

type Weights = dict[str, Numbers]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Conversations side by side, padded to the longest: (conversations, turns, numbers)."""

    x: Numbers
    goals: Numbers
    """Whether it goes wrong, and whether a threat has come."""
    goal_weights: Numbers
    ideas: Numbers
    idea_weights: Numbers


def begin(inputs: int, width: int, ideas: int, dice: np.random.Generator) -> Weights:
    """Small random weights."""

    def some(rows: int, columns: int, times: float = 1.0) -> Numbers:
        return dice.normal(size=(rows, columns)) * times / np.sqrt(rows)

    return {
        "first": some(inputs, width),
        "offset": np.zeros(width),
        "onward": some(width, 3 * width),
        "again": some(width, 3 * width),
        "gates": np.zeros(3 * width),
        "out": some(width, 2, 0.1),
        "out_offset": np.array([0.0, -2.0]),
        "ideas": some(width, ideas, 0.1),
        "ideas_offset": np.full(ideas, -3.0),
    }


def dropped(shape: tuple[int, ...], share: float, dice: np.random.Generator | None) -> Numbers | float:
    """What of the numbers is left in, made up for the rest; everything where there are no dice."""
    return (dice.random(shape) >= share) / (1 - share) if dice is not None else 1.0


def learn(w: Weights, batch: Batch, drop: float, dice: np.random.Generator | None) -> tuple[float, Weights]:
    """How wrong the weights are on a batch, and the gradient of that."""
    count, turns, _ = batch.x.shape
    width = len(w["offset"])
    kept_in = dropped(batch.x.shape, 0.75 * drop, dice)
    kept_first, kept_state = (dropped((count, turns, width), drop, dice) for _ in range(2))
    x = batch.x * kept_in
    plain = np.tanh(x @ w["first"] + w["offset"])
    first = plain * kept_first
    came = first @ w["onward"] + w["gates"]

    # Forward through the turns, keeping what the way back needs.
    state, steps = np.zeros((count, width)), []
    states = np.zeros((count, turns, width))
    for turn in range(turns):
        kept = state @ w["again"]
        reset = sigmoid(came[:, turn, :width] + kept[:, :width])
        update = sigmoid(came[:, turn, width : 2 * width] + kept[:, width : 2 * width])
        new = np.tanh(came[:, turn, 2 * width :] + reset * kept[:, 2 * width :])
        steps.append((state, reset, update, new, kept[:, 2 * width :]))
        state = (1 - update) * new + update * state
        states[:, turn] = state
    seen = states * kept_state
    said = sigmoid(seen @ w["out"] + w["out_offset"])
    ideas = sigmoid(first @ w["ideas"] + w["ideas_offset"])
    wrong = _cost(said, batch.goals, batch.goal_weights) + _cost(ideas, batch.ideas, batch.idea_weights)

    # And back.
    d_said = (said - batch.goals) * batch.goal_weights
    d_ideas = (ideas - batch.ideas) * batch.idea_weights
    grown: Weights = {
        "out": _across(seen, d_said),
        "out_offset": d_said.sum((0, 1)),
        "ideas": _across(first, d_ideas),
        "ideas_offset": d_ideas.sum((0, 1)),
        "again": np.zeros_like(w["again"]),
    }
    d_states = (d_said @ w["out"].T) * kept_state
    d_came = np.zeros_like(came)
    d_state = np.zeros((count, width))
    for turn in reversed(range(turns)):
        before, reset, update, new, kept_new = steps[turn]
        d_state = d_state + d_states[:, turn]
        d_new = d_state * (1 - update) * (1 - new**2)
        d_update = d_state * (before - new) * update * (1 - update)
        d_reset = d_new * kept_new * reset * (1 - reset)
        d_came[:, turn] = np.concatenate([d_reset, d_update, d_new], 1)
        d_kept = np.concatenate([d_reset, d_update, d_new * reset], 1)
        grown["again"] += before.T @ d_kept
        d_state = d_state * update + d_kept @ w["again"].T
    grown["onward"], grown["gates"] = _across(first, d_came), d_came.sum((0, 1))
    d_first = (d_came @ w["onward"].T + d_ideas @ w["ideas"].T) * kept_first * (1 - plain**2)
    grown["first"], grown["offset"] = _across(x, d_first), d_first.sum((0, 1))
    return wrong, grown


def _cost(said: Numbers, goals: Numbers, weights: Numbers) -> float:
    said = np.clip(said, 1e-9, 1 - 1e-9)
    return float(-(weights * (goals * np.log(said) + (1 - goals) * np.log(1 - said))).sum())


def _across(left: Numbers, right: Numbers) -> Numbers:
    found: Numbers = left.reshape(-1, left.shape[-1]).T @ right.reshape(-1, right.shape[-1])
    return found


@dataclass(kw_only=True)
class Descent:
    """Steps downhill (AdamW), first growing, then ever smaller."""

    steps: int
    pace: float = 6e-3
    decay: float = 2e-2
    longest: float = 1.0

    def __post_init__(self) -> None:
        self.mean: Weights = {}
        self.square: Weights = {}
        self.done = 0

    def step(self, w: Weights, grown: Weights) -> None:
        """Changes the weights."""
        self.done += 1
        length = np.sqrt(sum(float((each**2).sum()) for each in grown.values()))
        shorter = min(1.0, self.longest / (length + 1e-9))
        pace = self._pace()
        for name, value in grown.items():
            value = value * shorter
            mean = self.mean[name] = 0.9 * self.mean.get(name, 0.0) + 0.1 * value
            square = self.square[name] = 0.999 * self.square.get(name, 0.0) + 0.001 * value**2
            fair = mean / (1 - 0.9**self.done), square / (1 - 0.999**self.done)
            w[name] = w[name] - pace * (fair[0] / (np.sqrt(fair[1]) + 1e-8) + self.decay * w[name])

    def _pace(self) -> float:
        grows = 0.3 * self.steps
        if self.done < grows:
            low, high, share = self.pace / 25, self.pace, self.done / grows
        else:
            low, high, share = self.pace, 0.0, (self.done - grows) / (self.steps - grows)
        return float(low + (high - low) * (1 - np.cos(np.pi * min(share, 1.0))) / 2)
