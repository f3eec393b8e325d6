"""Who sees what of a member, said to that member: today, and when they get older; as presets.py has it."""

from collections.abc import Mapping
from dataclasses import dataclass

from screener.presets import PRESETS, Preset
from screener.web.tongue import later


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """What a preset means, spoken to whom it is about."""

    sees: str
    reads: str


SHARING: Mapping[str, Sharing] = {
    "6-9": Sharing(
        sees=later("Your parents see everything that Screener notices about strangers who write to you."),
        reads=later("They also see the words it is about."),
    ),
    "10-12": Sharing(
        sees=later("Your parents see everything that Screener notices about strangers who write to you."),
        reads=later("They can open the words it is about. Each time they do so, you see it here."),
    ),
    "13-15": Sharing(
        sees=later(
            "Your parents see what is serious. Of smaller things they are told only that there is something, and why; "
            "who it is, they are not told. For the first %(minutes)s minutes a smaller thing is yours alone."
        ),
        reads=later(
            "They can open the words it is about only when it says “Act now”, or when you agree. Each time they do so, "
            "you see it here."
        ),
    ),
    "16-17": Sharing(
        sees=later("Your parents see only what says “Act now”. Everything else is yours alone."),
        reads=later(
            "They can open the words it is about only when somebody threatens you or demands something, or when you "
            "agree. Each time they do so, you see it here."
        ),
    ),
    "18+": Sharing(
        sees=later("Nobody but you sees what Screener notices about you."),
        reads=later("Nobody but you can open the words it is about."),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What changes by itself on a birthday."""

    age: int
    sharing: Sharing


def turns(now: Preset) -> tuple[Turn, ...]:
    """What comes after this preset, the next birthday first."""
    return tuple(Turn(age=each.ages[0], sharing=SHARING[each.name]) for each in PRESETS if each.ages[0] > now.ages[0])


def minutes_alone() -> int:
    """How long a small thing is a young person's alone."""
    return max(round(each.first.total_seconds() / 60) for each in PRESETS)
