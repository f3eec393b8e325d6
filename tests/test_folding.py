"""Texts are compared in two forms; disguises are undone in one of them and noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.disguises import is_disguised
from screener.folding import LONGEST, MOST_PIECES, View, fold, pieces


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


@pytest.mark.parametrize(
    ("text", "view", "word", "meant"),
    [
        ("well, Don't t3ll your p a r e n t s!", "full", "parents", "p a r e n t s"),
        ("don't t3ll", "full", "tell", "t3ll"),
        ("so se\u200bcret", "light", "secret", "se\u200bcret"),
        ("so sеcrеt ok", "full", "secret", "sеcrеt"),
        ("oh Straße", "light", "strasse", "Straße"),
        ("e\u0301cole é", "light", "ecole", "e\u0301cole"),
        ("𝐬𝐞𝐜𝐫𝐞𝐭!", "light", "secret", "𝐬𝐞𝐜𝐫𝐞𝐭"),
        ("a sec😀ret one", "full", "secret", "sec😀ret"),
        ("ok 한국어 ok", "light", "한국어", "한국어"),
        ("‮secret", "light", "secret", "secret"),
        ("x" * 5000 + " secret " + "y" * 9000 + " here", "light", "here", "here"),
    ],
)
def test_the_words_of_a_view_are_found_again_in_the_text_as_it_came(text: str, view: View, word: str, meant: str):
    folded = fold(text)
    start = getattr(folded, view).index(word)

    where = folded.where(view, start, start + len(word))

    assert where is not None
    assert text[slice(*where)] == meant


def test_scripts_without_spaces_are_heard_letter_by_letter():
    assert fold("请不要告诉妈妈ok").light == " 请 不 要 告 诉 妈 妈 ok "
    assert not fold("请不要告诉妈妈").obfuscated
    assert fold("อย่าบอกแม่").light.count(" ") > 3


def test_marks_piled_on_a_letter_are_few_when_they_are_put_in_order():
    piled = "a" + "\u0316\u0301" * 50_000 + "b"

    folded = fold(piled)

    assert folded.light.startswith(" a ")
    assert folded.where("light", 1, 2) is not None


ANY_TEXT = st.text(st.characters(exclude_categories=()))
TWISTED = st.lists(
    st.sampled_from(
        [
            "a",
            "e\u0301",
            "ﬁ",
            "ß",
            "İ",
            "\u200b",
            "\u202e",
            "3",
            "$",
            "*",
            " ",
            "а",
            "한",
            "\u1161",
            "ｶ",
            "ﾞ",
            "请",
            "😀",
            "\ud800",
        ]
    )
).map("".join)


@given(st.one_of(ANY_TEXT, TWISTED))
def test_every_letter_of_both_views_knows_its_place_in_the_text(text: str):
    folded = fold(text)

    for view, folded_text in (("light", folded.light), ("full", folded.full)):
        for place, c in enumerate(folded_text):
            where = folded.where(view, place, place + 1)
            assert c == " " or (where is not None and 0 <= where[0] < where[1] <= len(text))


@given(st.text(min_size=1, max_size=30), st.integers(10_000, 100_000))
def test_a_text_of_a_hundred_thousand_letters_is_folded_too(part: str, length: int):
    text = (part * (length // len(part) + 1))[:length]

    folded = fold(text)

    assert len(folded.light) <= LONGEST * 20
    places = folded.where("light", 0, len(folded.light))
    assert places is None or (0 <= places[0] < places[1] <= len(text))


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
