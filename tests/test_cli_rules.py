"""`screener rules` and `screener new rule`, as a parent types them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from screener.cli import app
from tests.test_own_rules import OWN_RULE, base
from tests.test_packs import House

__all__ = ["base"]


def run(*arguments: str | Path):
    return CliRunner().invoke(app, [*map(str, arguments)])


@pytest.fixture
def home(base: Path) -> Path:
    """A home with overrides, over a few shipped rules."""
    folder = base.parent / "home"
    (folder / "rules").mkdir(parents=True)
    (folder / "config.yaml").write_text("rules: ../shipped\nfamily: {members: [{name: Kim}]}\n")
    return folder


def test_check_names_every_mistake_and_what_is_no_longer_seen(home: Path):
    text = "rules:\n  say-hello: {points: 1}\n  asks-for-money: {status: retired}\nmembers: {Kym: {}}\n"
    (home / "rules" / "overrides.yaml").write_text(text)

    plain = run("rules", "check", "--home", home)
    said = json.loads(run("rules", "check", "--home", home, "--json").stdout)

    assert plain.exit_code == 1
    assert plain.stdout.splitlines() == [
        'home/rules/overrides.yaml:2: "say-hello" is not a rule. Did you mean "says-hello"?',
        'home/rules/overrides.yaml:4: "Kym" is not a member of the family. Did you mean "Kim"?',
        'home/rules/overrides.yaml:3: "asks-for-money" does not run: "Asks for money" is no longer seen there. '
        "It sees a threat or a demand. Remove this line to see it again.",
        "home/rules/overrides.yaml:3: no rule of pressure is left, so nothing of that kind is seen. "
        "Let at least one run.",
        "3 rules, 2 mistakes, 2 things no longer seen",
    ]
    assert (len(said["mistakes"]), len(said["warnings"])) == (2, 2)


def test_diff_says_what_is_otherwise_than_shipped_in_plain_words(home: Path):
    nothing = run("rules", "diff", "--home", home).stdout
    (home / "rules" / "approach").mkdir()
    (home / "rules" / "approach" / "my-rule.yaml").write_text(OWN_RULE)
    (home / "rules" / "overrides.yaml").write_text(
        """\
rules: {says-hello: {points: 3}}
lists: {secrecy: {add: {en: [our thing]}, remove: ["(our|a) [little] secret"]}}
levels: {talk: {points: 50}}
platforms: {discord: {rules: {says-hello: {status: retired}}}}
members: {Kim: {rules: {says-hello: {points: 9}}, levels: {talk: {points: 40}, talk_in_fewer: {points: 40}}}}
"""
    )

    said = run("rules", "diff", "--home", home).stdout.splitlines()
    lines = [json.loads(line) for line in run("rules", "diff", "--home", home, "--json").stdout.splitlines()]

    assert nothing == "Everything is as shipped.\n"
    assert said == [
        '"Says hello" weighs 3 instead of 20.',
        'New rule "New account" (approach). It weighs 35.',
        '"Secrecy" also hears "our thing" (en).',
        '"Secrecy" no longer hears "(our|a) [little] secret" (en).',
        "talk points is 50 instead of 44.",
        "talk in fewer points is 50 instead of 44.",
        'On discord: "Says hello" does not run (retired; it was stable).',
        'For Kim: "Says hello" weighs 9 instead of 3.',
        "For Kim: talk points is 40 instead of 50.",
        "For Kim: talk in fewer points is 40 instead of 50.",
    ]
    assert {(each["what"], each["name"]) for each in lines} >= {("rule", "my-rule"), ("level", "talk.points")}
    assert [each["member"] for each in lines][-1] == "Kim"


def test_test_says_of_each_rule_what_its_examples_showed(home: Path):
    (home / "rules" / "approach").mkdir()
    (home / "rules" / "approach" / "my-rule.yaml").write_text(OWN_RULE.replace("{contact.account_days: 3}", "{}"))

    every = run("rules", "test", "--home", home)
    one = run("rules", "test", "says-hello", "--home", home)
    none = run("rules", "test", "say-hello", "--home", home)

    assert every.exit_code == 1
    assert "home/rules/approach/my-rule.yaml:13: this example should alert and stays quiet." in every.stdout
    assert (one.exit_code, one.stdout) == (0, "ok  says-hello: 1 alert, 1 stay quiet\n")
    assert (none.exit_code, none.stderr) == (
        2,
        'screener rules test: "say-hello" is not a rule. Did you mean "says-hello"?\n',
    )


@pytest.mark.parametrize("kind", ["--lists", "--phrases", "--levels", "--own", None])
def test_schema_prints_one_schema_with_the_names_that_there_are(home: Path, kind: str | None):
    done = run("rules", "schema", "--home", home, *([kind] if kind else []))

    made = json.loads(done.stdout)
    assert made["$schema"].startswith("https://json-schema.org/") and made["type"]
    if kind == "--own":
        assert set(made["properties"]["members"]["properties"]) == {"Kim"}
        assert made["$defs"]["rules"]["properties"]["says-hello"]["description"] == "Says hello"


def test_only_one_schema_is_printed(home: Path):
    assert "only one schema can be printed" in run("rules", "schema", "--lists", "--own", "--home", home).stderr


def test_a_new_rule_is_sound_does_not_run_yet_and_is_never_written_over(home: Path):
    done = run("new", "rule", "asks-for-shoes", "--stage", "befriend", "--home", home)
    checked = run("rules", "check", "--home", home)
    again = run("new", "rule", "asks-for-shoes", "--home", home)
    taken = run("new", "rule", "says-hello", "--home", home)
    wrong = run("new", "rule", "Asks!", "--home", home)
    nowhere = run("new", "rule", "asks-for-hats", "--stage", "befreind", "--home", home)

    written = (home / "rules" / "befriend" / "asks-for-shoes.yaml").read_text()
    assert done.exit_code == 0 and "It does not run yet" in done.stdout
    assert "status: sandbox" in written and written.startswith("# yaml-language-server: $schema=../schema/rule.json\n")
    assert json.loads((home / "rules" / "schema" / "rule.json").read_text())["title"] == "A rule"
    assert (checked.exit_code, checked.stdout) == (0, "4 rules, 0 mistakes\n")
    assert '"asks-for-shoes" is a rule already' in again.stderr
    assert '"says-hello" is a rule already' in taken.stderr
    assert "can't be a name" in wrong.stderr
    assert 'is not a stage. Did you mean "befriend"?' in nowhere.stderr


def test_a_pack_is_shown_first_taken_with_yes_and_given_back(tmp_path: Path):
    house = House(tmp_path)
    file = house.pack("9.0.0")

    shown = run("rules", "pack", "import", file, "--home", house.home.folder)
    taken = run("rules", "pack", "import", file, "--yes", "--home", house.home.folder)
    listed = run("rules", "pack", "list", "--home", house.home.folder)
    again = run("rules", "pack", "import", file, "--yes", "--home", house.home.folder)
    back = run("rules", "pack", "rollback", "--home", house.home.folder)

    assert shown.exit_code == 1 and shown.stdout.startswith("screener 9.0.0 of 2026-11-30 instead of 1.0.0:\n")
    assert "Nothing was changed. To accept without being asked: --yes" in shown.stdout
    assert taken.exit_code == 0 and "screener 9.0.0 is in force." in taken.stdout
    assert listed.stdout.splitlines()[0] == "9.0.0         2026-11-30  in force"
    assert again.exit_code == 2 and "version 9.0.0 is not newer than 9.0.0" in again.stderr
    assert back.stdout.startswith("1.0.0 is in force again, and pinned.")
