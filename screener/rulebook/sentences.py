"""What the rules and word lists that came with this program say, as it stands in their files: for the catalogues, and
for whoever must know a sentence again that one of them said.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from screener.resources import shipped
from screener.rulebook.list_files import IDEA_KEYS
from screener.rules import STAGES


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """Each on one line, with its places ("{contact.name}") in it."""

    title: str
    because: str
    advice: str
    also_innocent: str


@cache
def shipped_ids() -> tuple[str, ...]:
    """The rules that came with this program."""
    return tuple(_files())


@cache
def sentences_of(rule: str) -> Sentences | None:
    """What a rule says; None for one that did not come with this program. Each file is read when it is first asked for,
    plainly: whether it is a sound rule, the library says.
    """
    path = _files().get(rule)
    if path is None:
        return None
    written = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return Sentences(**{name: " ".join(str(written[name]).split()) for name in Sentences.__dataclass_fields__})


def sentences_of_lists() -> Iterator[str]:
    """The title of every word list that came with this program, and what it listens for, each on one line."""
    for path in sorted((shipped("rules") / "lists").glob("*.yaml")):
        written = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        yield from (" ".join(str(written[key]).split()) for key in IDEA_KEYS)


@cache
def _files() -> Mapping[str, Path]:
    folder = shipped("rules")
    return {path.stem: path for stage in STAGES for path in sorted((folder / stage).glob("*.yaml"))}
