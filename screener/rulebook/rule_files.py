"""Reads one rule, and says everything that is wrong with it."""

from collections.abc import Collection
from typing import Any, get_args

from screener.events import KINDS
from screener.heuristics import FACTS
from screener.rulebook.mistakes import Notes
from screener.rulebook.reading import Marked, shown
from screener.rules import FIELD, STAGES, Condition, Rule, Status

KEYS = (
    "title", "id", "status", "when", "if", "points", "alone", "because", "advice", "also_innocent", "examples",
)  # fmt: skip
MAY_MISS = frozenset({"alone"})
STATUSES: tuple[str, ...] = get_args(Status.__value__ if hasattr(Status, "__value__") else Status)
NUMBERS = ("below", "above", "at_least", "at_most")
SETS = ("any", "all", "none")
NAMES = frozenset({"contact.name", "member.name"})
LONGEST_SENTENCE = 400
CALMS_AT_MOST = -100
MOST_POINTS = 1000
POINTS = f'"points" is a number from {CALMS_AT_MOST} to {MOST_POINTS}. Write one'


def read_rule(name: str, stage: str, told: Marked, lists: Collection[str], notes: Notes) -> Rule | None:
    """The rule of a file, or None if anything is wrong with it; what is wrong stands in the notes."""
    before = len(notes.mistakes)
    if not told.is_map:
        notes.add(told, f"a rule needs the keys {', '.join(KEYS)}. Add them")
        return None
    for key, value in told.items():
        if key not in KEYS:
            notes.unknown(value, key, "a key of a rule", KEYS)
    missing = [key for key in KEYS if key not in told.value and key not in MAY_MISS]
    for key in missing:
        notes.add(told, f'"{key}" is missing. Add it')
    if stage not in STAGES:
        notes.unknown(told, stage, "a stage, so the folder holds no rules", STAGES)
    conditions = _conditions(told.get("if"), lists, notes)
    _check_words(name, told, notes)
    _check_sentences(told, notes)
    when = _when(told.get("when"), notes)
    if len(notes.mistakes) > before:
        return None
    plain = told.plain()
    line = told.value["if"].line
    return Rule(
        id=name,
        title=plain["title"],
        stage=stage,  # type: ignore[arg-type]  # checked against STAGES above
        status=plain["status"],
        when=when,
        conditions=conditions,
        points=float(plain["points"]),
        because=plain["because"],
        advice=plain["advice"],
        also_innocent=plain["also_innocent"],
        alone=bool(plain.get("alone", False)),
        file=f"{notes.file}:{line}",
    )


def _check_words(name: str, told: Marked, notes: Notes) -> None:
    for key in ("title", "because", "advice", "also_innocent"):
        value = told.get(key)
        if value is not None and not (isinstance(value.value, str) and 0 < len(value.value) <= LONGEST_SENTENCE):
            notes.add(value, f'"{key}" is one sentence of at most {LONGEST_SENTENCE} letters. Write one')
    if (id := told.get("id")) is not None and id.value != name:
        notes.add(id, f'the id "{shown(id.value)}" is not the file\'s name. Write id: {name}')
    if (status := told.get("status")) is not None and status.value not in STATUSES:
        notes.unknown(status, str(status.value), "a status", STATUSES)
    if (points := told.get("points")) is not None and not is_points(points.value):
        notes.add(points, POINTS)
    if (alone := told.get("alone")) is not None and not isinstance(alone.value, bool):
        notes.add(alone, '"alone" is true or false. Write one of them')


def _check_sentences(told: Marked, notes: Notes) -> None:
    """A sentence may only speak of what the rule has made sure of."""
    asked = told.value["if"].value if "if" in told.value and told.value["if"].is_map else ()
    sure = {fact for fact in asked if fact in FACTS and FACTS[fact].kind in ("number", "word")} | NAMES
    for key in ("because", "advice"):
        value = told.get(key)
        if value is None or not isinstance(value.value, str):
            continue
        for found in FIELD.findall(value.value):
            if found not in sure:
                found = found[:60]
                notes.add(value, f'"{key}" speaks of {{{found}}}, which "if" does not make sure of. Use one of these: '
                                 + ", ".join(f"{{{each}}}" for each in sorted(sure)))  # fmt: skip
        if FIELD.sub("", value.value).count("{") or FIELD.sub("", value.value).count("}"):
            notes.add(value, f'"{key}" has a bracket that names no fact. Write {{contact.name}}, or no bracket')


def _when(value: Marked | None, notes: Notes) -> frozenset[str]:
    if value is None:
        return frozenset()
    kinds = [each.value for each in value.value] if value.is_list else [value.value]
    for kind in kinds:
        if kind not in KINDS:
            notes.unknown(value, str(kind), "a kind of event", KINDS)
    if not kinds:
        notes.add(value, '"when" names no kind of event. Name one')
    return frozenset(map(str, kinds))


def _conditions(value: Marked | None, lists: Collection[str], notes: Notes) -> tuple[Condition, ...]:
    if value is None:
        return ()
    if not value.is_map or not value.value:
        notes.add(value, '"if" needs at least one fact. Write a fact and what it must be')
        return ()
    found = []
    for fact, wanted in value.items():
        if fact not in FACTS:
            notes.unknown(wanted, fact, "a fact", FACTS)
        elif (condition := _condition(fact, wanted, lists, notes)) is not None:
            found.append(condition)
    return tuple(found)


def _condition(fact: str, wanted: Marked, lists: Collection[str], notes: Notes) -> Condition | None:
    kind, before = FACTS[fact].kind, len(notes.mistakes)
    if not wanted.is_map:
        return _equal(fact, wanted, notes) if kind != "set" else _bad(
            wanted, f'{fact} holds several words. Write {{any: [...]}}, {{all: [...]}} or {{none: [...]}}', notes
        )  # fmt: skip
    parts: dict[str, Any] = {}
    for key, value in wanted.items():
        if key == "between" and kind == "number":
            ends = value.plain()
            if isinstance(ends, list) and len(ends) == 2 and all(map(_is_number, ends)):
                parts |= {"at_least": ends[0], "at_most": ends[1]}
            else:
                notes.add(value, '"between" needs two numbers. Write between: [1, 5]')
        elif key in NUMBERS and kind == "number":
            if _is_number(value.value):
                parts[key] = value.value
            else:
                notes.add(value, f'"{key}" needs a number. Write {key}: 5')
        elif key in SETS and kind in ("set", "word"):
            parts[key] = _names(fact, value, lists, notes)
        elif key in (*NUMBERS, *SETS, "between"):
            notes.add(value, f'"{key}" can\'t be asked of {fact}, which is a {kind}. Ask something else of it')
        else:
            notes.unknown(value, key, "a condition", (*NUMBERS, *SETS, "between"))
    if len(notes.mistakes) > before:
        return None
    if not parts:
        return _bad(wanted, f"nothing is asked of {fact}. Write what it must be", notes)
    return Condition(fact=fact, **parts)


def _equal(fact: str, wanted: Marked, notes: Notes) -> Condition | None:
    kind, value = FACTS[fact].kind, wanted.value
    fits = {"number": _is_number(value), "yes or no": isinstance(value, bool), "word": isinstance(value, str)}
    if not fits[kind]:
        return _bad(wanted, f"{fact} is a {kind}, and {shown(repr(value))} is not. Write a {kind}", notes)
    among = FACTS[fact].among
    if isinstance(among, frozenset) and value not in among:
        notes.unknown(wanted, str(value), f"something that {fact} can be", among)
        return None
    return Condition(fact=fact, equals=value)


def _names(fact: str, value: Marked, lists: Collection[str], notes: Notes) -> frozenset[str]:
    if not value.is_list or not value.value:
        notes.add(value, "this needs a list of names. Write [one, another]")
        return frozenset()
    among = FACTS[fact].among
    known = lists if among == "lists" else among
    for each in value.value:
        if known is not None and each.value not in known:
            what = "a word list" if among == "lists" else f"something that {fact} can hold"
            notes.unknown(each, str(each.value), what, known)
    return frozenset(str(each.value) for each in value.value)


def _bad(line: Marked, what: str, notes: Notes) -> Condition | None:
    notes.add(line, what)
    return None


def is_points(value: Any) -> bool:
    """Whether a rule may weigh this much."""
    return _is_number(value, most=MOST_POINTS) and value >= CALMS_AT_MOST


def _is_number(value: object, *, most: float = 1e12) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -most <= value <= most
