"""The published schemas take what the loader takes, and refuse what can be told without running anything."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from screener.rulebook import schema
from tests.make import RULES
from tests.test_own_rules import MISTAKES as OWN_MISTAKES
from tests.test_rulebook import MISTAKES, RULE

SHIPPED = Path(__file__).parent.parent / "rules"
LISTS = [each.name for each in RULES.lists]


def fits(made: dict[str, Any], text: str) -> bool:
    # Through JSON: a day is a text there.
    return jsonschema_rs.validator_for(made).is_valid(json.loads(json.dumps(yaml.safe_load(text), default=str)))


def test_every_shipped_file_fits_its_schema():
    of_rule = schema.rule_schema(LISTS)
    rules = [path for path in SHIPPED.glob("*/*.yaml") if path.parent.name not in ("lists", "words")]

    wrong = [path.name for path in rules if not fits(of_rule, path.read_text())]
    wrong += [path.name for path in SHIPPED.glob("lists/*.yaml") if not fits(schema.idea_schema(), path.read_text())]
    phrases = sorted(SHIPPED.glob("lists/*/*.yaml"))[::25]
    wrong += [path.name for path in phrases if not fits(schema.phrases_schema(), path.read_text())]

    assert wrong == []
    assert fits(schema.levels_schema(), (SHIPPED / "levels.yaml").read_text())


# These take running an example, reading a sentence, or knowing the file's name.
BEYOND = (
    "speaks of",
    "bracket that names",
    "this example should",
    "is not the file's name",
    "stands here twice",
    "YAML",
)
BEYOND += ("anchors and aliases",)


@pytest.mark.parametrize(
    ("written", "instead"), [(w, i) for w, i, told in MISTAKES if not any(each in told for each in BEYOND)]
)
def test_what_the_loader_refuses_the_schema_refuses(written: str, instead: str):
    assert fits(schema.rule_schema(), RULE)

    assert not fits(schema.rule_schema(), RULE.replace(written, instead, 1))


BEYOND_OWN = ("is not closed", "do not rise", "letter by letter", "not below zero")


@pytest.mark.parametrize(
    "text",
    [text for place, text, told in OWN_MISTAKES if place == "overrides" and not any(e in told for e in BEYOND_OWN)],
)
def test_overrides_that_the_loader_refuses_the_schema_refuses(text: str):
    made = schema.overrides_schema(
        rules={"says-hello": "Says hello", "asks-for-money": "Asks for money"},
        lists={"secrecy": "Secrecy", "money": "Money"},
        members=["Kim"],
        platforms=["roblox"],
    )

    assert fits(made, "rules: {says-hello: {points: 3}}\nmembers: {Kim: {platforms: {roblox: {levels: {}}}}}\n")
    assert fits(made, "# nothing yet\n")
    assert not fits(made, text)


def test_the_schema_of_a_rule_knows_every_fact_kind_of_event_and_list():
    made = schema.rule_schema(LISTS)

    assert "contact.account_days" in made["properties"]["if"]["properties"]
    assert "friend_request" in made["properties"]["when"]["anyOf"][0]["enum"]
    assert LISTS[0] in json.dumps(made)


def test_the_published_schemas_are_current():
    folder = SHIPPED.parent / "docs" / "schemas"

    written = {path.name: path.read_text() for path in folder.glob("*.json")}

    assert written == schema.published(), "run: python -m screener.rulebook.schema"
