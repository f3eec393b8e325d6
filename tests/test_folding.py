"""Texts are compared in two forms; disguises are undone in one of them and noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.folding import LONGEST, fold, is_disguised


def test_every_run_of_signs_is_one_space_with_one_at_each_end():
    folded = fold("Don't... tell -- your MUM!!")

    assert folded.light == " don t tell your mum "
    assert not folded.obfuscated


@pytest.mark.parametrize(
    ("text", "light"),
    [
        ("¿Cuántos años?", " cuantos anos "),
        ("Straße", " strasse "),
        ("привет, как дела", " привет как дела "),
        ("हिन्दी में", " हिन्दी में "),
        ("", " "),
        ("!!!", " "),
        ("a\ud800b", " a b "),
    ],
)
def test_texts_of_all_scripts_keep_their_letters_and_marks(text: str, light: str):
    assert fold(text).light == light


@pytest.mark.parametrize(
    "text",
    [
        "s3cret",
        "s e c r e t",
        "s.e.c.r.e.t",
        "se\u200bcret",
        "se\u00adcret",
        "sеcrеt",  # two letters are Cyrillic
        "sec*ret",
        "sec😀ret",
        "$ecret s3cr3t",
    ],
)
def test_a_disguised_word_is_heard_as_it_was_meant_and_noticed(text: str):
    folded = fold(text)

    assert "secret" in folded.full
    assert folded.obfuscated


@pytest.mark.parametrize("text", ["ＳＥＣＲＥＴ", "𝐬𝐞𝐜𝐫𝐞𝐭", "secreeeeet", "sécret"])
def test_what_ordinary_writers_do_too_is_undone_and_not_called_a_disguise(text: str):
    folded = fold(text)

    assert folded.full == " secret "
    assert not folded.obfuscated


@pytest.mark.parametrize(
    "text",
    [
        "heyyyy sooo good 😂😂",
        "player2 and ps5 4ever gr8",
        "je t'aime à la folie",
        "https://www.example.com/a3b4c",
        "kim@example.com",
        "я люблю тебя",
        "👩‍👩‍👧 family",
        "a b c is what babies say",
        "see you @home",
    ],
)
def test_ordinary_chat_is_not_called_a_disguise(text: str):
    assert not fold(text).obfuscated


def test_a_text_turned_by_a_hidden_sign_is_noticed():
    assert fold("\u202etnemyap").obfuscated


@pytest.mark.parametrize("name", ["Mаya", "Ma\u200bya", "\u202eayaM"])
def test_a_name_that_looks_like_another_is_noticed(name: str):
    assert is_disguised(name)


@pytest.mark.parametrize("name", ["Maya R.", "Мая", "Zoë", "مايا", "Maya 🌸", "真由"])
def test_an_ordinary_name_in_any_script_is_not(name: str):
    assert not is_disguised(name)


def test_a_very_long_text_is_read_from_both_ends():
    folded = fold("first " + "x " * LONGEST * 3 + " last")

    assert folded.light.startswith(" first ")
    assert folded.light.endswith(" last ")
    assert len(folded.light) <= LONGEST + 3


@given(st.text())
def test_folding_takes_any_text_and_folding_again_changes_nothing(text: str):
    folded = fold(text)

    assert folded.light.startswith(" ")
    assert folded.light.endswith(" ")
    assert "  " not in folded.light
    assert fold(folded.light).light == folded.light
