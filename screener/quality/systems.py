"""A system is what judges: a rulebook and a memory. The shipped one, baselines and ablations are all systems."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from screener.events import Event
from screener.family import Member
from screener.meaning import Scorer
from screener.relationships import Relationship
from screener.rulebook import Rulebook
from screener.store.base import Recalled
from screener.store.memory import MemoryStore
from screener.surroundings import Question, Surroundings

SHIPPED = "shipped"
NO_MEANING = "no meaning"
MOMENTARY = ("message.", "call.", "request.")
LASTING = ("message.by", "message.pending")
"""Facts of a message that don't tell one from the next."""


@dataclass(frozen=True, kw_only=True)
class System:
    """A way of judging, and the sentence that says what it is."""

    name: str
    says: str
    rulebook: Rulebook
    forgets: bool = False
    meaning: Scorer | None = None

    @cached_property
    def looking(self) -> frozenset[str]:
        """The rules that look at an event itself, and not only at who somebody is or what has been before."""
        rules = self.rulebook.rules
        return frozenset(rule.id for rule in rules if any(looks_at_event(part.fact) for part in rule.conditions))

    def memory(self) -> MemoryStore:
        """An empty memory to replay with."""
        return Forgetful() if self.forgets else MemoryStore()


def looks_at_event(fact: str) -> bool:
    return fact.startswith(MOMENTARY) and fact not in LASTING


def shipped(rulebook: Rulebook, meaning: Scorer | None = None) -> System:
    return System(name=SHIPPED, says="The rules as they are.", rulebook=rulebook, meaning=meaning)


def with_meaning(systems: Iterable[System], meaning: Scorer | None, rulebook: Rulebook) -> Iterator[System]:
    """The systems to compare with hear as much as the shipped one; one more shows what hearing meaning is worth."""
    if meaning is None:
        yield from systems
        return
    for system in systems:
        yield replace(system, meaning=meaning)
    yield System(name=NO_MEANING, says="Words alone are heard, not what they mean.", rulebook=rulebook)


class Forgetful(MemoryStore):
    """Recalls of a relationship only that it is known to the family, so that each event is judged alone."""

    async def recall(self, member: Member, event: Event) -> Recalled:
        kept = await super().recall(member, event)
        if await self.knows(event):
            return kept  # it has just been judged, and is looked at
        known = kept.relationship is not None and kept.relationship.known
        return Recalled(relationship=Relationship.first(member=member, event=event, known=known))

    async def recall_account(self, member: Member, platform: str, contact: str, at: datetime) -> Recalled:
        return Recalled()

    async def surroundings(self, question: Question) -> Surroundings:
        return Surroundings()
