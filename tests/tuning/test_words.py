"""Words of a family's own in a list: only the lines they are about are touched, and what is typed is only words."""

from difflib import unified_diff

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from screener.tuning.words import Changes, adding, dropping, hearing, hushing, own, typed
from screener.tuning.yamlwrite import written

BLOCK = """\
# Ours.
lists:
  secrecy:   # Kim and the boat
    add:
      # grandpa's word
      - our thing   # since May
      - the boat
    remove:
      - "(our|a) secret"
rules: {late-hours: {points: 2}}
"""
FLOW = "lists: {secrecy: {add: {de: [unser ding, 'das: boot']}}}   # ours\n"


def changed(text: str, changes: Changes) -> list[str]:
    """The lines that a change takes away and adds."""
    after = written(text, changes, file="x")
    lines = unified_diff(text.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_a_word_more_stands_behind_the_others_and_no_comment_is_touched():
    assert changed(BLOCK, adding(own(BLOCK, "secrecy"), "secrecy", "any", ["x: y"])) == ['+      - "x: y"']
    assert changed(FLOW, adding(own(FLOW, "secrecy"), "secrecy", "de", ["noch eins"])) == [
        "-lists: {secrecy: {add: {de: [unser ding, 'das: boot']}}}   # ours",
        "+lists: {secrecy: {add: {de: [unser ding, 'das: boot', noch eins]}}}   # ours",
    ]


def test_words_of_a_language_move_those_of_every_language_under_a_name_and_leave_their_lines_alone():
    assert changed(BLOCK, adding(own(BLOCK, "secrecy"), "secrecy", "de", ["unser ding"])) == [
        "+      any:", "+      de:", "+        - unser ding",
    ]  # fmt: skip


def test_the_first_word_of_all_begins_the_file():
    assert written("", adding(own("", "secrecy"), "secrecy", "en", ["our thing"]), file="x") == (
        "lists:\n  secrecy:\n    add:\n      en:\n        - our thing\n"
    )


def test_a_word_is_taken_away_with_its_own_line_and_the_last_one_with_the_list():
    assert changed(BLOCK, dropping(own(BLOCK, "secrecy"), "secrecy", "any", "the boat")) == ["-      - the boat"]
    assert changed(BLOCK, hearing("secrecy", "(our|a) secret")) == ["-    remove:", '-      - "(our|a) secret"']
    assert changed(FLOW, dropping(own(FLOW, "secrecy"), "secrecy", "de", "unser ding"))[1] == (
        "+lists: {secrecy: {add: {de: ['das: boot']}}}   # ours"
    )


def test_what_the_overrides_say_of_a_list_is_read_whichever_way_it_is_written():
    assert own(BLOCK, "secrecy").added == (("any", "our thing"), ("any", "the boat"))
    assert own(BLOCK, "secrecy").removed == ("(our|a) secret",)
    assert own(FLOW, "secrecy").added == (("de", "unser ding"), ("de", "das: boot"))
    assert own(FLOW, "flatters") == own("lists: [", "secrecy") == own("", "secrecy")


@pytest.mark.parametrize(
    ("line", "kind", "phrase"),
    [
        ("  What's   up (ha)?  ", "words", "What's up ha ?"),
        ("re: .* [a]", "words", "re a"),
        ("...", "words", ""),
        ("!!! ---", "words", ""),
        ("our b*", "begins", "our b*"),
        ("<begin> our", "words", "begin our"),
        ("(our|a) boat", "written", "(our|a) boat"),
        ("tab\there \x07bell", "written", "tab here bell"),
        ("\U0001f642", "words", "\U0001f642"),
    ],
)
def test_what_is_typed_is_only_words_unless_somebody_means_more(line: str, kind: str, phrase: str):
    assert typed(line, kind) == ([phrase.replace(" ?", "")] if phrase else [])  # type: ignore[arg-type]


PHRASES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp", "Co", "Cn"]), min_size=1, max_size=12
)


@given(
    there=st.lists(PHRASES, min_size=1, max_size=5, unique=True),
    new=PHRASES,
    flow=st.booleans(),
    gone=st.integers(0, 4),
)
def test_whatever_the_words_are_the_file_says_afterwards_what_was_meant(
    there: list[str], new: str, flow: bool, gone: int
):
    lost = there[gone % len(there)]
    values = {"lists": {"secrecy": {"add": {"en": there}, "remove": [new]}}}
    text = yaml.safe_dump(values, allow_unicode=True, default_flow_style=flow, sort_keys=False)

    after = written(text, adding(own(text, "secrecy"), "secrecy", "en", [new]), file="x")
    after = written(after, hushing("secrecy", lost), file="x")
    after = written(after, dropping(own(after, "secrecy"), "secrecy", "en", lost), file="x")

    left = [*there, new]
    left.remove(lost)
    assert yaml.safe_load(after) == {"lists": {"secrecy": {"add": {"en": left}, "remove": [new, lost]}}}
