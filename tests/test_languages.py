"""Each language hears its own ideas in the words of ordinary chat, and stays quiet where nothing is meant."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from screener import rulebook
from screener.rulebook.list_files import LANGUAGES

RULES = Path(__file__).parent.parent / "rules"
BOOK = rulebook.load(RULES)
TOLD: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text()) for path in sorted((Path(__file__).parent / "languages").glob("*.yaml"))
}
HEARS = [(lang, idea, line) for lang, told in TOLD.items() for idea, lines in told["hears"].items() for line in lines]
STAYS_QUIET = [
    (lang, idea, line) for lang, told in TOLD.items() for idea, lines in told["stays_quiet"].items() for line in lines
]
QUIET = [(lang, line) for lang, told in TOLD.items() for line in told["quiet"]]

SERIOUS = {
    name
    for rule in BOOK.rules
    if rule.stage in ("isolate", "pressure") and rule.points > 6 and not rule.id.startswith(("alone-", "promises-"))
    for condition in rule.conditions
    if condition.fact == "message.says"
    for name in condition.any or ()
}
"""The ideas that alone give a sign of the stages isolate or pressure."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_phrases_for_every_idea(language: str):
    assert [each.name for each in BOOK.lists if language not in each.languages] == []


@pytest.mark.parametrize(("language", "idea", "line"), HEARS)
def test_an_idea_is_heard(language: str, idea: str, line: str):
    assert idea in BOOK.listen(line)


@pytest.mark.parametrize(("language", "idea", "line"), STAYS_QUIET)
def test_an_idea_is_not_heard_where_it_is_not_meant(language: str, idea: str, line: str):
    assert idea not in BOOK.listen(line)


@pytest.mark.parametrize(("language", "line"), QUIET)
def test_ordinary_chat_gives_no_sign_of_isolation_or_pressure(language: str, line: str):
    assert not BOOK.listen(line) & SERIOUS
