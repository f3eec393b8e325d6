"""Writes docs/facts.md, the page of everything that a rule can use: `python -m screener.rulebook.facts_page`."""

from collections.abc import Iterable

from screener.events import KINDS
from screener.heuristics import FACTS, Fact
from screener.rules import RUNNING, STAGES

KEYS = {
    "title": "A few words that name the idea.",
    "id": "The file's name; never changes, because feedback and alerts refer to it.",
    "status": f"`sandbox`, `trial`, `stable` or `retired`; only {' and '.join(f'`{each}`' for each in RUNNING)} run.",
    "when": "The kind of event it looks at, or a list of kinds.",
    "if": "The facts, and what each must be. All must hold; a fact that is unknown never matches.",
    "points": "What it weighs, up to 1000; below zero where it speaks for innocence.",
    "alone": "`true` only on a rule that sees a threat or a demand: it then alerts by itself. May be missing.",
    "because": "The sentence a parent reads. It may use the facts that `if` makes sure of, and the two names.",
    "advice": "What to do next, in one or two sentences.",
    "also_innocent": "When the same thing is innocent. Every rule has such a case.",
    "examples": "Under `alerts` and `stays_quiet`: facts, or a `text` (with `from`), where it must or must not hold.",
}

CONDITIONS = {
    "a plain value": "is exactly this: `contact.mutual_friends: 0`",
    "below, above": "`{below: 30}`: the number itself does not count",
    "at_least, at_most": "`{at_least: 3}`: the number itself counts",
    "between": "`{between: [30, 120]}`: both ends count",
    "any": "`{any: [secrecy, delete-traces]}`: at least one of these",
    "all": "`{all: [recorded, demand-money]}`: every one of these",
    "none": "`{none: [joking]}`: not one of these, where the fact is known",
}

OPENING = """\
# What a rule can use

*Written from the code by `python -m screener.rulebook.facts_page`; a test keeps it current.
How to write a rule: [write-a-rule.md](write-a-rule.md).*
"""


def page() -> str:
    """The whole page."""
    parts = [
        OPENING,
        "## Facts\n",
        "A fact that the platform or the family has not told us is unknown, and an unknown fact never matches.\n",
        *_table(("fact", "kind", "what it says"), ((f"`{f.name}`", f.kind, _help(f)) for f in _sorted())),
        "\n## Conditions\n",
        *_table(("condition", "holds where the fact"), CONDITIONS.items()),
        "\n## Keys of a rule, in their order\n",
        *_table(("key", "what it is"), ((f"`{key}`", text) for key, text in KEYS.items())),
        "\n## Kinds of event for `when`\n",
        ", ".join(f"`{kind}`" for kind in KINDS) + ".\n",
        "\n## Stages\n",
        "The folder a rule lies in is its stage: " + ", ".join(f"`{stage}`" for stage in STAGES) + ".\n",
    ]
    return "\n".join(part.rstrip("\n") if part.startswith("|") else part for part in parts)


def _sorted() -> Iterable[Fact]:
    return sorted(FACTS.values(), key=lambda each: each.name)


def _help(each: Fact) -> str:
    if each.among == "lists":
        return f"{each.help} Holds names of word lists."
    if each.among:
        return f"{each.help} One of: {', '.join(sorted(each.among))}."
    return each.help


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


if __name__ == "__main__":
    print(page(), end="")
