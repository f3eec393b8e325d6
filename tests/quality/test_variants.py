"""Disguised stories: only what the contact writes is spelt otherwise."""

from dataclasses import replace
from pathlib import Path

import pytest

from screener import story
from screener.events import Message
from screener.quality.variants import VARIANTS, disguise, disguised
from tests.quality.make import HARMFUL, written


def a_story(tmp_path: Path) -> story.Story:
    return story.load(written(tmp_path, one=HARMFUL) / "one.story.yaml")


@pytest.mark.parametrize(
    ("variant", "wanted"),
    [
        ("look-alikes", "kееp it sесret"),
        ("leet", "k33p it s3cr3t"),
        ("spaced", " k e e p  it  s e c r e t "),
        ("zero-width", "ke\u200bep it se\u200bcret"),
        ("dotted", "k.e.e.p it s.e.c.r.e.t"),
        ("full-width", "ｋｅｅｐ ｉｔ ｓｅｃｒｅｔ"),
        ("repeated", "keeeep iiit secreeet"),
        ("emoji", "ke🔥ep it sec🔥ret"),
    ],
)
def test_a_disguise_looks_like_this(variant: str, wanted: str):
    found = disguise("keep it secret", variant)

    if variant == "look-alikes":
        assert found != "keep it secret"
        assert len(found) == len(wanted)
        assert {ord(a) > 0x3FF for a, b in zip(found, "keep it secret", strict=True) if a != b} == {True}
    else:
        assert found == wanted


@pytest.mark.parametrize("variant", VARIANTS)
def test_numbers_addresses_and_handles_stay_usable(variant: str):
    text = "200 live:maya.example https://example.com/a +441632960011"

    assert disguise(text, variant) == text


@pytest.mark.parametrize("variant", VARIANTS)
def test_signs_around_a_word_stay(variant: str):
    assert disguise("(secret)!", variant).strip().startswith("(")
    assert disguise("(secret)!", variant).strip().endswith(")!")


@pytest.mark.parametrize("variant", VARIANTS)
def test_only_the_contacts_words_change(variant: str, tmp_path: Path):
    told = a_story(tmp_path)

    changed = disguised(told, variant)

    for before, after in zip(told.events, changed.events, strict=True):
        texts = {"text": None} if isinstance(before.event, Message) else {}
        notes = {"note": None} if before.event.kind == "friend_request" else {}
        assert replace(before.event, **texts, **notes) == replace(after.event, **texts, **notes)
        assert (before.member, before.stages, before.person) == (after.member, after.stages, after.person)
        if before.event.by == "member":
            assert before == after
    assert replace(changed, events=told.events) == told
    words = [each.event.text for each in changed.events if isinstance(each.event, Message)]
    assert words[0] != "hey, how was football?"
    assert words[1] == "football was great"


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_disguise_is_the_same_each_time(variant: str, tmp_path: Path):
    assert disguised(a_story(tmp_path), variant) == disguised(a_story(tmp_path), variant)
