"""What a fact is: a measurement of one moment in a relationship, with a dotted name; unknown where none can be told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

from screener.events import Event
from screener.relationships import Relationship

type Value = bool | int | float | str | frozenset[str]
type Facts = Mapping[str, Value]
type Measure = Callable[[Event, Relationship], Value | None]
type Kind = Literal["number", "yes or no", "word", "set"]
type MeasureOfWords = Callable[[Event, Relationship, frozenset[str]], Value | None]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A named measurement, and the sentence that explains it to somebody who writes rules."""

    name: str
    help: str
    measure: MeasureOfWords
    kind: Kind
    among: frozenset[str] | Literal["lists"] | None
    """What a word or set can hold: these, or the names of the word lists."""


FACTS: dict[str, Fact] = {}


def fact[M: Measure](name: str, help: str, *, among: frozenset[str] | None = None) -> Callable[[M], M]:
    """Makes a function of an event and its relationship a fact."""

    def register(measure: M) -> M:
        _add(name, help, lambda event, relationship, heard: measure(event, relationship), _kind(measure), among)
        return measure

    return register


def fact_of_words[M: MeasureOfWords](name: str, help: str) -> Callable[[M], M]:
    """Makes a function that also wants the lists heard in the event's text a fact; its value names lists."""

    def register(measure: M) -> M:
        _add(name, help, measure, _kind(measure), "lists")
        return measure

    return register


def _kind(measure: Measure | MeasureOfWords) -> Kind:
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
    measure: MeasureOfWords,
    kind: Kind,
    among: frozenset[str] | Literal["lists"] | None,
) -> None:
    if name in FACTS:
        raise ValueError(f"the fact {name} is measured twice. Give one of the two another name.")
    FACTS[name] = Fact(name=name, help=help, measure=measure, kind=kind, among=among)


def gather(event: Event, relationship: Relationship, heard: frozenset[str]) -> dict[str, Value]:
    """Every fact that is known at this moment."""
    measured = {name: each.measure(event, relationship, heard) for name, each in FACTS.items()}
    return {name: value for name, value in measured.items() if value is not None}
