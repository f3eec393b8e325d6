"""The numbers of scoring, as rules/levels.yaml gives them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from screener.windows import Windows

LevelName = Literal["look", "talk", "act"]

LEVELS: tuple[LevelName, ...] = ("look", "talk", "act")
"""From the lowest to the highest."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """How many points, from how many stages, make this level."""

    points: float
    stages: int


@dataclass(frozen=True, kw_only=True)
class Strangeness:
    """By how much the points are multiplied, but for threats and demands."""

    known: float
    """The contact is known to the family."""
    asked_by_member: float
    """The member was the one who asked to be friends."""
    many_mutual_friends: float
    many: int
    """From how many mutual friends on they are many."""
    stranger: float
    """The platform says that the two share nobody."""


@dataclass(frozen=True, kw_only=True)
class Resemblance:
    """What it does to the points when the meaning of a conversation resembles none that went wrong."""

    low: float
    """Below this much `relationship.drift` a conversation is like ordinary ones."""
    low_times: float
    """By how much its points are multiplied then, but for threats and demands."""
    no_danger: float
    """Below this much `relationship.danger` a threat in words needs a second sign, as one among friends does."""
    danger: float
    """From this much of it on nothing that speaks for innocence is taken off: kind words come with threats, too."""


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Everything that scoring needs to be told."""

    look: Level
    talk: Level
    talk_in_fewer: Level
    """More points stand in for a stage that is out of sight, as where a platform says little of who somebody is."""
    act: Level
    half_life_days: Mapping[str, float]
    """By stage: after how many days a signal weighs half."""
    most_points: Mapping[str, float]
    """By stage: what it can give at most, so that no single stage makes an alert."""
    most_calm: float
    """What signals that speak for innocence can take away at most."""
    calm_jokes: float
    """From how much of them on a threat needs a second sign, as one from a known contact does."""
    seen_for_act: float
    """How many points must be seen, not guessed from meaning, before points make `act`."""
    joke_points: float
    """What a first sign of pressure from such a contact weighs at most."""
    stage_from: float
    """How many points a stage must have to count as one."""
    strangeness: Strangeness
    resemblance: Resemblance
    windows: Windows
    signs_from_known: int
    """How many signs of pressure it takes before a threat from such a contact is more than a joke."""
