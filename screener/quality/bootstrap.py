"""How far a figure could lie from the truth, given how few stories it comes from."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

RESAMPLES = 1_000
SEED = 1
TAIL = 0.025
Z = 1.96
NONE_SEEN = 3.69
"""Where nothing was counted, up to so many could have been expected (Poisson, 97.5 %)."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value with its 95 % interval, and how many stories it comes from; None where there is nothing to count."""

    value: float | None
    low: float | None = None
    high: float | None = None
    stories: int = 0


def interval[T](
    strata: Sequence[Sequence[T]],
    of: Callable[[Sequence[T]], float | None],
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> tuple[float | None, float | None]:
    """The percentile bootstrap interval of `of`: whole stories are drawn again, each stratum as often as it is large.

    The same seed draws the same stories, so that two systems are compared on the same draws.
    """
    drawing = random.Random(seed)  # noqa: S311, no secret
    found = []
    for _ in range(resamples):
        drawn = [one for stratum in strata if stratum for one in drawing.choices(stratum, k=len(stratum))]
        if (value := of(drawn)) is not None:
            found.append(value)
    if not found:
        return None, None
    found.sort()
    return found[round(TAIL * (len(found) - 1))], found[round((1 - TAIL) * (len(found) - 1))]


def wilson(share: float, stories: int) -> tuple[float, float]:
    """Wilson's interval: drawn stories that all agree would pretend to certainty."""
    if stories == 0:
        return 0.0, 1.0
    square = Z * Z / stories
    middle = (share + square / 2) / (1 + square)
    half = Z / (1 + square) * sqrt(share * (1 - share) / stories + square / (4 * stories))
    return max(middle - half, 0.0), min(middle + half, 1.0)
