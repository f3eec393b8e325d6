"""What is shared with parents at which age: the older the child, the less; at eighteen it ends.

Bands and what each may see follow research on children's rights: a sign that watching goes on, less of it with age, and
both told when it ends. See docs/privacy.md.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from screener.levels import LevelName

Excerpt = Literal["on click", "act or both", "danger or both", "own"]
"""Who may read what was written; it never stands there by itself, and each opening is noted. It opens on a click; it
opens only when the level is act, or when the young person agrees; it opens only on a threat or demand, or when they
agree; nobody else."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """`from_level` is the lowest level that parents see whole; below it they see nothing, or with `signals_below` only
    that there is something and why. `first` is how long a low alert is the young person's alone.
    """

    name: str
    ages: tuple[int, int]
    from_level: LevelName | None
    signals_below: bool = False
    excerpt: Excerpt
    first: timedelta = timedelta()


PRESETS = (
    Preset(name="6-9", ages=(0, 9), from_level="look", excerpt="on click"),
    Preset(name="10-12", ages=(10, 12), from_level="look", excerpt="on click"),
    Preset(
        name="13-15",
        ages=(13, 15),
        from_level="talk",
        signals_below=True,
        excerpt="act or both",
        first=timedelta(minutes=30),
    ),
    Preset(name="16-17", ages=(16, 17), from_level="act", excerpt="danger or both"),
    Preset(name="18+", ages=(18, 200), from_level=None, excerpt="own"),
)
UNKNOWN = PRESETS[1]
"""A child whose age nobody has said is watched as one of ten to twelve: seen early, opened only by a noted click."""


def preset(age: int | None, *, is_adult: bool) -> Preset:
    """The preset for an age; an adult's dealings are nobody else's, whatever was said of their age."""
    if is_adult:
        return PRESETS[-1]
    if age is None:
        return UNKNOWN
    return next(each for each in PRESETS if age <= each.ages[1])
