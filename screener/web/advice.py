"""What to do and what to say in short, and what the levels are called; see steps.py for all of it."""

from dataclasses import dataclass

from screener.levels import LevelName
from screener.web.base import AlertView
from screener.web.steps import steps_for
from screener.web.tongue import _


@dataclass(frozen=True, kw_only=True)
class Advice:
    """`first` comes before everything else and only where somebody is under threat; `say` holds exact words."""

    first: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    say: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    mind: tuple[str, ...] = ()


def advice(alert: AlertView) -> Advice:
    """The sentences alone, without the country's routes."""
    steps = steps_for(alert, None, alert.updated.date())
    return Advice(
        first=steps.first,
        rules=steps.rules,
        say=steps.say,
        steps=tuple(step.what for step in steps.steps),
        mind=steps.mind,
    )


def level_words(level: LevelName, *, adult: bool = False) -> str:
    if level == "talk" and adult:
        return _("Be careful")
    return {"look": _("Have a look"), "talk": _("Talk with your child"), "act": _("Act now")}[level]
