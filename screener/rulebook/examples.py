"""Runs a rule's own examples: each gives facts, or a text from which the facts of what is said are taken."""

from collections.abc import Callable, Mapping
from typing import Any

from screener.entities import domains, entities
from screener.folding import fold
from screener.heuristics import FACTS, Value
from screener.rulebook.mistakes import Notes
from screener.rulebook.reading import Marked
from screener.rulebook.rule_files import is_among
from screener.rules import Rule

type Listen = Callable[[str], frozenset[str]]

TEXT, FROM = "text", "from"
LONGEST_TEXT = 2_000


def prove(rule: Rule, told: Marked, listen: Listen, lists: frozenset[str], notes: Notes) -> None:
    """Notes every example that does not do what it promises."""
    examples = told.value["examples"]
    for key, wanted in (("alerts", True), ("stays_quiet", False)):
        given = examples.get(key)
        if given is None or not given.is_list or not given.value:
            notes.add(examples, f'"examples" has nothing under "{key}". Add at least one')
            continue
        for example in given.value:
            facts = _facts(example, listen, lists, notes)
            if facts is not None and rule.holds(facts) is not wanted:
                promise = "should alert and stays quiet" if wanted else "should stay quiet and alerts"
                notes.add(example, f"this example {promise}. Mend the example or the rule")
    for key, value in examples.items() if examples.is_map else ():
        if key not in ("alerts", "stays_quiet"):
            notes.unknown(value, key, "a kind of example", ("alerts", "stays_quiet"))


def _facts(example: Marked, listen: Listen, lists: frozenset[str], notes: Notes) -> Mapping[str, Value] | None:
    if not example.is_map:
        notes.add(example, "an example is a set of facts. Write {contact.account_days: 3}")
        return None
    plain: dict[str, Any] = example.plain()
    sound = True
    for name, value in example.items():
        if name not in FACTS and name not in (TEXT, FROM):
            notes.unknown(value, name, "a fact", FACTS)
            sound = False
        elif value.is_list and name in FACTS and FACTS[name].among == "lists":
            for each in value.value:
                if not is_among(each.value, lists):
                    notes.unknown(each, str(each.value), "a word list", lists)
                    sound = False
    if len(str(plain.get(TEXT, ""))) > LONGEST_TEXT:
        notes.add(example, f"this text has more than {LONGEST_TEXT} letters. Shorten it")
        sound = False
    if not sound:
        return None
    facts: dict[str, Value] = {}
    if TEXT in plain:
        text, side = str(plain.pop(TEXT)), str(plain.pop(FROM, "contact"))
        heard = listen(text)
        facts |= {"message.by": side, "message.says": heard, f"{side}.has_said": heard}
        facts |= {"message.entities": entities(text), "message.obfuscated": fold(text).obfuscated}
        facts |= {"message.domains": domains(text)}
    given: dict[str, Value] = {
        name: frozenset(map(str, value)) if isinstance(value, list) else value for name, value in plain.items()
    }
    for name in ("contact.has_said", "member.has_said"):
        # What is given was said before; what the text says is said as well.
        before, now = given.get(name), facts.get(name)
        if isinstance(before, frozenset) and isinstance(now, frozenset):
            given[name] = before | now
    return facts | given
