"""What the rules that came with this program say, as it stands in their files: for the catalogues, and for whoever must
know a sentence again that one of them said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from screener.resources import shipped
from screener.rules import STAGES


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """Each on one line, with its places ("{contact.name}") in it."""

    title: str
    because: str
    advice: str
    also_innocent: str


@cache
def shipped_sentences() -> Mapping[str, Sentences]:
    """By the rule's id. Read once, plainly: whether they are sound rules, the library says."""
    folder = shipped("rules")
    return {path.stem: _of(path) for stage in STAGES for path in sorted((folder / stage).glob("*.yaml"))}


def _of(path: Path) -> Sentences:
    written = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return Sentences(**{name: " ".join(str(written[name]).split()) for name in Sentences.__dataclass_fields__})
