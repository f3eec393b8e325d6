"""Simpler ways of judging with the same rules and word lists, to be better than."""

from collections.abc import Callable
from dataclasses import replace
from math import inf

from screener.heuristics import FACTS
from screener.levels import Level, Levels, Strangeness
from screener.quality.systems import System
from screener.rulebook import Rulebook
from screener.rules import STAGES, Rule

ALIKE = Strangeness(known=1, asked_by_member=1, many_mutual_friends=1, many=1, stranger=1)
ANYTHING = 0.001
NEVER = Level(points=inf, stages=1)


def baselines(rulebook: Rulebook) -> tuple[System, ...]:
    """Each warns (`talk`) in its own way; all act on threats and demands as the shipped rules do."""
    points = rulebook.levels.look.points
    return (
        System(
            name="any rule",
            says="Warns as soon as one rule holds.",
            rulebook=_judging(rulebook, Level(points=ANYTHING, stages=1)),
        ),
        System(
            name="any phrase",
            says="Warns as soon as one rule that listens to words holds; the others are left out.",
            rulebook=_judging(_only(rulebook, listens), Level(points=ANYTHING, stages=1)),
        ),
        System(
            name="two stages",
            says="Warns as soon as rules of two stages have held, whatever they weigh and whoever the contact is.",
            rulebook=_judging(rulebook, Level(points=ANYTHING, stages=2)),
        ),
        System(
            name="profile only",
            says=f"Warns from {points:g} points of the rules that look at nothing but the contact's profile.",
            rulebook=_judging(_only(rulebook, looks_at_profile), Level(points=points, stages=1)),
        ),
    )


def listens(rule: Rule) -> bool:
    """Whether a rule asks what was said."""
    return any(FACTS[condition.fact].among == "lists" for condition in rule.conditions)


def looks_at_profile(rule: Rule) -> bool:
    """Whether a rule asks nothing but who the contact is."""
    facts = [condition.fact for condition in rule.conditions]
    return not listens(rule) and all(fact.startswith("contact.") or fact == "member.age" for fact in facts)


def _only(rulebook: Rulebook, wanted: Callable[[Rule], bool]) -> Rulebook:
    return replace(rulebook, rules=tuple(rule for rule in rulebook.rules if wanted(rule)))


def _judging(rulebook: Rulebook, talk: Level) -> Rulebook:
    """The rulebook with one threshold for `talk`, nothing but threats for `act`, and nobody stranger than another."""
    levels: Levels = replace(
        rulebook.levels,
        look=talk,
        talk=talk,
        talk_in_fewer=NEVER,
        act=NEVER,
        most_points=dict.fromkeys(STAGES, inf),
        stage_from=ANYTHING,
        strangeness=ALIKE,
    )
    return replace(rulebook, levels=levels)
