"""Whether the rulebook asks what messages mean, and the scorer that tells; where no rule asks, nothing is loaded."""

from screener import meaning
from screener.heuristics.meaning import FACTS_OF_MEANING
from screener.meaning import Scorer
from screener.rulebook import Rulebook

A_SECOND = 10
"""Messages judged by meaning in a second of live traffic; further ones are heard by their words alone."""


def wanted(rulebook: Rulebook) -> bool:
    """Whether a running rule asks for it."""
    return any(part.fact in FACTS_OF_MEANING for rule in rulebook.rules if rule.runs for part in rule.conditions)


def scorer(rulebook: Rulebook, *, a_second: float | None = None) -> Scorer | None:
    """The scorer, if a rule wants one. Raises Mistake where it is wanted and the encoder is missing."""
    return meaning.load(a_second) if wanted(rulebook) else None
