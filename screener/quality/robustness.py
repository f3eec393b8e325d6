"""What is left of the warnings when the contact disguises what is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from screener.quality import bootstrap
from screener.quality.bootstrap import Figure
from screener.quality.metrics import early, has_warn_by, talked
from screener.quality.outcome import Outcome

EVERY = "every disguise"


@dataclass(frozen=True, kw_only=True)
class Robustness:
    """By disguise: recall in disguise for each recall without; 1 means that nothing is lost."""

    early: Mapping[str, Figure]
    recall: Mapping[str, Figure]


def measured(
    plain: Sequence[Outcome], variants: Mapping[str, Sequence[Outcome]], *, resamples: int, seed: int
) -> Robustness:
    """Both ratios, for every disguise and for all of them together."""
    written = [outcome for outcome in plain if outcome.is_harmful]
    in_time = [n for n, outcome in enumerate(written) if has_warn_by(outcome)]

    def ratios(hit: Callable[[Outcome], bool], among: Sequence[int]) -> Mapping[str, Figure]:
        before = [hit(written[n]) for n in among]
        after = {name: [hit(outcomes[n]) for n in among] for name, outcomes in variants.items()}

        def figure(names: Sequence[str]) -> Figure:
            # A story goes into a draw with all its disguises: they aren't stories of their own.
            stories = [(sum(after[name][n] for name in names), was * len(names)) for n, was in enumerate(before)]
            return _ratio(stories, sum(before), resamples=resamples, seed=seed)

        return {name: figure([name]) for name in variants} | {EVERY: figure(list(variants))}

    return Robustness(early=ratios(early, in_time), recall=ratios(talked, range(len(written))))


def _ratio(stories: Sequence[tuple[int, int]], warned: int, *, resamples: int, seed: int) -> Figure:
    def of(drawn: Sequence[tuple[int, int]]) -> float | None:
        before = sum(before for _, before in drawn)
        return sum(after for after, _ in drawn) / before if before else None

    value = of(stories)
    if value is None:
        return Figure(value=None, stories=len(stories))
    low, high = bootstrap.interval([stories], of, resamples=resamples, seed=seed)
    if low == high and value <= 1:
        low, high = bootstrap.wilson(value, warned)
    return Figure(value=value, low=low, high=high, stories=len(stories))
