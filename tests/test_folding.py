"""Texts are compared in two forms; disguises are undone in one of them and noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.folding import LONGEST, MOST_PIECES, fold, is_disguised, pieces


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


@pytest.mark.parametrize("padding", ["\u200d", "\n", " \u2063", "x ", "na\u00efve "])
@pytest.mark.parametrize("letters", [6_000, 25_000])
def test_a_sentence_is_found_wherever_it_stands_in_a_long_text(padding: str, letters: int):
    around = padding * (letters // len(padding))
    text = around + " pay or everyone sees it " + around

    folded = [fold(piece).light for piece in pieces(text)]

    assert any(" pay or everyone sees it " in light for light in folded)
    assert len(folded) <= MOST_PIECES


def test_a_sentence_across_two_pieces_is_whole_in_one_of_them():
    text = "x " * 4_990 + "pay or everyone sees it " + "x " * 4_990

    folded = [fold(piece).light for piece in pieces(text)]

    assert any(" pay or everyone sees it " in light for light in folded)


def test_the_end_of_an_endless_text_is_read():
    assert "pay or everyone sees it" in pieces("x " * 1_000_000 + "pay or everyone sees it")[-1]


@pytest.mark.parametrize("heap", ["\u0301\u0323" * 5_000, "\ufdfa" * 9_000])
def test_what_swells_or_piles_up_is_taken_out(heap: str):
    folded = fold(f"tell{heap} nobody")

    assert folded.light == " tell nobody "


@pytest.mark.parametrize("text", ["🅢🅔🅒🅡🅔🅣", "🆂🅴🅲🆁🅴🆃", "ꜱᴇᴄʀᴇᴛ", "our ѕесrеt"])
def test_letters_in_another_shape_are_the_same_letters(text: str):
    assert " secret " in fold(text).full


def test_a_whole_word_of_look_alikes_among_latin_ones_is_read_as_latin():
    # "pay" and "cash", every letter of them Cyrillic.
    assert fold("рау me саѕһ").full == " pay me cash "


def test_another_language_beside_latin_words_is_no_disguise():
    folded = fold("ok как дела")

    assert folded.light == " ok как дела "
    assert not folded.obfuscated
