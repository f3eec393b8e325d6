"""The shipped rules with one part of the judging left out, to see what that part is worth."""

import unicodedata
from dataclasses import dataclass, fields, replace

from screener.folding import LATIN_MARKS, Folded, fold, spaced
from screener.quality.baselines import ALIKE
from screener.quality.systems import System
from screener.rulebook import Rulebook

NO_FOLDING = "no folding"


def ablations(rulebook: Rulebook) -> tuple[System, ...]:
    """One system for each part."""
    return (
        System(
            name="no strangeness",
            says="Every contact counts alike: strangers no more, friends no less, and threats of friends at once.",
            rulebook=replace(rulebook, levels=replace(rulebook.levels, strangeness=ALIKE, signs_from_known=1)),
        ),
        System(
            name="no memory",
            says="Each event is judged alone; of a relationship nothing is known but whether the family knows it.",
            rulebook=rulebook,
            forgets=True,
        ),
        System(
            name=NO_FOLDING,
            says="Words are heard as they were written: capitals and accents don't matter, everything else does.",
            rulebook=_unfolded(rulebook),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Unfolded(Rulebook):
    """A rulebook that doesn't undo disguises."""

    def hear(self, folded: Folded) -> frozenset[str]:
        return self.listener.heard(as_written(folded.text))

    def listen(self, text: str) -> frozenset[str]:
        return self.listener.heard(as_written(text)) if text else frozenset()


def as_written(text: str) -> Folded:
    """A text in lower case and without accents, in which look-alikes, digits and hidden signs stay what they are."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    light = spaced(unicodedata.normalize("NFC", LATIN_MARKS.sub(r"\1", decomposed)))
    return replace(fold(text), light=light, full=light, obfuscated=False)


def _unfolded(rulebook: Rulebook) -> Rulebook:
    rules = tuple(rule for rule in rulebook.rules if all(part.fact != "message.obfuscated" for part in rule.conditions))
    parts = {part.name: getattr(rulebook, part.name) for part in fields(rulebook)}
    return Unfolded(**parts | {"rules": rules})
