"""What a fact is: a measurement of one moment in a relationship, with a dotted name; unknown where none can be told."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from screener.events import Event
from screener.folding import Folded
from screener.relationships import Relationship
from screener.surroundings import Surroundings
from screener.windows import Windows

type Value = bool | int | float | str | frozenset[str]
type Facts = Mapping[str, Value]
type Kind = Literal["number", "yes or no", "word", "set"]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Everything that a fact may be measured from: an event, the relationship after it, and what lies around."""

    event: Event
    relationship: Relationship
    windows: Windows
    heard: frozenset[str] = frozenset()
    """The word lists heard in the event's text."""
    folded: Folded | None = None
    """The event's text, where it has one."""
    around: Surroundings = field(default_factory=Surroundings)


type Measure = Callable[[Event, Relationship], Value | None]
type MeasureOfWords = Callable[[Event, Relationship, frozenset[str]], Value | None]
type MeasureOfMoment = Callable[[Moment], Value | None]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A named measurement, and the sentence that explains it to somebody who writes rules."""

    name: str
    help: str
    measure: MeasureOfMoment
    kind: Kind
    among: frozenset[str] | Literal["lists"] | None
    """What a word or set can hold: these, or the names of the word lists."""


FACTS: dict[str, Fact] = {}


def fact[M: Measure](name: str, help: str, *, among: frozenset[str] | None = None) -> Callable[[M], M]:
    """Makes a function of an event and its relationship a fact."""

    def register(measure: M) -> M:
        _add(name, help, lambda moment: measure(moment.event, moment.relationship), _kind(measure), among)
        return measure

    return register


def fact_of_words[M: MeasureOfWords](name: str, help: str) -> Callable[[M], M]:
    """Makes a function that also wants the lists heard in the event's text a fact; its value names lists."""

    def register(measure: M) -> M:
        def of_moment(moment: Moment) -> Value | None:
            return measure(moment.event, moment.relationship, moment.heard)

        _add(name, help, of_moment, _kind(measure), "lists")
        return measure

    return register


def fact_of_moment[M: MeasureOfMoment](
    name: str, help: str, *, among: frozenset[str] | Literal["lists"] | None = None
) -> Callable[[M], M]:
    """Makes a function of everything around an event a fact."""

    def register(measure: M) -> M:
        _add(name, help, measure, _kind(measure), among)
        return measure

    return register


def _kind(measure: Measure | MeasureOfWords | MeasureOfMoment) -> Kind:
    """What a measure gives back, read from its own annotation so that it is written only once."""
    given = get_type_hints(measure)["return"]
    kinds = get_args(given) if get_origin(given) in (Union, UnionType) else (given,)
    kind = next(kind for kind in kinds if kind is not NoneType)
    if kind is bool:
        return "yes or no"
    if kind in (int, float):
        return "number"
    if get_origin(kind) is frozenset:
        return "set"
    if kind is str or get_origin(kind) is Literal:
        return "word"
    raise TypeError(f"a fact can't be {kind}. Give back a number, a word, a set of words, or yes or no.")


def _add(
    name: str,
    help: str,
    measure: MeasureOfMoment,
    kind: Kind,
    among: frozenset[str] | Literal["lists"] | None,
) -> None:
    if name in FACTS:
        raise ValueError(f"the fact {name} is measured twice. Give one of the two another name.")
    FACTS[name] = Fact(name=name, help=help, measure=measure, kind=kind, among=among)


class Measured(Mapping[str, Value]):
    """The facts of a moment, each measured when it is first asked for; unknown ones are missing."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._measured: dict[str, Value | None] = {}

    def get(self, name: str, default: Any = None) -> Any:
        if name in self._measured:
            value = self._measured[name]
        else:
            asked = FACTS.get(name)
            value = self._measured[name] = asked.measure(self._moment) if asked else None
        return default if value is None else value

    def __getitem__(self, name: str) -> Value:
        value: Value | None = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name in FACTS if self.get(name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def gather(moment: Moment) -> dict[str, Value]:
    """Every fact that is known at this moment."""
    return dict(Measured(moment))
