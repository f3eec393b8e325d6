"""A rule of a family's own, made of what somebody filled into a form: its file, and those of its words."""

import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from screener.remembered import LONGEST_WORD
from screener.rulebook.list_files import EVERY_LANGUAGE
from screener.rules import FIELD, Stage

LONGEST_TITLE = 80
BEGINS = "own-"
"""How the ids of such rules begin, so that no shipped one ever has the same."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is wanted. Said are `phrases` of its own, or what is on one of the `lists`; by the `by` side, or by either
    where that is empty. `counts` is False where it is to count for one member alone, which the overrides say.
    """

    title: str
    by: str
    stage: Stage
    points: int
    because: str
    advice: str
    also_innocent: str
    phrases: Sequence[str] = ()
    lists: Sequence[str] = ()
    counts: bool = True


def id_for(title: str, taken: Collection[str]) -> str:
    """An id that says what the rule is about and that nothing else has."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    longest = LONGEST_WORD - len("-999")
    id = f"{BEGINS}{words}"[:longest].rstrip("-") if words else f"{BEGINS}rule"
    numbered = (f"{id}-{number}" for number in range(2, 1_000))
    return next(each for each in (id, *numbered) if each not in taken)


def files(id: str, wish: Wish) -> Mapping[str, str]:
    """The files by their place, that of the rule last: it needs its words to be there."""
    made = {}
    if wish.phrases:
        says = {"title": wish.title, "says": wish.also_innocent}
        made[f"lists/{id}.yaml"] = "".join(f"{name}: {_quoted(value)}\n" for name, value in says.items())
        lines = "".join(f"  - {_quoted(each)}\n" for each in wish.phrases)
        made[f"lists/{EVERY_LANGUAGE}/{id}.yaml"] = f"phrases:\n{lines}"
    return made | {f"{wish.stage}/{id}.yaml": _rule(id, wish)}


def _rule(id: str, wish: Wish) -> str:
    says = f"[{', '.join(wish.lists or [id])}]"
    by = f"  message.by: {wish.by}\n" if wish.by else ""
    told = {"member": "contact", "contact": "member"}.get(wish.by)
    quiet = f"{{message.by: {told}, message.says: {says}}}" if told else "{message.by: contact, message.says: []}"
    return f"""\
title: {_quoted(wish.title)}
id: {id}
status: {"stable" if wish.counts else "sandbox"}
when: message
if:
{by}  message.says: {{any: {says}}}
points: {wish.points}
because: {_quoted(wish.because)}
advice: {_quoted(wish.advice)}
also_innocent: {_quoted(wish.also_innocent)}
examples:
  alerts:
    - {{message.by: {wish.by or "contact"}, message.says: {says}}}
  stays_quiet:
    - {quiet}
"""


def said_in(sentence: str, title: str) -> str:
    """A sentence that a rule will say, with its title in it; what is typed can't name facts there."""
    return sentence.replace("{title}", FIELD.sub("", title).replace("{", "").replace("}", ""))


def _quoted(text: str) -> str:
    """JSON is YAML as well."""
    return json.dumps(text, ensure_ascii=False)
