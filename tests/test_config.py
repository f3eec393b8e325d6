"""Settings are read strictly, and every mistake is named by its line."""

from pathlib import Path

import pytest

from screener import config
from screener.errors import Mistake
from screener.resources import HERE


def loaded(tmp_path: Path, text: str) -> config.Config:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return config.load(path)


def test_the_example_gives_the_defaults():
    assert config.load(HERE.parent / "config.example.yaml") == config.Config()


def test_an_empty_file_gives_the_defaults(tmp_path: Path):
    assert loaded(tmp_path, "") == config.Config()


def test_members_become_the_family(tmp_path: Path):
    found = loaded(
        tmp_path,
        """
family:
  members:
    - {name: Kim, age: 13, devices: ["192.0.2.7"], accounts: {facebook: ["1"]}}
    - {name: Sam, age: 41}
""",
    ).household()

    assert [(member.name, member.role) for member in found.members] == [("Kim", "child"), ("Sam", "adult")]
    assert found.members[0].devices == ("192.0.2.7",)


def test_every_mistake_is_named_with_its_line_and_the_name_that_was_meant(tmp_path: Path):
    with pytest.raises(Mistake) as caught:
        loaded(
            tmp_path,
            """
proxy:
  prot: 8080
dashboard:
  port: 70000
family:
  members:
    - name: Kim
      timezone: Europe/Londn
""",
        )

    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert any('config.yaml:3: "proxy.prot" is not known here. Did you mean "port"?' in line for line in lines)
    assert any("config.yaml:5: dashboard.port" in line for line in lines)
    assert any("config.yaml:9: " in line and 'Did you mean "Europe/London"?' in line for line in lines)


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("age: thirteen", "should be a whole number"),
        ("country: uk", '"uk" is not a country'),
        ("devices: [laptop]", '"laptop" is not an address'),
        ("devices: 192.0.2.7", "should be a list"),
        ("accounts: {facebok: ['1']}", 'Did you mean "facebook"?'),
        ("accounts: {facebook: [1]}", "put quotes around it"),
    ],
)
def test_a_member_written_wrongly_is_told_in_plain_words(tmp_path: Path, member: str, words: str):
    with pytest.raises(Mistake) as caught:
        loaded(tmp_path, f"family:\n  members:\n    - name: Kim\n      {member}\n")

    assert words in str(caught.value) and "config.yaml:4: " in str(caught.value)


@pytest.mark.parametrize("text", ["a: [", "[" * 5000, "\t- x", "family: 3", "x" * 300_000])
def test_a_file_that_is_not_settings_is_a_mistake_and_nothing_else(tmp_path: Path, text: str):
    with pytest.raises(Mistake, match=r"config\.yaml"):
        loaded(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(Mistake, match="can't be read"):
        config.load(tmp_path / "config.yaml")
